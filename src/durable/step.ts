/**
 * The pure heart: record and inputs in, next record and effects out. No I/O, no clock, no randomness; a runtime on
 * another engine calls the same function.
 */
import {
  createActor,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type StateValue,
} from 'xstate';
import { z } from 'zod';
import type { EffectClass } from '../../machines/effects.ts';
import { remember, wasSeen, type Envelope, type OutboxItem, type Parked, type Timer } from './record.ts';

/** What a kind of actor brings to the heart. */
export interface Definition {
  /** The name in its records. */
  name: string;
  machine: AnyStateMachine;
  /** What its chart is bounded by, as JSON: it stands in the chart's context as `limits`, and in no record. */
  limits: Readonly<Record<string, unknown>>;
  /** The Matrix device that effects are sent from. */
  device: string;
  effects: Readonly<Record<string, EffectClass>>;
  /** Events whose steps need no write of their own, as long as they ask for nothing but disposable effects (docs/adr/0008). */
  light: ReadonlySet<string>;
  /** A last look at an event with the state at hand, e.g. whether its sender is the room's person: what the machine hears. */
  classify(context: unknown, event: AnyEventObject): AnyEventObject[];
  /** What the machine hears when a repeatable effect was acknowledged or refused for good; null for nothing. */
  settled(item: OutboxItem, result: Result): AnyEventObject | null;
  /** The word to the person whose event could not be handled; null where nobody waits for one. */
  apology(event: AnyEventObject): { type: string; params: Record<string, unknown> } | null;
}

/** What became of a repeatable effect: done, with what it gave, or refused for good. */
export type Result = ({ ok: true } & Record<string, unknown>) | { ok: false; code: string; detail: string };

/** What happened, with the time (ms) at which it did. */
export type Input =
  /** `id` is remembered and taken once; null for what guards itself by a turn. */
  | { kind: 'event'; id: string | null; at: number; event: AnyEventObject }
  | { kind: 'settled'; effect: string; result: Result; at: number }
  /** The first `cursor` parts of a repeatable effect were acknowledged. */
  | { kind: 'partly settled'; effect: string; cursor: number }
  | { kind: 'timer'; timer: Timer; at: number };

/** Inputs as they are read back from disk. */
export const DeadLetters = z.array(
  z
    .looseObject({ kind: z.enum(['event', 'settled', 'partly settled', 'timer']) })
    .transform((input) => input as unknown as Input),
);

/** Something to do outside after the commit. `id` is unique within the record. */
export interface Effect {
  id: string;
  class: EffectClass;
  type: string;
  params: Record<string, unknown>;
  since: number;
  device: string;
  cursor: number;
}

export interface Step {
  record: Envelope;
  effects: Effect[];
  /** Nothing of it would be missed after a crash: it may ride on the next write. */
  light: boolean;
}

const MOST_PARKED = 50;

/**
 * Takes a batch of inputs. Returns the very same record when nothing changed. Never throws for an event that the chart
 * throws on: that one is parked and the state stays.
 */
export function step(definition: Definition, record: Envelope, inputs: readonly Input[]): Step {
  const draft = open(definition, record);
  for (const input of inputs) {
    if (draft.record.done) break;
    switch (input.kind) {
      case 'event':
        if (input.id !== null) {
          if (wasSeen(draft.record.seen, input.id) || draft.taken.includes(input.id)) break;
          draft.taken.push(input.id);
        }
        for (const event of definition.classify(draft.record.context, input.event)) {
          take(definition, draft, event, input.at);
        }
        break;
      case 'settled': {
        const item = draft.record.outbox.find(({ id }) => id === input.effect);
        if (item === undefined) break;
        change(draft, { outbox: draft.record.outbox.filter((other) => other !== item) });
        const event = definition.settled(item, input.result);
        if (event !== null) take(definition, draft, event, input.at);
        break;
      }
      case 'partly settled': {
        const { effect, cursor } = input;
        if (!draft.record.outbox.some((item) => item.id === effect && item.cursor < cursor)) break;
        const outbox = draft.record.outbox.map((item) => (item.id === effect ? { ...item, cursor } : item));
        change(draft, { outbox });
        break;
      }
      case 'timer': {
        const set = draft.record.timers.find(({ id, at }) => id === input.timer.id && at === input.timer.at);
        if (set === undefined) break;
        change(draft, { timers: draft.record.timers.filter((other) => other !== set) });
        take(definition, draft, { type: set.event }, input.at);
        break;
      }
    }
  }
  if (draft.taken.length > 0) change(draft, { seen: remember(draft.record.seen, draft.taken) });
  const light =
    !draft.record.done &&
    inputs.every((input) => input.kind === 'event' && input.id === null && definition.light.has(input.event.type)) &&
    draft.effects.every((effect) => effect.class === 'disposable') &&
    draft.record.parked === record.parked;
  return { record: draft.record, effects: draft.effects, light };
}

interface Draft {
  record: Envelope;
  snapshot: AnyMachineSnapshot;
  effects: Effect[];
  /** The ids taken in this batch. */
  taken: string[];
}

function open(definition: Definition, record: Envelope): Draft {
  return { record, snapshot: snapshotOf(definition, record), effects: [], taken: [] };
}

/** The chart where the record left it, with the limits that stand in no record. */
export function snapshotOf({ machine, limits }: Definition, { value, context, done }: Envelope): AnyMachineSnapshot {
  return machine.resolveState({
    value: value as StateValue,
    context: { ...(context as object), limits },
    status: done ? 'done' : 'active',
  });
}

/** What the record remembers of a chart. */
export function rememberedOf(snapshot: AnyMachineSnapshot): unknown {
  const { limits: _, ...remembered } = snapshot.context as Record<string, unknown>;
  return remembered;
}

function change(draft: Draft, changes: Partial<Envelope>): void {
  draft.record = { ...draft.record, ...changes };
}

function take(definition: Definition, draft: Draft, event: AnyEventObject, at: number): void {
  try {
    const [next, actions] = decide(definition.machine, draft.snapshot, event);
    if (next.status === 'error') throw next.error;
    if (next === draft.snapshot && actions.length === 0) return;
    const folded = fold(definition, draft.record, actions, at);
    const value = next.value as Envelope['value'];
    change(draft, { ...folded.record, value, context: rememberedOf(next), done: next.status === 'done' });
    draft.effects.push(...folded.effects);
    draft.snapshot = next;
  } catch (error) {
    park(definition, draft, { at, error: describe(error), event });
  }
}

/** One inert scope per machine: what a transition wants done is collected, nothing is done. */
const scopes = new WeakMap<AnyStateMachine, { scope: AnyActorScope; collected: Action[] }>();

type Scope = Parameters<AnyStateMachine['transition']>[2];

/** XState's `transition(machine, snapshot, event)` without building an actor for every call (docs/adr/0004). */
function decide(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
): [AnyMachineSnapshot, Action[]] {
  let inert = scopes.get(machine);
  if (inert === undefined) {
    const collected: Action[] = [];
    const self = createActor(machine, { input: {} });
    const scope = {
      self,
      defer: () => {},
      id: '',
      logger: () => {},
      sessionId: '',
      stopChild: () => {},
      system: self.system,
      emit: () => {},
      actionExecutor: (action: Action) => collected.push(action),
    } as unknown as AnyActorScope;
    inert = { scope, collected };
    scopes.set(machine, inert);
  }
  inert.collected.length = 0;
  const next = machine.transition(snapshot, event, inert.scope as Scope) as AnyMachineSnapshot;
  return [next, inert.collected.slice()];
}

interface Action {
  type: string;
  params: unknown;
}

/** What the actions of one transition mean for timers, outbox and effects. Throws on an action that has no meaning here. */
function fold(
  definition: Definition,
  record: Envelope,
  actions: readonly Action[],
  at: number,
): { record: Pick<Envelope, 'timers' | 'outbox' | 'sequence'>; effects: Effect[] } {
  let { timers, outbox, sequence } = record;
  const effects: Effect[] = [];
  for (const action of actions) {
    const effectClass = definition.effects[action.type];
    if (effectClass !== undefined) {
      const params = action.params as Record<string, unknown>;
      const effect = emit(definition, ++sequence, effectClass, action.type, params, at);
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

function emit(
  { device }: Definition,
  sequence: number,
  effectClass: EffectClass,
  type: string,
  params: Record<string, unknown>,
  since: number,
): Effect {
  return { id: String(sequence), class: effectClass, type, params, since, device, cursor: 0 };
}

function outboxItem({ id, type, params, since, device, cursor }: Effect): OutboxItem {
  return { id, type, params, since, device, cursor };
}

function park(definition: Definition, draft: Draft, parked: Parked): void {
  change(draft, { parked: [...draft.record.parked, parked].slice(-MOST_PARKED) });
  const apology = definition.apology(parked.event as AnyEventObject);
  if (apology === null) return;
  const sequence = draft.record.sequence + 1;
  const effect = emit(definition, sequence, 'repeatable', apology.type, apology.params, parked.at);
  change(draft, { sequence, outbox: [...draft.record.outbox, outboxItem(effect)] });
  draft.effects.push(effect);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
