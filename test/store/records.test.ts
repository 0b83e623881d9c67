import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { CorruptRecord } from '../../src/store/errors.ts';
import { openRecords, type RecordFolder } from '../../src/store/records.ts';
import { filesIn, temporaryFolder, watchedFs } from './support.ts';

async function all(records: RecordFolder): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const entry of records.entries()) found.push(entry);
  return found;
}

test('what was written is read, by another process too, and is gone after it was removed', async () => {
  const folder = await temporaryFolder();
  const records = await openRecords(folder, { fsync: true });
  expect(await records.read('!a:x')).toBeNull();
  await records.write('!a:x', { n: 1 });
  await records.write('!b:x', [null, 'ü\ud83d\ude00', { deep: [1] }]);
  await records.write('!a:x', { n: 2 });

  const again = await openRecords(folder, { fsync: true });
  expect(await again.read('!a:x')).toEqual({ n: 2 });
  expect((await again.keys()).sort()).toEqual(['!a:x', '!b:x']);
  await again.remove('!a:x');
  await again.remove('!a:x');
  expect(await again.read('!a:x')).toBeNull();
  expect(await again.keys()).toEqual(['!b:x']);
});

test('the layout on the disk stays what it is', async () => {
  const folder = await temporaryFolder();
  await (await openRecords(folder, { fsync: true })).write('!room:example.org', { n: 1 });
  const [file = ''] = await filesIn(folder);
  expect(await filesIn(folder)).toEqual(['03/03cbb71e7ec22cfce1875295478d262636197456.json']);
  expect(await readFile(path.join(folder, file), 'utf8')).toBe('{"key":"!room:example.org","record":{"n":1}}');
});

test('keys that are no file names are keys like others', async () => {
  const folder = await temporaryFolder();
  const records = await openRecords(folder, { fsync: false });
  const keys = ['', '../../x', '/', 'a\0b', '!A:x', '!a:x', 'k'.repeat(5000), '__proto__'].sort();
  for (const key of keys) await records.write(key, { key });
  expect((await records.keys()).sort()).toEqual(keys);
  for (const key of keys) expect(await records.read(key)).toEqual({ key });
  expect(new Map(await all(records))).toEqual(new Map(keys.map((key) => [key, { key }])));
});

test('a record under the hash of another key is noticed', async () => {
  const folder = await temporaryFolder();
  const records = await openRecords(folder, { fsync: false });
  await records.write('one', 1);
  const [file = ''] = await filesIn(folder);
  await writeFile(path.join(folder, file), JSON.stringify({ key: 'two', record: 2 }));
  await expect(records.read('one')).rejects.toThrow('holds two, whose hash is that of one too.');
});

test.each(['{"half":', '', '[]', '{"record":1}', 'null ,'])(
  'a file %j is kept aside, told, and does not hold the others',
  async (content) => {
    const folder = await temporaryFolder();
    const heard: CorruptRecord[] = [];
    const records = await openRecords(folder, { fsync: false, onCorrupt: (error) => heard.push(error) });
    await records.write('bad', 1);
    const [file = ''] = await filesIn(folder);
    const bad = path.join(folder, file);
    await records.write('good', 2);

    await writeFile(bad, content);
    await expect(records.read('bad')).rejects.toThrow(
      expect.objectContaining({ name: 'CorruptRecord', keptAt: `${bad}.corrupt-1` }),
    );
    expect(await records.read('bad')).toBeNull();

    await writeFile(bad, content);
    expect(await records.keys()).toEqual(['good']);
    expect(await all(records)).toEqual([['good', 2]]);
    expect(heard.map(({ keptAt }) => keptAt)).toEqual([`${bad}.corrupt-2`]);
  },
);

test('what killed writes left is removed when the folder is opened, damaged files are not', async () => {
  const folder = await temporaryFolder();
  const records = await openRecords(folder, { fsync: false });
  await records.write('one', 1);
  const [file = ''] = await filesIn(folder);
  await writeFile(path.join(folder, `${file}.0123456789ab.tmp`), '{"ha');
  await writeFile(path.join(folder, `${file}.corrupt-1`), '{"ha');
  expect(await (await openRecords(folder, { fsync: false })).keys()).toEqual(['one']);
  expect(await filesIn(folder)).toEqual([file, `${file}.corrupt-1`]);
});

test('sub-folders are made once, also by writes at the same time, and again after somebody removed them', async () => {
  const folder = await temporaryFolder();
  const records = await openRecords(folder, { fsync: true });
  const keys = Array.from({ length: 300 }, (_, n) => `!${n}:x`).sort();
  await Promise.all(keys.map((key) => records.write(key, key)));
  expect((await records.keys()).sort()).toEqual(keys);

  await rm(folder, { recursive: true });
  await expect(records.write('!1:x', 1)).rejects.toThrow('the folder does not exist (ENOENT)');
  await records.write('!1:x', 1);
  expect(await records.read('!1:x')).toBe(1);
});

test('a full disk is told, and the record is what it was', async () => {
  const folder = await temporaryFolder();
  await (await openRecords(folder, { fsync: true })).write('one', 1);
  const { fs } = watchedFs((step) => (step === 'write' ? 'ENOSPC' : null));
  const records = await openRecords(folder, { fsync: true, fs });
  await expect(records.write('one', 2)).rejects.toThrow('the disk is full (ENOSPC)');
  expect(await records.read('one')).toBe(1);
});

test('a file in the place of the folder is told', async () => {
  const file = path.join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(openRecords(file, { fsync: true })).rejects.toThrow(
    `Cannot make the folder ${file}: a file is in the place of the folder (EEXIST).`,
  );
  await expect(openRecords(path.join(file, 'below'), { fsync: true })).rejects.toThrow('a part of the path is a file');
});

test('many are written at once: the names of each sub-folder are waited for once, when all are there', async () => {
  const folder = await temporaryFolder();
  const { fs, steps } = watchedFs();
  const records = await openRecords(folder, { fsync: true, fs });
  const keys = Array.from({ length: 300 }, (_, n) => `!${n}:x`).sort();
  await records.writeAll(keys.map((key) => [key, { key }]));
  expect(new Map(await all(records))).toEqual(new Map(keys.map((key) => [key, { key }])));

  const shards = [...new Set((await filesIn(folder)).map((file) => path.dirname(file)))];
  const syncs = (like: RegExp) => steps.filter((step) => like.test(step));
  expect(syncs(/^sync .+\.json\.tmp$/)).toHaveLength(keys.length);
  expect(syncs(/^sync ..$/).sort()).toEqual(shards.map((shard) => `sync ${shard}`));
  expect(steps.findIndex((step) => /^sync ..$/.test(step))).toBeGreaterThan(
    steps.findLastIndex((step) => step.startsWith('rename')),
  );
});

test('of many that are written, one that cannot be is told, and nothing is still being written', async () => {
  const folder = await temporaryFolder();
  let opened = 0;
  const { fs, steps } = watchedFs((step) => (step === 'write' && ++opened === 3 ? 'ENOSPC' : null));
  const records = await openRecords(folder, { fsync: false, fs });
  const keys = Array.from({ length: 200 }, (_, n) => `!${n}:x`);
  await expect(records.writeAll(keys.map((key) => [key, key]))).rejects.toThrow('the disk is full (ENOSPC)');
  const batch = keys.slice(0, 64);
  const count = (step: string) => steps.filter((one) => one.startsWith(step)).length;
  expect({ opened: count('open'), closed: count('close'), renamed: count('rename') }).toEqual({
    opened: batch.length,
    closed: batch.length,
    renamed: batch.length - 1,
  });
});
