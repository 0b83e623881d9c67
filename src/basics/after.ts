/** Waiting that judges silence: what came in while the process itself stood still is heard first. */

/** Runs `act` once after `ms` milliseconds; the function that comes back calls it off. */
export type After = (ms: number, act: () => void) => () => void;

/**
 * The real clock. A process that was stopped, or did something long, finds its timers due before it has read what lies in
 * its sockets: it looks there once more, and whoever hears something calls it off.
 */
export const after: After = (ms, act) => {
  let look: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    look = setImmediate(act);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(look);
  };
};

/** Aborts after `ms`; keeps no process alive. */
export function abortAfter(ms: number): AbortSignal {
  const late = new AbortController();
  setTimeout(() => setImmediate(() => late.abort()), ms).unref();
  return late.signal;
}
