/** Waiting and trying again, as everything that talks to the homeserver does it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from '../../machines/backoff.ts';
import type { Chance } from '../ports.ts';
import type { FailureKind } from './errors.ts';
import { Closed, MatrixFailure } from './errors.ts';

/** Ends after `ms`, or at once when the signal aborts; never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export const wait: Wait = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

/** Between two tries, ms. */
export const PAUSES = { firstMs: 500, capMs: 20_000 };
/** A homeserver that says "at once" again and again is asked later and later all the same, ms. */
const AT_ONCE = { firstMs: 50, capMs: 2_000 };

/** How long to wait after the `attempt`th failure in a row: as long as the homeserver says, if it says so. */
export function pauseAfter({ retryAfterMs }: MatrixFailure, attempt: number, chance: number, pauses = PAUSES): number {
  if (retryAfterMs === null) return backoff(attempt, pauses, chance);
  return Math.max(retryAfterMs, backoff(attempt, AT_ONCE));
}

export interface RetryOptions {
  /** The kinds of failure after which the same call is made again; others are thrown. */
  on: FailureKind[];
  signal: AbortSignal;
  wait: Wait;
  chance: Chance;
  /** The longest wait between two tries, ms. */
  capMs?: number | ((failure: MatrixFailure) => number);
  /** Called before each wait. */
  onRetry?: (failure: MatrixFailure, waitMs: number) => void;
}

/** Makes `call` until it succeeds or fails in another way; throws Closed once the signal aborts. */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    if (options.signal.aborted) throw new Closed();
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof MatrixFailure)) throw error;
      if (error.kind === 'aborted') throw new Closed();
      if (!options.on.includes(error.kind)) throw error;
      const { capMs = PAUSES.capMs, chance } = options;
      const pauses = { ...PAUSES, capMs: typeof capMs === 'number' ? capMs : capMs(error) };
      const ms = pauseAfter(error, attempt, chance(), pauses);
      options.onRetry?.(error, ms);
      await options.wait(ms, options.signal);
    }
  }
}
