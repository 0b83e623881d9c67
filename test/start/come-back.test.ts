/** What a start without a sync position hands over is on disk before it has one. */
import { expect, it } from 'vitest';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { createDirectory } from '../../src/actors/directory.ts';
import type { Arrival, KnownRoom } from '../../src/ports.ts';
import { bringUpToDate, type ComeBackWorld } from '../../src/start/come-back.ts';
import { readRemembered } from '../../src/start/remembered.ts';
import { temporaryStore } from '../store/support.ts';
import { silentLog } from '../support/log-book.ts';
import { settled, until } from '../support/until.ts';

const ann = UserId.parse('@ann:test');
const chat: KnownRoom = {
  ...{ room: RoomId.parse('!chat:test'), isSpace: false, createdByMe: true, encrypted: false, name: null },
  marker: {
    ...{ version: 1, kind: 'chat', person: ann, number: null, name: null },
    ...{ agent: null, contextId: null, archived: false },
  },
  ...{ members: [{ user: ann, membership: 'join' }], parents: [], children: [], replacement: null },
  lastWord: { eventId: EventId.parse('$asked'), sender: ann },
};
const invite: Arrival = { room: RoomId.parse('!new:test'), id: null, heard: { type: 'room.invited', person: ann } };

it.each([
  ['the invitations that waited', ['word', 'invite']],
  ['the words that nobody heard', ['invite', 'word']],
])('the position is written behind %s', async (_, order) => {
  const store = await temporaryStore();
  const waiting = new Map<string, () => void>();
  const happened: string[] = [];
  const held = (what: string) =>
    new Promise<void>((resolve) => {
      waiting.set(what, () => {
        happened.push(what);
        resolve();
      });
    });
  const world = {
    ...{ store, mode: 'dm', me: UserId.parse('@bot:test'), log: silentLog, now: () => 5, directory: createDirectory() },
    host: {
      read: () => ({ ...store.host.read(), syncPosition: null }),
      update: async ({ syncPosition }: { syncPosition: string }) => void happened.push(syncPosition),
    },
    survey: async () => ({ rooms: [chat], arrivals: [invite], position: 'position' }),
    work: { writeMarker: async () => ({ ok: true }) },
    registry: { agentOf: () => 'agent' },
    reception: {
      ...{ noteContextId: () => {}, isOfScope: () => true, mintContextId: async () => '1' },
      restored: (room: RoomId) => ({ room, person: ann, role: 'chat', number: null }),
    },
    door: { admit: async () => [held('invite')] },
    household: { rooms: { deliver: () => held('word') } },
  } as unknown as ComeBackWorld;
  const done = bringUpToDate(world, await readRemembered(store, silentLog));
  await until(() => waiting.size === 2);
  for (const what of order) {
    await settled();
    waiting.get(what)?.();
  }
  await done;
  expect(happened).toEqual([...order, 'position']);
});
