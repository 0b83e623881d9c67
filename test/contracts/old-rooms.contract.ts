/** What becomes of the rooms of the old system, which left no markers: its Spaces, chats and entry rooms. */
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Chat } from '../../machines/person.model.ts';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { temporaryFolder } from '../support/bot.ts';
import { ask, oldRoom } from '../support/old-rooms.ts';
import { operator, type Operator } from '../support/operator.ts';
import { ready, restored } from '../support/entry-words.ts';
import type { Person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const listOf = (...chats: [number, string, string][]) => {
  const lines = chats.map(([number, name, room]): Chat => ({ number, name, room: room as never, archived: false }));
  return words({ key: 'chats', chats: lines, archived: 0 });
};

export function describeOldRooms(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`rooms of the old system on ${name}`, () => {
    const world = createWorld(start);

    /** The direct room in which somebody met the old system. */
    async function oldEntry(boss: Operator, someone: Person): Promise<string> {
      const entry = await someone.createDm(boss.userId);
      await boss.post(`/join/${encodeURIComponent(entry)}`);
      return entry;
    }

    test('go on as the chats they were, whatever they are called by now, and get what they lacked', async () => {
      const agent = await world.agent(scripts.echo);
      const folder = await temporaryFolder();
      world.later(() => folder.remove());
      const bot = await world.restartableBot({
        agents: { a: agent.url },
        stateDir: folder.path,
        onboarding: { mode: 'spaces' },
      });
      const boss = await operator(world.homeserver().url, bot.userId, 'secret');
      const link = { via: [world.homeserver().serverName] };
      const [ann, cleo] = [await world.person(), await world.person()];
      const space = await oldRoom(boss, ann, 'Lambda — Ann', true);
      const three = await oldRoom(boss, ann, 'Чат 3');
      const garden = await oldRoom(boss, ann, 'Garden');
      const five = await oldRoom(boss, ann, 'Чат C5');
      await boss.putState(space, 'm.space.child', link, three);
      await boss.putState(space, 'm.space.child', link, garden);
      await boss.putState(five, 'm.space.parent', link, space);
      const [entry, other] = [await oldEntry(boss, ann), await oldEntry(boss, cleo)];

      await bot.start();
      const chats: [number, string, string][] = [
        [3, 'Чат 3', three],
        [5, 'Чат C5', five],
        [6, 'Garden', garden],
      ];
      await ask(ann, garden, '!chats', listOf(...chats));
      expect(await boss.childrenOf(space)).toEqual([three, garden, five].sort());
      for (const [, , room] of chats) await ask(ann, room, 'hello', 'You said: hello');
      const contexts = agent.connections.map(({ contextId }) => contextId);
      expect(new Set(contexts).size).toBe(3);
      await ask(ann, entry, 'where are my chats?', restored(0, ['Чат 3', 'Чат C5', 'Garden']));
      await ask(ann, entry, '!new', ready('Chat 7', 7));
      const seven = await ann.invite((room) => room.name === 'Chat 7');
      expect(await boss.childrenOf(space)).toContain(seven);

      // Nothing remembers her: her first word is her invite.
      await ask(cleo, other, 'hello?', ready('Chat 1', 1));
      await cleo.invite((room) => room.isSpaceRoom());
      await cleo.client.joinRoom(await cleo.invite((room) => room.name === 'Chat 1'));

      const markers = () => Promise.all([space, three, garden, five, entry, seven, other].map(boss.marker));
      const before = await markers();
      expect(before.map((marker) => [marker?.['kind'], marker?.['person'], marker?.['number']])).toEqual([
        ['space', ann.userId, null],
        ['chat', ann.userId, 3],
        ['chat', ann.userId, 6],
        ['chat', ann.userId, 5],
        ['entry', ann.userId, null],
        ['chat', ann.userId, 7],
        ['entry', cleo.userId, null],
      ]);
      await bot.stop();
      await rm(folder.path, { recursive: true });
      await bot.start();
      await ask(ann, garden, '!chats', listOf(...chats, [7, 'Chat 7', seven]));
      for (const [, , room] of chats) await ask(ann, room, 'again', 'You said: again');
      expect(agent.connections.map(({ contextId }) => contextId)).toEqual([...contexts, ...contexts]);
      expect(await markers()).toEqual(before);
    });
  });
}
