import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { notices } from '../machines/notices.ts';

interface Group {
  last: number;
  /** Numbers that the source itself does not use: from, to. */
  skips?: [from: number, to: number];
}

/** What there is to account for: the groups of the source, with their last numbers. */
const source: Record<string, Group> = {
  ONB: { last: 26 },
  SPC: { last: 18 },
  ACC: { last: 13 },
  REG: { last: 23 },
  CMD: { last: 34 },
  CNV: { last: 17 },
  STR: { last: 7 },
  CNF: { last: 9 },
  CTX: { last: 42, skips: [12, 19] },
  STG: { last: 17 },
  FIN: { last: 11 },
  FOU: { last: 11 },
  WSP: { last: 12 },
  RST: { last: 23 },
  PER: { last: 28, skips: [15, 19] },
  MIG: { last: 9 },
  AGT: { last: 30 },
  ERR: { last: 15 },
  LOG: { last: 9 },
  CFG: { last: 51, skips: [32, 39] },
  CLI: { last: 10 },
  DEP: { last: 24 },
  DOC: { last: 13 },
  TST: { last: 53 },
  COR: { last: 14 },
  NGO: { last: 14 },
  PRF: { last: 10 },
  OPN: { last: 16 },
  C: { last: 53 },
  A: { last: 52 },
  O: { last: 52 },
  T: { last: 64 },
};

const states = ['built', 'different', 'dropped', 'open'];
const issues = ['people and rooms', 'conversation', 'files', 'nothing lost', 'operators and developers'];

interface Row {
  group: string;
  id: string;
  what: string;
  state: string;
  where: string;
}

interface Ledger {
  rows: Row[];
  /** Lines of a table that are no row. */
  torn: string[];
  /** The summary at the end: what is counted, and how many it says there are. */
  summary: Record<string, number>;
}

function readLedger(markdown: string): Ledger {
  const ledger: Ledger = { rows: [], torn: [], summary: {} };
  let section = '';
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) section = /\(([A-Z]+)\)$/.exec(line)?.[1] ?? line.slice(3);
    if (!line.startsWith('|') || section === '' || /^\|( id |( -+ \|)+$)/.test(line)) continue;
    const [id = '', what = '', state = '', where = '', ...more] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    if (section === 'Summary') {
      if (what !== 'rows') ledger.summary[id] = Number(what);
    } else if (id === '' || what === '' || state === '' || where === '' || more.length > 0) ledger.torn.push(line);
    else ledger.rows.push({ group: section, id, what, state, where });
  }
  return ledger;
}

interface House {
  /** Whether the repository has this file. */
  exists(file: string): boolean;
  /** The keys of all notices. */
  notices: readonly string[];
}

/** One sentence for everything that is wrong with the ledger. */
function problemsOf(ledger: Ledger, groups: Record<string, Group>, house: House): string[] {
  return [
    ...ledger.torn.map((line) => `this is no row of four cells: ${line}`),
    ...numberProblems(ledger.rows, groups),
    ...ledger.rows.flatMap((row) => rowProblems(row, house).map((problem) => `${row.id} ${problem}`)),
    ...summaryProblems(ledger),
  ];
}

function numberProblems(rows: Row[], groups: Record<string, Group>): string[] {
  const given = rows.map(({ id }) => id);
  const wanted = Object.entries(groups).flatMap(([group, { last, skips: [from, to] = [0, 0] }]) =>
    Array.from({ length: last }, (_, index) => index + 1)
      .filter((number) => number < from || number > to)
      .map((number) => `${group}-${String(number).padStart(2, '0')}`),
  );
  return [
    ...wanted.filter((id) => !given.includes(id)).map((id) => `${id} is missing`),
    ...given.filter((id) => !wanted.includes(id)).map((id) => `${id} is not in the source`),
    ...given.filter((id, index) => given.indexOf(id) !== index).map((id) => `${id} is there twice`),
    ...rows.filter(({ group, id }) => !id.startsWith(`${group}-`)).map(({ id }) => `${id} is in another group`),
  ];
}

function rowProblems({ group, state, where }: Row, { exists, notices }: House): string[] {
  const tests = [...where.matchAll(/`(test\/[^`]*)`/g)].map((match) => match[1] ?? '');
  const pages = [...where.matchAll(/\]\(([^)#]*)\)/g)].map((match) => `docs/${match[1] ?? ''}`);
  const problems = [...tests, ...pages].filter((file) => !exists(file)).map((file) => `names ${file}, which is gone`);
  if (!states.includes(state)) problems.push(`has the state "${state}", which is none of ${states.join(', ')}`);
  if (state === 'built' && !tests.some((file) => /\.(test|stories|contract)\.ts$/.test(file)))
    problems.push('is built, but names no test');
  if (state === 'open' && issueOf(where) === null) problems.push(`is open, but for none of ${issues.join(', ')}`);
  if (group === 'T') problems.push(...noticeProblems(where, notices));
  return problems;
}

/** In a row about a text, what is code is a file, a command, a key of the policy, or one of our notices. */
function noticeProblems(where: string, notices: readonly string[]): string[] {
  return [...where.matchAll(/`([^`]+)`/g)]
    .map((match) => match[1] ?? '')
    .filter((code) => !/^(test\/|!|policy\.)/.test(code) && !notices.includes(code))
    .map((code) => `names the notice "${code}", which is gone`);
}

function issueOf(where: string): string | null {
  return issues.find((issue) => where === issue || where.startsWith(`${issue}: `)) ?? null;
}

function summaryProblems({ rows, summary }: Ledger): string[] {
  const open = rows.filter(({ state }) => state === 'open');
  const counts = Object.fromEntries([
    ...states.map((name) => [name, rows.filter(({ state }) => state === name).length] as const),
    ...issues.map((name) => [name, open.filter(({ where }) => issueOf(where) === name).length] as const),
  ]);
  return [...new Set([...Object.keys(counts), ...Object.keys(summary)])]
    .filter((name) => summary[name] !== counts[name])
    .map(
      (name) => `the summary says ${name}: ${summary[name] ?? 'nothing'}; the rows say ${counts[name] ?? 'nothing'}`,
    );
}

test('docs/requirements.md accounts for every requirement, and its tests are there', () => {
  const root = path.join(import.meta.dirname, '..');
  const ledger = readLedger(readFileSync(path.join(root, 'docs/requirements.md'), 'utf8'));
  const house: House = { exists: (file) => existsSync(path.join(root, file)), notices: Object.keys(notices) };
  expect(problemsOf(ledger, source, house)).toEqual([]);
  expect(ledger.rows).toHaveLength(759);
});

describe('the check can fail:', () => {
  const groups = { ONB: { last: 5, skips: [3, 4] }, T: { last: 1 } } satisfies Record<string, Group>;
  const page = `# Title

| state | what it means |
| --- | --- |
| built | it is there |

## Onboarding (ONB)

| id     | what it asks | state     | where / why |
| ------ | ------------ | --------- | ----------- |
| ONB-01 | one          | built     | \`test/a.test.ts\`, a word |
| ONB-02 | two          | different | otherwise, [ADR 2](adr/2.md) |
| ONB-05 | five         | open      | files: a word |

## Texts (T)

| id   | what it asks | state     | where / why |
| ---- | ------------ | --------- | ----------- |
| T-01 | a greeting   | different | \`greeting\`, by \`!start\` and \`policy.names\` |

## Summary

| state | rows |
| --- | --- |
| built | 1 |
| different | 2 |
| dropped | 0 |
| open | 1 |

| open rows wait for | rows |
| --- | --- |
| people and rooms | 0 |
| conversation | 0 |
| files | 1 |
| nothing lost | 0 |
| operators and developers | 0 |
`;
  const check = (markdown: string) =>
    problemsOf(readLedger(markdown), groups, {
      exists: (file) => ['test/a.test.ts', 'test/a.ts', 'docs/adr/2.md'].includes(file),
      notices: ['greeting'],
    });

  test('a page without faults has none', () => {
    expect(check(page)).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    [
      '| ONB-02 | two          | different | otherwise, [ADR 2](adr/2.md) |\n',
      '',
      ['ONB-02 is missing', 'the summary says different: 2; the rows say 1'],
    ],
    ['ONB-05', 'ONB-03', ['ONB-05 is missing', 'ONB-03 is not in the source']],
    ['ONB-05', 'ONB-5', ['ONB-05 is missing', 'ONB-5 is not in the source']],
    ['ONB-05', 'ONB-01', ['ONB-05 is missing', 'ONB-01 is there twice']],
    ['(ONB)', '(SPC)', ['ONB-01', 'ONB-02', 'ONB-05'].map((id) => `${id} is in another group`)],
    ['| five ', '| ', ['this is no row of four cells: | ONB-05 |', 'ONB-05 is missing', 'says open', 'says files']],
    [
      'a word |\n| ONB-02',
      'a | word |\n| ONB-02',
      ['this is no row of four cells: | ONB-01 |', 'ONB-01 is missing', 'says built'],
    ],
    ['`test/a.test.ts`', '`test/b.test.ts`', ['ONB-01 names test/b.test.ts, which is gone']],
    ['`test/a.test.ts`', 'everywhere', ['ONB-01 is built, but names no test']],
    ['`test/a.test.ts`', '`test/a.ts`', ['ONB-01 is built, but names no test']],
    ['adr/2.md', 'adr/3.md', ['ONB-02 names docs/adr/3.md, which is gone']],
    ['`greeting`', '`farewell`', ['T-01 names the notice "farewell", which is gone']],
    ['| open      |', '| done      |', ['ONB-05 has the state "done"', 'says open', 'says files']],
    ['files: a word', 'somebody', ['ONB-05 is open, but for none of', 'says files']],
    ['| files | 1 |', '| files | 2 |', ['the summary says files: 2; the rows say 1']],
    ['| dropped | 0 |\n', '', ['the summary says dropped: nothing; the rows say 0']],
    ['| dropped | 0 |', '| dropped | 0 |\n| done | 4 |', ['the summary says done: 4; the rows say nothing']],
  ])('%j → %j', (before, after, problems) => {
    expect(page).toContain(before);
    expect(check(page.replace(before, after))).toEqual(
      problems.map((problem) => expect.stringContaining(problem) as string),
    );
  });
});
