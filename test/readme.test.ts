import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../src/text/en.ts';

const readme = await readFile(path.join(import.meta.dirname, '../README.md'), 'utf8');

test('the README lists the commands as the help does', () => {
  const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('- `!'));
  expect(lines(readme)).toEqual(lines(en.notices.help({ inSpace: true })));
});
