/** How fast one account may send. Nothing slows it down until the homeserver says "too many" for the first time. */
import type { Now } from '../ports.ts';

/** After so long without a "too many" and without anything waiting, ms, the pace is forgotten. */
export const QUIET_MS = 60_000;
/** The slowest and the fastest pace that is kept, sends per second; faster is no pace at all. */
export const MIN_RATE = 0.1;
export const MAX_RATE = 50;

const SLOWER = 0.5;
/** How much the first success quickens the pace; each further one in a row twice as much, until it doubles the pace. */
const FASTER = 0.1;
const SHORTEST_RETRY_MS = 100;
/** How long all rest after a "too many" that does not say how long, ms: it doubles with each one, and ends with a success. */
const GUESS_FIRST_MS = 100;
const GUESS_CAP_MS = 2_000;

export interface Budget {
  /** Milliseconds until the next send may start, 0 for now. To be asked only when something waits to be sent. */
  delay(): number;
  /** True when nothing was limited lately. */
  unlimited(): boolean;
  /** Counts a send; its outcome is reported with the number given here. */
  started(): number;
  succeeded(start: number): void;
  /** The homeserver said "too many": nothing starts for `retryAfterMs`, and what follows goes slower. */
  limited(start: number, retryAfterMs: number): void;
  /** The homeserver said "too many" and not for how long: a short rest for all, and no measure of their pace. */
  limitedForUnknown(start: number): void;
  /** Nothing starts for `ms`; the pace stays. */
  pause(ms: number): void;
}

export function createBudget(now: Now): Budget {
  let rate: number | null = null;
  /** The longest time that the homeserver asked for since there is a pace, ms: twice that for each send is slow enough. */
  let longest = 0;
  /** Since the last "too many". */
  let successes = 0;
  let nextAt = 0;
  let strainedAt = 0;
  // Sends that were under way together share one "too many": only the first of them changes the pace.
  let round = 0;
  let guesses = 0;

  function forgetAfterQuiet(): void {
    if (rate !== null && now() - strainedAt >= QUIET_MS) rate = null;
  }

  function pause(ms: number): void {
    nextAt = Math.max(nextAt, now() + ms);
  }

  return {
    delay() {
      forgetAfterQuiet();
      const ms = Math.max(0, nextAt - now());
      if (ms > 0) strainedAt = Math.max(strainedAt, now());
      return ms;
    },
    unlimited() {
      forgetAfterQuiet();
      return rate === null && nextAt <= now();
    },
    started() {
      if (rate !== null) nextAt = Math.max(nextAt, now()) + 1000 / rate;
      return round;
    },
    succeeded(start) {
      if (start === round) guesses = 0;
      if (rate === null || start !== round) return;
      rate *= 1 + Math.min(1, FASTER * 2 ** successes++);
      if (rate > MAX_RATE) rate = null;
    },
    limited(start, retryAfterMs) {
      strainedAt = Math.max(strainedAt, now() + retryAfterMs);
      if (start === round) {
        round += 1;
        successes = 0;
        longest = Math.max(rate === null ? SHORTEST_RETRY_MS : longest, retryAfterMs);
        // What a bucket that refills evenly asks for is the time of one send.
        const asked = 1000 / longest;
        rate = Math.min(MAX_RATE, Math.max(MIN_RATE, rate === null ? asked : Math.max(rate, asked) * SLOWER));
        nextAt = now();
      }
      pause(retryAfterMs);
    },
    limitedForUnknown(start) {
      if (start !== round) return;
      round += 1;
      guesses += 1;
      pause(Math.min(GUESS_CAP_MS, GUESS_FIRST_MS * 2 ** (guesses - 1)));
    },
    pause,
  };
}
