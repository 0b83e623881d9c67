/** How the database is opened: write-ahead log, sync to disk, patience with others. */
import type { DatabaseSync as Connection } from 'node:sqlite';
import { DatabaseSync } from './sqlite.ts';

/** How long a write waits for somebody else who is writing into the database with a tool, ms. */
const BUSY_MS = 1000;

/** A WAL that had to grow (an import, a backup that took long) is cut to this many bytes when it starts over. */
const WAL_BYTES = 8 * 1024 * 1024;

/** Opens the database; with `fsync` a commit returns when it is on the disk, not only with the operating system. */
export function connect(file: string, fsync: boolean): Connection {
  const connection = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    connection.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${fsync ? 'FULL' : 'NORMAL'}`);
    connection.exec(`PRAGMA journal_size_limit = ${WAL_BYTES}`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}
