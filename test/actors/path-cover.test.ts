/**
 * Walks the room's whole chart (values and what its guards read) through the durable host, which stores each step and is
 * killed then, and compares with the pure transitions of XState. Every transition of the chart must be taken on the way.
 * Steps that are light in the shipped room are killed as well, before a write could carry them.
 */
import { createActor, type AnyMachineSnapshot } from 'xstate';
import { afterAll, expect, it } from 'vitest';
import { durable } from '../../src/durable/durable.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { roomRest } from '../../src/actors/rest.ts';
import { readRoomRecord, type RoomDefinition } from '../../src/actors/room.ts';
import { chartOf, step } from '../../src/durable/step.ts';
import type { Input } from '../../src/durable/definition.ts';
import {
  configured,
  definition,
  describeTransition,
  eventsOf,
  inputsOf,
  keyOf,
  machine,
  note,
  pure,
  rememberedOf,
  shipped,
  taken,
  timersAfter,
  timersAreRight,
} from './cover.ts';
import { fixedLimits } from '../../machines/room-limits.ts';
import { inputOf } from './moves.ts';
import { contextOf, conversationOf, eventId, freshRecord, ROOM } from './support.ts';
import { input } from '../support/inputs.ts';

/** What a process reads from the stored text: once for each text, since nobody may change it (it is frozen). */
const records = new Map<string, ReturnType<typeof readRoomRecord>>();
function read(stored: string): ReturnType<typeof readRoomRecord> {
  const known = records.get(stored);
  if (known !== undefined) return known;
  const record = frozen(readRoomRecord(JSON.parse(stored)));
  records.set(stored, record);
  return record;
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** What the process at hand has written and begun to do; each begins with nothing. */
let disk = '';
let begun: [string, unknown][] = [];

/** Built once: a kind of actor of its own for each process would cost more than its steps. */
const killedBeforeItActs = durable(definition, {
  write: (_, record) => {
    disk = JSON.stringify(record);
    return new Promise(() => {});
  },
  perform: () => {},
  committed: () => {},
  reach: () => {},
});

/** A process that starts from the stored text, takes one input and is killed when that is on disk, before it acts. */
function killedWhenWritten(stored: string, one: Input): string {
  disk = stored;
  const actor = createActor(killedBeforeItActs, { input: { key: ROOM, record: read(stored) } });
  actor.start().send({ type: 'admit', inputs: [one], onDisk: null });
  return disk;
}

function actingLogic(use: RoomDefinition) {
  return durable(use, {
    write: async (_, record) => void (disk = JSON.stringify(record)),
    perform: (_, { type, params }) => begun.push([type, params]),
    committed: () => {},
    reach: () => {},
  });
}
const acting = { everyStepIsWritten: actingLogic(definition), shipped: actingLogic(shipped) };

/** A process that takes the inputs one by one, does all it should, and is killed then; gives what it began to do as well. */
async function killedAfterEffects(kind: keyof typeof acting, stored: string, ...inputs: Input[]) {
  disk = stored;
  begun = [];
  const actor = createActor(acting[kind], { input: { key: ROOM, record: read(stored) } });
  actor.start();
  for (const one of inputs) {
    await new Promise<void>((told) => actor.send({ type: 'admit', inputs: [one], onDisk: () => told() }));
  }
  return { disk, effects: begun };
}

interface Place {
  stored: string;
  snapshot: AnyMachineSnapshot;
}

/** One input at one place, and what XState itself makes of it. */
interface Edge extends Place {
  one: Input;
  wanted: ReturnType<typeof pure>;
}

function placeOf(record: Envelope): Place {
  return { stored: JSON.stringify(record), snapshot: chartOf(definition, record) };
}

/** Everything that can be reached, breadth first, through hosts that are killed when they have written. */
function explore(): { places: Place[]; edges: Edge[] } {
  const start = placeOf(freshRecord(ROOM, { person: null }));
  const places = [start];
  const known = new Set([keyOf(JSON.parse(start.stored) as Envelope)]);
  const edges: Edge[] = [];
  for (const { stored, snapshot } of places) {
    const before = JSON.parse(stored) as Envelope<RoomContext>;
    if (before.done) continue;
    for (const one of inputsOf(before)) {
      const events = eventsOf(before, one);
      const wanted = pure(snapshot, events);
      const { snapshot: expected } = wanted;
      edges.push({ stored, snapshot, one, wanted });
      note(snapshot, events);
      const disk = killedWhenWritten(stored, one);
      // The place was compared when it was found.
      if (disk === stored && expected === snapshot) continue;
      const record = JSON.parse(disk) as Envelope;
      const what = () => `${conversationOf(before)} on ${JSON.stringify(one)}`;
      expectSame([record.value, record.context], [expected.value, rememberedOf(expected)], what);
      if (!timersAreRight(record, expected))
        expect.fail(`wrong timers: ${what()} gives ${JSON.stringify(record.timers)}`);
      if (record.parked.length > 0) expect(record.parked, what()).toEqual([]);
      const key = keyOf(record);
      if (key === null || known.has(key)) continue;
      known.add(key);
      places.push({ stored: disk, snapshot: expected });
    }
  }
  return { places, edges: [...edges, aFileTooMany()] };
}

/** Nobody walks there: as many files wait as may. */
function aFileTooMany(): Edge {
  const [file] = contextOf(withAFile(freshRecord(ROOM))).tray;
  const { mostFiles } = fixedLimits;
  const tray = Array.from({ length: mostFiles }, (_, n) => ({ ...file!, event: eventId(`file${n}`) }));
  const full = withAFile(freshRecord(ROOM, { tray }));
  const { stored, snapshot } = placeOf(full);
  const one = inputOf({ move: 'file', by: 'person' }, full, 999)!;
  note(snapshot, eventsOf(full, one));
  return { stored, snapshot, one, wanted: pure(snapshot, eventsOf(full, one)) };
}

function withAFile(record: Envelope<RoomContext>): Envelope<RoomContext> {
  return step(definition, record, [inputOf({ move: 'file', by: 'person' }, record, 998)!]).record;
}

let explored: ReturnType<typeof explore> | null = null;
const walk = () => (explored ??= explore());

// The files that the same worker takes next need not carry it along.
afterAll(() => {
  explored = null;
  records.clear();
});

/** Compares large values, of which nearly all are equal, by their text first. */
function expectSame(actual: unknown, wanted: unknown, what: () => string): void {
  if (JSON.stringify(actual) !== JSON.stringify(wanted)) expect(actual, what()).toEqual(wanted);
}

/** Of regions that move at once XState takes the one first that was entered first, which no record says: they are independent. */
function inAnyOrder(effects: readonly unknown[]): unknown[] {
  return effects.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

it('every transition of the chart goes the same way through a host that is killed after each step', async () => {
  const { places, edges } = walk();
  const missing = configured(machine.root).filter((one) => !taken.has(one));
  expect(missing.map(describeTransition)).toEqual([]);
  expect(places.length).toBeGreaterThan(50);
  expect(edges.length).toBeGreaterThan(2_000);

  for (const { stored, snapshot } of places) {
    const before = JSON.parse(stored) as Envelope<RoomContext>;
    if (before.done || roomRest.mayLeaveMemory(before)) continue;
    const resumed = await killedAfterEffects('everyStepIsWritten', stored, input({ type: 'resumed' }));
    const woken = pure(snapshot, [{ type: 'resumed' }]);
    const record = JSON.parse(resumed.disk) as Envelope;
    expect([record.value, record.context]).toEqual([woken.snapshot.value, rememberedOf(woken.snapshot)]);
    expect(resumed.effects).toEqual(woken.effects);
    for (const one of inputsOf(record)) {
      const { snapshot: wanted, effects: wantedEffects } = pure(woken.snapshot, eventsOf(record, one));
      const { disk, effects } = await killedAfterEffects('everyStepIsWritten', resumed.disk, one);
      const { value, context } = JSON.parse(disk) as Envelope;
      const what = () => `${conversationOf(before)}, resumed, on ${JSON.stringify(one)}`;
      expectSame([value, context, effects], [wanted.value, rememberedOf(wanted), wantedEffects], what);
    }
  }
}, 360_000);

it('`step` decides on every way what the public `transition` of XState decides', () => {
  for (const edge of walk().edges) {
    const { stored, one } = edge;
    const { snapshot: next, actions, effects: wanted } = edge.wanted;
    const before = read(stored);
    const { record, effects } = step(shipped, before, [one]);
    const { value, context, timers, done } = record;
    expectSame(
      { value, context, timers, done, effects: inAnyOrder(effects.map(({ type, params }) => [type, params])) },
      {
        value: next.value as unknown,
        context: rememberedOf(next),
        timers: timersAfter(before, one, actions),
        done: next.status === 'done',
        effects: inAnyOrder(wanted),
      },
      () => `${conversationOf(before)} on ${JSON.stringify(one)}`,
    );
  }
}, 360_000);

/** What a room goes on with after `resumed`; the message of a preview is found again by its transaction id. */
function goesOn(record: Envelope) {
  const { record: after, effects } = step(shipped, record, [input({ type: 'resumed' })]);
  const { turn, ...context } = contextOf(after);
  return {
    value: after.value,
    context: { ...context, turn: turn && { ...turn, preview: null } },
    timers: after.timers,
    outbox: after.outbox.map(({ type, params }) => [type, params]),
    effects: effects.map(({ type, params }) => [type, params]),
  };
}

it('a kill after a light step is a kill before it, and the next write carries what was light', async () => {
  const found = new Set<string>();
  for (const { stored, one } of walk().edges) {
    const before = read(stored);
    const { record, effects, light } = step(shipped, before, [one]);
    if (!light || record === before || one.kind !== 'event') continue;
    const what = () => `${conversationOf(before)} on ${JSON.stringify(one)}`;
    const kind = `${one.event.type} in ${conversationOf(before)}`;
    const isNew = !found.has(kind);
    found.add(kind);

    const killed = await killedAfterEffects('shipped', stored, one);
    expectSame(killed, { disk: stored, effects: effects.map(({ type, params }) => [type, params]) }, what);
    expectSame(goesOn(read(killed.disk)), goesOn(record), what);

    // What comes next does not depend on how the room came here: once for each kind is enough.
    if (!isNew) continue;
    for (const next of inputsOf(record)) {
      const wanted = step(shipped, record, [next]);
      const { disk } = await killedAfterEffects('shipped', stored, one, next);
      const isWritten = !wanted.light && wanted.record !== record;
      expectSame(JSON.parse(disk), JSON.parse(isWritten ? JSON.stringify(wanted.record) : stored), what);
    }
  }
  expect([...found].sort()).toEqual([
    'answer.shown in asking.awaiting confirmation',
    'answer.shown in asking.finishing',
    'answer.shown in asking.stopping',
    'answer.shown in asking.waiting for a place',
    'answer.shown in asking.working.awaiting status',
    'answer.shown in asking.working.backing off',
    'answer.shown in asking.working.connecting',
    'answer.shown in asking.working.streaming',
    'connection.opened in asking.working.connecting',
    'place.granted in asking.waiting for a place',
  ]);
}, 360_000);
