import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { after } from '../../src/basics/after.ts';
import { createPatience } from '../../src/workspace/patience.ts';
import { walk } from '../../src/workspace/walk.ts';
import { asNobody } from '../support/as-nobody.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'walk-'));
  for (const place of ['a/1/in', 'a/2/in', 'a/3', 'b/1/in']) mkdirSync(path.join(root, place), { recursive: true });
  for (const file of ['a/1/in/x', 'a/1/in/y', 'a/2/in/z', 'a/file', 'a/1/w', 'b/1/in/v', 'a/3/in'])
    writeFileSync(path.join(root, file), '');
  symlinkSync('../b/1', path.join(root, 'a/link'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function namesIn(place: (string | null)[], most?: number): Promise<string[]> {
  const names: string[] = [];
  await walk(root, place, createPatience(after), async (_, name) => void names.push(name), most);
  return names.sort();
}

test('all names in the folders of a place are seen, and nothing behind links', async () => {
  expect(await namesIn(['a', null, 'in'])).toEqual(['x', 'y', 'z']);
  expect(await namesIn([null, null, 'in'])).toEqual(['v', 'x', 'y', 'z']);
  expect(await namesIn(['a', '1'])).toEqual(['in', 'w']);
  expect(await namesIn([])).toEqual(['a', 'b']);
});

test('a place that is not there has none; a workspace that is not there neither', async () => {
  expect(await namesIn(['c', null])).toEqual([]);
  rmSync(root, { recursive: true });
  expect(await namesIn([])).toEqual([]);
});

test('a folder that may not be looked into keeps nobody from seeing the others', async () => {
  const closed = path.join(root, 'a/2');
  chmodSync(closed, 0);
  try {
    await asNobody(root, async () => expect(await namesIn(['a', null, 'in'])).toEqual(['x', 'y']));
  } finally {
    chmodSync(closed, 0o755);
  }
});

test('of more names than may be looked at, the first ones are', async () => {
  for (let n = 0; n < 20; n++) writeFileSync(path.join(root, `b/file ${n}`), '');
  expect((await namesIn(['b'], 5)).length).toBe(5);
  // The folders themselves are names too.
  expect(await namesIn([null, '1', 'in'], 2)).toEqual([]);
  expect((await namesIn([null, '1', 'in'], 3)).length).toBe(1);
});
