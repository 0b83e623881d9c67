/** Pure: how long to wait before the next try. */

/** Both in ms: the wait after the first failure, which doubles with each further one, and the longest. */
export interface Pauses {
  firstMs: number;
  capMs: number;
}

/** `attempt`: failures in a row, from 1. `chance`, in [0, 1): takes away up to half, so that many do not come back at once. */
export function backoff(attempt: number, { firstMs, capMs }: Pauses, chance?: number): number {
  const full = Math.min(capMs, firstMs * 2 ** (attempt - 1));
  return chance === undefined ? full : Math.round(full * (0.5 + chance / 2));
}
