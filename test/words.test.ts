import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const UNHELD = 'Not held yet by a test';

/** The text of a file of the repository; null where there is none. */
type Read = (file: string) => string | null;

/** The titles that a file gives to tests: what `test`, `it` and `describe` are called with, and the names in their tables. */
function titlesIn(source: string): Set<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    const [first] = ts.isCallExpression(node) && isTest(node.expression) ? node.arguments : [];
    if (first !== undefined) titles.add(wordsOf(first));
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'name') titles.add(wordsOf(node.initializer));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('test.ts', source, ts.ScriptTarget.Latest, true));
  return titles;
}

function isTest(callee: ts.Expression): boolean {
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) return isTest(callee.expression);
  return ts.isIdentifier(callee) && ['test', 'it', 'describe'].includes(callee.text);
}

function wordsOf(title: ts.Expression): string {
  return ts.isStringLiteralLike(title) ? title.text : title.getText().slice(1, -1);
}

/** One sentence for everything on the page that is not so. */
function problemsOf(page: string, read: Read): string[] {
  const [words = '', promises = ''] = page.split('## Promises\n');
  return [...wordProblems(words, read), ...promiseProblems(promises, read)];
}

/** A line `**word** … [`file`](../file)`: each file has the word in it. */
function wordProblems(words: string, read: Read): string[] {
  return words.split('\n').flatMap((line) => {
    const word = /^- \*\*(.+?)\*\*/.exec(line)?.[1];
    if (word === undefined) return [];
    const files = [...line.matchAll(/\]\(\.\.\/([^)]*)\)/g)].map((match) => match[1] ?? '');
    if (files.length === 0) return [`"${word}" names no file`];
    return files
      .filter((file) => !(read(file) ?? '').replace(/\s+/g, ' ').toLowerCase().includes(word))
      .map((file) => `${file} has no "${word}"`);
  });
}

function promiseProblems(promises: string, read: Read): string[] {
  const parts = promises.split(/^### /m).slice(1);
  const given = parts.map((part) => /^.*/.exec(part)?.[0] ?? '');
  const wanted = Array.from({ length: 9 }, (_, index) => `P${index + 1}`);
  const missing = wanted.filter((id, index) => given[index] !== id).map((id) => `${id} is not in its place`);
  const unproven = parts.flatMap((part, index) => {
    const tests = [...part.matchAll(/^- `(test\/[^`]*)`: (.*)$/gm)].map(([, file = '', title = '']) => ({
      file,
      title,
    }));
    if (tests.length === 0 && !part.includes(`\n${UNHELD}`)) return [`${given[index]} is held by nothing`];
    return tests
      .filter(({ file, title }) => !titlesIn(read(file) ?? '').has(title))
      .map(({ file, title }) => `${given[index]}: ${file} has no test "${title}"`);
  });
  return [...missing, ...unproven];
}

test('docs/words.md names files that have the words, and tests that are there', () => {
  const page = readFileSync(path.join(root, 'docs/words.md'), 'utf8');
  const read: Read = (file) => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : null);
  expect(problemsOf(page, read)).toEqual([]);
  expect(page.split('\n').filter((line) => line.startsWith('- **')).length).toBeGreaterThan(30);
  expect(page.split('\n').filter((line) => line.startsWith('- `test/')).length).toBeGreaterThan(30);
});

describe('the check can fail:', () => {
  const files: Record<string, string> = {
    'src/door.ts': '/** The door\n is open. */',
    'test/door.test.ts': "it.each([1])('opens: %s', () => {}); describe(`on ${name}`, () => {}); say('closes');",
  };
  const unheld = [2, 3, 4, 5, 6, 7, 8].map((number) => `### P${number}\n\nIt is.\n\n${UNHELD}.\n\n`).join('');
  const page =
    '- **door is**: comes in ([`door.ts`](../src/door.ts)).\n\n## Promises\n\n' +
    `### P1\n\n- \`test/door.test.ts\`: opens: %s\n\n${unheld}### P9\n\n- \`test/door.test.ts\`: on \${name}\n`;
  const check = (text: string) => problemsOf(text, (file) => files[file] ?? null);

  test('a page without faults has none', () => {
    expect(check(page)).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ['**door is**', '**gate**', ['src/door.ts has no "gate"']],
    ['(../src/door.ts)', '(../src/gate.ts)', ['src/gate.ts has no "door is"']],
    ['([`door.ts`](../src/door.ts))', '', ['"door is" names no file']],
    ['opens: %s', 'closes', ['P1: test/door.test.ts has no test "closes"']],
    ['door.test.ts`: opens', 'gate.test.ts`: opens', ['P1: test/gate.test.ts has no test "opens: %s"']],
    ['### P9', '### P10', ['P9 is not in its place']],
    [`### P5\n\nIt is.\n\n${UNHELD}.`, '### P5\n\nIt is.', ['P5 is held by nothing']],
  ])('%j → %j', (before, after, problems) => {
    expect(page).toContain(before);
    expect(check(page.replace(before, after))).toEqual(problems);
  });
});
