/** Take it where the process stands still, as under SIGSTOP, while the other side answers: this thread sees nothing of it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

export interface OtherSide {
  agent: string;
  homeserver: string;
  /** Stands still until the answer lies in the socket of this process, and a limit of so many ms is over. */
  standStill(ms: number): void;
}

export async function otherSide(): Promise<OtherSide> {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(new URL('./standstill.thread.ts', import.meta.url), { workerData: { answered } });
  onTestFinished(async () => void (await thread.terminate()));
  const [urls] = (await once(thread, 'message')) as [{ agent: string; homeserver: string }];
  return {
    ...urls,
    standStill(ms) {
      const end = performance.now() + ms;
      if (Atomics.wait(answered, 0, 0, 10_000) === 'timed-out') throw new Error('the other side did not answer');
      // Nobody wakes it: the time alone passes.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, end - performance.now()) + 5);
    },
  };
}
