/** What carries out the effects of one kind of actor, and its way back into the actor. */
import type { Effect, Input } from './definition.ts';
import type { Envelope } from './record.ts';

/** Brings an input to an actor; `onDisk` is called when it is on disk. */
export type Admit<Key extends string = string> = (key: Key, input: Input, onDisk?: () => void) => void;

export interface EffectRunner<Key extends string = string, Context = unknown> {
  /** Begins an effect; what comes of it is admitted into the actor. Throws what only this actor should feel. */
  perform(key: Key, effect: Effect, record: Envelope<Context>): void;
  /** The actor is gone: lets go of what it held. */
  release(key: Key): void;
  /** Tells whoever waits for this actor that it has to be looked after: at its parking, and with all that comes later. */
  sayTroubled(key: Key, inputs: readonly Input[]): void;
}
