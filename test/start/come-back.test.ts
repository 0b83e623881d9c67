/** What a start hands over is on disk before it goes on; no room runs before its record is up to date. */
import { expect, it } from 'vitest';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { newRoomRecord, readRoomRecord } from '../../src/actors/room.ts';
import { createDirectory } from '../../src/actors/directory.ts';
import type { Arrival, KnownRoom } from '../../src/ports.ts';
import { bringUpToDate, type ComeBackWorld } from '../../src/start/come-back.ts';
import { readRemembered } from '../../src/start/remembered.ts';
import { freshRecord } from '../actors/support.ts';
import { temporaryStore } from '../store/support.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
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
    ...{
      store,
      mode: 'dm',
      scope: 'room',
      me: UserId.parse('@bot:test'),
      log: silentLog,
      now: () => 5,
      alarm: createFakeAlarm(),
      directory: createDirectory(),
    },
    host: {
      read: () => ({ ...store.host.read(), syncPosition: null }),
      update: async ({ syncPosition }: { syncPosition: string }) => void happened.push(syncPosition),
    },
    survey: async () => ({ rooms: [chat], arrivals: [invite], position: 'position' }),
    work: { writeMarker: async () => ({ ok: true }) },
    registry: { agentOf: () => 'agent' },
    reception: {
      ...{ noteContextId: () => {}, isOfScope: () => true, contextFor: async () => '1' },
      restored: (room: RoomId) => ({ room, person: ann, role: 'chat', number: null }),
    },
    door: { admit: async () => [held('invite')] },
    household: { rooms: { deliver: () => held('word') } },
    wall: () => 5,
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

it.each([
  ['damaged', 'half of it', 'damaged:1'],
  ['missing', null, 'missing person'],
])('whose record is %s is told by a letter, behind the rebuilding', async (_, record, id) => {
  const store = await temporaryStore();
  if (record !== null) await store.people.write(ann, record);
  const context = { ...(freshRecord(chat.room).context as RoomContext), person: ann, number: 1, name: 'Before' };
  await store.rooms.write(chat.room, newRoomRecord(context, 'kept'));
  const happened: string[] = [];
  const world = {
    ...{ store, mode: 'spaces', me: UserId.parse('@bot:test'), log: silentLog, now: () => 5, alarm: createFakeAlarm() },
    directory: createDirectory(),
    host: { read: () => ({ ...store.host.read(), syncPosition: 'known' }) },
    survey: async () => ({
      rooms: [{ ...chat, marker: { ...chat.marker, number: 1, name: 'Plans', contextId: '7' } }],
      ...{ arrivals: [], position: 'position' },
    }),
    work: { writeMarker: async () => ({ ok: true }) },
    registry: { agentOf: () => 'agent' },
    reception: { noteContextId: () => {}, isOfScope: () => true },
    household: { rooms: { deliver: async (room: RoomId) => void happened.push(room) } },
  } as unknown as ComeBackWorld;
  await bringUpToDate(world, await readRemembered(store, silentLog));
  expect(happened).toEqual([]);
  expect(await store.deadLetters.read(chat.room)).toEqual([
    { kind: 'event', id, at: 5, from: 'supervisor', event: { type: 'memory.lost', eventId: null } },
  ]);
  expect(readRoomRecord(await store.rooms.read(chat.room)).context).toEqual({ ...context, name: 'Plans' });
});
