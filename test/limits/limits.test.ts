/** The page of limits says what the code says, each of its rows is held by a test, and no number of the code is without a word. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { defaultPolicy } from '../../src/config/policy.ts';
import { constantsIn, constantsOfTheCode } from './constants.ts';
import { noMore, stillSo, type OldLimit } from './old-limits.ts';
import { boundNames, otherPlaces, ownBounds, parts, type Row, type Unit } from './rows.ts';

const root = path.join(import.meta.dirname, '../..');
const page = path.join(root, 'docs/limits.md');
const constants = constantsOfTheCode();
const rows = Object.values(parts).flat();

const introduction = `# Limits

Whatever an agent, a person or a homeserver can make grow has an end. Each row says how much there may be, where that is set, what happens beyond it, and which test goes beyond it. Keys like \`limits.queue\` are of the policy, which the operator sets ([README](../README.md)); the number is their default. \`npm run examples\` writes this page from \`test/limits/rows.ts\` and from the code.
`;

function numberOf({ at }: Row): number | undefined {
  if (at.includes(' ')) return constants.get(at);
  const [part = '', key = ''] = at.split('.');
  const policy = defaultPolicy(UserId.parse('@bot:test')) as unknown as Record<string, Record<string, number>>;
  return policy[part]?.[key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())];
}

function inWords(number: number, unit: Unit): string {
  if (unit === 'ms') {
    const [by, name] =
      number % 3_600_000 === 0
        ? [3_600_000, 'h']
        : number % 60_000 === 0
          ? [60_000, 'min']
          : number >= 1_000
            ? [1_000, 's']
            : [1, 'ms'];
    return `${number / by} ${name}`;
  }
  if (unit === 'bytes' && number % 1_048_576 === 0) return `${number / 1_048_576} MiB`;
  return `${number.toLocaleString('en')} ${unit}`.trim();
}

function lineOf(row: Row): string {
  const [file = '', name] = row.at.split(' ');
  const place = name === undefined ? `\`${file}\`` : `[\`${name}\`](../${file})`;
  const [test, title] = row.shown;
  const number = numberOf(row);
  return `| ${row.what} | ${number === undefined ? '?' : inWords(number, row.unit)} | ${place} | ${row.beyond} | [${title.replaceAll('|', '\\|')}](../${test}) |`;
}

function rendered(): string {
  const tables = Object.entries(parts).map(([title, some]) =>
    [
      `## ${title}`,
      '',
      '| what | at most | set in | beyond it | shown by |',
      '| --- | --: | --- | --- | --- |',
      ...some.map(lineOf),
    ].join('\n'),
  );
  return [introduction, ...tables, ...oldLimits()].join('\n\n');
}

/** Answered one by one (A-01..A-52). */
function oldLimits(): string[] {
  const table = (limits: readonly OldLimit[]) =>
    ['| | the earlier system | now |', '| --- | --- | --- |', ...limits.map(lineOfOld)].join('\n');
  const lineOfOld = ({ id, was, now }: OldLimit) => `| A-${String(id).padStart(2, '0')} | ${was} | ${now} |`;
  return [
    '## What cannot be done, and the way around',
    table(stillSo),
    '## What the earlier system could not do, and this one can',
    table(noMore),
  ];
}

test('each limit of the earlier system has its answer', () => {
  const ids = [...stillSo, ...noMore].map(({ id }) => id).toSorted((one, other) => one - other);
  expect(ids).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
});

test('the page says what the code says', async () => {
  const text = await format(rendered(), { ...(await resolveConfig(page)), filepath: page });
  await expect(text, '`npm run examples` writes it').toMatchFileSnapshot(page);
});

test('each row has a number, and a test that is there', () => {
  const wrong = rows.flatMap((row) => {
    const [file, title] = row.shown;
    const source = existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : '';
    return [
      ...(numberOf(row) === undefined ? [`${row.at} is no number of the code, nor a key of the policy`] : []),
      ...(source.includes(`'${title}'`) || source.includes(`"${title}"`) ? [] : [`${file} has no test "${title}"`]),
    ];
  });
  expect(wrong).toEqual([]);
});

test('each number of the code that has the name of a bound is on the page, or among our own', () => {
  const known = new Set([...rows.map(({ at }) => at), ...ownBounds]);
  const bounds = [...constants.keys()].filter(
    (name) => boundNames.test(name.split(' ')[1] ?? '') && !otherPlaces.test(name),
  );
  expect(bounds.length).toBeGreaterThan(80);
  expect(
    bounds.filter((name) => !known.has(name)),
    'give it a row in test/limits/rows.ts',
  ).toEqual([]);
  expect(ownBounds.filter((name) => !constants.has(name))).toEqual([]);
});

test('a number is found in whatever way it is written', () => {
  const source = `
    const PLAIN = 1_000;
    export const TIMES = 2 * PLAIN;
    const OBJECT = { a: 1, b: { c: 2 ** 3 }, ...{ d: PLAIN } };
    const LIST: readonly { limit: number; bare: boolean }[] = [{ limit: 5, bare: true }];
    const NUMBERS = [1, 2];
    const BIG = 60n * 1000n;
    const WORD = 'x';
    const MIXED = { a: 1, b: 'x' };
  `;
  expect(Object.fromEntries(constantsIn('f', source))).toEqual({
    ...{ 'f PLAIN': 1000, 'f TIMES': 2000, 'f OBJECT.a': 1, 'f OBJECT.b.c': 8, 'f OBJECT.d': 1000 },
    ...{ 'f LIST[0].limit': 5, 'f NUMBERS[0]': 1, 'f NUMBERS[1]': 2, 'f BIG': 60_000, 'f MIXED.a': 1 },
  });
});

test('after whatever failed, all is tried again well within 30 s', () => {
  const waits = rows.filter(({ at }) => /PAUSE_MS$|PAUSES\.capMs$|sharedCapMs$|longestPauseMs$|GUESS_CAP_MS$/.test(at));
  expect(waits.map((row) => row.at)).not.toEqual([]);
  // A refused token is no trouble of the homeserver: somebody has to act.
  const slow = waits.filter((row) => !row.at.includes('UNAUTHORISED') && (numberOf(row) ?? Infinity) > 20_000);
  expect(slow.map((row) => row.at)).toEqual([]);
});
