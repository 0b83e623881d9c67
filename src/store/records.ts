/** The records of rooms, and of people, as rows. */
import { Low } from 'lowdb';
import type { RecordTable } from '../ports.ts';
import type { Database } from './database.ts';
import { parseRow, readRow, rowAdapter, upsert, type Row, type Table } from './document.ts';
import { CorruptRecord } from './errors.ts';

const READ_AT_ONCE = 256;

/** Hears of damaged documents that are found on the way through many. */
export type OnCorrupt = (error: CorruptRecord) => void;

/** Records as rows of their own. */
export function openRecords(database: Database, table: Table, onCorrupt: OnCorrupt): RecordTable {
  async function readOrReport(id: string, record: string): Promise<Row<unknown> | null> {
    try {
      return { record: await parseRow(database, table, id, record) };
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      onCorrupt(error);
      return null;
    }
  }
  return {
    read: async (key) => (await readRow(database, table, key)).data?.record ?? null,
    write: (key, record) => new Low(rowAdapter(database, table, key), { record }).write(),
    writeAll: async (records) => database.commit(Array.from(records, ([key, record]) => upsert(table, key, record))),
    remove: async (key) => database.commit([[`DELETE FROM ${table} WHERE id = ?`, key]]),
    keys: async () => database.rows(`SELECT id FROM ${table} ORDER BY id`).map(({ id }) => String(id)),
    async *entries() {
      // By pages: no query stays open while others write.
      let page = database.rows(`SELECT id, record FROM ${table} ORDER BY id LIMIT ${READ_AT_ONCE}`);
      while (page.length > 0) {
        for (const { id, record } of page) {
          const row = await readOrReport(String(id), String(record));
          if (row !== null) yield [String(id), row.record];
        }
        const last = String(page.at(-1)?.['id']);
        page = database.rows(`SELECT id, record FROM ${table} WHERE id > ? ORDER BY id LIMIT ${READ_AT_ONCE}`, last);
      }
    },
  };
}
