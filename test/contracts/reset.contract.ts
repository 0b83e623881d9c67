/** How a developer gets rid of what the bot knows and is in, and begins afresh. */
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { startCommand, type Finished } from '../support/command.ts';
import { logIn, type Session } from '../support/matrix-http.ts';
import { ready, unlinked } from '../support/entry-words.ts';
import type { Person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import type { Sync, TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice, via?: string) => renderNotice(en, via)(notice).body;

/** The password of every account that the world makes. */
const PASSWORD = 'secret';

export function describeReset(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a reset on ${name}`, () => {
    const world = createWorld(start);

    async function reset(bot: { userId: string; stateDir: string }, ...args: string[]): Promise<Finished> {
      const env = {
        MATRIX_HOMESERVER: world.homeserver().url,
        MATRIX_USER_ID: bot.userId,
        MATRIX_PASSWORD: PASSWORD,
        MATRIX_PLATFORM_BACKEND: 'mock',
        STATE_DIR: bot.stateDir,
      };
      const child = startCommand(['reset', ...args], env);
      world.later(() => child.kill('SIGKILL'));
      return child.finished;
    }

    /** The rooms that the bot is in or invited to, and its devices besides the one that looks. */
    async function whereabouts(eye: Session) {
      const { joined_rooms: joined } = await eye.get<{ joined_rooms: string[] }>('/joined_rooms');
      const { rooms = {} } = await eye.get<Sync>('/sync');
      const { devices } = await eye.get<{ devices: { device_id: string }[] }>('/devices');
      return {
        joined: joined.toSorted(),
        invited: Object.keys(rooms.invite ?? {}),
        devices: devices.map((device) => device.device_id).filter((device) => device !== eye.deviceId),
      };
    }

    /** The Space and the first chat that the person is invited to, both accepted. */
    async function settle(someone: Person, entry: string): Promise<{ space: string; chat: string }> {
      await someone.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      const space = await someone.invite((room) => room.isSpaceRoom());
      const chat = await someone.invite((room) => room.name === 'Chat 1');
      await someone.client.joinRoom(space);
      await someone.client.joinRoom(chat);
      return { space, chat };
    }

    test('after leaving and forgetting the bot is nowhere, and the next start begins afresh', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.killableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const eye = await logIn(world.homeserver().url, bot.userId, PASSWORD);
      const someone = await world.person();
      const first = bot.start();
      await first.running;
      const entry = await someone.createDm(bot.userId);
      const before = await settle(someone, entry);
      await someone.say(before.chat, 'before');
      await someone.message(before.chat, (m) => m.body === 'You said: before');
      await first.kill('SIGTERM');
      const waiting = await someone.createDm(bot.userId);

      const there = { joined: [entry, before.space, before.chat].toSorted(), invited: [waiting], devices: ['BOT'] };
      const plan = await reset(bot, '--mode', 'server-leave-forget', '--dry-run');
      expect({ code: plan.code, ...(await whereabouts(eye)) }).toEqual({ code: 0, ...there });
      for (const room of [...there.joined, waiting]) expect(plan.out).toContain(room);

      const done = await reset(bot, '--mode', 'server-leave-forget');
      expect({ code: done.code, ...(await whereabouts(eye)) }).toEqual({
        ...{ code: 0, joined: [], invited: [], devices: ['BOT'] },
      });
      expect(await readdir(bot.stateDir)).toEqual(['lock']);
      for (const room of [before.chat, waiting]) {
        expect(await someone.waitFor(room, () => someone.farewell(room, bot.userId))).toBe(
          en.farewells['the bot is reset'],
        );
      }

      const second = bot.start();
      await second.running;
      const again = await someone.createDm(bot.userId);
      const after = await settle(someone, again);
      expect([after.space, after.chat]).not.toContain(before.space);
      expect(after.chat).not.toBe(before.chat);
      await someone.say(after.chat, 'after');
      await someone.message(after.chat, (m) => m.body === 'You said: after');
      const [old, fresh] = agent.connections.map(({ contextId }) => contextId);
      expect(fresh).not.toBe(old);
      expect((await whereabouts(eye)).joined).toEqual([again, after.space, after.chat].toSorted());
    }, 180_000);

    test('after a reset of the local state the next start finds people and rooms again', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.killableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const first = bot.start();
      await first.running;
      const { chat } = await settle(someone, await someone.createDm(bot.userId));
      await someone.say(chat, 'before');
      await someone.message(chat, (m) => m.body === 'You said: before');

      const refused = await reset(bot, '--mode', 'local-only');
      expect({ code: refused.code, out: refused.out }).toEqual({ code: 3, out: '' });
      await first.kill('SIGTERM');
      const kept = await readdir(bot.stateDir, { recursive: true });
      expect((await reset(bot, '--dry-run')).code).toBe(0);
      expect(await readdir(bot.stateDir, { recursive: true })).toEqual(kept);
      expect((await reset(bot, '--mode', 'local-only')).code).toBe(0);
      expect(await readdir(bot.stateDir)).toEqual(['lock']);

      const second = bot.start();
      await second.running;
      await someone.say(chat, '!chats');
      const line = { number: 1, name: 'Chat 1', archived: false, room: chat as never };
      await someone.message(
        chat,
        (m) => m.body === words({ key: 'chats', chats: [line], archived: 0 }, world.homeserver().serverName),
      );
    });
  });
}
