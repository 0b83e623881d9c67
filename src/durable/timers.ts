/** All deadlines of all actors in one heap behind one timer of the process; idle costs nothing. */
import TinyQueue from 'tinyqueue';
import type { Timer } from './record.ts';
import type { Now } from './world.ts';

/** A timer of an actor that is set. */
export interface RunningTimer {
  timer: Timer;
  cancel: () => void;
}

export interface Alarm {
  set(at: number, ring: () => void): () => void;
  close(): void;
}

/** `setTimeout` fires at once beyond this many ms. */
const LONGEST = 2 ** 31 - 1;

/** A process that is so late, ms, was stopped, or did something long. */
const STOOD_STILL_MS = 1_000;

function queue(entries: Entry[]): TinyQueue<Entry> {
  return new TinyQueue(entries, (a, b) => a.at - b.at);
}

interface Entry {
  /** By the time that has passed: a deadline, once set, stays as far away as it was, however the time of day is set. */
  at: number;
  ring: (() => void) | null;
}

/**
 * `set` calls `ring` once at `at` (ms since 1970, by `now`) or soon after; what it returns takes that back.
 * `passed`: milliseconds since some moment; never jumps.
 */
export function createAlarm(now: Now, passed: () => number = () => performance.now()): Alarm {
  let heap = queue([]);
  let dead = 0;
  let timeout: NodeJS.Timeout | null = null;
  let armedFor = Infinity;

  /** Entries that were taken back stay in the heap until they are due or outnumber the others. */
  function compact(): void {
    heap = queue(heap.data.filter((entry) => entry.ring !== null));
    dead = 0;
  }

  function arm(): void {
    while (heap.peek()?.ring === null) {
      heap.pop();
      dead--;
    }
    const next = heap.peek();
    if (timeout !== null && next?.at === armedFor) return;
    if (timeout !== null) clearTimeout(timeout);
    timeout = null;
    armedFor = Infinity;
    if (next === undefined) return;
    armedFor = next.at;
    timeout = setTimeout(ringSoon, Math.min(Math.max(0, Math.ceil(next.at - passed())), LONGEST));
  }

  /** What came in while the process stood still is heard first. */
  function ringSoon(): void {
    if (passed() - armedFor < STOOD_STILL_MS) ringDue();
    else setImmediate(ringDue);
  }

  function ringDue(): void {
    timeout = null;
    try {
      for (let next = heap.peek(); next !== undefined && next.at <= passed(); next = heap.peek()) {
        heap.pop();
        if (next.ring === null) dead--;
        const { ring } = next;
        next.ring = null;
        ring?.();
      }
    } finally {
      // One that throws keeps no other from ringing.
      arm();
    }
  }

  return {
    set(at, ring) {
      const entry: Entry = { at: passed() + (at - now()), ring };
      heap.push(entry);
      arm();
      return () => {
        if (entry.ring === null) return;
        entry.ring = null;
        if (++dead > 1000 && dead > heap.length / 2) compact();
        arm();
      };
    },
    close() {
      if (timeout !== null) clearTimeout(timeout);
      timeout = null;
      heap = queue([]);
      dead = 0;
    },
  };
}
