/** Pure: may a crashed child restart now, and after how long; after too many crashes within a window it is parked. */
import { backoff } from './backoff.ts';

export interface RestartPolicy {
  /** The wait after the first crash, ms; doubles with each further one within the window. */
  baseMs: number;
  capMs: number;
  /** How many crashes within `withinMs` are forgiven. */
  budget: number;
  withinMs: number;
}

export const restartPolicy: RestartPolicy = { baseMs: 200, capMs: 30_000, budget: 5, withinMs: 10 * 60_000 };

export type RestartDecision =
  { kind: 'restart'; afterMs: number; crashes: readonly number[] } | { kind: 'park'; crashes: readonly number[] };

/** `crashes`: times (ms) of earlier crashes; the decision's `crashes` are what to remember. */
export function decideRestart(policy: RestartPolicy, crashes: readonly number[], now: number): RestartDecision {
  const recent = [...crashes.filter((at) => now - at < policy.withinMs), now];
  if (recent.length > policy.budget) return { kind: 'park', crashes: recent };
  return {
    kind: 'restart',
    afterMs: backoff(recent.length, { firstMs: policy.baseMs, capMs: policy.capMs }),
    crashes: recent,
  };
}
