/** What all actors of one kind are given: the world that their host brings, and what they share among them. */
import type { AnyEventObject } from 'xstate';
import type { Reach } from './boundaries.ts';
import type { DeadLetterWorld } from './dead-letters.ts';
import type { Definition, Input } from './definition.ts';
import type { Change, DurableLogic } from './durable.ts';
import type { Admit, EffectRunner } from './effect-runner.ts';
import type { Envelope } from './record.ts';
import type { Supervision } from './supervision.ts';
import type { Alarm } from './timers.ts';
import type { Log, Now, Records } from './world.ts';

export type Observe<Key extends string = string, Context = unknown> = (key: Key, change: Change<Context>) => void;

/** A damaged record is kept, and its actor begun anew; so is one whose record is missing. */
export interface OfDamaged<Key extends string, Context> {
  /** Keeps a copy of the record and gives its number; it stays where it is. */
  keepCopy(key: Key, why: string): Promise<number>;
  /** Whether the record that was just made for an actor without one tells that there was one, which is lost. */
  isLost(made: Envelope<Context>): boolean;
  /** What the actor hears first then. */
  news(): Input;
}

export interface ChildrenWorld<Key extends string, Context, Event extends AnyEventObject, Facts> {
  supervision: Supervision;
  definition: Definition<Context, Event, Facts>;
  records: Records;
  deadLetters: Records;
  /** Throws `UnreadableRecord` when the stored document is no record of this kind. */
  readRecord(stored: unknown): Envelope<Context>;
  /** What is done about a damaged record; left out, its actor fails whenever it is loaded. */
  damaged?: OfDamaged<Key, Context>;
  /** The record of an actor that was never seen, made for its first input. */
  newRecord(key: Key, first: Input): Promise<Envelope<Context>>;
  /** Made once, with the way back into the actors. */
  createEffects(admit: Admit<Key>): EffectRunner<Key, Context>;
  /**
   * What an actor that cannot run hears later in the place of this input and all others that are too many to be kept; null
   * where it must be kept. Left out, all are kept.
   */
  insteadOf?(input: Input): Input | null;
  /** What an actor hears first: that it was away, and what changed around it meanwhile. */
  news(record: Envelope<Context>): Input[];
  /** What changed around an actor that is in memory; left out, nothing ever does. */
  changes?(record: Envelope<Context>): Input[];
  /** Adds to inputs on their way the facts that `classify` needs; one for each, in order. */
  brief(record: Envelope<Context>, inputs: readonly Input[]): readonly Input[] | Promise<readonly Input[]>;
  /** Nothing is under way that needs the actor. */
  mayLeaveMemory(record: Envelope<Context>): boolean;
  /** Something is under way that a stop waits for. */
  holdsAStop(record: Envelope<Context>): boolean;
  /** Whether an error says nothing of the actor that met it: what all actors share failed. */
  isShared(error: unknown): boolean;
  /** How long an idle actor stays in memory, ms. */
  evictAfterMs: number;
  /** How long to wait after the disk refused dead letters, ms. */
  lettersRetryMs: number;
  alarm: Alarm;
  now: Now;
  log: Log;
  reach: Reach;
  /** A record was written (null), or could not be. */
  onStore(problem: string | null): void;
  /** Sees every commit; must not throw. */
  observe: Observe<Key, Context> | undefined;
}

export interface Nursery<Key extends string, Context, Event extends AnyEventObject, Facts> {
  world: ChildrenWorld<Key, Context, Event, Facts>;
  logic: DurableLogic<Key, Context>;
  effects: EffectRunner<Key, Context>;
  letters: DeadLetterWorld;
  /** Resolves when no write of this actor is in flight: a restarted one reads only behind it. */
  written(key: Key): Promise<void>;
  isClosed(): boolean;
}
