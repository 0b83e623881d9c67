/**
 * Walks the room's whole chart (values and what its guards read) through the durable host, which is killed after each
 * step, and compares with the pure transitions of XState. Every transition of the chart must be taken on the way.
 */
import {
  createActor,
  transition,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateNode,
  type AnyTransitionDefinition,
} from 'xstate';
import { expect, it } from 'vitest';
import { durable } from '../../src/actors/durable.ts';
import type { Envelope } from '../../src/actors/record.ts';
import type { Input } from '../../src/actors/step.ts';
import { inputOf, type AgentMove, type Move } from './moves.ts';
import { isAtRest, readRoomRecord, roomDefinition } from '../../src/actors/room.ts';
import { contextOf, conversationOf, DEVICE, freshRecord, input, ROOM } from './support.ts';

/** With the smallest limits, so that every one of them is met. */
const definition = roomDefinition({ queue: 1, tries: 2, turnMs: 60_000 }, DEVICE);
const { machine } = definition;

const agentMoves: AgentMove[] = [
  { says: 'granted' },
  { says: 'awaited' },
  { says: 'opened' },
  { says: 'asks' },
  { says: 'file' },
  { says: 'shown' },
  { says: 'ready', idempotent: false, confirmations: false, session: null },
  { says: 'ready', idempotent: true, confirmations: true, session: 's1' },
  { says: 'ready', idempotent: false, confirmations: false, session: 's2' },
  { says: 'unreachable' },
  { says: 'ended', outcome: 'done', answered: true, trouble: 0 },
  { says: 'ended', outcome: 'done', answered: false, trouble: 0 },
  { says: 'ended', outcome: 'stopped', answered: true, trouble: 0 },
  { says: 'ended', outcome: 'failed', answered: false, trouble: 7 },
];

const representatives: Move[] = [
  { move: 'text', by: 'person' },
  { move: 'text', by: 'bystander' },
  { move: 'file', by: 'person' },
  ...(['help', 'stop', 'retry', 'clear', 'yes', 'no', 'unknown'] as const).map((name) => ({
    move: 'command' as const,
    name,
  })),
  { move: 'invite', by: 'person' },
  { move: 'invite', by: 'bystander' },
  { move: 'leave' },
  ...agentMoves.map((event) => ({ move: 'agent' as const, event, off: 0 })),
  { move: 'agent', event: { says: 'ended', outcome: 'done', answered: true, trouble: 0 }, off: 1 },
  { move: 'agent is back' },
  { move: 'timer', stale: true },
  { move: 'resume' },
];

/** A move as input; what is settled is the delivery or the joining, if any. */
function inputsOf(record: Envelope): Input[] {
  const n = 100 + record.seen.length;
  const weighty = record.outbox.findIndex(({ type }) => type !== 'say');
  const settle =
    weighty < 0 ? [] : [true, false].map((accepted): Move => ({ move: 'settle', which: weighty, accepted }));
  const moved = [...representatives, ...settle].map((move) => inputOf(move, record, n)).filter((one) => one !== null);
  return [...moved, ...record.timers.map((timer): Input => ({ kind: 'timer', timer, at: timer.at }))];
}

/** What of a record decides how the chart goes on, each where it is asked for; places with the same key are visited once. */
function keyOf(record: Envelope): string {
  const { waiting, unanswered, question, turn, told, session, person } = contextOf(record);
  const now = conversationOf(record);
  const key: unknown[] = [now, Math.min(waiting.length, 2), unanswered === null, question === null, turn?.attempts];
  if (turn !== null) key.push(turn.idempotent, turn.discarded, turn.stoppedFor === null);
  if (now === 'asking.working.awaiting status') key.push(session !== null);
  if (now === 'asking.stopping' || now === 'asking.finishing') key.push(unanswered?.why === 'interrupted');
  if (now === 'idle') {
    const joining = record.outbox.find(({ type }) => type === 'join the room');
    key.push(told.length > 0, person, joining?.params['greet']);
  }
  return JSON.stringify(key);
}

/** The event that the chart sees for this input. */
function eventOf(record: Envelope, one: Input): AnyEventObject | null {
  switch (one.kind) {
    case 'event':
      return definition.classify(record.context, one.event);
    case 'timer':
      return record.timers.some(({ id, at }) => id === one.timer.id && at === one.timer.at)
        ? { type: one.timer.event }
        : null;
    case 'settled': {
      const item = record.outbox.find(({ id }) => id === one.effect);
      return item === undefined ? null : definition.settled(item, one.accepted);
    }
    case 'partly settled':
      return null;
  }
}

function pure(snapshot: AnyMachineSnapshot, event: AnyEventObject | null) {
  if (event === null) return { snapshot, actions: [] };
  const [next, actions] = transition(machine, snapshot, event) as [
    AnyMachineSnapshot,
    { type: string; params: unknown }[],
  ];
  return { snapshot: next, actions: actions.filter(({ type }) => type in definition.effects) };
}

/** A process that starts from the stored text, takes one input and is killed when that is on disk, before it acts. */
function killedWhenWritten(stored: string, one: Input): string {
  let disk = stored;
  const logic = durable(definition, {
    write: (_, record) => {
      disk = JSON.stringify(record);
      return new Promise(() => {});
    },
    perform: () => {},
    committed: () => {},
    reach: () => {},
  });
  const actor = createActor(logic, { input: { key: ROOM, record: readRoomRecord(JSON.parse(stored)) } });
  actor.start().send({ type: 'admit', inputs: [one], settled: null });
  return disk;
}

/** A process that does all it should, and is killed then; gives what it began to do as well. */
async function killedAfterEffects(stored: string, one: Input): Promise<{ disk: string; effects: [string, unknown][] }> {
  let disk = stored;
  const effects: [string, unknown][] = [];
  const logic = durable(definition, {
    write: async (_, record) => void (disk = JSON.stringify(record)),
    perform: (_, { type, params }) => effects.push([type, params]),
    committed: () => {},
    reach: () => {},
  });
  const actor = createActor(logic, { input: { key: ROOM, record: readRoomRecord(JSON.parse(stored)) } });
  await new Promise<void>((settled) => actor.start().send({ type: 'admit', inputs: [one], settled }));
  return { disk, effects };
}

/** Timers of a record are those of the states that it is in. */
function timersAreRight(record: Envelope): boolean {
  if (record.done) return record.timers.length === 0;
  const nodes = machine.resolveState({ value: record.value as never, context: record.context })
    ._nodes as AnyStateNode[];
  const due = [...new Set(nodes.flatMap((node) => node.after.map(({ eventType }) => eventType as string)))];
  return JSON.stringify(due.sort()) === JSON.stringify(record.timers.map(({ event }) => event).sort());
}

const taken = new Set<AnyTransitionDefinition>();

/** Notes which transitions of the chart the event takes. */
function note(snapshot: AnyMachineSnapshot, event: AnyEventObject): void {
  const actor = createActor(machine, {
    snapshot: snapshot as never,
    clock: { setTimeout: () => 0, clearTimeout: () => {} },
    inspect: (happened) => {
      if (happened.type !== '@xstate.microstep') return;
      for (const one of (happened as { _transitions?: AnyTransitionDefinition[] })._transitions ?? []) taken.add(one);
    },
  });
  actor.subscribe({ error: () => {} });
  actor.start().send(event);
  actor.stop();
}

function configured(node: AnyStateNode): AnyTransitionDefinition[] {
  const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  return [...own, ...(Object.values(node.states) as AnyStateNode[]).flatMap(configured)];
}

function describeTransition({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const condition =
    guard === undefined ? '' : ` [${typeof guard === 'string' ? guard : (guard as { type: string }).type}]`;
  return `${source.id} on ${eventType === '' ? 'nothing' : eventType}${condition} -> ${target?.map(({ id }) => id).join() ?? '(stays)'}`;
}

interface Place {
  stored: string;
  snapshot: AnyMachineSnapshot;
}

function placeOf(record: Envelope): Place {
  const snapshot = machine.resolveState({ value: record.value as never, context: record.context });
  return { stored: JSON.stringify(record), snapshot };
}

/** Everything that can be reached, breadth first, through hosts that are killed when they have written. */
function explore(): { places: Place[]; steps: number } {
  const start = placeOf(freshRecord(ROOM, { person: null }));
  const places = [start];
  const known = new Set([keyOf(JSON.parse(start.stored) as Envelope)]);
  let steps = 0;
  for (const { stored, snapshot } of places) {
    const before = JSON.parse(stored) as Envelope;
    if (before.done) continue;
    for (const one of inputsOf(before)) {
      steps++;
      const event = eventOf(before, one);
      const expected = pure(snapshot, event).snapshot;
      if (event !== null) note(snapshot, event);
      const disk = killedWhenWritten(stored, one);
      const record = JSON.parse(disk) as Envelope;
      const context = `${conversationOf(before)} on ${JSON.stringify(one)}`;
      if (JSON.stringify(record.value) !== JSON.stringify(expected.value))
        expect(record.value, context).toEqual(expected.value);
      if (JSON.stringify(record.context) !== JSON.stringify(expected.context)) {
        expect(record.context, context).toEqual(expected.context);
      }
      if (!timersAreRight(record)) expect.fail(`wrong timers: ${context} gives ${JSON.stringify(record.timers)}`);
      expect(record.parked, context).toEqual([]);
      const key = keyOf(record);
      if (known.has(key)) continue;
      known.add(key);
      places.push({ stored: disk, snapshot: expected });
    }
  }
  return { places, steps };
}

it('every transition of the chart goes the same way through a host that is killed after each step', async () => {
  const { places, steps } = explore();
  const missing = configured(machine.root).filter((one) => !taken.has(one));
  expect(missing.map(describeTransition)).toEqual([]);
  expect(places.length).toBeGreaterThan(50);
  expect(steps).toBeGreaterThan(2_000);

  for (const { stored, snapshot } of places) {
    const before = JSON.parse(stored) as Envelope;
    if (before.done || isAtRest(before)) continue;
    const resumed = await killedAfterEffects(stored, input({ type: 'resumed' }));
    const woken = pure(snapshot, { type: 'resumed' });
    const record = JSON.parse(resumed.disk) as Envelope;
    expect([record.value, record.context]).toEqual([woken.snapshot.value, woken.snapshot.context]);
    expect(resumed.effects).toEqual(woken.actions.map(({ type, params }) => [type, params]));
    for (const one of inputsOf(record)) {
      const expected = pure(woken.snapshot, eventOf(record, one));
      const { disk, effects } = await killedAfterEffects(resumed.disk, one);
      const after = JSON.parse(disk) as Envelope;
      const [actual, wanted] = [
        { value: after.value, context: after.context, effects },
        {
          value: expected.snapshot.value as unknown,
          context: expected.snapshot.context as unknown,
          effects: expected.actions.map(({ type, params }) => [type, params]),
        },
      ];
      if (JSON.stringify(actual) !== JSON.stringify(wanted)) expect(actual).toEqual(wanted);
    }
  }
}, 60_000);
