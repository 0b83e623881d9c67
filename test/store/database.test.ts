/** What is true of the file. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDamaged } from '../../src/store/damaged.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { openHostState } from '../../src/store/host.ts';
import { openLetters } from '../../src/store/letters.ts';
import { openRecords } from '../../src/store/records.ts';
import { openStore } from '../../src/store/store.ts';
import { filesIn, sql, temporaryFolder, temporaryStore } from './support.ts';

const open = (folder: string) => openStore(folder, { fsync: false });
const bits = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test('the tables stay what they are, and only the service may read them', async () => {
  const folder = path.join(await temporaryFolder(), 'state');
  const store = await temporaryStore(folder);
  await store.rooms.write('!room:example.org', { n: 1 });
  await store.deadLetters.write('!room:example.org', [{ id: '$1' }]);
  await store.answers.write('!room:example.org' as never, 'turn-1', '# One');
  await store.host.update({ deviceId: 'DEVICE' });
  const tables = ['rooms', 'people', 'dead_letters', 'answers', 'host', 'damaged'];
  expect(Object.fromEntries(tables.map((table) => [table, sql(folder, `SELECT * FROM ${table}`)]))).toEqual({
    rooms: [{ id: '!room:example.org', record: '{"n":1}' }],
    people: [],
    dead_letters: [{ number: 1, actor: '!room:example.org', letter: '{"id":"$1"}' }],
    answers: [{ room: '!room:example.org', name: 'turn-1', markdown: '# One' }],
    host: [
      {
        id: 'host',
        record:
          '{"version":1,"syncPosition":null,"deviceId":"DEVICE","instance":null,"userId":null,"memories":{},"lastContextId":null,"lastSyncAt":null}',
      },
    ],
    damaged: [],
  });
  expect(sql(folder, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
  expect(sql(folder, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  const names = ['', 'state.db', 'state.db-wal', 'state.db-shm', 'lock.pid'];
  expect(await Promise.all(names.map((name) => bits(path.join(folder, name))))).toEqual([
    '700',
    ...['600', '600', '600', '600'],
  ]);
  await store.close();
  expect(await filesIn(folder)).toEqual(['lock', 'state.db']);
});

test('one letter more is one row more, and the others are not touched', async () => {
  const database = openDatabase(await temporaryFolder(), { fsync: false });
  const letters = openLetters(database, openDamaged(database));
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id }));
  await letters.write('!a', [a, b]);
  const before = database.rows('SELECT total_changes() AS n')[0]?.['n'];
  await letters.write('!a', [a, b, c]);
  expect(Number(database.rows('SELECT total_changes() AS n')[0]?.['n']) - Number(before)).toBe(1);
  await letters.write('!a', [b, c]);
  expect(database.rows('SELECT number, letter FROM dead_letters')).toEqual([
    { number: 2, letter: '{"id":"b"}' },
    { number: 3, letter: '{"id":"c"}' },
  ]);
  await database.close();
});

test.each(['', '{"half":'])('a record %j is shown to be no JSON, and stays until it is replaced', async (document) => {
  const folder = await temporaryFolder();
  const store = await temporaryStore(folder);
  await store.rooms.write('bad', 1);
  await store.rooms.write('good', 2);
  sql(folder, "UPDATE rooms SET record = ? WHERE id = 'bad'", document);
  expect(await store.rooms.read('bad')).toBeUndefined();
  const found: unknown[] = [];
  for await (const entry of store.rooms.entries()) found.push(entry);
  expect(found).toEqual([
    ['bad', undefined],
    ['good', 2],
  ]);
  const number = await store.rooms.keepCopy('bad', 'half of it');
  expect(sql(folder, "SELECT record FROM rooms WHERE id = 'bad'")).toEqual([{ record: document }]);

  // A start that was killed before it was replaced finds it again.
  expect(await store.rooms.keepCopy('bad', 'still')).toBe(number);
  await store.rooms.write('bad', 3);
  expect(await store.rooms.read('bad')).toBe(3);
  expect(sql(folder, 'SELECT number, part, id, document, why FROM damaged')).toEqual([
    { number, part: 'rooms', id: 'bad', document, why: 'half of it' },
  ]);
  expect(store.damaged.count()).toBe(1);
});

test('a damaged letter is shown to be no JSON, and a copy of it alone is kept', async () => {
  const folder = await temporaryFolder();
  const store = await temporaryStore(folder);
  await store.deadLetters.write('!a', [1, 2, 3]);
  sql(folder, "UPDATE dead_letters SET letter = '{' WHERE letter = '2'");
  expect(await store.deadLetters.read('!a')).toEqual([1, undefined, 3]);
  const number = await store.deadLetters.keepCopy('!a', 1, 'no JSON');
  expect(sql(folder, 'SELECT letter FROM dead_letters')).toEqual(['1', '{', '3'].map((letter) => ({ letter })));
  await store.deadLetters.remove('!a');
  expect(sql(folder, 'SELECT number, part, id, document, why FROM damaged')).toEqual([
    { number, part: 'dead_letters', id: '!a', document: '{', why: 'no JSON' },
  ]);
});

test.each(['{', '[]', '{"version":1}', '{"version":1,"syncPosition":5}', '{"version":0}'])(
  'the host state %s keeps each start from going on, a copy is kept, and without it the next one goes on',
  async (document) => {
    const folder = await temporaryFolder();
    await (await open(folder)).close();
    sql(folder, "INSERT INTO host VALUES ('host', ?)", document);
    for (let start = 0; start < 2; start++) {
      await expect(open(folder)).rejects.toThrow(expect.objectContaining({ name: 'UnusableState' }));
      expect(sql(folder, 'SELECT id, record FROM host')).toEqual([{ id: 'host', record: document }]);
    }
    expect(sql(folder, 'SELECT part, document FROM damaged')).toEqual([{ part: 'host', document }]);
    sql(folder, 'DELETE FROM host');
    expect((await temporaryStore(folder)).host.read().syncPosition).toBeNull();
  },
);

test('facts of the host that only a later version knows stay where they are', async () => {
  const folder = await temporaryFolder();
  await (await open(folder)).close();
  const known = { syncPosition: 's1', deviceId: null, lastContextId: null, lastSyncAt: null };
  sql(folder, "INSERT INTO host VALUES ('host', ?)", JSON.stringify({ version: 1, ...known, moon: 'full' }));
  const store = await temporaryStore(folder);
  await store.host.update({ syncPosition: 's2' });
  expect(sql(folder, "SELECT record ->> '$.syncPosition' AS position, record ->> '$.moon' AS moon FROM host")).toEqual([
    { position: 's2', moon: 'full' },
  ]);
});

test('what a newer version wrote is left alone', async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  await store.rooms.write('!a', 1);
  await store.close();
  sql(folder, 'PRAGMA user_version = 2');
  await expect(open(folder)).rejects.toThrow(
    `${folder}/state.db was written by a newer version of this service (format 2, known is 1), so this one does not start; nothing was changed.`,
  );
  sql(folder, 'PRAGMA user_version = 1');
  sql(folder, `INSERT INTO host VALUES ('host', '{"version":2,"more":1}')`);
  await expect(open(folder)).rejects.toThrow('was written by a newer version of this service (format 2');
  expect([sql(folder, 'SELECT * FROM host'), sql(folder, 'SELECT * FROM rooms')]).toEqual([
    [{ id: 'host', record: '{"version":2,"more":1}' }],
    [{ id: '!a', record: '1' }],
  ]);
});

test('a database of something else is left alone', async () => {
  const folder = await temporaryFolder();
  const other = new DatabaseSync(path.join(folder, 'state.db'));
  other.exec('CREATE TABLE songs (name TEXT)');
  other.close();
  await expect(open(folder)).rejects.toThrow('is a database of something else; it was left as it is.');
  expect(sql(folder, 'SELECT name FROM sqlite_schema')).toEqual([{ name: 'songs' }]);
});

test.each([
  [
    'no database at all',
    Buffer.from('these are the notes of somebody, and they are longer than a header\n'.repeat(20)),
  ],
  ['a database cut short and overwritten', null],
])('%s stops the start with a sentence, and stays as it is', async (_, content) => {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'state.db');
  const store = await open(folder);
  await store.rooms.writeAll(Array.from({ length: 100 }, (_, n) => [String(n), 'x'.repeat(1000)]));
  await store.close();
  const damaged = content ?? (await readFile(file)).fill(0xee, 100, 8192);
  await writeFile(file, damaged);
  await expect(open(folder)).rejects.toThrow(
    expect.objectContaining({
      name: 'UnusableState',
      message: expect.stringMatching(
        /state\.db is damaged \(.+\); it was left as it is\. Put a backup in its place/,
      ) as string,
    }),
  );
  expect((await readFile(file)).equals(damaged)).toBe(true);
  // The folder is free again.
  await writeFile(file, '');
  await (await open(folder)).close();
});

test('a full disk fails all writes of the tick, changes nothing, and heals', async () => {
  const folder = await temporaryFolder();
  const database = openDatabase(folder, { fsync: false });
  const { records, letters, host } = await partsOf(database);
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id }));
  await Promise.all([records.write('!a', 1), letters.write('!a', [a]), host.update({ syncPosition: 's1' })]);

  const limit = (pages: number) => database.connection.exec(`PRAGMA max_page_count = ${pages}`);
  limit(1);
  const results = await Promise.allSettled([
    records.write('!big', 'x'.repeat(1_000_000)),
    records.write('!a', 2),
    letters.write('!a', [a, b]),
    host.update({ syncPosition: 's2' }),
  ]);
  const refused = `Cannot write ${folder}/state.db: the disk is full (ENOSPC).`;
  expect(results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'written'))).toEqual(
    Array.from({ length: 4 }, () => `StoreFailure: ${refused}`),
  );
  const state = async () => [await records.read('!a'), await letters.read('!a'), host.read().syncPosition];
  expect(await state()).toEqual([1, [a], 's1']);

  limit(1_000_000);
  await Promise.all([records.write('!a', 3), letters.write('!a', [a, b, c]), host.update({ lastSyncAt: 1 })]);
  expect(await state()).toEqual([3, [a, b, c], 's1']);
  expect(await records.keys()).toEqual(['!a']);
  await database.close();
});

test('somebody who writes with a tool holds a write up for a moment, or fails it', async () => {
  const folder = await temporaryFolder();
  const store = await temporaryStore(folder);
  const tool = new DatabaseSync(path.join(folder, 'state.db'));
  tool.exec('BEGIN IMMEDIATE');
  await expect(store.rooms.write('!a', 1)).rejects.toThrow('another process is writing into it (EBUSY)');
  tool.exec('ROLLBACK');
  tool.close();
  await store.rooms.write('!a', 2);
  expect(await store.rooms.read('!a')).toBe(2);
});

async function partsOf(database: Database) {
  const damaged = openDamaged(database);
  return {
    records: openRecords(database, 'rooms', damaged),
    letters: openLetters(database, damaged),
    host: await openHostState(database),
  };
}
