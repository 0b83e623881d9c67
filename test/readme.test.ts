import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { en } from '../src/text/en.ts';

const root = path.join(import.meta.dirname, '..');
const readme = await readFile(path.join(root, 'README.md'), 'utf8');

test('the README lists the commands as the help does', () => {
  const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('- `!'));
  expect(lines(readme)).toEqual(lines(en.notices.help({ inSpace: true })));
});

/** What a page points to, from the root of the repository: by links, and by paths that it writes as code. */
function pointsTo(page: string, markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^\w+:/.test(target))
    .map((target) => path.posix.join(path.posix.dirname(page), target));
  const paths = [...markdown.matchAll(/`((?:src|machines|test|docs|config)\/[\w./-]*)`/g)].map(
    (match) => match[1] ?? '',
  );
  return [...links, ...paths];
}

describe('what the pages point to is there:', () => {
  const pages = [
    ...['README.md', 'CONTRIBUTING.md', 'machines/README.md'],
    ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file.replaceAll(path.sep, '/')}`),
  ];

  test.each(pages)('%s', (page) => {
    const targets = pointsTo(page, readFileSync(path.join(root, page), 'utf8'));
    expect(targets.filter((target) => !existsSync(path.join(root, target)))).toEqual([]);
  });

  test('links and paths are seen, anchors and other places are not', () => {
    const markdown = 'See [a](../a.md#b), [c](#c), [d](https://d.test/e), `src/f.ts`, `test/*.ts` and `g.ts`.';
    expect(pointsTo('docs/adr/page.md', markdown)).toEqual(['docs/a.md', 'src/f.ts']);
  });
});
