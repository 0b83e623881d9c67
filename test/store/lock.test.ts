import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../../src/store/lock.ts';
import { filesIn, temporaryFolder } from './support.ts';

const script = path.join(import.meta.dirname, '../support/lock.process.ts');

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

test('one process at a time; a release lets the next one in and leaves an empty file behind', async () => {
  const folder = path.join(await temporaryFolder(), 'state');
  const [first, second, third] = [await startProcess(folder), await startProcess(folder), await startProcess(folder)];
  expect(await tryToLock(first)).toBe('locked');
  const asked = performance.now();
  expect(await tryToLock(second)).toBe(inUse(folder, first));
  expect(performance.now() - asked).toBeLessThan(1000);
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ name: 'FolderInUse' }));
  expect(await tryToLock(first)).toBe('released');
  expect(await tryToLock(third)).toBe('locked');
  expect(await tryToLock(third)).toBe('released');
  expect([await filesIn(folder), await readFile(path.join(folder, 'lock'), 'utf8')]).toEqual([['lock'], '']);
});

test('a killed process leaves the folder to the next one', async () => {
  const folder = await temporaryFolder();
  const [first, second] = [await startProcess(folder), await startProcess(folder)];
  expect(await tryToLock(first)).toBe('locked');
  await kill(first);
  expect(await tryToLock(second)).toBe('locked');
  expect(await filesIn(folder)).toEqual(['lock', 'lock.pid']);
});

test('of processes that race for the folder of a killed one exactly one wins', async () => {
  const folder = await temporaryFolder();
  let holder = await startProcess(folder);
  expect(await tryToLock(holder)).toBe('locked');
  for (let round = 0; round < 3; round += 1) {
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

test('in one process, too, one has it until it lets go, however often it does', async () => {
  const folder = await temporaryFolder();
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`in use by another process (pid ${process.pid})`);
  lock.release();
  const next = lockFolder(folder);
  lock.release();
  expect(() => lockFolder(folder)).toThrow('in use by another process');
  next.release();
});

test.each(['', 'nonsense', '2147483647'])('a holder that says %j about itself has no number', async (said) => {
  const folder = await temporaryFolder();
  const lock = lockFolder(folder);
  await writeFile(path.join(folder, 'lock.pid'), said);
  expect(() => lockFolder(folder)).toThrow(
    `The state folder ${folder} is in use by another process; stop that one first or choose another STATE_DIR.`,
  );
  lock.release();
});

test('a folder that cannot be is told', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'file'), '');
  expect(() => lockFolder(path.join(folder, 'file'))).toThrow('a file is in the place of the folder (EEXIST)');
  expect(() => lockFolder(path.join(folder, 'file', 'below'))).toThrow('a part of the path is a file');
  await mkdir(path.join(folder, 'folder', 'lock'), { recursive: true });
  expect(() => lockFolder(path.join(folder, 'folder'))).toThrow(
    `Cannot lock the folder ${folder}/folder: it cannot be opened (SQLITE_CANTOPEN).`,
  );
});

test.each(['/proc/nope', '/proc/nope/deeper'])(
  'a folder that no file system takes (%s) is told, not waited for',
  (folder) => {
    expect(() => lockFolder(folder)).toThrow(
      expect.objectContaining({
        name: 'StoreFailure',
        message: expect.stringMatching(/^Cannot open the folder \/proc\/nope/) as unknown,
      }),
    );
  },
);
