/** Rooms that the bot is in and has no record of: which of them had one, as the homeserver tells. */
import { expect, it } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import { spaceMarker, type Marker } from '../../machines/marker.ts';
import { newRoomRecord } from '../../src/actors/room.ts';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { newerMarker } from '../../src/matrix/markers.ts';
import { lookForMissing, type LookWorld } from '../../src/start/losses.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { freshRecord } from '../actors/support.ts';
import { silentLog } from '../support/log-book.ts';

const ann = UserId.parse('@ann:test');
const id = (name: string) => RoomId.parse(`!${name}:test`);
const marker = (kind: Marker['kind']): Marker => ({ ...spaceMarker(ann), kind });
const failure = (kind: MatrixFailure['kind']) =>
  new MatrixFailure({ kind, status: null, code: 'NO', detail: 'it does not say so' });

const markers: Record<string, Marker | null | Error> = {
  ...{ chat: marker('chat'), entry: marker('entry'), space: marker('space'), nobody: null },
  ...{ replaced: marker('chat'), newer: newerMarker(), silent: failure('unavailable') },
};

function look(joined: string[]) {
  const told: unknown[] = [];
  const asked: string[] = [];
  const world = {
    household: { rooms: { deliver: async (...delivered: unknown[]) => void told.push(delivered) } },
    directory: {
      ownerOf: (room: RoomId) => (room === id('known space') ? ann : undefined),
      inTheMaking: (room: RoomId) => (room === id('making') ? { person: ann, number: 1, name: 'Chat 1' } : null),
    },
    work: {
      async readMarker(room: RoomId) {
        asked.push(room);
        const found = markers[room.slice(1, -':test'.length)];
        if (found instanceof Error) throw found;
        return found ?? null;
      },
    },
    attendance: { isReplaced: async (room: RoomId) => room === id('replaced') },
    now: () => 5,
    log: silentLog,
  } as unknown as LookWorld;
  const record = newRoomRecord(freshRecord(id('known')).context as RoomContext, 'kept');
  const remembered = {
    ...{ people: new Map(), rooms: new Map([[id('known'), record]]) },
    damaged: { people: new Map(), rooms: new Map([[id('damaged'), 1]]) },
  };
  return { told, asked, done: lookForMissing(world, remembered, new Set(joined.map(id))) };
}

const loss = {
  ...{ kind: 'event', id: 'damaged record', at: 5, from: 'supervisor' },
  event: { type: 'memory.lost', eventId: null },
};

it('those with a marker had one, and those of which the homeserver does not say it may have had one', async () => {
  const { told, done } = look(Object.keys(markers));
  await done;
  expect(told).toEqual([id('chat'), id('entry'), id('silent')].map((room) => [room, [loss], 'woken']));
});

it('nobody asks about rooms that have one, are Spaces, or are being made', async () => {
  const { told, asked, done } = look(['known', 'damaged', 'known space', 'making']);
  await done;
  expect({ told, asked }).toEqual({ told: [], asked: [] });
});
