/** One JSON document in one row, as lowdb reads and writes it. */
import { Low, type Adapter } from 'lowdb';
import type { Database } from './database.ts';
import { CorruptRecord } from './errors.ts';
import type { Statement } from './transaction.ts';

/** The tables whose rows are such documents. */
export type Table = 'rooms' | 'people' | 'host';

/** What a row holds: any JSON, also what lowdb would take for nothing (`null`, `0`). */
export interface Row<T> {
  record: T;
}

/** `read` throws `CorruptRecord` (the row is moved into the table `damaged`, the next read gives null). */
export function rowAdapter<T>(database: Database, table: Table, id: string): Adapter<Row<T>> {
  return {
    async read() {
      const [row] = database.rows(`SELECT record FROM ${table} WHERE id = ?`, id);
      return row === undefined ? null : { record: await parseRow<T>(database, table, id, String(row['record'])) };
    },
    write: ({ record }) => database.commit([upsert(table, id, record)]),
  };
}

/** The document of a row as lowdb holds it; `data` is null where there is no row. */
export async function readRow<T>(database: Database, table: Table, id: string): Promise<Low<Row<T> | null>> {
  const row = new Low<Row<T> | null>(rowAdapter(database, table, id) as Adapter<Row<T> | null>, null);
  await row.read();
  return row;
}

export async function parseRow<T>(database: Database, table: Table, id: string, record: string): Promise<T> {
  try {
    return JSON.parse(record) as T;
  } catch {
    const damage = { part: table, id, document: record, why: record === '' ? 'it is empty' : 'it is not JSON' };
    // What was written anew by then stays.
    throw await setAside(database, damage, [`DELETE FROM ${table} WHERE id = ? AND record = ?`, id, record]);
  }
}

export interface Damage {
  part: string;
  id: string;
  document: string;
  why: string;
}

/** Keeps what is damaged, and does away with where it was found. */
export async function setAside(
  database: Database,
  damage: Damage,
  ...removal: readonly Statement[]
): Promise<CorruptRecord> {
  await database.commit([keepDamaged(damage), ...removal]);
  return corruptRecord(database, damage);
}

export function keepDamaged({ part, id, document, why }: Damage): Statement {
  return ['INSERT INTO damaged (part, id, document, why) VALUES (?, ?, ?, ?)', part, id, document, why];
}

export function corruptRecord({ file }: Database, { part, id, why }: Damage): CorruptRecord {
  return new CorruptRecord(`${id} of ${part} in ${file}`, 'a row of the table damaged', why);
}

export function upsert(table: Table, id: string, record: unknown): Statement {
  const sql = `INSERT INTO ${table} (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`;
  return [sql, id, JSON.stringify(record ?? null)];
}
