/** Take it where a part is given an `Alarm` and `now` (rooms, people, the courier): time that a test moves by hand. */
import type { Alarm } from '../../src/durable/timers.ts';

/** An alarm and its clock (ms), which a test moves by hand. */
export interface FakeAlarm extends Alarm {
  now: () => number;
  /** Lets `ms` milliseconds pass and rings what falls due, in order of time. */
  advance(ms: number): void;
  /** The times at which something is set to ring, earliest first. */
  pending(): number[];
}

/** Like the real one it never rings inside `set`, however long ago the time was. */
export function createFakeAlarm(start = 1_000_000): FakeAlarm {
  let time = start;
  let entries: { at: number; ring: () => void }[] = [];
  return {
    now: () => time,
    set(at, ring) {
      const entry = { at, ring };
      entries.push(entry);
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      const target = time + ms;
      for (;;) {
        const [next] = entries.filter(({ at }) => at <= target).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        entries = entries.filter((other) => other !== next);
        time = Math.max(time, next.at);
        next.ring();
      }
      time = target;
    },
    pending: () => entries.map(({ at }) => at).sort((a, b) => a - b),
    close() {
      entries = [];
    },
  };
}
