/** Take it where a part is given `after` (links): a clock that a test moves by hand. */
import type { After } from '../../src/basics/after.ts';
import { createFakeAlarm } from './fake-alarm.ts';

export interface ManualTimers {
  now: () => number;
  after: After;
  /** Lets `ms` milliseconds pass and runs what falls due, in order. */
  advance(ms: number): void;
}

export function createManualTimers(start = 0): ManualTimers {
  const { now, set, advance } = createFakeAlarm(start);
  return { now, advance, after: (ms, act) => set(now() + ms, act) };
}
