/** What others put into rooms, or invite the bot to: much of it, things that are not what they say, and Spaces. */
import { describe, expect, test } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import type { Notice } from '../../machines/notices.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createSync } from '../../src/matrix/sync.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { http } from '../support/matrix-http.ts';
import { logBook } from '../support/log-book.ts';
import { scripts } from '../support/scripted-agent.ts';
import { lab, now, roomOf, say, type TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
/** More than is read of one answer: 12 rooms with 100 texts of 60 kB. */
const ROOMS = 12;
const TEXTS = 100;
const LENGTH = 60_000;

export function describeStrangeRooms(name: string, start: () => Promise<TestHomeserver>, timeoutMs: number): void {
  describe(`rooms of others on ${name}`, () => {
    const world = createWorld(start);
    const people = lab(world.homeserver);

    test(
      'what gathered while the bot was away is read in order, however much it is',
      async () => {
        const [bot, writer] = await people.people('bot', 'writer');
        const rooms = await Promise.all(Array.from({ length: ROOMS }, () => roomOf(writer, bot)));
        let position = await now(bot);
        await Promise.all(
          rooms.map(async (room) => {
            for (let index = 0; index < TEXTS; index++) await say(writer, room, String(index).padEnd(LENGTH, '.'));
          }),
        );
        const heard = new Map<string, string[]>();
        const done = Promise.withResolvers<void>();
        const log = logBook();
        const me = UserId.parse(bot.userId);
        const sync = createSync({
          ...{ api: createClient({ homeserver: world.homeserver().url, accessToken: bot.token, me, log }), me, log },
          ...{ now: Date.now, chance: Math.random },
          async receive(arrivals) {
            for (const { room, heard: what } of arrivals) {
              if (what.type !== 'text.received') continue;
              heard.set(room, [...(heard.get(room) ?? []), what.text.body.replace(/\.+$/, '')]);
            }
          },
          position: { read: () => position, write: async (next) => void (position = next) },
          onSucceeded: () => done.resolve(),
          onFailed: () => undefined,
          onUnauthorised: (failure) => done.reject(failure),
          onPositionLost: () => done.reject(new Error('position lost')),
          onDropped: () => undefined,
        });
        world.later(() => sync.stop());
        sync.start();
        await done.promise;
        const all = Array.from({ length: TEXTS }, (_, index) => String(index));
        expect(Object.fromEntries(heard)).toEqual(Object.fromEntries(rooms.map((room) => [room, all])));
        expect(
          log.lines.filter(({ fields }) => JSON.stringify(fields).includes('ERESPONSETOOLARGE')).length,
        ).toBeGreaterThan(0);
      },
      timeoutMs,
    );

    test('an encrypted message in a plain room makes the bot say nothing; in an encrypted one it is told once', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url } });
      const someone = await world.person();
      const isEncrypted = words({ key: 'room is encrypted' });
      const secret = {
        algorithm: 'm.megolm.v1.aes-sha2',
        ciphertext: 'x',
        session_id: 'y',
        device_id: 'z',
        sender_key: 'k',
      };
      const saidIn = (room: string) =>
        someone.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));

      const room = RoomId.parse(await someone.createDm(bot.userId));
      await someone.message(room, (m) => m.sender === bot.userId);
      await someone.client.sendEvent(room, 'm.room.encrypted' as never, secret as never);
      await someone.say(room, 'hello');
      await someone.message(room, (m) => m.body === 'You said: hello');
      expect(saidIn(room)).not.toContain(isEncrypted);

      await someone.client.sendStateEvent(
        room,
        'm.room.encryption' as never,
        { algorithm: secret.algorithm } as never,
        '',
      );
      await someone.message(room, (m) => m.body === isEncrypted);
      // The client refuses to say anything in plain there.
      const plain = http(world.homeserver().url, someone.client.getAccessToken() ?? '');
      const path = `/rooms/${encodeURIComponent(room)}/send/m.room.message/again`;
      await plain.put(path.replace('message/again', 'encrypted/secret'), secret);
      await plain.put(path, { msgtype: 'm.text', body: 'again' });
      await someone.message(room, (m) => m.body === 'You said: again');
      expect(saidIn(room).filter((body) => body === isEncrypted)).toEqual([isEncrypted]);
    });

    test('an invite to a Space is declined, and the person reads why', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const entry = await someone.createDm(bot.userId);
      await someone.message(entry, (m) => m.sender === bot.userId);
      const space = await someone.createRoom({
        name: 'Mine',
        creation_content: { type: 'm.space' },
        invite: [bot.userId],
      });
      await someone.message(entry, (m) => m.body === words({ key: 'Spaces are not joined' }));
      const member = await someone.client.getStateEvent(space, 'm.room.member', bot.userId);
      expect(member.membership).toBe('leave');
      expect(member['reason']).toBe(en.farewells['it is to a Space']);
    });
  });
}
