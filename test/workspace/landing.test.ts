/** Instants at which a kill leaves what no other test leaves: a name that was promised, a name that was taken. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRoot } from '../../src/workspace/folder-handle.ts';
import { foundAgain, hiddenKind, hiddenNames, tidy } from '../../src/workspace/landing.ts';

const hidden = hiddenNames('id');
const noLinks = async () => {
  throw Object.assign(new Error('no links here'), { code: 'ENOTSUP' });
};

let root: string;
beforeEach(() => void (root = mkdtempSync(path.join(tmpdir(), 'landing-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What is found again in a folder with these files, what it holds, and what is there once all is settled. */
async function again(
  there: Record<string, string>,
): Promise<{ name: string | null; content: string | null; left: string[] }> {
  for (const [name, content] of Object.entries(there)) writeFileSync(path.join(root, name), content);
  const folder = await openRoot(root);
  try {
    const found = await foundAgain(folder, { hidden, wish: 'a.txt' }, noLinks);
    await found?.file.close();
    await tidy(folder, hidden);
    const content = found === null ? null : readFileSync(path.join(root, found.name), 'utf8');
    return { name: found?.name ?? null, content, left: readdirSync(root).sort() };
  } finally {
    await folder.close();
  }
}

describe('where a file has one name only', () => {
  test.each<[string, Record<string, string>, string | null, string[]]>([
    ['nothing was promised', { [hidden.whole]: 'whole' }, 'a.txt', ['a.txt']],
    ['a name was promised', { [hidden.whole]: 'whole', [hidden.name]: 'a.txt' }, 'a.txt', ['a.txt']],
    [
      'it was taken too',
      { [hidden.whole]: 'whole', [hidden.name]: 'a (1).txt', 'a.txt': 'x', 'a (1).txt': '' },
      'a (1).txt',
      ['a (1).txt', 'a.txt'],
    ],
    [
      'another took it',
      { [hidden.whole]: 'whole', [hidden.name]: 'a.txt', 'a.txt': 'x' },
      'a (1).txt',
      ['a (1).txt', 'a.txt'],
    ],
    ['it has its name', { [hidden.name]: 'a.txt', 'a.txt': 'whole' }, 'a.txt', ['a.txt']],
    ['it was only begun', { [hidden.part]: 'who' }, null, []],
    ['a name leads out', { [hidden.name]: '../a.txt' }, null, []],
    ['a name is no name', { [hidden.name]: '' }, null, []],
  ])('and %s', async (_, there, name, left) => {
    expect(await again(there)).toEqual({ name, content: name === null ? null : 'whole', left });
  });

  test('nothing is found by links', async () => {
    writeFileSync(path.join(root, 'secret'), 'secret');
    for (const name of [hidden.whole, hidden.name, hidden.part]) symlinkSync('secret', path.join(root, name));
    expect(await again({})).toEqual({ name: null, content: null, left: ['secret'] });
  });
});

test('hidden names are told apart from those of others', () => {
  expect([hidden.part, hidden.whole, hidden.name, '.part', `${hidden.part}.txt`].map(hiddenKind)).toEqual([
    ...['part', 'whole', 'name', null, null],
  ]);
  expect(hiddenNames('other').part).not.toBe(hidden.part);
});
