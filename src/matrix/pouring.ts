/**
 * A large file goes to the disk in a thread of its own. Its pieces are garbage at once, by the hundred megabytes: where the
 * records of all rooms live, each of the many collections that they cause would look at those.
 */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { after } from '../basics/after.ts';
import { describeError } from '../basics/describe-error.ts';
import { trustedBesides } from '../basics/trust.ts';
import type { Poured } from '../ports/media.ts';

/** Smaller ones are there before a thread has begun. */
export const WORTH_A_THREAD = 8 * 1024 * 1024;
/** Others are read here meanwhile. */
const THREADS_AT_ONCE = 2;
/** How long a disk may take for a piece, ms, besides what the network may. */
const DISK_MS = 30_000;

/** It holds a piece: without these it would take 50 MB more. With less for the old generation V8 collects it for every few pieces: a fifth slower. */
const SMALL = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** What is asked for, and the open file that it goes to. */
export interface Pouring {
  url: string;
  headers: Record<string, string>;
  fd: number;
  /** Exactly as many. */
  bytes: number;
  silenceMs: number;
}

const canReopen = existsSync('/proc/self/fd');
let running = 0;

/** Null where too many are running, or this system cannot. Settles when the thread is over, or will not end; never rejects. */
export function pourInThread(pouring: Pouring, signal: AbortSignal): Promise<Poured> | null {
  if (!canReopen || running >= THREADS_AT_ONCE) return null;
  running += 1;
  const worker = new Worker(new URL('./pour.thread.ts', import.meta.url), {
    workerData: { ...pouring, authorities: trustedBesides() },
    resourceLimits: SMALL,
  });
  let poured: Poured = { is: 'broken off', detail: 'the thread ended' };
  const over = Promise.withResolvers<Poured>();
  const end = () => void worker.terminate();
  const patience = pouring.silenceMs + DISK_MS;
  let calm = after(patience, giveUp);

  function giveUp(): void {
    end();
    over.resolve({ is: 'not written', code: 'ETIMEDOUT', detail: `nothing was written for ${patience} ms` });
  }

  worker.on('message', (said: Poured | 'goes on') => {
    calm();
    if (said === 'goes on') calm = after(patience, giveUp);
    else poured = said;
  });
  worker.on('error', (error) => (poured = { is: 'broken off', detail: describeError(error) }));
  worker.on('exit', () => {
    calm();
    running -= 1;
    signal.removeEventListener('abort', end);
    over.resolve(poured);
  });
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  return over.promise;
}
