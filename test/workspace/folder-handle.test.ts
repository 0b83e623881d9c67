/** Both ways to hold a folder: by what the system has open, and by its name where there is nothing better. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InTheWay, namesIn, openFile, openFolder } from '../../src/workspace/folder-handle.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'handle-'));
  mkdirSync(path.join(root, 'a/b'), { recursive: true });
  writeFileSync(path.join(root, 'a/b/x'), 'here');
  symlinkSync('b', path.join(root, 'a/link'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const isLinux = process.platform === 'linux';

describe.each(isLinux ? [true, false] : [false])('held: %s', (holds) => {
  test('a folder below is opened and made, and what is in it is found', async () => {
    const folder = await openFolder(root, ['a', 'b'], { holds });
    expect(await namesIn(folder, 10)).toEqual(['x']);
    const { file, stats } = await folder.use(() => openFile(folder, 'x'));
    expect([await file.readFile('utf8'), stats.size]).toEqual(['here', 4n]);
    await file.close();
    await folder.close();
    const made = await openFolder(root, ['c', 'd'], { make: true, holds });
    writeFileSync(made.at('y'), '');
    await made.close();
    expect(readdirSync(path.join(root, 'c/d'))).toEqual(['y']);
  });

  test('a link, a file and nothing are no folders', async () => {
    await expect(openFolder(root, ['a', 'link'], { holds })).rejects.toThrow('in the place of a folder: a link');
    await expect(openFolder(root, ['a', 'link'], { make: true, holds })).rejects.toBeInstanceOf(InTheWay);
    await expect(openFolder(root, ['a', 'b', 'x', 'y'], { holds })).rejects.toThrow(
      'in the place of a folder: no folder',
    );
    await expect(openFolder(root, ['none'], { holds })).rejects.toThrow('ENOENT');
    await expect(openFolder(root, ['..'], { holds })).rejects.toThrow('no name that a file could have');
  });

  test.each(['..', '.', '', 'a/b', 'a\\b', 'a\0', '\ud800'])('%j is no name in it', async (name) => {
    const folder = await openFolder(root, ['a'], { holds });
    expect(() => folder.at(name)).toThrow('no name that a file could have');
    await folder.close();
  });
});

test.runIf(isLinux)('a folder that is held stays the one it was, until nobody works in it', async () => {
  const folder = await openFolder(root, ['a', 'b']);
  renameSync(path.join(root, 'a/b'), path.join(root, 'a/c'));
  symlinkSync(tmpdir(), path.join(root, 'a/b'));
  const work = Promise.withResolvers<void>();
  const use = folder.use(async () => {
    await work.promise;
    return readFileSync(folder.at('x'), 'utf8');
  });
  const closed = folder.close();
  await expect(folder.use(async () => undefined)).rejects.toThrow('the folder is closed');
  work.resolve();
  expect(await use).toBe('here');
  await closed;
});
