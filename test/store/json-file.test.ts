import { Low } from 'lowdb';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonFile } from '../../src/store/json-file.ts';
import { filesIn, temporaryFolder, watchedFs } from './support.ts';

describe('writing', () => {
  test('the file is on the disk before it takes its name, and the name before the write is done', async () => {
    const folder = await temporaryFolder();
    const { fs, steps } = watchedFs();
    await jsonFile(path.join(folder, 'a.json'), { fsync: true, fs }).write({ n: 1 });
    const name = path.basename(folder);
    expect(steps).toEqual([
      'open a.json.tmp',
      'write a.json.tmp',
      'sync a.json.tmp',
      'close a.json.tmp',
      'rename a.json.tmp',
      `open ${name}`,
      `sync ${name}`,
      `close ${name}`,
    ]);
  });

  test('without fsync nothing is waited for', async () => {
    const folder = await temporaryFolder();
    const { fs, steps } = watchedFs();
    await jsonFile(path.join(folder, 'a.json'), { fsync: false, fs }).write({ n: 1 });
    expect(steps).toEqual(['open a.json.tmp', 'write a.json.tmp', 'close a.json.tmp', 'rename a.json.tmp']);
  });

  test('many writes at once leave one whole document and nothing else, for the owner only', async () => {
    const folder = await temporaryFolder();
    const file = jsonFile<{ n: number; pad: string }>(path.join(folder, 'a.json'), { fsync: true });
    const documents = Array.from({ length: 50 }, (_, n) => ({ n, pad: 'x'.repeat(n * 1000) }));
    await Promise.all(documents.map((document) => file.write(document)));
    const written = await file.read();
    expect(written).toEqual(documents[written?.n ?? -1]);
    expect(await filesIn(folder)).toEqual(['a.json']);
    expect((await stat(path.join(folder, 'a.json'))).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['open', 'ENOSPC', 'the disk is full (ENOSPC)'],
    ['write', 'ENOSPC', 'the disk is full (ENOSPC)'],
    ['sync', 'EIO', 'the disk failed (EIO)'],
    ['rename', 'EROFS', 'the file system is read-only (EROFS)'],
  ] as const)('a %s that fails with %s keeps the old document and leaves nothing behind', async (step, code, why) => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'a.json');
    await jsonFile(file, { fsync: true }).write({ n: 1 });
    const { fs } = watchedFs((at) => (at === step ? code : null));
    await expect(jsonFile(file, { fsync: true, fs }).write({ n: 2 })).rejects.toThrow(
      expect.objectContaining({ name: 'StoreFailure', code, message: `Cannot write ${file}: ${why}.` }),
    );
    expect(await jsonFile(file, { fsync: true }).read()).toEqual({ n: 1 });
    expect(await filesIn(folder)).toEqual(['a.json']);
  });

  test('real refusals are named', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'file'), '');
    await mkdir(path.join(folder, 'folder'));
    const write = (...names: string[]) => jsonFile(path.join(folder, ...names), { fsync: true }).write({});
    await expect(write('file', 'a.json')).rejects.toThrow('a part of the path is a file, not a folder (ENOTDIR)');
    await expect(write('folder')).rejects.toThrow('a folder is in the place of the file (EISDIR)');
    await expect(write('nowhere', 'a.json')).rejects.toThrow('the folder does not exist (ENOENT)');
    expect(await filesIn(folder)).toEqual(['file']);
  });

  test.skipIf(process.getuid?.() === 0)('a folder without permission is named', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    await expect(jsonFile(path.join(folder, 'a.json'), { fsync: true }).write({})).rejects.toThrow(
      'this user has no permission (EACCES)',
    );
  });

  test.runIf(process.platform === 'linux')('a file system that takes nothing is named', async () => {
    await expect(jsonFile('/proc/self/a.json', { fsync: true }).write({})).rejects.toThrow(
      /^Cannot write .*: .+ \(E\w+\)\.$/,
    );
  });
});

describe('reading', () => {
  test('a missing file is null', async () => {
    const folder = await temporaryFolder();
    expect(await jsonFile(path.join(folder, 'a.json'), { fsync: true }).read()).toBeNull();
  });

  test.each([
    ['{"half":', 'it is not JSON'],
    ['', 'it is empty'],
  ])('the file %j is moved aside, told, and gone for the next read', async (content, why) => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'a.json');
    for (const n of [1, 2]) {
      await writeFile(file, content);
      const keptAt = `${file}.corrupt-${n}`;
      await expect(jsonFile(file, { fsync: true }).read()).rejects.toThrow(
        expect.objectContaining({
          name: 'CorruptRecord',
          keptAt,
          message: `${file} is damaged (${why}); it is kept as ${keptAt}.`,
        }),
      );
      expect(await readFile(keptAt, 'utf8')).toBe(content);
    }
    expect(await jsonFile(file, { fsync: true }).read()).toBeNull();
  });

  test('a folder in the place of the file is a failure, not a damaged record', async () => {
    const folder = await temporaryFolder();
    await expect(jsonFile(folder, { fsync: true }).read()).rejects.toThrow(
      `Cannot read ${folder}: a folder is in the place of the file (EISDIR).`,
    );
  });

  test('it serves as an adapter of lowdb', async () => {
    const folder = await temporaryFolder();
    const db = new Low<{ n: number }>(jsonFile(path.join(folder, 'a.json'), { fsync: true }), { n: 0 });
    await db.update((data) => (data.n += 1));
    const again = new Low<{ n: number }>(jsonFile(path.join(folder, 'a.json'), { fsync: true }), { n: 0 });
    await again.read();
    expect(again.data).toEqual({ n: 1 });
  });
});
