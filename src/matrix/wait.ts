/** Waiting and trying again, as everything that talks to the homeserver does it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../ports.ts';
import type { FailureKind } from './errors.ts';
import { Closed, MatrixFailure } from './errors.ts';

/** Ends after `ms`, or at once when the signal aborts; never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export const wait: Wait = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 30_000;

/** How long to wait after the `attempt`-th (from 1) failure in a row, ms: doubling up to `cap`, the upper half by chance. */
export function backoff(attempt: number, chance: Chance, cap = BACKOFF_CAP_MS): number {
  const full = Math.min(cap, BACKOFF_BASE_MS * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full * (0.5 + 0.5 * chance()));
}

export interface RetryOptions {
  /** The kinds of failure after which the same call is made again; others are thrown. */
  on: FailureKind[];
  signal: AbortSignal;
  wait: Wait;
  chance: Chance;
  capMs?: number;
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
      const ms = error.retryAfterMs ?? backoff(attempt, options.chance, options.capMs);
      options.onRetry?.(error, ms);
      await options.wait(ms, options.signal);
    }
  }
}

/** Lets at most `size` calls run at once; the others wait in line. */
export function createSlots(size: number): <T>(call: () => Promise<T>) => Promise<T> {
  let free = size;
  const line: (() => void)[] = [];
  return async (call) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((next) => line.push(next));
    try {
      return await call();
    } finally {
      const next = line.shift();
      if (next) next();
      else free += 1;
    }
  };
}
