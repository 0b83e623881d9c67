/** What a kind of actor brings along, what comes to it and what it wants done: all of it data or pure. */
import type { AnyEventObject, AnyStateMachine } from 'xstate';
import { z } from 'zod';
import type { OutboxItem, Timer } from './record.ts';

/**
 * *repeatable*: kept in the outbox until acknowledged, begun again after a crash;
 * *once*: begun only after the record that says so is on disk, never replayed;
 * *disposable*: never stored.
 */
export type EffectClass = 'repeatable' | 'once' | 'disposable';

/** A kind of actor whose record holds `Context`, whose chart hears `Event`, and whose inputs may carry `Facts`. */
export interface Definition<Context = unknown, Event extends AnyEventObject = AnyEventObject, Facts = unknown> {
  /** The name in its records. */
  name: string;
  machine: AnyStateMachine;
  context: z.ZodType<Context>;
  /** What the chart reads as `context.limits` and no record remembers. */
  limits: object;
  /** What effects are sent from, where the other side remembers what came from which device. */
  device: string;
  effects: Readonly<Record<string, EffectClass>>;
  /** Events whose steps need no write of their own, as long as they ask for nothing but disposable effects (docs/adr/0008). */
  light: ReadonlySet<string>;
  /** A last look at an event with the record at hand: what the chart hears. `facts` are what the host knew besides. */
  classify(context: Context, event: Event, facts: Facts | undefined): AnyEventObject[];
  /** What the chart hears when a repeatable effect was acknowledged or refused for good; null for nothing. */
  settled(item: OutboxItem, result: Result): AnyEventObject | null;
  /** The word to whoever sent the event that could not be handled; null where nobody waits for one. */
  apology(event: Event): { type: string; params: Record<string, unknown> } | null;
}

/** What became of a repeatable effect: done, with what it gave, or refused for good. */
export type Result = ({ ok: true } & Record<string, unknown>) | { ok: false; code: string; detail: string };

/** What happened, with the time (ms) at which it did. */
export type Input =
  /**
   * `id` is remembered and taken once; null for what guards itself. `from`: the system id of the actor that sent it.
   * `behind`: the position that it came behind, where the same may come again until that has moved.
   * `facts`: what the host adds for `classify`, so that it need not ask anybody.
   */
  | {
      kind: 'event';
      id: string | null;
      at: number;
      event: AnyEventObject;
      from?: string;
      behind?: string;
      facts?: unknown;
    }
  | { kind: 'settled'; effect: string; result: Result; at: number }
  /** The first `cursor` parts of a repeatable effect were acknowledged. */
  | { kind: 'partly settled'; effect: string; cursor: number }
  | { kind: 'timer'; timer: Timer; at: number }
  /** What the operator wants of the parked event of this name (`nameOfParked`). */
  | { kind: 'parked'; parked: string; then: 'retry' | 'drop'; at: number };

/** Is called when inputs are on disk, but for those that stood behind the end of their actor. */
export type Tell = (untaken: readonly Input[]) => void;

/** An input as it is read back from disk. */
export const Letter = z
  .looseObject({ kind: z.enum(['event', 'settled', 'partly settled', 'timer', 'parked']) })
  .transform((input) => input as unknown as Input);

/** Something to do outside after the commit. `id` is unique within the record. */
export interface Effect extends OutboxItem {
  class: EffectClass;
}

/** An event that a chart heard; `from`: the system id of the actor that sent it, null where it came from outside. */
export interface Heard {
  event: AnyEventObject;
  from: string | null;
}
