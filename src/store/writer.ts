/** Who writes into the database: a thread, so that a disk that takes its time holds nobody else up. */
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { transactionsOn, type Statement } from './transaction.ts';

export interface Writer {
  /** One transaction; resolves when it is committed, rejects when nothing of it is. One at a time. */
  write(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}

/** What the thread answers: null when it is done, else what SQLite said. */
export type Answer = { errcode: number | undefined; message: string } | null;

/** What `node:sqlite` throws; `errcode` is missing on other errors. */
export type Failure = Error & { errcode?: number };

/** Writes on a connection of this thread. */
export function writerHere(connection: DatabaseSync): Writer {
  const transact = transactionsOn(connection);
  return {
    write: async (statements) => transact(statements),
    close: async () => undefined,
  };
}

/** Writes in a thread with a connection of its own. One that died is replaced at the next write. */
export function writerInThread(file: string): Writer {
  let thread: Worker | null = null;
  let answered: ((answer: Answer) => void) | null = null;

  function start(): Worker {
    const started = new Worker(new URL('./writer.thread.ts', import.meta.url), { workerData: { file } });
    const died = (answer: Answer) => {
      // An error is followed by an exit; another thread may be at work by then.
      if (thread !== started) return;
      thread = null;
      answered?.(answer);
    };
    started.on('message', (answer: Answer) => answered?.(answer));
    started.on('error', ({ errcode, message }: Failure) => died({ errcode, message }));
    started.on('exit', (code) => died({ errcode: undefined, message: `the thread that writes ended with ${code}` }));
    // An idle store does not keep the process alive.
    started.unref();
    return started;
  }

  return {
    write(statements) {
      const worker = (thread ??= start());
      worker.ref();
      return new Promise((resolve, reject) => {
        answered = (answer) => {
          answered = null;
          worker.unref();
          if (answer === null) resolve();
          else reject(Object.assign(new Error(answer.message), { errcode: answer.errcode }));
        };
        worker.postMessage(statements);
      });
    },
    async close() {
      const worker = thread;
      if (worker === null) return;
      worker.ref();
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage('close');
      await ended;
    },
  };
}
