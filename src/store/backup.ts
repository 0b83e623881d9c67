import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { DATABASE_FILE } from './database.ts';
import { codeOf, StoreFailure, UnusableState } from './errors.ts';

/** Copies the state of a folder into a new file, also beside a running service. Throws `UnusableState` or `StoreFailure`. */
export async function backupState(folder: string, target: string): Promise<void> {
  const file = path.join(folder, DATABASE_FILE);
  if (!existsSync(file)) throw new UnusableState(`There is no state to copy: ${file} does not exist.`);
  await backupTo(target, file);
}

/** Copies what is committed in the database, whole or not at all; a thread does it, and nobody waits for it. */
export async function backupTo(target: string, file: string): Promise<void> {
  if (existsSync(target)) throw new UnusableState(`${target} exists already; a backup never replaces a file.`);
  const draft = `${target}.draft`;
  try {
    rmSync(draft, { force: true });
    // SQLite takes an empty file as it is: with these permissions.
    closeSync(openSync(draft, 'wx', 0o600));
    await copyInThread(file, draft);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    if (codeOf(error) === 'SQLITE_NOTADB') throw new UnusableState(`${file} is damaged; there is nothing to copy.`);
    throw new StoreFailure('write', target, error);
  }
}

function copyInThread(file: string, draft: string): Promise<void> {
  const thread = new Worker(new URL('./backup.thread.ts', import.meta.url), { workerData: { file, draft } });
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', () => resolve());
  });
}
