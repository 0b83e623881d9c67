import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Letters, RecordTable, Store } from '../../src/ports.ts';
import { openStore } from '../../src/store/store.ts';
import { oldHost, writeOldFile, writeOldFolder, writeOldRecord } from './old-files.ts';
import { filesIn, sql, temporaryFolder } from './support.ts';

async function all(records: Pick<Letters | RecordTable, 'entries'>): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const entry of records.entries()) found.push(entry);
  return found;
}

async function contentsOf(store: Store) {
  const { version: _, ...host } = { ...oldHost, instance: null };
  return {
    rooms: await all(store.rooms),
    people: await all(store.people),
    letters: await all(store.deadLetters),
    answer: await store.answers.read('!a' as never, 'turn-1'),
    isHost: isDeepStrictEqual({ ...store.host.read() }, host),
  };
}

const imported = {
  rooms: [
    ['!a', { room: '!a' }],
    ['!b', { room: '!b' }],
  ],
  people: [['@anna:test', { spaces: [1] }]],
  letters: [['!b', [{ id: '$1' }, { id: '$2' }]]],
  answer: '# Long',
  isHost: true,
};

/** Opens the folder once, and gives what was found and what was told. */
async function start(folder: string) {
  const heard: string[] = [];
  const store = await openStore(folder, { fsync: false, onCorrupt: ({ message }) => heard.push(message) });
  const contents = await contentsOf(store);
  await store.close();
  return { contents, heard };
}

test('the files become rows, once, and are kept aside as they were', async () => {
  const folder = await temporaryFolder();
  await writeOldFolder(folder);
  const before = (await filesIn(folder)).filter((file) => !file.startsWith('lock-'));
  const { contents, heard } = await start(folder);
  expect(contents).toEqual(imported);
  expect(heard).toEqual([
    expect.stringMatching(/^rooms\/\w\w\/\w{40}\.json of rooms in .+ is damaged \(it is no record\); it is kept as/),
  ]);
  expect(sql(folder, 'SELECT document FROM damaged')).toEqual([{ document: '{"half":' }]);
  expect(await filesIn(folder)).toEqual([...before.map((file) => `before-sqlite/${file}`), 'lock', 'state.db'].sort());
  expect(sql(folder, 'SELECT id FROM host')).toEqual([{ id: 'host' }]);
  expect(await start(folder)).toEqual({ contents: imported, heard: [] });
});

/** What a start that was killed leaves, made of the folder before and after a whole import. */
async function halfWay(moved: readonly string[]): Promise<string> {
  const [old, folder] = [await temporaryFolder(), await temporaryFolder()];
  await writeOldFolder(old);
  await cp(old, folder, { recursive: true });
  await start(folder);
  sql(folder, "INSERT INTO host VALUES ('imported, files not yet aside', '{}')");
  for (const name of ['rooms', 'people', 'dead-letters', 'answers', 'host.json', 'host.json.0123456789ab.tmp']) {
    if (!moved.includes(name)) await rename(path.join(folder, 'before-sqlite', name), path.join(folder, name));
  }
  return folder;
}

test.each([
  { when: 'before the first file was moved', moved: [] },
  { when: 'between two of them', moved: ['answers', 'rooms'] },
  {
    when: 'after the last one',
    moved: ['rooms', 'people', 'dead-letters', 'answers', 'host.json', 'host.json.0123456789ab.tmp'],
  },
])('killed after the transaction, $when, the next start only moves what is left', async ({ moved }) => {
  const folder = await halfWay(moved);
  expect(await start(folder)).toEqual({ contents: imported, heard: [] });
  expect(sql(folder, 'SELECT count(*) AS n FROM damaged')).toEqual([{ n: 1 }]);
  expect((await filesIn(folder)).filter((file) => !file.startsWith('before-sqlite/'))).toEqual(['lock', 'state.db']);
  expect(sql(folder, 'SELECT id FROM host')).toEqual([{ id: 'host' }]);
});

test('files that cannot be moved stop the start, and the next one does not import them again', async () => {
  const folder = await temporaryFolder();
  await writeOldFolder(folder);
  await writeFile(path.join(folder, 'before-sqlite'), 'in the way');
  await expect(start(folder)).rejects.toThrow(`Cannot import the files in ${folder}: `);
  await rm(path.join(folder, 'before-sqlite'));
  expect(await start(folder)).toEqual({ contents: imported, heard: [] });
  expect(sql(folder, 'SELECT count(*) AS n FROM damaged')).toEqual([{ n: 1 }]);
});

test('killed before the transaction, the next start imports as if it was the first', async () => {
  const folder = await temporaryFolder();
  await writeOldFolder(folder);
  const whole = await temporaryFolder();
  await (await openStore(whole, { fsync: false })).close();
  await cp(path.join(whole, 'state.db'), path.join(folder, 'state.db'));
  expect((await start(folder)).contents).toEqual(imported);
});

test('state of before and after, both with something in them, is not mixed', async () => {
  const folder = await temporaryFolder();
  await writeOldFolder(folder);
  await start(folder);
  await writeOldRecord(folder, 'rooms', '!newer', { room: '!newer' });
  await expect(start(folder)).rejects.toThrow(`${folder} holds state.db and records in files of an earlier version`);
  expect(await filesIn(path.join(folder, 'rooms'))).toHaveLength(1);

  await rm(path.join(folder, 'state.db'));
  const { contents } = await start(folder);
  expect(contents.rooms).toEqual([['!newer', { room: '!newer' }]]);
  expect(await filesIn(path.join(folder, 'before-sqlite-2'))).toHaveLength(1);
});

test('empty folders of before are moved, too, and what else is there stays', async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'rooms'));
  await mkdir(path.join(folder, 'workspace'));
  await writeFile(path.join(folder, 'notes.txt'), 'mine');
  await start(folder);
  expect((await filesIn(folder)).sort()).toEqual(['lock', 'notes.txt', 'state.db']);
  expect(await readdir(path.join(folder, 'before-sqlite'))).toEqual(['rooms']);
  expect(await readFile(path.join(folder, 'notes.txt'), 'utf8')).toBe('mine');
});

test('a damaged host state is told at each start, and kept', async () => {
  const folder = await temporaryFolder();
  await writeOldFile(folder, 'rooms', { key: '!a', content: '{"key":"!a","record":{"room":"!a"}}' });
  await writeFile(path.join(folder, 'host.json'), '{');
  for (let tries = 0; tries < 2; tries++) {
    await expect(start(folder)).rejects.toThrow(expect.objectContaining({ name: 'UnusableState' }));
  }
  sql(folder, 'DELETE FROM host');
  const { contents } = await start(folder);
  expect([contents.rooms, contents.isHost]).toEqual([[['!a', { room: '!a' }]], false]);
  expect(sql(folder, 'SELECT part, document FROM damaged')).toEqual([{ part: 'host', document: '{' }]);
});

test('a damaged file of somebody whom other files name becomes their row as it is', async () => {
  const folder = await temporaryFolder();
  await writeOldRecord(folder, 'people', '@anna:test', { chats: [{ room: '!chat:test' }] });
  await writeOldFile(folder, 'rooms', { key: '!chat:test', content: '{"half":' });
  await writeOldRecord(folder, 'rooms', '!entry:test', { person: '@bob:test' });
  await writeOldFile(folder, 'people', { key: '@bob:test', content: '' });
  await writeOldFile(folder, 'dead-letters', { key: '!entry:test', content: '[' });
  const { contents, heard } = await start(folder);
  expect(heard).toEqual([]);
  expect(contents.rooms).toEqual([
    ['!chat:test', undefined],
    ['!entry:test', { person: '@bob:test' }],
  ]);
  expect(contents.people).toEqual([
    ['@anna:test', { chats: [{ room: '!chat:test' }] }],
    ['@bob:test', undefined],
  ]);
  expect(contents.letters).toEqual([['!entry:test', [undefined]]]);
  expect(sql(folder, "SELECT record FROM rooms WHERE id = '!chat:test'")).toEqual([{ record: '{"half":' }]);
});
