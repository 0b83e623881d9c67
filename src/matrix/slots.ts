/**
 * Places for calls that may hang, shared by all: what was not tried yet goes before what failed, what failed never takes
 * more than half of them, and nobody takes more than a quarter.
 */

export interface Claim {
  /** Who would be the reason that others wait: a person, or a room. */
  party: string;
  /** It failed before. */
  again: boolean;
}

export interface Slots {
  /** Makes the call once there is a place for it; of several parties each has its turn. */
  inPlace<T>(claim: Claim, call: () => Promise<T>): Promise<T>;
}

/** What waits, by party: those who had a turn last stand at the end. */
type Line = Map<string, (() => void)[]>;

export function createSlots(atOnce: number): Slots {
  const mostOfOne = Math.max(1, Math.floor(atOnce / 4));
  const mostAgain = Math.max(1, Math.floor(atOnce / 2));
  const fresh: Line = new Map();
  const failed: Line = new Map();
  const taken = new Map<string, number>();
  let running = 0;
  let runningAgain = 0;

  function nextOf(line: Line): (() => void) | null {
    for (const [party, calls] of line) {
      if ((taken.get(party) ?? 0) >= mostOfOne) continue;
      const next = calls.shift() ?? null;
      line.delete(party);
      if (calls.length > 0) line.set(party, calls);
      return next;
    }
    return null;
  }

  function fill(): void {
    while (running < atOnce) {
      const begin = nextOf(fresh) ?? (runningAgain < mostAgain ? nextOf(failed) : null);
      if (begin === null) return;
      begin();
    }
  }

  function leave({ party, again }: Claim): void {
    running -= 1;
    if (again) runningAgain -= 1;
    const left = (taken.get(party) ?? 0) - 1;
    if (left > 0) taken.set(party, left);
    else taken.delete(party);
    fill();
  }

  return {
    async inPlace(claim, call) {
      const { party, again } = claim;
      const line = again ? failed : fresh;
      await new Promise<void>((resolve) => {
        const calls = line.get(party) ?? [];
        line.set(party, calls);
        calls.push(() => {
          running += 1;
          if (again) runningAgain += 1;
          taken.set(party, (taken.get(party) ?? 0) + 1);
          resolve();
        });
        fill();
      });
      return call().finally(() => leave(claim));
    },
  };
}
