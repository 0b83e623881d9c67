import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readOldStore } from '../../src/import/database.ts';
import { temporaryFolder } from '../store/support.ts';
import { fill, writeOldBot } from './old-bot.ts';

const rows = { 'matrix_room:!a:x': { a: 1 }, 'auth:@a:x': { b: 2 }, matrix_platform_chat_seq: { c: 3 } };

const read = (file: string) => readOldStore(file, ({ table, rows: found }) => ({ table, rows: [...found] }));

const asRead = [
  { key: 'auth:@a:x', value: null },
  { key: 'matrix_platform_chat_seq', value: '{"c":3}' },
  { key: 'matrix_room:!a:x', value: '{"a":1}' },
];

/** A file whose tables are made by `sql`. */
async function made(sql: string): Promise<string> {
  const file = path.join(await temporaryFolder(), 'old.db');
  const connection = new DatabaseSync(file);
  connection.exec(sql);
  connection.close();
  return file;
}

test('the rows that a service needs are read, the others are only named', async () => {
  const file = writeOldBot(await temporaryFolder(), rows);
  const before = await readFile(file);
  expect(read(file)).toEqual({ table: 'kv', rows: asRead });
  expect(await readFile(file)).toEqual(before);
});

test.each([
  [
    'of other names',
    'CREATE TABLE "a ""b" (k TEXT, v TEXT); INSERT INTO "a ""b" VALUES (\'matrix_room:!a:x\', \'{"a":1}\')',
  ],
  [
    'of bytes',
    "CREATE TABLE t (k BLOB, v BLOB); INSERT INTO t VALUES (CAST('matrix_room:!a:x' AS BLOB), CAST('{\"a\":1}' AS BLOB))",
  ],
  [
    'with more columns',
    `CREATE TABLE t (at INTEGER, v TEXT, k TEXT PRIMARY KEY, run TEXT AS (upper(k)), until TEXT);
     INSERT INTO t VALUES (99999999999999999999, '{"a":1}', 'matrix_room:!a:x', NULL)`,
  ],
  [
    'beside other tables',
    `CREATE TABLE other (key TEXT, value TEXT); INSERT INTO other VALUES ('x', '{}');
     CREATE TABLE t (k TEXT, v TEXT); INSERT INTO t VALUES ('matrix_room:!a:x', '{"a":1}');
     CREATE VIEW seen AS SELECT * FROM t`,
  ],
])('a table %s is found', async (_, sql) => {
  expect(read(await made(sql)).rows).toEqual([{ key: 'matrix_room:!a:x', value: '{"a":1}' }]);
});

test('what stands in the log beside the file counts, while the old bot has it open and after it was killed', async () => {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'lambda_matrix.db');
  const writer = new DatabaseSync(file);
  onTestFinished(() => writer.close());
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT)');
  fill(writer, rows);
  expect(read(file).rows).toEqual(asRead);
  const copy = path.join(await temporaryFolder(), 'killed.db');
  for (const suffix of ['', '-wal']) await copyFile(file + suffix, copy + suffix);
  expect((await readFile(copy)).includes('matrix_room')).toBe(false);
  expect(read(copy).rows).toEqual(asRead);
});

test('a value that is too long for a record, and a key that is no id, are not read', async () => {
  const most = 64 * 1024;
  const file = writeOldBot(await temporaryFolder(), {
    'matrix_room:!fits:x': 'x'.repeat(most),
    'matrix_room:!long:x': 'x'.repeat(most + 1),
    [`matrix_room:!${'k'.repeat(100_000)}`]: '{}',
  });
  expect(read(file).rows.map(({ key, value }) => [key.length, value?.length ?? null])).toEqual([
    [19, most],
    [601, 2],
    [19, null],
  ]);
});

describe('a file that is none of the old bot gets a sentence', () => {
  const refused = async (file: string, why: string) => expect(() => read(file)).toThrow(`${file}${why}`);

  test('where there is none, or a folder', async () => {
    const folder = await temporaryFolder();
    await refused(path.join(folder, 'nothing.db'), ' does not exist.');
    await refused(folder, ' is no file.');
  });

  test('where it is no database, or a damaged one', async () => {
    const folder = await temporaryFolder();
    const text = path.join(folder, 'text.db');
    await writeFile(text, 'hello, this is no database at all');
    await refused(text, ' is no SQLite database.');
    const file = writeOldBot(
      folder,
      Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`matrix_room:!${n}:x`, {}])),
    );
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0xff, 4096));
    await refused(file, ' is damaged; nothing was changed.');
  });

  test('where no table is its own, or several are', async () => {
    const nothing =
      'is not the database of the old bot: no table in it has keys like matrix_room:!.. or matrix_user:@...';
    await refused(await made(''), ` ${nothing}`);
    await refused(
      await made("CREATE TABLE t (k TEXT, v TEXT); INSERT INTO t VALUES ('matrix_room:', '{}')"),
      ` ${nothing}`,
    );
    const table = (name: string) =>
      `CREATE TABLE ${name} (k TEXT, v TEXT); INSERT INTO ${name} VALUES ('chat:@a:x:C1', '{}');`;
    await refused(
      await made(table('one') + table('two')),
      ' has more than one place with keys of the old bot ("one", "two"); which one counts?',
    );
  });

  test('where the values cannot be told', async () => {
    const values = ': the table "t" has keys of the old bot, but no one column of values.';
    await refused(await made("CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('matrix_user:@a:x')"), values);
    const two = "CREATE TABLE t (k TEXT, v TEXT, w TEXT); INSERT INTO t VALUES ('matrix_user:@a:x', '{}', '{}')";
    await refused(await made(two), values);
  });
});
