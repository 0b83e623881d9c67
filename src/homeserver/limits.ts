/** Rate limits: how often somebody may do something, as Synapse counts it. */
import { MatrixError } from './errors.ts';

interface Rate {
  perSecond: number;
  burst: number;
}

/**
 * What can be limited, each per user; invitees per person who is invited. Absent means without limit. As messages count
 * all events that somebody sends, changes of memberships among them, and one for all of which a room is made.
 */
export interface RateLimits {
  message?: Rate;
  createRoom?: Rate;
  join?: Rate;
  invite?: Rate;
  invitee?: Rate;
  login?: Rate;
}

/** Synapse's own defaults. */
export const synapseLimits: RateLimits = {
  message: { perSecond: 0.2, burst: 10 },
  createRoom: { perSecond: 0.016, burst: 10 },
  join: { perSecond: 0.1, burst: 10 },
  invite: { perSecond: 0.3, burst: 10 },
  invitee: { perSecond: 0.003, burst: 5 },
  login: { perSecond: 0.003, burst: 5 },
};

/** Leaky buckets as Synapse counts them. */
export class Limits {
  readonly #rates: RateLimits;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { count: number; start: number }>();

  constructor(rates: RateLimits, now: () => number) {
    this.#rates = rates;
    this.#now = now;
  }

  /** Counts one action; throws 429 M_LIMIT_EXCEEDED, with the time to wait, when there were too many. */
  take(what: keyof RateLimits, who: string): void {
    this.#ask(what, who, 1);
  }

  /** Throws as `take` would, and counts nothing. */
  check(what: keyof RateLimits, who: string): void {
    this.#ask(what, who, 0);
  }

  #ask(what: keyof RateLimits, who: string, counted: 0 | 1): void {
    const rate = this.#rates[what];
    if (!rate) return;
    const key = `${what} ${who}`;
    const now = this.#now() / 1000;
    let bucket = this.#buckets.get(key);
    if (!bucket || bucket.count - (now - bucket.start) * rate.perSecond <= 0) bucket = { count: 0, start: now };
    const leaked = (now - bucket.start) * rate.perSecond;
    if (bucket.count - leaked > rate.burst - 1) {
      const ms = Math.max(1, Math.ceil((bucket.start + (bucket.count - rate.burst + 1) / rate.perSecond - now) * 1000));
      throw new MatrixError(429, 'M_LIMIT_EXCEEDED', 'Too Many Requests', {
        fields: { retry_after_ms: ms },
        headers: { 'Retry-After': String(Math.ceil(ms / 1000)) },
      });
    }
    bucket.count += counted;
    this.#buckets.set(key, bucket);
  }
}
