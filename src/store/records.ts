/** The records of rooms, and of people, as rows. */
import { Low } from 'lowdb';
import type { Damaged, RecordTable } from '../ports.ts';
import type { Database } from './database.ts';
import { parse, readRow, rowAdapter, textOf, upsert, type Table } from './document.ts';

const READ_AT_ONCE = 256;

/** Records as rows of their own. */
export function openRecords(database: Database, table: Table, damaged: Damaged): RecordTable {
  return {
    async read(key) {
      const { data } = await readRow(database, table, key);
      return data === null ? null : data.record;
    },
    write: (key, record) => new Low(rowAdapter(database, table, key), { record }).write(),
    writeAll: async (records) => database.commit(Array.from(records, ([key, record]) => upsert(table, key, record))),
    remove: async (key) => database.commit([[`DELETE FROM ${table} WHERE id = ?`, key]]),
    keys: async () => database.rows(`SELECT id FROM ${table} ORDER BY id`).map(({ id }) => String(id)),
    keysWith: async (text, most) =>
      database
        .rows(`SELECT id FROM ${table} WHERE instr(record, ?) > 0 ORDER BY id LIMIT ${most}`, text)
        .map(({ id }) => String(id)),
    keepCopy: async (id, why) => damaged.keep({ part: table, id, document: textOf(database, table, id) ?? '', why }),
    async *entries() {
      // By pages: no query stays open while others write.
      let page = database.rows(`SELECT id, record FROM ${table} ORDER BY id LIMIT ${READ_AT_ONCE}`);
      while (page.length > 0) {
        for (const { id, record } of page) yield [String(id), parse(String(record))];
        const last = String(page.at(-1)?.['id']);
        page = database.rows(`SELECT id, record FROM ${table} WHERE id > ? ORDER BY id LIMIT ${READ_AT_ONCE}`, last);
      }
    },
  };
}
