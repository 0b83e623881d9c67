/** How actors and the root that spawns, restarts and parks them speak to each other: what it is told, what it answers. */
import type { AnyActorRef } from 'xstate';

/** Why an actor is wanted. */
export type Why = 'reconciled' | 'invited' | 'spoken to' | 'woken' | 'told' | 'restarted' | 'unparked';

/** What the root hears of its actors besides XState's own `xstate.done.actor.*` and `xstate.error.actor.*`. */
type ActorEvent =
  /** Somebody has something for these actors, and they are not there: the root spawns them. */
  | { type: 'actor.wanted'; keys: readonly string[]; why: Why }
  /**
   * An actor threw, or its record could not be read or written: the root restarts or parks it. `shared`: what all actors
   * share failed, so that it is tried again for ever.
   */
  | { type: 'actor.failed'; key: string; error: string; shared: boolean; at: number };

export interface Supervision {
  /** The parent of all actors. None of them is in its `children` (docs/adr/0011). */
  root: AnyActorRef;
  tell(event: ActorEvent): void;
  /** How an actor that failed stands with the root; null for all others. */
  standingOf(key: string): 'backing off' | 'parked' | null;
}
