import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { deleteState, readState } from '../../src/store/contents.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { openStore } from '../../src/store/store.ts';
import { writeOldFolder } from './old-files.ts';
import { filesIn, temporaryFolder, temporaryStore } from './support.ts';

/** A state folder as the service fills it, with what it took over from an earlier version. */
async function filled(): Promise<string> {
  const folder = await temporaryFolder();
  await writeOldFolder(folder);
  const store = await openStore(folder, { fsync: false, onCorrupt: () => undefined });
  await store.rooms.write('!new', {});
  await store.close();
  return folder;
}

const parts = [
  { name: 'host state', records: 1, damaged: 0 },
  { name: 'rooms', records: 3, damaged: 1 },
  { name: 'people', records: 1, damaged: 0 },
  { name: 'dead letters', records: 2, damaged: 0 },
  { name: 'answers', records: 1, damaged: 0 },
  { name: 'conversations', records: 0, damaged: 0 },
  { name: 'before SQLite', records: 11, damaged: 0 },
];
const nothing = parts.slice(0, 6).map(({ name }) => ({ name, records: 0, damaged: 0 }));

test('a folder that is not there has no state', async () => {
  const folder = path.join(await temporaryFolder(), 'none');
  expect(readState(folder)).toBeNull();
  expect(deleteState(folder)).toEqual({ parts: [], others: [] });
});

test('reading counts and changes nothing', async () => {
  const folder = await filled();
  const before = await filesIn(folder);
  expect(readState(folder)).toEqual({ parts, others: [] });
  expect(await filesIn(folder)).toEqual(before);
});

test('a folder that was never started on is counted, too, and not imported', async () => {
  const folder = await temporaryFolder();
  await writeOldFolder(folder);
  const before = await filesIn(folder);
  expect(readState(folder)).toEqual({ parts: [...nothing, parts[6]], others: [] });
  expect(await filesIn(folder)).toEqual(before);
  deleteState(folder);
  expect(await readdir(folder)).toEqual([]);
});

test('all that the service wrote is deleted, with its folders; the lock stays', async () => {
  const folder = await filled();
  const lock = lockFolder(folder);
  expect(deleteState(folder)).toEqual({ parts, others: [] });
  expect(await readdir(folder)).toEqual(['lock', 'lock.pid']);
  expect(readState(folder)).toEqual({ parts: nothing, others: [] });
  lock.release();
  expect(await (await temporaryStore(folder)).rooms.keys()).toEqual([]);
});

test('what a killed service left in its log is deleted with the rest', async () => {
  const [folder, one] = [await temporaryFolder(), await temporaryFolder()];
  const store = await openStore(one, { fsync: false });
  await store.rooms.write('!a', 1);
  // As a kill leaves them: the log holds what the database does not.
  for (const end of ['', '-wal']) {
    await copyFile(path.join(one, `state.db${end}`), path.join(folder, `state.db${end}`));
  }
  await store.close();
  expect(deleteState(folder).parts[1]).toEqual({ name: 'rooms', records: 1, damaged: 0 });
  expect(await filesIn(folder)).toEqual([]);
});

test('what is not of the service stays and is named', async () => {
  const folder = await filled();
  const elsewhere = await temporaryFolder();
  await writeFile(path.join(elsewhere, 'precious'), '');
  await mkdir(path.join(folder, 'workspace/a'), { recursive: true });
  await mkdir(path.join(folder, 'rooms/fe'), { recursive: true });
  for (const file of ['notes.txt', 'rooms/fe/readme', 'before-sqlite/people/photo.png'])
    await writeFile(path.join(folder, file), '');
  await symlink(elsewhere, path.join(folder, 'link'));
  await symlink(elsewhere, path.join(folder, 'answers'));
  const others = [
    ...['answers', 'before-sqlite/people/photo.png', 'link', 'notes.txt'],
    ...['rooms/fe/readme', 'workspace'],
  ];
  expect(readState(folder)).toEqual({ parts, others });
  expect(deleteState(folder)).toEqual({ parts, others });
  expect(readState(folder)).toEqual({ parts: nothing, others });
  expect(await readdir(elsewhere)).toEqual(['precious']);
});

test('a database that cannot be read is counted as damaged, and deleted', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'state.db'), 'these are the notes of somebody\n'.repeat(100));
  const contents = { parts: [{ name: 'database', records: 0, damaged: 1 }], others: [] };
  expect(readState(folder)).toEqual(contents);
  expect(deleteState(folder)).toEqual(contents);
  expect(await filesIn(folder)).toEqual([]);
});

test('a folder that cannot be read, and a file that cannot be removed, are told', async () => {
  const folder = await filled();
  const file = path.join(folder, 'host.json');
  await writeFile(file, '');
  expect(() => readState(file)).toThrow(
    `Cannot read the folder ${file}: a part of the path is a file, not a folder (ENOTDIR).`,
  );
  const blocked = path.join(folder, 'state.db-journal');
  await mkdir(blocked);
  expect(() => deleteState(folder)).toThrow(`Cannot remove ${blocked}: `);
});
