/**
 * Work on file systems that may hang. Node has four threads for files (and for looking up host names): whoever hangs keeps
 * one of them until the file system answers.
 */
import type { After } from '../basics/after.ts';

export class NoAnswer extends Error {
  constructor(ms: number) {
    super(`the file system does not answer within ${ms} ms`);
  }
}

/**
 * Waits at most so long for `act`, then rejects with `NoAnswer`; and from then on at once, for this folder, until what
 * hangs there has answered. In line it waits on as long as the line moves: that others have much to do is no silence. `undo`
 * gets what comes too late.
 */
export type Within = <T>(folder: string, ms: number, act: () => Promise<T>, undo?: (late: T) => void) => Promise<T>;

/** One of the four stays free. */
const ALL_AT_ONCE = 3;
const ONE_FOLDER_AT_ONCE = 2;

export function createPatience(later: After): Within {
  const running: string[] = [];
  const waiting: { folder: string; start: () => void }[] = [];
  /** The folders of what is late, each as often as it is. */
  const hanging: string[] = [];

  function mayStart(folder: string): boolean {
    return running.length < ALL_AT_ONCE && running.filter((one) => one === folder).length < ONE_FOLDER_AT_ONCE;
  }

  function startNext(): void {
    const next = waiting.find(({ folder }) => mayStart(folder));
    if (next === undefined) return;
    waiting.splice(waiting.indexOf(next), 1);
    next.start();
  }

  return (folder, ms, act, undo) => {
    if (hanging.includes(folder)) return Promise.reject(new NoAnswer(ms));
    return new Promise((resolve, reject) => {
      let isLate = false;
      const entry = { folder, start };
      let callOff = () => {};

      function giveUp(): void {
        isLate = true;
        hanging.push(folder);
        reject(new NoAnswer(ms));
      }

      function standInLine(place: number): void {
        callOff = later(ms, () => {
          const now = waiting.indexOf(entry);
          if (now < place && !hanging.includes(folder)) return standInLine(now);
          waiting.splice(now, 1);
          reject(new NoAnswer(ms));
        });
      }

      const end = () => {
        callOff();
        running.splice(running.indexOf(folder), 1);
        if (isLate) hanging.splice(hanging.indexOf(folder), 1);
        startNext();
      };
      function start(): void {
        callOff();
        callOff = later(ms, giveUp);
        running.push(folder);
        act().then(
          (result) => {
            end();
            if (isLate) undo?.(result);
            else resolve(result);
          },
          (error: unknown) => {
            end();
            reject(error as Error);
          },
        );
      }
      if (mayStart(folder)) start();
      else standInLine(waiting.push(entry) - 1);
    });
  };
}

/** Closes without anybody waiting for it: it ends when what hangs has ended. */
export function leave(opened: { close(): Promise<void> } | null | undefined): void {
  void opened?.close().catch(() => undefined);
}
