/** docs/faults.md names the tests that hold each fault down: each of them is there. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

/** The rows of the table, as fault and what holds it. */
const rows = text('docs/faults.md')
  .split('\n')
  .filter((line) => /^\| (?!fault |-)/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll('|', '').trim()))
  .map(([fault = '', , heldBy = '']) => ({ fault, heldBy }));

/** What a row says of one file: `test/a.test.ts, "a title", "the beginning of another …"`. */
function citations(heldBy: string): { file: string; titles: string[] }[] {
  return heldBy.split(/(?=\btest\/[\w./-]+\.ts\b)/).flatMap((part) => {
    const file = /^test\/[\w./-]+\.ts\b/.exec(part)?.[0];
    if (file === undefined) return [];
    const titles = [...part.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map(([, title = '']) => title.replaceAll('\\"', '"'));
    // What a row leaves out of a title is written as …
    return [{ file, titles: titles.flatMap((title) => title.split(/ ?… ?/).filter((piece) => piece !== '')) }];
  });
}

test.each(rows)('what holds $fault is there', ({ heldBy }) => {
  const cited = citations(heldBy);
  expect(cited.length).toBeGreaterThan(0);
  const missing = cited.flatMap(({ file, titles }) => {
    if (!existsSync(new URL(`../${file}`, import.meta.url))) return [file];
    const source = text(file).replaceAll("\\'", "'");
    return titles.filter((title) => !source.includes(title)).map((title) => `${file}, "${title}"`);
  });
  expect(missing).toEqual([]);
});
