/** For the path cover: the chart's side of the walk. What can happen at a record, and what XState itself makes of it. */
import {
  createActor,
  transition,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateNode,
  type AnyTransitionDefinition,
} from 'xstate';
import type { Envelope } from '../../src/actors/record.ts';
import { roomDefinition } from '../../src/actors/room.ts';
import type { Definition, Input } from '../../src/actors/step.ts';
import { inputOf, type AgentMove, type Move } from './moves.ts';
import { contextOf, conversationOf, DEVICE } from './support.ts';

/** With the smallest limits, so that every one of them is met. */
export const shipped = roomDefinition({ queue: 1, tries: 2, turnMs: 60_000 }, DEVICE);
/** The same, but every step is written. */
export const definition: Definition = { ...shipped, light: new Set() };
export const { machine } = definition;

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
export function inputsOf(record: Envelope): Input[] {
  const n = 100 + record.seen.length;
  const weighty = record.outbox.findIndex(({ type }) => type !== 'say');
  const settle =
    weighty < 0 ? [] : [true, false].map((accepted): Move => ({ move: 'settle', which: weighty, accepted }));
  const moved = [...representatives, ...settle].map((move) => inputOf(move, record, n)).filter((one) => one !== null);
  return [...moved, ...record.timers.map((timer): Input => ({ kind: 'timer', timer, at: timer.at }))];
}

/** What of a record decides how the chart goes on, each where it is asked for; places with the same key are visited once. */
export function keyOf(record: Envelope): string {
  const { waiting, unanswered, question, turn, told, session, person } = contextOf(record);
  const now = conversationOf(record);
  const key: unknown[] = [now, Math.min(waiting.length, 2), unanswered === null, question === null, turn?.attempts];
  if (turn !== null) key.push(turn.idempotent, turn.discarded, turn.stoppedFor === null);
  if (now === 'asking.waiting for a place') key.push(turn?.toldBusy);
  if (now === 'asking.working.awaiting status') key.push(session !== null);
  if (now === 'asking.stopping' || now === 'asking.finishing') key.push(unanswered?.why === 'interrupted');
  if (now === 'idle') {
    const joining = record.outbox.find(({ type }) => type === 'join the room');
    key.push(told.length > 0, person, joining?.params['greet']);
  }
  return JSON.stringify(key);
}

/** The event that the chart sees for this input. */
export function eventOf(record: Envelope, one: Input): AnyEventObject | null {
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

interface Action {
  type: string;
  params: unknown;
}

/** What XState itself makes of the event: the next snapshot, all actions, and those of them that are effects. */
export function pure(snapshot: AnyMachineSnapshot, event: AnyEventObject | null) {
  if (event === null) return { snapshot, actions: [] as Action[], effects: [] as [string, unknown][] };
  const [next, actions] = transition(machine, snapshot, event) as [AnyMachineSnapshot, Action[]];
  const effects = actions.filter(({ type }) => type in definition.effects);
  return { snapshot: next, actions, effects: effects.map(({ type, params }): [string, unknown] => [type, params]) };
}

/** Timers of a record are those of the states that it is in. */
export function timersAreRight(record: Envelope): boolean {
  if (record.done) return record.timers.length === 0;
  const nodes = machine.resolveState({ value: record.value as never, context: record.context })
    ._nodes as AnyStateNode[];
  const due = [...new Set(nodes.flatMap((node) => node.after.map(({ eventType }) => eventType as string)))];
  return JSON.stringify(due.sort()) === JSON.stringify(record.timers.map(({ event }) => event).sort());
}

export const taken = new Set<AnyTransitionDefinition>();

/** Notes which transitions of the chart the event takes. */
export function note(snapshot: AnyMachineSnapshot, event: AnyEventObject): void {
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

/** All transitions below a state, and its own. */
export function configured(node: AnyStateNode): AnyTransitionDefinition[] {
  const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  return [...own, ...(Object.values(node.states) as AnyStateNode[]).flatMap(configured)];
}

export function describeTransition({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const condition =
    guard === undefined ? '' : ` [${typeof guard === 'string' ? guard : (guard as { type: string }).type}]`;
  return `${source.id} on ${eventType === '' ? 'nothing' : eventType}${condition} -> ${target?.map(({ id }) => id).join() ?? '(stays)'}`;
}

/** The timers of a record after these actions of XState at the time of the input. */
export function timersAfter({ timers }: Envelope, one: Input, actions: readonly Action[]): Envelope['timers'] {
  let left = one.kind === 'timer' ? timers.filter(({ id, at }) => id !== one.timer.id || at !== one.timer.at) : timers;
  for (const { type, params } of actions) {
    if (type === 'xstate.cancel') left = left.filter(({ id }) => id !== (params as { sendId: string }).sendId);
    if (type !== 'xstate.raise') continue;
    const { id, delay, event } = params as { id: string; delay: number; event: { type: string } };
    left = [
      ...left.filter((timer) => timer.id !== id),
      { id, at: ('at' in one ? one.at : 0) + delay, event: event.type },
    ];
  }
  return left;
}
