import { expect, test } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { createFates } from '../../src/actors/fates.ts';
import { createLedger } from '../../src/actors/ledger.ts';
import { createRoomDesk, type DeskWorld } from '../../src/actors/ops-desk.ts';
import { nameOfParked, type Envelope } from '../../src/durable/record.ts';
import type { Input } from '../../src/durable/definition.ts';
import { logBook } from '../support/log-book.ts';
import { temporaryStore } from '../store/support.ts';
import { after, agent, ann, eventId, freshRecord, textInput, textOf, toStreaming } from './support.ts';

const [IDLE, BUSY, BROKEN] = ['!a:test', '!b:test', '!c:test'].map((id) => RoomId.parse(id)) as [
  RoomId,
  RoomId,
  RoomId,
];
const parked = { at: 500, error: 'broken', event: { type: 'text.received', text: textOf('parked') } };

/** Three rooms on a real store: one at rest, one that is asked (and in memory), one whose actor is parked. */
async function desk() {
  const { rooms: records } = await temporaryStore();
  const busy = after(freshRecord(BUSY), textInput(1), ...toStreaming(1), textInput(2));
  const idle: Envelope<RoomContext> = { ...after(freshRecord(IDLE), textInput('seen', ann)), parked: [parked] };
  const stored = {
    ...idle,
    value: freshRecord(IDLE).value,
    context: freshRecord(IDLE).context,
    timers: [],
    outbox: [],
  };
  const ledger = createLedger();
  for (const record of [stored, busy, freshRecord(BROKEN)]) {
    ledger.note(record);
    await records.write(record.context.room, record);
  }
  const delivered: [RoomId, readonly Input[]][] = [];
  const log = logBook();
  const failure = { error: 'bang', at: 400, standing: 'parked' as const };
  const world: DeskWorld = {
    ...{ ledger, fates: createFates(), records, log, now: () => 1_000, whoseIs: () => ann },
    rooms: {
      recordOf: (room) => (room === BUSY ? busy : null),
      unpark: (room) => room === BROKEN,
      deliver: async (room, inputs) => void delivered.push([room, inputs]),
    },
    people: { unpark: (person) => person === ann },
    standings: () => [[BROKEN, 'parked']],
    failureOf: (key) => (key === BROKEN ? failure : null),
  };
  return { ...createRoomDesk(world), delivered, fates: world.fates as ReturnType<typeof createFates>, log };
}

const row = { person: ann, agent, line: 0, outbox: 0, parked: 0 };
const idleRow = { ...row, room: IDLE, state: 'at rest', parked: 1 };
const busyRow = { ...row, room: BUSY, state: 'answering', line: 1 };
const brokenRow = { ...row, room: BROKEN, state: 'parked' };

test('rooms are counted and listed by what they are at, page by page', async () => {
  const { counts, rooms } = await desk();
  expect(counts()).toEqual({ 'at rest': 1, answering: 1, 'in line': 0, sending: 0, restarting: 0, parked: 1 });
  const listed = (state: 'busy' | 'parked' | null, after: string | null, most: number) => rooms({ state, after, most });
  expect(listed(null, null, 2)).toEqual({ rooms: [idleRow, busyRow], total: 3, next: BUSY });
  expect(listed(null, BUSY, 2)).toEqual({ rooms: [brokenRow], total: 3, next: null });
  expect(listed('busy', null, 9)).toEqual({ rooms: [busyRow, brokenRow], total: 2, next: null });
  expect(listed('parked', null, 9)).toEqual({ rooms: [brokenRow], total: 1, next: null });
});

test('a room is shown whole, without a word of anybody', async () => {
  const { room } = await desk();
  const sheet = await room(BUSY);
  expect(sheet).toEqual({
    ...{ ...busyRow, role: 'chat', value: sheet?.value, parkedEvents: [], failure: null, waiting: [eventId(2)] },
    turn: { event: eventId(1), turn: 1, stage: { is: 'asked', silent: 1_000 }, tries: 0 },
    sending: [],
    timers: sheet?.timers,
  });
  expect(sheet?.timers.map(({ event }) => event.split('.')[2])).toContain('turnLimit');
  const other = await room(IDLE);
  expect(other?.parkedEvents).toEqual([
    { id: nameOfParked(parked), event: '$parked', type: 'text.received', error: 'broken', agoMs: 500 },
  ]);
  expect(JSON.stringify([sheet, other])).not.toContain('hello');
  expect((await room(BROKEN))?.failure).toEqual({ error: 'bang', agoMs: 600 });
  expect([await room('!none:test'), await room('nonsense')]).toEqual([null, null]);
});

test('why is found by the message alone, by records where nobody remembers it, or in a room that is named', async () => {
  const { why, fates } = await desk();
  const told = async (event: string, room: string | null = null) => {
    const { room: found, fate } = await why(event, room);
    return [found, fate.is];
  };
  expect(await told('$1')).toEqual([BUSY, 'being asked']);
  expect(await told('$parked')).toEqual([IDLE, 'parked']);
  expect(await told('$seen')).toEqual([IDLE, 'forgotten']);
  expect(await told('$none')).toEqual([null, 'unknown']);
  expect(await told('$none', IDLE)).toEqual([IDLE, 'unknown']);
  expect(await told('$letter', BROKEN)).toEqual([BROKEN, 'room parked']);
  fates.dropped(eventId('edit'), 'edit into no text');
  fates.ofNoPerson(eventId('bridge'), IDLE);
  expect([await told('$edit'), await told('$bridge')]).toEqual([
    [null, 'not for the bot'],
    [IDLE, 'of no person'],
  ]);
});

test('a parked event is heard again or let go, by its name or its message', async () => {
  const { parkedEvent, delivered, log } = await desk();
  expect([
    await parkedEvent(IDLE, '$parked', 'retry'),
    await parkedEvent(IDLE, nameOfParked(parked), 'drop'),
    await parkedEvent(IDLE, '$other', 'drop'),
    await parkedEvent('!none:test', '$parked', 'retry'),
    await parkedEvent('nonsense', '$parked', 'retry'),
  ]).toEqual(['done', 'done', 'not parked', 'not there', 'not there']);
  const input = { kind: 'parked', parked: nameOfParked(parked), at: 1_000 };
  expect(delivered).toEqual([
    [IDLE, [{ ...input, then: 'retry' }]],
    [IDLE, [{ ...input, then: 'drop' }]],
  ]);
  expect(log.lines.map(({ message }) => message)).toEqual(['operator: parked event', 'operator: parked event']);
});

test('rooms and people are unparked, where they are parked', async () => {
  const { unpark } = await desk();
  const names = [BROKEN, ann, IDLE, UserId.parse('@bob:test'), '!none:test', 'nonsense'];
  expect(names.map(unpark)).toEqual(['done', 'done', 'not parked', 'not parked', 'not there', 'not there']);
});
