/** Pure: may a crashed child restart now, and after how long; after too many crashes within a window it is parked. */
import { backoff } from './backoff.ts';

export interface RestartPolicy {
  /** The wait after the first crash, ms; doubles with each further one within the window. */
  baseMs: number;
  capMs: number;
  /** How many crashes within `withinMs` are forgiven. */
  budget: number;
  withinMs: number;
  /** The longest wait, ms, while something fails that all actors share: nobody is parked for that. */
  sharedCapMs: number;
  /** How long a parked actor rests, ms, before it is tried once more. */
  parkedMs: number;
}

export const restartPolicy: RestartPolicy = {
  ...{ baseMs: 200, capMs: 30_000, budget: 5, withinMs: 10 * 60_000 },
  ...{ sharedCapMs: 10_000, parkedMs: 60 * 60_000 },
};

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

/** The most that is remembered of an outage: the wait grows no more. */
const MOST_OUTAGES = 8;

/** The same for a failure of what all share (the disk, the homeserver): it is tried again for ever, within a bounded wait. */
export function decidePause(
  { baseMs, sharedCapMs, withinMs }: RestartPolicy,
  outages: readonly number[],
  now: number,
): { afterMs: number; outages: readonly number[] } {
  const recent = [...outages.filter((at) => now - at < withinMs), now].slice(-MOST_OUTAGES);
  return { afterMs: backoff(recent.length, { firstMs: baseMs, capMs: sharedCapMs }), outages: recent };
}
