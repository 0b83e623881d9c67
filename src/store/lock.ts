/** One process a state folder: the lock that a kill releases. */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../basics/make-folder.ts';
import { codeOf, FolderInUse, StoreFailure } from './errors.ts';
import { placeOf } from './place.ts';
import { DatabaseSync } from './sqlite.ts';

export interface FolderLock {
  /** Whether the file that is locked still is where the next process would look for it. */
  isInPlace(): boolean;
  /** Lets another process have the folder; calling it twice is harmless. */
  release(): void;
}

/** The files of the lock. `lock` is never removed: a process that waits for it could then lock what is no longer there. */
export const LOCK_FILES = ['lock', 'lock.pid'];

/**
 * Keeps every other process out of the folder until `release` or the end of this process, however it comes.
 * Throws `FolderInUse`, or `StoreFailure` where the folder cannot be used.
 *
 * The lock is a write transaction on an empty database that is never committed: the operating system lets one process
 * have it, and takes it back when that process ends. The database of the state is not locked, so that it can be read
 * beside the running service.
 */
export function lockFolder(folder: string): FolderLock {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw new StoreFailure('open the folder', folder, error);
  }
  const pidFile = path.join(folder, 'lock.pid');
  const lockFile = path.join(folder, 'lock');
  let database: InstanceType<typeof DatabaseSync> | null = null;
  try {
    database = new DatabaseSync(lockFile, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    ignoreFailure(() => writeFileSync(pidFile, String(process.pid), { mode: 0o600 }));
  } catch (error) {
    database?.close();
    throw codeOf(error) === 'EBUSY'
      ? new FolderInUse(folder, holderIn(pidFile))
      : new StoreFailure('lock the folder', folder, error);
  }
  const isInPlace = placeOf(lockFile);
  return {
    isInPlace,
    release() {
      if (database?.isOpen !== true) return;
      ignoreFailure(() => unlinkSync(pidFile));
      database.close();
    },
  };
}

/** Who says to hold the lock; null where nobody says so, or is no longer there. */
export function holderIn(pidFile: string): number | null {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** The pid is only for the sentence that the next process says: the lock holds without it. */
function ignoreFailure(action: () => void): void {
  try {
    action();
  } catch {
    // A full disk, or somebody removed the folder.
  }
}
