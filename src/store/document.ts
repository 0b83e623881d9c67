/** One JSON document in one row, as lowdb reads and writes it. */
import { Low, type Adapter } from 'lowdb';
import type { Database } from './database.ts';
import type { Statement } from './transaction.ts';

/** The tables whose rows are such documents. */
export type Table = 'rooms' | 'people' | 'host';

/** What a row holds: any JSON, also what lowdb would take for nothing (`null`, `0`); `undefined` is no JSON. */
export interface Row<T> {
  record: T;
}

export function rowAdapter<T>(database: Database, table: Table, id: string): Adapter<Row<T>> {
  return {
    async read() {
      const text = textOf(database, table, id);
      return text === null ? null : { record: parse(text) as T };
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

/** What stands in the row, JSON or not; null where there is no row. */
export function textOf(database: Database, table: Table, id: string): string | null {
  const [row] = database.rows(`SELECT record FROM ${table} WHERE id = ?`, id);
  return row === undefined ? null : String(row['record']);
}

/** `undefined` where it is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function upsert(table: Table, id: string, record: unknown): Statement {
  const sql = `INSERT INTO ${table} (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`;
  return [sql, id, JSON.stringify(record ?? null)];
}
