import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { Store } from '../../src/ports.ts';
import { openStore, type StoreOptions } from '../../src/store/store.ts';

/** A folder for one test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomkeeper-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store for one test, closed after it. */
export async function temporaryStore(folder?: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore(folder ?? (await temporaryFolder()), { fsync: false, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** What a tool sees and does in the database of a state folder, also beside the service. */
export function sql(folder: string, query: string, ...parameters: (string | number)[]): Record<string, unknown>[] {
  const connection = new DatabaseSync(path.join(folder, 'state.db'), { timeout: 1000 });
  try {
    return connection
      .prepare(query)
      .all(...parameters)
      .map((row) => ({ ...row }));
  } finally {
    connection.close();
  }
}

/** Relative paths of all files below the folder, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
