/** A clock that a test moves by hand. */
export interface ManualTimers {
  now: () => number;
  after: (ms: number, act: () => void) => () => void;
  /** Lets `ms` milliseconds pass and runs what falls due, in order. */
  advance(ms: number): void;
}

export function createManualTimers(start = 0): ManualTimers {
  let time = start;
  const due = new Set<{ at: number; act: () => void }>();
  return {
    now: () => time,
    after(ms, act) {
      const timer = { at: time + ms, act };
      due.add(timer);
      return () => due.delete(timer);
    },
    advance(ms) {
      const target = time + ms;
      for (;;) {
        const next = [...due].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due.delete(next);
        time = next.at;
        next.act();
      }
      time = target;
    },
  };
}
