/** What a first meeting costs where a homeserver limits as Synapse does out of the box. */
import { describe, expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { startCountingProxy } from '../support/counting-proxy.ts';
import { greetingOf } from '../support/greeting.ts';
import { TIMEOUT_MS, type Person } from '../support/people.ts';
import { chunk, END, STATUS } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

/** What the burst of Synapse's default limit has room for. */
const MOST_COUNTED = 10;
/** How soon somebody is answered, ms. */
const SOON_MS = 5_000;

/** `start`: a homeserver with Synapse's default limits. */
export function describeMeeting(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a first meeting on ${name}`, () => {
    const world = createWorld(start);

    async function enter(someone: Person, chat: string): Promise<string> {
      const room = await someone.invite((invited) => invited.name === chat, { timeout: TIMEOUT_MS });
      await someone.client.joinRoom(room);
      return room;
    }

    test('fits into 10 counted events, meets no limit, and everything is answered within 5 s', async () => {
      let answered = 0;
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        await connection.next();
        connection.send(chunk(`Answer ${++answered}`));
        connection.send(END);
        await connection.closed;
      });
      const someone = await world.person();
      const proxy = await startCountingProxy(world.homeserver().url);
      world.later(() => proxy.close());
      const bot = await world.bot({
        homeserver: proxy.url,
        agents: { a: agent.url },
        userAgents: { [UserId.parse(someone.userId)]: 'a' },
        onboarding: { mode: 'spaces' },
      });
      const took: Record<string, number> = {};
      async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
        const started = performance.now();
        const done = await act();
        took[what] = performance.now() - started;
        return done;
      }
      const answer = (room: string, body: string) => someone.message(room, (m) => m.body === body);

      const chat = await timed('invitation', async () => {
        await someone.createDm(bot.userId);
        return enter(someone, 'Chat 1');
      });
      await timed('greeting', () => answer(chat, greetingOf(someone, 'a', { inSpace: true })));
      await timed('first answer', async () => {
        await someone.say(chat, 'hello');
        await answer(chat, 'Answer 1');
      });
      const second = await timed('second chat', async () => {
        await someone.say(chat, '!new Second');
        await someone.message(chat, (m) => m.sender === bot.userId && m.body.includes('Second'));
        return enter(someone, 'Second');
      });
      await timed('second answer', async () => {
        await someone.say(second, 'and you?');
        await answer(second, 'Answer 2');
      });

      expect(proxy.limited()).toEqual([]);
      const counted = proxy.counted();
      expect(counted.length, counted.join('\n')).toBeLessThanOrEqual(MOST_COUNTED);
      expect(Object.entries(took).filter(([, ms]) => ms > SOON_MS)).toEqual([]);
    });
  });
}
