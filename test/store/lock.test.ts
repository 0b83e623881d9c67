import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../../src/store/lock.ts';
import { filesIn, temporaryFolder } from './support.ts';

const script = path.join(import.meta.dirname, '../support/lock.process.ts');
const socketName = /^lock-[0-9a-f]{16}\.sock$/;

/** A process that is loaded and waits for the word to lock the folder. */
async function startProcess(folder: string): Promise<ChildProcess> {
  const child = fork(script, [folder]);
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await nextWord(child)).toBe('ready');
  return child;
}

async function nextWord(child: ChildProcess): Promise<string> {
  const [word] = (await once(child, 'message')) as [string];
  return word;
}

async function tryToLock(child: ChildProcess): Promise<string> {
  const word = nextWord(child);
  child.send('lock');
  return word;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function inUse(folder: string, child: ChildProcess): string {
  return `FolderInUse: The state folder ${folder} is in use by another process (pid ${child.pid}); stop that one first or choose another STATE_DIR.`;
}

test('one process at a time; a release lets the next one in and leaves nothing behind', async () => {
  const folder = path.join(await temporaryFolder(), 'state');
  const [first, second, third] = [await startProcess(folder), await startProcess(folder), await startProcess(folder)];
  expect(await tryToLock(first)).toBe('locked');
  expect(await tryToLock(second)).toBe(inUse(folder, first));
  await expect(lockFolder(folder)).rejects.toThrow(expect.objectContaining({ name: 'FolderInUse' }));
  expect(await tryToLock(first)).toBe('released');
  expect(await tryToLock(third)).toBe('locked');
  expect(await tryToLock(third)).toBe('released');
  expect(await filesIn(folder)).toEqual([]);
});

test('a killed process leaves the folder to the next one', async () => {
  const folder = await temporaryFolder();
  const [first, second] = [await startProcess(folder), await startProcess(folder)];
  expect(await tryToLock(first)).toBe('locked');
  await kill(first);
  expect(await filesIn(folder)).toEqual([expect.stringMatching(socketName)]);
  expect(await tryToLock(second)).toBe('locked');
  expect(await filesIn(folder)).toEqual([expect.stringMatching(socketName)]);
});

test('of processes that race for the folder of a killed one exactly one wins', async () => {
  const folder = await temporaryFolder();
  let holder = await startProcess(folder);
  expect(await tryToLock(holder)).toBe('locked');
  for (let round = 0; round < 2; round += 1) {
    const racers = await Promise.all(Array.from({ length: 4 }, () => startProcess(folder)));
    await kill(holder);
    const words = await Promise.all(racers.map(tryToLock));
    const winner = racers[words.indexOf('locked')];
    if (winner === undefined) expect.fail(`nobody won: ${words.join('; ')}`);
    expect(words.filter((word) => word === 'locked')).toEqual(['locked']);
    expect(words.filter((word) => word.startsWith('FolderInUse: '))).toHaveLength(3);
    holder = winner;
  }
});

test('in one process, too, exactly one of many wins', async () => {
  for (let round = 0; round < 20; round += 1) {
    const folder = await temporaryFolder();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const locks = results.filter((result) => result.status === 'fulfilled');
    expect(locks).toHaveLength(1);
    await Promise.all(locks.map(({ value }) => value.release()));
    expect(await filesIn(folder)).toEqual([]);
  }
});

test('who loses the turn while it still prepares is told that the folder is in use', async () => {
  const folder = await temporaryFolder();
  const sweep = `const { readdirSync, unlinkSync } = require('node:fs');
    for (;;) for (const name of readdirSync('.')) if (name.startsWith('new-')) try { unlinkSync(name); } catch {}`;
  const sweeper = spawn(process.execPath, ['-e', sweep], { cwd: folder });
  const names: string[] = [];
  while (names.length < 3) {
    const lock = await lockFolder(folder).catch((error: unknown) => void names.push((error as Error).name));
    await lock?.release();
  }
  sweeper.kill('SIGKILL');
  expect(new Set(names)).toEqual(new Set(['FolderInUse']));
});

test('a folder whose path is longer than that of a socket may be is locked like others', async () => {
  const folder = path.join(await temporaryFolder(), 'a'.repeat(100), 'b'.repeat(100));
  const child = await startProcess(folder);
  const lock = await lockFolder(folder);
  expect(await tryToLock(child)).toMatch(/^FolderInUse: /);
  await lock.release();
  await lock.release();
  expect(await filesIn(folder)).toEqual([]);
  await (await lockFolder(folder)).release();
});

test('drafts of killed processes are removed, other files stay', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'new-0123.sock'), '');
  await writeFile(path.join(folder, 'host.json'), '{}');
  const lock = await lockFolder(folder);
  expect(await filesIn(folder)).toEqual(['host.json', expect.stringMatching(socketName)]);
  await lock.release();
});

test('somebody at the socket who says nothing of sense holds the folder', async () => {
  const folder = await temporaryFolder();
  const stranger = createServer((socket) => socket.end('hello'));
  stranger.listen(path.join(folder, 'lock-0000000000000000.sock'));
  await once(stranger, 'listening');
  onTestFinished(() => void stranger.close());
  await expect(lockFolder(folder)).rejects.toThrow(
    `The state folder ${folder} is in use by another process; stop that one first or choose another STATE_DIR.`,
  );
  expect(await filesIn(folder)).toEqual(['lock-0000000000000000.sock']);
});

test('a folder that cannot be is told', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'file'), '');
  await expect(lockFolder(path.join(folder, 'file'))).rejects.toThrow('a file is in the place of the folder (EEXIST)');
  await expect(lockFolder(path.join(folder, 'file', 'below'))).rejects.toThrow('a part of the path is a file');
  await mkdir(path.join(folder, 'folder'));
  await (await lockFolder(path.join(folder, 'folder'))).release();
});
