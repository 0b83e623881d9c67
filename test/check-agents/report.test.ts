/** What is printed: a line for each agent, a sentence for each problem. */
import { expect, test } from 'vitest';
import { AgentId } from '../../machines/ids.ts';
import type { Report } from '../../src/check-agents/check.ts';
import { asJson, asTable } from '../../src/check-agents/report.ts';

const well: Report = {
  ...{ agent: AgentId.parse('one'), address: 'ws://one:8000/', workspace: '/agents/1', ok: true },
  checks: [
    { name: 'STATUS', ok: true, result: 'ok', ms: 12, problems: [] },
    { name: 'files', ok: true, result: 'shared', ms: 340, problems: [] },
  ],
};
const bad: Report = {
  ...{ agent: AgentId.parse('second'), address: 'ws://2/', workspace: '/agents/2', ok: false },
  checks: [
    { name: 'STATUS', ok: false, result: 'failed', ms: null, problems: ['nobody listens there'] },
    { name: 'workspace', ok: false, result: 'does not work', ms: null, problems: ['It is full.', 'It is shared.'] },
  ],
};

test('a table', () => {
  expect(asTable([well, bad]).split('\n')).toEqual([
    'one     ws://one:8000/  STATUS ok (12 ms), files shared (340 ms)',
    'second  ws://2/         STATUS failed, workspace does not work',
    '  STATUS: nobody listens there',
    '  workspace: It is full.',
    '  workspace: It is shared.',
    '1 of 2 agents did not pass.',
  ]);
  expect([asTable([well]), asTable([well, well])].map((text) => text.split('\n').at(-1))).toEqual([
    'The agent passed.',
    'All 2 agents passed.',
  ]);
});

test('JSON', () => {
  expect(JSON.parse(asJson([well, bad]))).toEqual({ ok: false, agents: [well, bad] });
  expect(JSON.parse(asJson([well]))).toEqual({ ok: true, agents: [well] });
});
