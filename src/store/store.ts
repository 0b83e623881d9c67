/** The state folder: one SQLite file, and the lock that keeps others from writing into it. */
import path from 'node:path';
import type { Store } from '../ports.ts';
import { openAnswers } from './answers.ts';
import { backupTo } from './backup.ts';
import { openConversations } from './conversations.ts';
import { openDamaged } from './damaged.ts';
import { openDatabase, type Database } from './database.ts';
import { openHostState } from './host.ts';
import { openLetters } from './letters.ts';
import { lockFolder } from './lock.ts';
import { importOldFolder, syncFolder, type OnCorrupt } from './old-folder.ts';
import { placeOf } from './place.ts';
import { openRecords } from './records.ts';

export interface StoreOptions {
  /** Whether a write waits until it is on the disk; without, a power failure takes the last seconds. */
  fsync: boolean;
  /** Hears of damaged files of an earlier version; without it they become warnings of the process. */
  onCorrupt?: OnCorrupt;
}

/**
 * Opens the store in the folder, makes it where it is missing, and takes over what an earlier version left as files.
 * Throws `FolderInUse`, `UnusableState`, or `StoreFailure`.
 */
export async function openStore(folder: string, options: StoreOptions): Promise<Store> {
  const { fsync, onCorrupt = (error) => process.emitWarning(error) } = options;
  const lock = lockFolder(folder);
  let database: Database | null = null;
  const close = async () => {
    try {
      await database?.close();
    } finally {
      lock.release();
    }
  };
  try {
    if (fsync) syncFolder(path.dirname(path.resolve(folder)));
    database = openDatabase(folder, { fsync });
    importOldFolder(folder, database, onCorrupt);
    const { file } = database;
    const damaged = openDamaged(database);
    const isDatabaseInPlace = placeOf(file);
    return {
      damaged,
      rooms: openRecords(database, 'rooms', damaged),
      people: openRecords(database, 'people', damaged),
      deadLetters: openLetters(database, damaged),
      answers: openAnswers(database),
      conversations: openConversations(database, damaged),
      host: await openHostState(database),
      isInPlace: () => lock.isInPlace() && isDatabaseInPlace(),
      backup: (target) => backupTo(target, file),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
