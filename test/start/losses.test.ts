/** Rooms that the bot is in and has no record of: which of them had one, as the homeserver tells. */
import { expect, it } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import { spaceMarker, type Marker } from '../../machines/marker.ts';
import { newRoomRecord } from '../../src/actors/room.ts';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { newerMarker } from '../../src/matrix/markers.ts';
import { lookForMissing, redeliver, type LookWorld, type LossWorld } from '../../src/start/losses.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Input } from '../../src/durable/definition.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import { build } from '../durable/house.ts';
import { countOf, toy, toyRecord } from '../durable/toy.ts';
import { temporaryStore } from '../store/support.ts';
import { input } from '../support/inputs.ts';
import { until } from '../support/until.ts';
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

/** An input that came behind this position. */
const behind = (position: string, name: string): Input =>
  ({ ...input({ type: 'count' }, 0, name), behind: position }) as Input;

/** A room that has taken 300 inputs behind `position`, and these letters of an earlier process. */
async function roomWithLetters(position: string, letters: Input[]) {
  const store = await temporaryStore();
  const taken = Array.from({ length: 300 }, (_, n) => behind(position, `$${n}`));
  await store.rooms.write(id('a'), step(toy, toyRecord(), taken).record);
  await store.deadLetters.write(id('a'), letters);
  const { children } = build({ records: store.rooms, deadLetters: store.deadLetters });
  const world = {
    ...{ store, now: () => 5, log: silentLog, household: { rooms: children } },
    host: { read: () => ({ syncPosition: position }) },
  } as unknown as LossWorld;
  await redeliver(world, { people: new Map(), rooms: new Map(), damaged: { people: new Map(), rooms: new Map() } });
  await until(async () => (await store.deadLetters.read(id('a'))) === null);
  const count = async () => countOf((await store.rooms.read(id('a'))) as Envelope<{ count: number }>);
  return { taken, children, count };
}

it('a letter from behind an earlier position does not let the ids since the present one be forgotten', async () => {
  const it = await roomWithLetters('s3', [behind('s1', '$letter')]);
  expect(await it.count()).toBe(301);
  await it.children.deliver(id('a'), it.taken);
  await it.children.deliver(id('a'), [behind('s3', '$new')]);
  await it.children.deliver(id('a'), it.taken);
  expect(await it.count()).toBe(302);
});

it('a letter that may come again behind the present position is known as long as that may be', async () => {
  const it = await roomWithLetters('s3', [behind('s3', '$letter')]);
  const more = Array.from({ length: 300 }, (_, n) => behind('s3', `$more ${n}`));
  await it.children.deliver(id('a'), more);
  await it.children.deliver(id('a'), [behind('s3', '$letter'), ...it.taken, ...more]);
  expect(await it.count()).toBe(601);
});
