import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { backupState } from '../../src/store/backup.ts';
import { filesIn, temporaryFolder, temporaryStore } from './support.ts';

test('a copy is made while others write, and a start goes on from it', async () => {
  const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  const store = await temporaryStore(folder, { fsync: true });
  await store.rooms.writeAll(Array.from({ length: 500 }, (_, n) => [`!${n}`, { n }]));
  await store.host.update({ syncPosition: 's1' });
  const file = path.join(elsewhere, 'copy.db');
  const [, late] = await Promise.all([store.backup(file), store.rooms.write('!late', 1)]);
  expect(late).toBeUndefined();
  expect(await filesIn(elsewhere)).toEqual(['copy.db']);
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');

  await rename(file, path.join(elsewhere, 'state.db'));
  const copy = await temporaryStore(elsewhere);
  const keys = (await copy.rooms.keys()).filter((key) => key !== '!late');
  expect([keys.length, await copy.rooms.read('!499'), copy.host.read().syncPosition]).toEqual([500, { n: 499 }, 's1']);
  await copy.rooms.write('!499', 2);
  expect(await store.rooms.read('!499')).toEqual({ n: 499 });
});

test('another process copies what a running service has', async () => {
  const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  const store = await temporaryStore(folder);
  await store.rooms.write('!a', 1);
  await backupState(folder, path.join(elsewhere, 'state.db'));
  expect(await (await temporaryStore(elsewhere)).rooms.read('!a')).toBe(1);
});

test('what is no state, and a place that is taken or cannot be, is told; nothing is left behind', async () => {
  const folder = await temporaryFolder();
  const target = path.join(folder, 'copies', 'copy.db');
  await expect(backupState(folder, target)).rejects.toThrow(
    `There is no state to copy: ${folder}/state.db does not exist.`,
  );
  await (await temporaryStore(folder)).close();
  await expect(backupState(folder, target)).rejects.toThrow(`Cannot write ${target}: the folder does not exist`);
  await mkdir(path.dirname(target));
  await writeFile(target, 'precious');
  await expect(backupState(folder, target)).rejects.toThrow(
    `${target} exists already; a backup never replaces a file.`,
  );
  expect(await readFile(target, 'utf8')).toBe('precious');
  await writeFile(path.join(folder, 'state.db'), 'these are the notes of somebody\n'.repeat(100));
  await expect(backupState(folder, `${target}2`)).rejects.toThrow('is damaged; there is nothing to copy.');
  expect(await filesIn(path.dirname(target))).toEqual(['copy.db']);
});
