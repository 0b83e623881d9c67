import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RoomId } from '../../machines/ids.ts';
import { openAnswers } from '../../src/store/answers.ts';
import { openHostState } from '../../src/store/host.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { openRecords } from '../../src/store/records.ts';
import { deleteState, readState } from '../../src/store/state-folder.ts';
import { filesIn, temporaryFolder } from './support.ts';

const writing = { fsync: true };

/** A state folder as the service fills it. */
async function filled(): Promise<string> {
  const folder = await temporaryFolder();
  const open = (name: string) => openRecords(path.join(folder, name), { ...writing, onCorrupt: () => undefined });
  const rooms = await open('rooms');
  for (const room of ['!a', '!b', '!c']) await rooms.write(room, { room });
  const damaged = (await filesIn(path.join(folder, 'rooms')))[0] ?? '';
  await writeFile(path.join(folder, 'rooms', damaged), '{');
  await rooms.keys();
  await (await open('people')).write('@anna:test', {});
  await open('dead-letters');
  await (await openAnswers(path.join(folder, 'answers'), writing)).write('!a' as RoomId, 'e1', '# Long');
  await (await openHostState(folder, writing)).update({ deviceId: 'D' });
  await writeFile(path.join(folder, 'host.json.0123456789ab.tmp'), '');
  return folder;
}

const parts = (host: number, rooms: [number, number], people: number, letters: number, answers: number) => [
  { name: 'host state', files: host, damaged: 0 },
  { name: 'rooms', files: rooms[0], damaged: rooms[1] },
  { name: 'people', files: people, damaged: 0 },
  { name: 'dead letters', files: letters, damaged: 0 },
  { name: 'answers', files: answers, damaged: 0 },
];

test('a folder that is not there has no state', async () => {
  const folder = path.join(await temporaryFolder(), 'none');
  expect(await readState(folder)).toBeNull();
  expect(await deleteState(folder, writing)).toEqual({ parts: [], others: [] });
});

test('reading counts and changes nothing', async () => {
  const folder = await filled();
  const before = await filesIn(folder);
  expect(await readState(folder)).toEqual({ parts: parts(1, [2, 1], 1, 0, 1), others: [] });
  expect(await filesIn(folder)).toEqual(before);
});

test('all that the service wrote is deleted, with its folders; the lock stays', async () => {
  const folder = await filled();
  const lock = await lockFolder(folder);
  onTestFinished(() => lock.release());
  expect(await deleteState(folder, writing)).toEqual({ parts: parts(1, [2, 1], 1, 0, 1), others: [] });
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^lock-\w+\.sock$/)]);
  expect(await readState(folder)).toEqual({ parts: parts(0, [0, 0], 0, 0, 0), others: [] });
});

test('what is not of the service stays and is named', async () => {
  const folder = await filled();
  const own = await filesIn(folder);
  const elsewhere = await temporaryFolder();
  await writeFile(path.join(elsewhere, 'precious'), '');
  await mkdir(path.join(folder, 'workspace/a'), { recursive: true });
  await mkdir(path.join(folder, 'rooms/fe'), { recursive: true });
  for (const file of ['notes.txt', 'people/photo.png', 'rooms/fe/readme', 'rooms/fe/host.json', 'answers/00'])
    await writeFile(path.join(folder, file), '');
  await symlink(elsewhere, path.join(folder, 'link'));
  const others = [
    ...['answers/00', 'link', 'notes.txt', 'people/photo.png', 'rooms/fe/host.json'],
    ...['rooms/fe/readme', 'workspace'],
  ];
  expect(await readState(folder)).toEqual({ parts: parts(1, [2, 1], 1, 0, 1), others });
  expect(await deleteState(folder, writing)).toEqual({ parts: parts(1, [2, 1], 1, 0, 1), others });
  expect((await filesIn(folder)).filter((file) => own.includes(file))).toEqual([]);
  expect(await readState(folder)).toEqual({ parts: parts(0, [0, 0], 0, 0, 0), others });
  expect(await readdir(elsewhere)).toEqual(['precious']);
});

test('a folder that cannot be read is told', async () => {
  const file = path.join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(readState(file)).rejects.toThrow(
    `Cannot read the folder ${file}: a part of the path is a file, not a folder (ENOTDIR).`,
  );
});

test('a file that cannot be removed is told; the host state is gone by then', async () => {
  const folder = await filled();
  const blocked = path.join(folder, 'rooms/ab', `${'ab'.repeat(20)}.json`);
  await mkdir(blocked, { recursive: true });
  await expect(deleteState(folder, writing)).rejects.toThrow(`Cannot remove ${blocked}: `);
  expect((await filesIn(folder)).filter((file) => file.startsWith('host.json'))).toEqual([]);
});
