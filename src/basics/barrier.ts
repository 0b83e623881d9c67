/** For listeners of foreign libraries and for timers, where nobody catches: what others' input throws there ends nothing else. */

/** Gives an `act` whose errors go to `broke`, which may not throw, instead of ending the process. */
export type Barrier = <Args extends unknown[]>(act: (...args: Args) => void) => (...args: Args) => void;

export function createBarrier(broke: (error: unknown) => void): Barrier {
  return (act) =>
    (...args) => {
      try {
        act(...args);
      } catch (error) {
        broke(error);
      }
    };
}
