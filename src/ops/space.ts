/** How much is free on the disk of the state. */
import { statfs } from 'node:fs/promises';
import type { Now } from '../ports.ts';

/** Whoever asks more often is told the same again, ms. */
const LOOK_ANEW_MS = 10_000;
/** Less than this is little, in bytes, until there is half as much more. */
const LITTLE_BYTES = 200 * 1024 * 1024;
const ENOUGH_BYTES = 300 * 1024 * 1024;

export interface SpaceWatch {
  /** Looks, unless that was done just now; one look at a time, for which nobody waits. */
  look(): void;
  /** As it was found last; null where the system does not say. */
  free(): number | null;
  /** The same where it is little, else null. */
  little(): number | null;
}

export function watchSpace(folder: string, now: Now): SpaceWatch {
  let free: number | null = null;
  let isLittle = false;
  let lookedAt = -Infinity;
  let isLooking = false;
  return {
    look() {
      if (isLooking || now() - lookedAt < LOOK_ANEW_MS) return;
      isLooking = true;
      statfs(folder)
        .then(
          ({ bavail, bsize }) => void (free = bavail * bsize),
          () => void (free = null),
        )
        .finally(() => {
          isLooking = false;
          lookedAt = now();
          isLittle = free !== null && free < (isLittle ? ENOUGH_BYTES : LITTLE_BYTES);
        })
        .catch(() => {});
    },
    free: () => free,
    little: () => (isLittle ? free : null),
  };
}
