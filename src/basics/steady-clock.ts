/** A clock that begins with the time of day and never jumps: what waits inside a process must not hear of a set clock. */

export interface ClockParts {
  /** Milliseconds since 1970, as the machine has them now. */
  wall: () => number;
  /** Milliseconds that have passed since some moment. */
  passed?: () => number;
  /** The machine's clock was set: by so many ms, forward or (negative) back. */
  onJump?: (ms: number) => void;
}

/** The two clocks part by less than this, ms, where nobody set one. */
const JUMP_MS = 1_000;

/** Milliseconds since 1970 by the time of day at the beginning, and what has passed since. */
export function createSteadyClock({ wall, passed = () => performance.now(), onJump }: ClockParts): () => number {
  const began = wall() - passed();
  let parted = 0;
  return () => {
    const time = Math.floor(began + passed());
    const apart = wall() - time;
    if (Math.abs(apart - parted) > JUMP_MS) {
      onJump?.(Math.round(apart - parted));
      parted = apart;
    }
    return time;
  };
}
