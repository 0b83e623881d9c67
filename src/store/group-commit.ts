/** Writers of the same tick, and all that come while a transaction is under way, share one transaction. */
import type { Statement } from './transaction.ts';

export interface GroupCommit {
  /** Resolves when the statements are committed; rejects, with all that shared the transaction, when none of them is. */
  commit(statements: readonly Statement[]): Promise<void>;
  /** Resolves when nothing is under way or waiting. */
  quiet(): Promise<void>;
}

interface Waiting {
  statements: readonly Statement[];
  resolve(): void;
  reject(error: unknown): void;
}

export function createGroupCommit(write: (statements: readonly Statement[]) => Promise<void>): GroupCommit {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const group = waiting;
      waiting = [];
      try {
        await write(group.flatMap(({ statements }) => statements));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = null;
  }

  return {
    commit(statements) {
      return new Promise((resolve, reject) => {
        waiting.push({ statements, resolve, reject });
        running ??= run();
      });
    },
    quiet: async () => running ?? undefined,
  };
}
