/** The SQLite file of the old bot: read only, nothing of it taken on trust. */
import { statSync } from 'node:fs';
import type { DatabaseSync as Connection } from 'node:sqlite';
import { codeOf, UnusableState } from '../store/errors.ts';
import { DatabaseSync } from '../store/sqlite.ts';

/** A row of the old store. `value` is null where there is none, where it is too long, and where nobody asks for this kind. */
export interface OldRow {
  key: string;
  value: string | null;
}

/** What the old bot kept, as it stands in the file. */
export interface OldStore {
  table: string;
  /** In the order of their keys. */
  rows: Iterable<OldRow>;
}

/** The kinds of keys whose values are read; all others are counted. */
const KINDS = ['matrix_room:', 'matrix_user:', 'chat:', 'matrix_platform_chat_seq'];

/** What only a key of the old bot looks like, as SQLite's GLOB has it. */
const SIGNS = ['matrix_room:[!]*', 'matrix_user:@*', 'chat:@*', 'matrix_platform_chat_seq'];

/** A Matrix id has 255 bytes at most. */
const LONGEST_KEY = 600;
/** Of the records that are read; each is a few hundred bytes. */
const LONGEST_VALUE_BYTES = 64 * 1024;
const MOST_TABLES = 1000;
const BUSY_MS = 5000;

/**
 * Opens the file, finds the one table with keys of the old bot, whatever it is called, and hands it to `read`. A log that lies
 * beside the file (`-wal`) counts. Throws `UnusableState` with what is wrong with the file.
 */
export function readOldStore<T>(file: string, read: (store: OldStore) => T): T {
  if (!statOf(file).isFile()) throw new UnusableState(`${file} is no file.`);
  let connection: Connection | null = null;
  try {
    connection = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
    // What stands in the schema of a stranger's file is not to run.
    connection.exec('PRAGMA trusted_schema = OFF');
    // One moment of the file, also where somebody writes into it.
    connection.exec('BEGIN');
    const table = findTable(connection, file);
    return read({ table: table.name, rows: rowsOf(connection, table) });
  } catch (error) {
    throw (error as { errcode?: number }).errcode === undefined ? error : unreadable(file, error);
  } finally {
    connection?.close();
  }
}

interface Table {
  name: string;
  key: string;
  value: string;
}

function findTable(connection: Connection, file: string): Table {
  const found = tablesOf(connection).flatMap((name) => {
    const columns = columnsOf(connection, name);
    return columns.filter((key) => isOfTheOldBot(connection, name, key)).map((key) => ({ name, key, columns }));
  });
  const [one, ...others] = found;
  if (one === undefined)
    throw new UnusableState(
      `${file} is not the database of the old bot: no table in it has keys like matrix_room:!.. or matrix_user:@...`,
    );
  if (others.length > 0) {
    const names = [...new Set(found.map(({ name }) => JSON.stringify(name)))].join(', ');
    throw new UnusableState(`${file} has more than one place with keys of the old bot (${names}); which one counts?`);
  }
  const { name, key, columns } = one;
  const value = valueColumn(connection, one, without(columns, key));
  if (value === null)
    throw new UnusableState(
      `${file}: the table ${JSON.stringify(name)} has keys of the old bot, but no one column of values.`,
    );
  return { name, key, value };
}

/** Tables that hold rows themselves: views and virtual tables run what somebody wrote. */
function tablesOf(connection: Connection): string[] {
  const listed = connection.prepare(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#'
     ORDER BY name LIMIT ${MOST_TABLES}`,
  );
  return listed.all().map(({ name }) => String(name));
}

/** Without generated ones, which run what somebody wrote. */
function columnsOf(connection: Connection, table: string): string[] {
  const listed = connection.prepare('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid');
  return listed.all(table).map(({ name }) => String(name));
}

function isOfTheOldBot(connection: Connection, table: string, column: string): boolean {
  const sql = `SELECT 1 FROM ${quoted(table)} WHERE ${isSign(column)} LIMIT 1`;
  return connection.prepare(sql).get() !== undefined;
}

/** The only other column, or the one that holds JSON objects most often. */
function valueColumn(connection: Connection, table: { name: string; key: string }, others: string[]): string | null {
  if (others.length === 1) return others[0] ?? null;
  const ranked = others
    .map((column) => {
      const sql = `SELECT count(*) AS objects FROM ${quoted(table.name)}
        WHERE (${isSign(table.key)}) AND substr(ltrim(${text(column)}), 1, 1) = '{'`;
      return { column, objects: Number(connection.prepare(sql).get()?.['objects']) };
    })
    .toSorted((a, b) => b.objects - a.objects);
  const [best, second] = ranked;
  return best === undefined || best.objects === 0 || best.objects === second?.objects ? null : best.column;
}

function* rowsOf(connection: Connection, { name, key, value }: Table): Generator<OldRow> {
  const wanted = KINDS.map((kind) => `substr(${text(key)}, 1, ${kind.length}) = '${kind}'`).join(' OR ');
  const isShort = `length(CAST(${quoted(value)} AS BLOB)) <= ${LONGEST_VALUE_BYTES}`;
  const sql = `SELECT substr(${text(key)}, 1, ${LONGEST_KEY + 1}) AS k,
      CASE WHEN (${wanted}) AND ${isShort} THEN ${text(value)} END AS v
    FROM ${quoted(name)} ORDER BY k`;
  for (const row of connection.prepare(sql).iterate()) {
    yield { key: String(row['k'] ?? ''), value: row['v'] === null ? null : String(row['v']) };
  }
}

function isSign(column: string): string {
  return SIGNS.map((sign) => `${text(column)} GLOB '${sign}'`).join(' OR ');
}

/** A column as text, whatever stands in it. */
function text(column: string): string {
  return `CAST(${quoted(column)} AS TEXT)`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function without(names: readonly string[], name: string): string[] {
  return names.filter((one) => one !== name);
}

function statOf(file: string) {
  try {
    return statSync(file);
  } catch (error) {
    const code = codeOf(error);
    throw new UnusableState(
      code === 'ENOENT' ? `${file} does not exist.` : `${file} cannot be read (${code}); nothing was changed.`,
    );
  }
}

function unreadable(file: string, error: unknown): UnusableState {
  const words: Partial<Record<string, string>> = {
    SQLITE_NOTADB: `${file} is no SQLite database.`,
    SQLITE_CORRUPT: `${file} is damaged; nothing was changed. Take a backup of it, or repair it with sqlite3 (.recover).`,
    EBUSY: `${file} is in use: stop the old bot first.`,
  };
  const code = codeOf(error);
  return new UnusableState(
    words[code] ??
      `${file} cannot be read (${code}); nothing was changed. Where it or its folder may only be read, or is not yours, ` +
        'copy it with all that lies beside it (-wal, -journal) into a folder of your own, and import that.',
  );
}
