/** For the path cover: the chart's side of the walk. What can happen at a record, and what XState itself makes of it. */
import {
  transition,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateNode,
  type AnyTransitionDefinition,
} from 'xstate';
import { smallestLimits } from '../../machines/room-limits.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { waitsForFiles } from '../../machines/room-tray.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { roomDefinition, type RoomDefinition, type RoomFacts } from '../../src/actors/room.ts';
import type { Input } from '../../src/durable/definition.ts';
import {
  changesOfMind,
  commandMoves,
  inputOf,
  later,
  ofFiles,
  pushes,
  ofSaves,
  rewordings,
  roomEvents,
  type AgentMove,
  type Move,
} from './moves.ts';
import { observed } from '../machines/coverage.ts';
import { ann, besidesOf, bob, contextOf, conversationOf, DEVICE, eventId } from './support.ts';

const small = roomDefinition(smallestLimits, DEVICE);
/** So that a walk soon meets each bound. */
export const shipped: RoomDefinition = { ...small, limits: { ...small.limits, mostPushesHeld: 1 } };
/** The same, but every step is written. */
export const definition: RoomDefinition = { ...shipped, light: new Set() };
export const { machine } = definition;

const agentMoves: AgentMove[] = [
  { says: 'granted' },
  { says: 'awaited' },
  { says: 'opened' },
  { says: 'asks' },
  { says: 'file' },
  { says: 'shown' },
  { says: 'works' },
  { says: 'work shown' },
  { says: 'ready', idempotent: false, confirmations: false, session: null },
  { says: 'ready', idempotent: true, confirmations: true, session: 's1' },
  { says: 'ready', idempotent: false, confirmations: false, session: 's2' },
  { says: 'says and asks' },
  { says: 'awaited nearer' },
  { says: 'unreachable' },
  { says: 'ended', outcome: 'done', answered: true, trouble: 0 },
  { says: 'ended', outcome: 'done', answered: false, trouble: 0 },
  { says: 'ended', outcome: 'stopped', answered: true, trouble: 0 },
  { says: 'ended', outcome: 'failed', answered: false, trouble: 7 },
];

const representatives: Move[] = [
  { move: 'room', event: { type: 'dialog.shown', eventId: eventId('ours') } },
  { move: 'text', by: 'person' },
  { move: 'text', by: 'bystander' },
  { move: 'file', by: 'person' },
  { move: 'sticker', by: 'person' },
  ...rewordings,
  ...later,
  ...changesOfMind,
  { move: 'room', event: { type: 'text.withdrawn', of: eventId('nobody-asked') } },
  { move: 'room', event: { type: 'text.edited', of: eventId('nobody-asked'), sender: bob, body: 'words' } },
  ...commandMoves,
  ...ofSaves,
  ...ofFiles,
  ...pushes,
  { move: 'room', event: { type: 'file.received', eventId: eventId('sealed'), sender: ann, name: 'a' } },
  { move: 'invite', by: 'person' },
  { move: 'invite', by: 'bystander' },
  { move: 'invite', by: 'bystander', assignment: 'default' },
  { move: 'invite', by: 'bystander', role: 'entry' },
  { move: 'invite', by: 'bystander', role: 'refused' },
  ...roomEvents.map((event) => ({ move: 'room' as const, event })),
  { move: 'room', event: { type: 'room.joined', company: true } },
  { move: 'leave' },
  ...agentMoves.map((event) => ({ move: 'agent' as const, event, off: 0 })),
  { move: 'agent', event: { says: 'ended', outcome: 'done', answered: true, trouble: 0 }, off: 1 },
  { move: 'agent is back' },
  { move: 'timer', stale: true },
  { move: 'resume' },
];

/** What the chart hears of when it is settled. */
const weighty = ['deliver the answer', 'join the room', 'leave the room', 'set the name', 'tell the person'];

/** How it can be settled. */
const fates = [{ accepted: true }, { accepted: false, code: 'M_FORBIDDEN' }, { accepted: false, code: 'GIVEN_UP' }];

/** A move as input; what is settled is a delivery, a joining or a naming, if any. */
export function inputsOf(record: Envelope): Input[] {
  const n = 100 + record.seen.length;
  const settle = weighty
    .map((name) => record.outbox.findIndex(({ type }) => type === name))
    .filter((which) => which >= 0)
    .flatMap((which) => fates.map((fate): Move => ({ move: 'settle', which, ...fate })));
  const moved = [...representatives, ...settle].map((move) => inputOf(move, record, n)).filter((one) => one !== null);
  return [...moved, ...record.timers.map((timer): Input => ({ kind: 'timer', timer, at: timer.at }))];
}

/** Facts of a room that guards read in every state, each true of few rooms. */
function facts(record: Envelope): boolean[] {
  const { told, person, number, name, encrypted, assignment, noticed, company, language } = contextOf(record);
  const joining = record.outbox.find(({ type }) => type === 'join the room')?.params['greet'];
  const naming = record.outbox.some(({ type }) => type === 'set the name');
  return [
    ...[told.length > 0, person === bob, number !== null, name === 'Plans', encrypted, noticed],
    ...[assignment === 'default', joining === true, joining === false, naming, company],
    // No guard reads it beside others: as a pair by itself it makes few places.
    ...[language !== null, language !== null],
  ];
}

const withTheAgent = [
  ...['asking.working.streaming', 'asking.awaiting confirmation', 'asking.stopping', 'asking.finishing'],
];

/** Where it still matters what becomes of a turn that does something with the agent's memory. */
const onTheWay = [
  ...[
    'waiting for a place',
    'working.connecting',
    'working.awaiting status',
    'working.backing off',
    'working.streaming',
  ],
].map((state) => `asking.${state}`);

/**
 * What of a record decides how the chart goes on, each where it is asked for; places with the same key are visited once.
 * The facts of the room are told apart where nothing else is under way, and there in pairs: null for a place with more of
 * them, which is not visited.
 */
export function keyOf(record: Envelope): string | null {
  const { waiting, unanswered, question, turn, session, last, dialog, number, passedOn, missed, tray } =
    contextOf(record);
  const now = conversationOf(record);
  /** What is told of the line, and pieces of an answer, are told apart where little else is under way. */
  const isPlain = turn?.attempts === 0 && !turn.idempotent && unanswered.length === 0 && question === null;
  /** What is done with the agent's memory, and our own questions: only where nothing else is under way. */
  const isQuiet = waiting.length === 0 && unanswered.length === 0 && question === null && turn?.idempotent !== true;
  const task = turn?.text.task;
  if (record.done) return now;
  const key: unknown[] = [now, Math.min(waiting.length, 2), unanswered.length === 0, question === null];
  if (now === 'asking.stopping') key.push(turn?.discarded, turn?.stoppedFor === null);
  else if (now !== 'asking.finishing') key.push(turn?.attempts, turn?.idempotent);
  if (now === 'asking.finishing') key.push(turn?.discarded);
  if (now === 'asking.awaiting confirmation') key.push(turn?.attempts === 0 && turn.pieces === 0);
  if (now === 'idle') key.push(last.length === 0);
  if (isQuiet && task !== undefined && onTheWay.includes(now)) {
    const isOnItsSecondHalf = turn?.contextId === ('to' in task && task.to);
    key.push(turn?.attempts === 0 ? [task.kind, 'clears' in task, isOnItsSecondHalf] : 'clears' in task);
  }
  if (isQuiet && task === undefined && now === 'asking.working.streaming') key.push(dialog?.about, number === null);
  const isBareTurn = isQuiet && isPlain && dialog === null && turn.work === undefined && turn.pieces === 0;
  if (isBareTurn && besidesOf(record).length === 0 && now === 'asking.working.streaming')
    key.push(turn.text.files === undefined, turn.sends === undefined, turn.preview === null);
  if (now === 'asking.waiting for a place') key.push(turn?.position, isPlain ? besidesOf(record) : []);
  if (now === 'asking.waiting for a place' && isQuiet && isPlain && besidesOf(record).length === 0)
    key.push(turn.text.files === undefined);
  if (now === 'interrupted' && waiting.length < 2) key.push(tray.length > 0, waitsForFiles(waiting[0]));
  if (now === 'asking.working.awaiting status') key.push(session !== null);
  if (now === 'asking.stopping' || now === 'asking.finishing') key.push(unanswered.at(-1)?.why === 'interrupted');
  if (now === 'asking.working.streaming') key.push(isPlain ? [besidesOf(record), turn?.pieces === 0] : []);
  if (isPlain && isQuiet && turn.work !== undefined && turn.pieces === 0) key.push(turn.work === null);
  if (turn === null) key.push(besidesOf(record), missed > 0);
  // A word on a question is told apart where it waits, has its turn, or was told with little else under way.
  const isAlone = turn?.attempts === 0 && waiting.length === 0 && unanswered.length === 0;
  if (isAlone && withTheAgent.includes(now)) key.push(passedOn.length > 0);
  if (isAlone && !turn.idempotent && question === null) key.push(turn.text.settles === undefined);
  if (now === 'asking.working.streaming' && isPlain) key.push(waiting[0]?.settles === undefined);
  if (turn === null && unanswered.length === 0 && question === null) {
    const found = [...facts(record), besidesOf(record).length > 0, passedOn.length > 0];
    const most = now === 'idle' && last.length > 0 ? 1 : 2;
    if (found.filter(Boolean).length > most) return null;
    // A text that waits for its files, where nothing runs.
    if (waiting.length > 0 && (facts(record).includes(true) || passedOn.length > 0)) return null;
    key.push(found);
    const isBare = dialog === null && now === 'idle' && last.length === 0 && waiting.length < 2;
    if (!found.includes(true))
      key.push(dialog?.about, isBare ? filesIn(record) : null, isBare ? pushesIn(record) : null);
  }
  return JSON.stringify(key);
}

/** What its files are at, and whether a text waits for one. */
function filesIn(record: Envelope): unknown {
  const { burst, waiting } = contextOf(record);
  const { serving } = record.value as { serving?: Record<string, unknown> };
  return [serving?.['tray'], serving?.['burst'], (burst?.failed.length ?? 0) > 0, waitsForFiles(waiting[0])];
}

/** Whether a push is known, and a task that is told of; null where something else is under way. */
function pushesIn(record: Envelope): unknown {
  const { pushes, tray, burst, waiting } = contextOf(record);
  if (tray.length > 0 || burst !== null || waiting.length > 0) return null;
  return [pushes.known.length > 0, pushes.tasks[0]?.notice === null, pushes.tasks.length > 0];
}

/** The events that the chart sees for this input, with the time of it. */
export function eventsOf(record: Envelope, one: Input): AnyEventObject[] {
  return plainEventsOf(record, one).map((event) => ('at' in one ? { ...event, at: one.at } : event));
}

function plainEventsOf(record: Envelope, one: Input): AnyEventObject[] {
  switch (one.kind) {
    case 'event':
      return definition.classify(contextOf(record), one.event as RoomEvent, one.facts as RoomFacts | undefined);
    case 'timer':
      return record.timers.some(({ id, at }) => id === one.timer.id && at === one.timer.at)
        ? [{ type: one.timer.event }]
        : [];
    case 'settled': {
      const item = record.outbox.find(({ id }) => id === one.effect);
      const event = item === undefined ? null : definition.settled(item, one.result);
      return event === null ? [] : [event];
    }
    case 'partly settled':
    case 'parked':
      return [];
  }
}

interface Action {
  type: string;
  params: unknown;
}

/** What XState itself makes of the events: the next snapshot, all actions, and those of them that are effects. */
export function pure(snapshot: AnyMachineSnapshot, events: readonly AnyEventObject[]) {
  let next = snapshot;
  const actions: Action[] = [];
  for (const event of events) {
    const [after, wanted] = transition(machine, next, event) as [AnyMachineSnapshot, Action[]];
    next = after;
    actions.push(...wanted);
  }
  const effects = actions.filter(({ type }) => type in definition.effects);
  return { snapshot: next, actions, effects: effects.map(({ type, params }): [string, unknown] => [type, params]) };
}

/** What a record keeps of a chart: all but the limits of the house. */
export function rememberedOf({ context }: AnyMachineSnapshot): unknown {
  const { limits: _, ...remembered } = context as Record<string, unknown>;
  return remembered;
}

/** Timers of a record are those of the states that it is in, `at`. */
export function timersAreRight(record: Envelope, at: AnyMachineSnapshot): boolean {
  if (record.done) return record.timers.length === 0;
  const nodes = at._nodes as AnyStateNode[];
  const due = [...new Set(nodes.flatMap((node) => node.after.map(({ eventType }) => eventType as string)))];
  return JSON.stringify(due.sort()) === JSON.stringify(record.timers.map(({ event }) => event).sort());
}

export const taken = new Set<AnyTransitionDefinition>();

/** Notes which transitions of the chart the events take. */
export function note(snapshot: AnyMachineSnapshot, events: readonly AnyEventObject[]): void {
  let at = snapshot;
  for (const event of events) {
    const { next, transitions } = observed(machine, at, event);
    for (const one of transitions) taken.add(one);
    at = next;
  }
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
