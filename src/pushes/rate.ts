/** How often somebody may do something: so often at once, and again as time passes. */
import type { Now } from '../ports.ts';

export interface Rate {
  /** Null: it may, and did; else how many seconds to wait. */
  wait(who: string): number | null;
}

/** `burst`: so many at once, and the same number again in `perMs`. Whoever has not come for that long is forgotten. */
export function createRate({ burst, perMs, now }: { burst: number; perMs: number; now: Now }): Rate {
  const buckets = new Map<string, { left: number; at: number }>();
  const perPiece = perMs / burst;

  function forgetTheIdle(time: number): void {
    for (const [who, { at }] of buckets) if (time - at >= perMs) buckets.delete(who);
  }

  return {
    wait(who) {
      const time = now();
      const known = buckets.get(who);
      if (known === undefined) forgetTheIdle(time);
      const left = known === undefined ? burst : Math.min(burst, known.left + (time - known.at) / perPiece);
      const may = left >= 1;
      buckets.set(who, { left: may ? left - 1 : left, at: time });
      return may ? null : Math.max(1, Math.ceil(((1 - left) * perPiece) / 1000));
    },
  };
}
