/**
 * The pure heart: record and inputs in, next record and effects out. No I/O, no clock, no randomness; a runtime on
 * another engine calls the same function.
 */
import type { AnyEventObject, AnyMachineSnapshot, StateValue } from 'xstate';
import { describeError } from '../basics/describe-error.ts';
import { decide, type Action } from './decide.ts';
import type { Definition, Effect, EffectClass, Heard, Input } from './definition.ts';
import { nameOfParked, remember, wasSeen, type Envelope, type OutboxItem, type Parked } from './record.ts';

export interface Step<Context = unknown> {
  record: Envelope<Context>;
  effects: Effect[];
  /** What the chart heard, in order. */
  heard: Heard[];
  /** What came behind the end of the actor: the next one takes it. */
  untaken: readonly Input[];
  /** Nothing of it would be missed after a crash: it may ride on the next write. */
  light: boolean;
}

const MOST_PARKED = 50;

/**
 * Takes a batch of inputs. Returns the very same record when nothing changed. Never throws for an event that the chart
 * throws on: that one is parked and the state stays.
 */
export function step<Context, Event extends AnyEventObject, Facts>(
  definition: Definition<Context, Event, Facts>,
  record: Envelope<Context>,
  inputs: readonly Input[],
): Step<Context> {
  const draft: Draft<Context> = {
    record,
    snapshot: chartOf(definition, record),
    effects: [],
    taken: new Set(),
    heard: [],
  };
  let taken = 0;
  for (const input of inputs) {
    if (draft.record.done) break;
    takeInput(definition, draft, input);
    taken++;
  }
  if (draft.taken.size > 0) change(draft, remember(draft.record, [...draft.taken], positionOf(inputs)));
  const light =
    !draft.record.done &&
    inputs.every((input) => input.kind === 'event' && input.id === null && definition.light.has(input.event.type)) &&
    draft.effects.every((effect) => effect.class === 'disposable') &&
    draft.record.parked === record.parked;
  return { record: draft.record, effects: draft.effects, heard: draft.heard, untaken: inputs.slice(taken), light };
}

/** The record as its chart sees it: a snapshot of the machine, with the limits in its context. */
export function chartOf<Context, Event extends AnyEventObject, Facts>(
  { machine, limits }: Definition<Context, Event, Facts>,
  { value, context, done }: Envelope<Context>,
): AnyMachineSnapshot {
  return machine.resolveState({
    value: value as StateValue,
    context: { ...context, limits },
    status: done ? 'done' : 'active',
  });
}

/** The position that this batch came behind: what comes from Matrix comes behind one at a time. */
function positionOf(inputs: readonly Input[]): string | null {
  const last = inputs.findLast((input) => input.kind === 'event' && input.behind !== undefined);
  return last?.kind === 'event' ? (last.behind ?? null) : null;
}

interface Draft<Context> {
  record: Envelope<Context>;
  snapshot: AnyMachineSnapshot;
  effects: Effect[];
  /** The ids taken in this batch. */
  taken: Set<string>;
  heard: Heard[];
}

function change<Context>(draft: Draft<Context>, changes: Partial<Envelope<Context>>): void {
  draft.record = { ...draft.record, ...changes };
}

function takeInput<Context, Event extends AnyEventObject, Facts>(
  definition: Definition<Context, Event, Facts>,
  draft: Draft<Context>,
  input: Input,
): void {
  const { record } = draft;
  switch (input.kind) {
    case 'event': {
      if (input.id !== null) {
        if (wasSeen(record.seen, input.id) || draft.taken.has(input.id)) return;
        draft.taken.add(input.id);
      }
      const events = definition.classify(record.context, input.event as Event, input.facts as Facts | undefined);
      for (const event of events) take(definition, draft, { event, from: input.from ?? null }, input.at);
      return;
    }
    case 'settled': {
      const item = record.outbox.find(({ id }) => id === input.effect);
      if (item === undefined) return;
      change(draft, { outbox: record.outbox.filter((other) => other !== item) });
      const event = definition.settled(item, input.result);
      if (event !== null) take(definition, draft, { event, from: null }, input.at);
      return;
    }
    case 'partly settled': {
      const { effect, cursor } = input;
      if (!record.outbox.some((item) => item.id === effect && item.cursor < cursor)) return;
      change(draft, { outbox: record.outbox.map((item) => (item.id === effect ? { ...item, cursor } : item)) });
      return;
    }
    case 'parked': {
      const parked = record.parked.find((one) => nameOfParked(one) === input.parked);
      if (parked === undefined) return;
      change(draft, { parked: record.parked.filter((other) => other !== parked) });
      // As the chart heard it: it was classified then.
      const event = parked.event as AnyEventObject;
      if (input.then === 'retry') take(definition, draft, { event, from: null }, input.at);
      return;
    }
    case 'timer': {
      const set = record.timers.find(({ id, at }) => id === input.timer.id && at === input.timer.at);
      if (set === undefined) return;
      change(draft, { timers: record.timers.filter((other) => other !== set) });
      take(definition, draft, { event: { type: set.event }, from: null }, input.at);
      return;
    }
  }
}

function take<Context, Event extends AnyEventObject, Facts>(
  definition: Definition<Context, Event, Facts>,
  draft: Draft<Context>,
  heard: Heard,
  at: number,
): void {
  const { event } = heard;
  draft.heard.push(heard);
  try {
    const [next, actions] = decide(definition.machine, draft.snapshot, { ...event, at });
    if (next === draft.snapshot && actions.length === 0) return;
    const folded = fold(definition, draft.record, actions, at);
    const { limits: _, ...context } = next.context as Context & { limits: object };
    const value = next.value as Envelope['value'];
    change(draft, { ...folded.record, value, context: context as Context, done: next.status === 'done' });
    draft.effects.push(...folded.effects);
    draft.snapshot = next;
  } catch (error) {
    park(definition, draft, { at, error: describeError(error), event });
  }
}

/** What the actions of one transition mean for timers, outbox and effects. Throws on an action that has no meaning here. */
function fold(
  { device, effects: classes }: Pick<Definition, 'device' | 'effects'>,
  record: Envelope,
  actions: readonly Action[],
  at: number,
): { record: Pick<Envelope, 'timers' | 'outbox' | 'sequence'>; effects: Effect[] } {
  let { timers, outbox, sequence } = record;
  const effects: Effect[] = [];
  for (const action of actions) {
    const effectClass = classes[action.type];
    if (effectClass !== undefined) {
      const params = action.params as Record<string, unknown>;
      const effect = newEffect(device, ++sequence, effectClass, { type: action.type, params }, at);
      effects.push(effect);
      if (effectClass === 'repeatable') outbox = [...outbox, outboxItem(effect)];
    } else if (action.type === 'xstate.raise') {
      const { id, delay, event } = action.params as { id: string; delay?: number; event: { type: string } };
      if (delay === undefined) continue;
      timers = [...timers.filter((timer) => timer.id !== id), { id, at: at + delay, event: event.type }];
    } else if (action.type === 'xstate.cancel') {
      const { sendId } = action.params as { sendId: string };
      timers = timers.filter((timer) => timer.id !== sendId);
    } else {
      throw new Error(`the chart asks for '${action.type}', which no host carries out`);
    }
  }
  return { record: { timers, outbox, sequence }, effects };
}

function newEffect(
  device: string,
  sequence: number,
  effectClass: EffectClass,
  { type, params }: Pick<Effect, 'type' | 'params'>,
  since: number,
): Effect {
  return { id: String(sequence), class: effectClass, type, params, since, device, cursor: 0 };
}

function outboxItem({ id, type, params, since, device, cursor }: Effect): OutboxItem {
  return { id, type, params, since, device, cursor };
}

function park<Context, Event extends AnyEventObject, Facts>(
  definition: Definition<Context, Event, Facts>,
  draft: Draft<Context>,
  parked: Parked,
): void {
  change(draft, { parked: [...draft.record.parked, parked].slice(-MOST_PARKED) });
  const apology = definition.apology(parked.event as Event);
  if (apology === null) return;
  const sequence = draft.record.sequence + 1;
  const effect = newEffect(definition.device, sequence, 'repeatable', apology, parked.at);
  change(draft, { sequence, outbox: [...draft.record.outbox, outboxItem(effect)] });
  draft.effects.push(effect);
}
