/** What stands in a state folder, seen without its lock and without changing anything: also beside the service. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync as Connection } from 'node:sqlite';
import type { HostDocument } from '../ports.ts';
import { DATABASE_FILE } from './database.ts';
import { codeOf, damagedDatabase, NewerState, StoreFailure, UnusableState } from './errors.ts';
import { holderIn } from './lock.ts';
import { checkSchema, isEmpty } from './schema.ts';
import { DatabaseSync } from './sqlite.ts';

export interface StateLook {
  /** The process that works on it; null for none. */
  pid: number | null;
  rooms: number;
  people: number;
  host: Partial<Pick<HostDocument, 'userId' | 'instance' | 'deviceId'>>;
}

/**
 * Gives what there is; a folder or a database that is missing is an empty one. `newest`: the version of records that is
 * known. Throws `UnusableState` (`NewerState` among them) or `StoreFailure`, as a start would.
 */
export function lookAtState(folder: string, newest: number): StateLook {
  const pid = holderIn(path.join(folder, 'lock.pid'));
  const file = path.join(folder, DATABASE_FILE);
  const nothing = { pid, rooms: 0, people: 0, host: {} };
  if (!existsSync(file)) return nothing;
  let connection: Connection | null = null;
  try {
    connection = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
    if (isEmpty(connection)) return nothing;
    checkSchema(connection, file);
    const [rooms, people] = ['rooms', 'people'].map((table) => countOf(connection!, table, { file, newest }));
    const row = connection.prepare('SELECT record FROM host').get() as { record: string } | undefined;
    return { ...nothing, rooms: rooms ?? 0, people: people ?? 0, host: row === undefined ? {} : hostIn(row.record) };
  } catch (error) {
    if (error instanceof UnusableState) throw error;
    if (['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(codeOf(error))) {
      throw damagedDatabase(file, error);
    }
    throw new StoreFailure('read', file, error);
  } finally {
    connection?.close();
  }
}

function countOf(connection: Connection, table: string, { file, newest }: { file: string; newest: number }): number {
  const version = "CASE WHEN json_valid(record) THEN record ->> '$.version' END";
  const found = connection.prepare(`SELECT count(*) AS count, max(${version}) AS version FROM ${table}`).get();
  const { count, version: written } = found as { count: number; version: number | null };
  if (written !== null && written > newest) {
    throw new NewerState(`A record in ${file}`, `it has version ${written}, known is ${newest}`);
  }
  return count;
}

function hostIn(record: string): StateLook['host'] {
  try {
    return JSON.parse(record) as StateLook['host'];
  } catch {
    throw new UnusableState(
      'The host state is damaged, so the service does not start; docs/operating.md says how to go on.',
    );
  }
}
