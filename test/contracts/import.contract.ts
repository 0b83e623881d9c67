/** The change-over: what the old bot kept in its database goes on, with its numbers, names and memories. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Chat } from '../../machines/person.model.ts';
import type { Notice } from '../../machines/notices.ts';
import { runImport } from '../../src/import.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { writeOldBot, type Rows } from '../import/old-bot.ts';
import { botConfig } from '../support/bot.ts';
import { ask, oldRoom } from '../support/old-rooms.ts';
import { ready, restored } from '../support/entry-words.ts';
import { operator } from '../support/operator.ts';
import { scripts } from '../support/scripted-agent.ts';
import { temporaryFolder } from '../store/support.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const listOf = (archived: number, ...chats: [number, string, string][]) => {
  const lines = chats.map(([number, name, room]): Chat => ({ number, name, room: room as never, archived: false }));
  return words({ key: 'chats', chats: lines, archived });
};

export function describeImport(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`coming from the old bot on ${name}`, () => {
    const world = createWorld(start);

    const configOf = ({ userId, stateDir }: { userId: string; stateDir: string }, agent: string) =>
      botConfig({
        ...{ homeserver: world.homeserver().url, userId, password: 'secret', stateDir },
        ...{ agents: { a: agent }, onboarding: { mode: 'spaces' } },
      });

    test('every chat goes on with its number, name and memory, and new ones come behind them', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const boss = await operator(world.homeserver().url, bot.userId, 'secret');
      const ann = await world.person();
      const space = await oldRoom(boss, ann, 'Lambda — Ann', true);
      const [first, second, away] = [
        await oldRoom(boss, ann, 'Чат 1'),
        await oldRoom(boss, ann, 'Garden'),
        await oldRoom(boss, ann, 'Чат C3'),
      ];
      for (const chat of [first, second, away])
        await boss.putState(space, 'm.space.child', { via: [world.homeserver().serverName] }, chat);
      const entry = await ann.createDm(boss.userId);
      await boss.post(`/join/${encodeURIComponent(entry)}`);
      const left = await oldRoom(boss, ann, 'Чат C5');
      await boss.post(`/rooms/${encodeURIComponent(left)}/leave`);

      // Ids that are beyond every clock: the counter alone keeps the service from giving them again.
      const [memory, counter] = [4_000_000_000_000_000, 4_000_000_000_000_100];
      const of = (chat: string, number: number, more: object = {}): Rows => ({
        [`matrix_room:${chat}`]: {
          ...{ room_type: 'chat', matrix_user_id: ann.userId, chat_id: `C${number}`, display_name: `Чат C${number}` },
          ...{
            space_id: space,
            platform_chat_id: String(memory + number),
            agent_id: 'a',
            agent_assignment: 'configured',
          },
        },
        [`chat:${ann.userId}:C${number}`]: { platform: 'matrix', surface_ref: chat, name: `Чат C${number}`, ...more },
      });
      const rows: Rows = {
        [`matrix_user:${ann.userId}`]: { space_id: space, next_chat_index: 7 },
        ...of(first, 2),
        ...of(second, 4, { name: 'Сад' }),
        ...of(away, 3, { archived: true }),
        ...of(left, 5),
        [`matrix_room:${entry}`]: {
          ...{ room_type: 'redirect', matrix_user_id: ann.userId, redirect_room_id: first, redirect_chat_id: 'C2' },
        },
        matrix_platform_chat_seq: { next_platform_chat_index: counter },
      };
      const file = writeOldBot(await temporaryFolder(), rows);
      const config = configOf(bot, agent.url);
      expect(await runImport(config, file, { dryRun: true })).toContain(
        '4 chats (1 archived), 1 entry room, 1 person would be taken',
      );
      expect(await runImport(config, file, { dryRun: false })).toContain(
        '4 chats (1 archived), 1 entry room, 1 person taken',
      );
      await bot.start();

      const chats: [number, string, string][] = [
        [2, 'Чат C2', first],
        [4, 'Сад', second],
      ];
      await ask(ann, second, 'hello', 'You said: hello');
      const asked = () => agent.connections.map(({ contextId }) => contextId);
      expect(asked()).toEqual([String(memory + 4)]);
      await ask(ann, second, '!chats', listOf(1, ...chats));
      await ask(ann, first, 'hello', 'You said: hello');
      expect(asked()).toEqual([String(memory + 4), String(memory + 2)]);

      await ask(ann, second, '!new', ready('Chat 7', 7));
      const seven = await ann.invite((room) => room.name === 'Chat 7');
      await ann.client.joinRoom(seven);
      await ask(ann, seven, 'hello', 'You said: hello');
      expect(Number(asked()[2])).toBeGreaterThanOrEqual(counter);
      await ask(ann, entry, 'where are my chats?', restored(0, ['Чат C2', 'Сад', 'Chat 7']));
      expect(await boss.childrenOf(space)).toEqual(expect.arrayContaining([first, second, seven]));
      const markers = await Promise.all([space, first, second, away, entry].map(boss.marker));
      expect(markers.map((marker) => [marker?.['kind'], marker?.['number'], marker?.['archived']])).toEqual([
        ['space', null, false],
        ['chat', 2, false],
        ['chat', 4, false],
        ['chat', 3, true],
        ['entry', null, false],
      ]);

      await bot.stop();
      expect(await runImport(config, file, { dryRun: false })).toContain(path.basename(bot.stateDir));
      await bot.start();
      await ask(ann, second, 'again', 'You said: again');
      await ask(ann, first, 'again', 'You said: again');
      expect(asked().slice(3)).toEqual([String(memory + 4), String(memory + 2)]);
    });

    test('also where the service was started before the import, once its state is reset', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const boss = await operator(world.homeserver().url, bot.userId, 'secret');
      const bob = await world.person();
      const space = await oldRoom(boss, bob, 'Lambda — Bob', true);
      const room = await oldRoom(boss, bob, 'Чат C1');
      await boss.putState(space, 'm.space.child', { via: [world.homeserver().serverName] }, room);
      await bot.start();
      const memories = () => agent.connections.map(({ contextId }) => contextId);
      await ask(bob, room, 'hello', 'You said: hello');
      const lost = await boss.marker(room);
      expect(lost?.['contextId']).toBe(memories()[0]);
      await bot.stop();

      const rows: Rows = {
        [`matrix_user:${bob.userId}`]: { space_id: space, next_chat_index: 2 },
        [`matrix_room:${room}`]: {
          room_type: 'chat',
          matrix_user_id: bob.userId,
          chat_id: 'C1',
          platform_chat_id: '3',
        },
      };
      const file = writeOldBot(await temporaryFolder(), rows);
      const config = configOf(bot, agent.url);
      expect(await runImport(config, file, { dryRun: false })).toContain(`memory ${memories()[0]} here, 3 there`);
      await rm(bot.stateDir, { recursive: true });
      expect(await runImport(config, file, { dryRun: false })).toContain('1 chat, 0 entry rooms, 1 person taken');
      await bot.start();
      await ask(bob, room, 'again', 'You said: again');
      expect(memories()[1]).toBe('3');
      expect(await boss.marker(room)).toEqual({ ...lost, contextId: '3' });
    });
  });
}
