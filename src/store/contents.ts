/** What the service keeps in its state folder, counted and deleted as a whole; what is not its own stays. */
import { existsSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { DATABASE_FILE } from './database.ts';
import { codeOf, StoreFailure } from './errors.ts';
import { LOCK_FILES } from './lock.ts';
import { findOldLayout, type OldLayout } from './old-layout.ts';
import { DatabaseSync } from './sqlite.ts';

/** One part of the state. `damaged`: what was moved aside and kept; it is not among the `records`. */
export interface StatePart {
  name: string;
  records: number;
  damaged: number;
}

export interface StateContents {
  parts: StatePart[];
  /** Names in the folder that are not the service's records. */
  others: string[];
}

const tables = {
  'host state': 'host',
  rooms: 'rooms',
  people: 'people',
  'dead letters': 'dead_letters',
  answers: 'answers',
  conversations: 'conversations',
};
const databaseFiles = ['', '-wal', '-shm', '-journal'].map((suffix) => DATABASE_FILE + suffix);

/** What is in the state folder; null where there is no folder. Changes nothing. Throws `StoreFailure`. */
export function readState(folder: string): StateContents | null {
  const names = namesIn(folder);
  if (names === null) return null;
  const old = findOldLayout(folder);
  const parts = readParts(path.join(folder, DATABASE_FILE));
  if (old.files.length > 0) parts.push({ name: 'before SQLite', records: old.files.length, damaged: 0 });
  return { parts, others: othersOf(names, old) };
}

/**
 * Deletes the service's records from the folder, which must be locked; gives what was deleted, and what stays in `others`.
 * Throws `StoreFailure`.
 */
export function deleteState(folder: string): StateContents {
  const found = readState(folder);
  if (found === null) return { parts: [], others: [] };
  const { files, folders, sockets } = findOldLayout(folder);
  // The database first: what a log without its database says is of no use to SQLite, and removed by it.
  for (const file of [...databaseFiles, ...sockets, ...files]) remove(path.join(folder, file));
  for (const one of folders) removeIfEmpty(path.join(folder, one));
  return { parts: found.parts, others: othersOf(namesIn(folder) ?? [], findOldLayout(folder)) };
}

function readParts(file: string): StatePart[] {
  const names = Object.entries(tables);
  if (!existsSync(file)) return names.map(([name]) => ({ name, records: 0, damaged: 0 }));
  const connection = new DatabaseSync(file);
  try {
    const made = new Set(
      connection
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map(({ name }) => name),
    );
    return names.map(([name, table]) => {
      // An earlier version made none.
      if (table === 'conversations' && !made.has(table)) return { name, records: 0, damaged: 0 };
      const counts = `(SELECT count(*) FROM ${table}) AS records,
        (SELECT count(*) FROM damaged WHERE part = '${table}') AS damaged`;
      return { name, ...(connection.prepare(`SELECT ${counts}`).get() as { records: number; damaged: number }) };
    });
  } catch {
    return [{ name: 'database', records: 0, damaged: 1 }];
  } finally {
    connection.close();
  }
}

function othersOf(names: readonly string[], { toImport, folders, sockets, foreign }: OldLayout): string[] {
  const own = new Set([...LOCK_FILES, ...databaseFiles, ...toImport, ...folders, ...sockets]);
  return [...names.filter((name) => !own.has(name)), ...foreign].toSorted();
}

/** Null where there is no folder. */
function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new StoreFailure('read the folder', folder, error);
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new StoreFailure('remove', file, error);
  }
}

/** A folder stays where somebody else's file is in it, or where it is a mount. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const staying = ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'];
    if (!staying.includes(codeOf(error))) throw new StoreFailure('remove the folder', folder, error);
  }
}
