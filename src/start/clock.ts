import { createSteadyClock } from '../basics/steady-clock.ts';
import type { Log, Now } from '../ports.ts';

/** The time of day as it was at the start, going on by the time that passes. */
export function clockOf({ log, now: wall = Date.now }: { log: Log; now?: Now }): Now {
  return createSteadyClock({
    wall,
    onJump: (ms) => log.warn({ ms }, 'the clock of the machine was set; what waits here goes by the time that passes'),
  });
}
