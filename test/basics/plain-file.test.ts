import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readPlainFile, readPlainFileMeanwhile } from '../../src/basics/plain-file.ts';
import { temporaryFolder } from '../store/support.ts';

const within = async (make: (file: string) => void) => {
  const file = path.join(await temporaryFolder(), 'a.yaml');
  make(file);
  return file;
};

test('a file is read, also through links', async () => {
  const file = await within((at) => {
    writeFileSync(`${at}.there`, 'agents: []');
    symlinkSync(`${at}.there`, at);
  });
  expect(readPlainFile(file)).toBe('agents: []');
  expect(await readPlainFileMeanwhile(file)).toBe('agents: []');
});

test.each<[string, string, (file: string) => void]>([
  ['a pipe that nobody writes into', 'ENOTAFILE', (file) => void execFileSync('mkfifo', [file])],
  ['a device that never ends', 'ENOTAFILE', (file) => symlinkSync('/dev/zero', file)],
  ['a link to itself', 'ELOOP', (file) => symlinkSync(file, file)],
  ['a folder', 'EISDIR', (file) => void mkdirSync(file)],
  ['nothing', 'ENOENT', () => undefined],
  [
    'a file of 4 GB',
    'EFBIG',
    (file) => {
      writeFileSync(file, '');
      truncateSync(file, 4 * 1024 ** 3);
    },
  ],
])('%s holds nobody up', async (_, code, make) => {
  const file = await within(make);
  expect(() => readPlainFile(file)).toThrow(expect.objectContaining({ code }));
  await expect(readPlainFileMeanwhile(file)).rejects.toThrow(expect.objectContaining({ code }));
});
