import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createTokens } from '../../src/pushes/tokens.ts';
import { logBook } from '../support/log-book.ts';

let time = 0;
beforeEach(() => {
  time = 0;
});

function at() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokens-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'a');
  let reads = 0;
  const log = logBook();
  const tokens = createTokens({
    fileOf: (agent) => (agent === 'a' ? file : null),
    readFile(name) {
      reads++;
      return readFile(name, 'utf8');
    },
    now: () => time,
    log,
  });
  return { tokens, log, write: (token: string) => writeFileSync(file, token), reads: () => reads };
}

test('is the token of this agent and of no other, whatever stands around it', async () => {
  const { tokens, write } = at();
  write(' secret \n');
  expect(await tokens.isOf('a', 'secret')).toBe(true);
  for (const wrong of ['secre', 'secrets', 'SECRET', '', 'x'.repeat(4097), 'sécret']) {
    expect(await tokens.isOf('a', wrong), wrong).toBe(false);
  }
  expect(await tokens.isOf('b', 'secret')).toBe(false);
});

test('a file that is empty, missing or holds more than a token lets nobody in', async () => {
  const { tokens, write, log } = at();
  expect(await tokens.isOf('a', 'secret')).toBe(false);
  expect(log.lines.map(({ message }) => message)).toEqual(['token of an agent could not be read']);
  for (const content of ['', ' \n', 'two words', 'two\nlines', 'x'.repeat(4097)]) {
    time += 10_000;
    write(content);
    expect(await tokens.isOf('a', content.trim()), content).toBe(false);
  }
});

test('a new token needs no restart, and wrong ones do not read the file each time', async () => {
  const { tokens, write, reads } = at();
  write('old');
  expect(await tokens.isOf('a', 'old')).toBe(true);
  write('new');
  expect(await tokens.isOf('a', 'new')).toBe(false);
  expect(reads()).toBe(1);
  time += 5_000;
  const all = await Promise.all([tokens.isOf('a', 'new'), tokens.isOf('a', 'new'), tokens.isOf('a', 'wrong')]);
  expect(all).toEqual([true, true, false]);
  expect(await tokens.isOf('a', 'old')).toBe(false);
  expect(reads()).toBe(2);
});
