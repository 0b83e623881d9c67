import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createMetrics } from '../../src/ops/metrics.ts';
import { metricRows } from '../../src/ops/metrics-table.ts';
import { facts } from './facts.ts';

const root = path.join(import.meta.dirname, '../..');

/** The samples of a page, without those of the process itself. */
function samplesOf(page: string): Record<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('process_'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

test('counts, measures and facts stand on the page, and nothing else', async () => {
  const metrics = createMetrics();
  metrics.count('turns', { agent: 'one', outcome: 'answered' });
  metrics.count('turns', { agent: 'one', outcome: 'answered' });
  metrics.count('bytes', { way: 'files in' }, 12);
  metrics.measure('turn wait', 'one', 300);
  const samples = samplesOf(await metrics.page(facts));
  const buckets = Object.entries(samples).filter(([name]) => name.includes('_bucket'));
  expect(buckets.map(([, value]) => value)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(Object.fromEntries(Object.entries(samples).filter(([name]) => !name.includes('_bucket')))).toEqual({
    'roomkeeper_turns_total{agent="one",outcome="answered"}': 2,
    'roomkeeper_bytes_total{way="files in"}': 12,
    roomkeeper_events_received_total: 0,
    roomkeeper_homeserver_limited_total: 0,
    'roomkeeper_turn_wait_seconds_sum{agent="one"}': 0.3,
    'roomkeeper_turn_wait_seconds_count{agent="one"}': 1,
    roomkeeper_ready: 1,
    roomkeeper_uptime_seconds: 60,
    'roomkeeper_rooms{state="at rest"}': 7,
    'roomkeeper_rooms{state="answering"}': 2,
    'roomkeeper_rooms{state="in line"}': 0,
    'roomkeeper_rooms{state="sending"}': 1,
    'roomkeeper_rooms{state="restarting"}': 0,
    'roomkeeper_rooms{state="parked"}': 1,
    roomkeeper_actors: 5,
    roomkeeper_parked: 1,
    roomkeeper_parked_events: 3,
    roomkeeper_line: 4,
    roomkeeper_outbox: 2,
    roomkeeper_outbox_age_seconds: 2.5,
    roomkeeper_sync_age_seconds: 1.5,
    roomkeeper_messages_given_up: 1,
    roomkeeper_store_writable: 1,
    roomkeeper_state_free_bytes: 5_000_000_000,
    roomkeeper_damaged_records: 2,
    roomkeeper_workspace_problems: 1,
    'roomkeeper_agent_up{agent="one"}': 1,
    'roomkeeper_agent_up{agent="two"}': 0,
  });
});

test('what nobody knows is not on the page, also where it was known before', async () => {
  const metrics = createMetrics();
  await metrics.page(facts);
  const unknown = samplesOf(await metrics.page({ ...facts, syncAgeMs: null, freeBytes: null, agents: [] }));
  const gone = ['roomkeeper_sync_age_seconds', 'roomkeeper_state_free_bytes', 'roomkeeper_agent_up{agent="one"}'];
  expect(gone.filter((name) => name in unknown)).toEqual([]);
  expect(Object.keys(samplesOf(await metrics.page(null))).sort()).toEqual([
    ...['roomkeeper_events_received_total', 'roomkeeper_homeserver_limited_total'],
  ]);
});

test('no label is of a room or a person, and each metric says what it is', () => {
  const labels = new Set(metricRows.flatMap((row) => row.labels));
  expect([...labels].sort()).toEqual(['about', 'agent', 'of', 'outcome', 'state', 'trouble', 'way', 'why']);
  expect(metricRows.filter(({ name, help }) => !/^(roomkeeper|process)_[a-z_]+$/.test(name) || help === '')).toEqual(
    [],
  );
});

const Dashboard = z.looseObject({
  panels: z.array(
    z.looseObject({ title: z.string(), targets: z.array(z.looseObject({ expr: z.string() })).default([]) }),
  ),
});

test('the dashboard asks for metrics that there are, with labels that they have', () => {
  const { panels } = Dashboard.parse(JSON.parse(readFileSync(path.join(root, 'config/grafana.json'), 'utf8')));
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  expect(expressions.length).toBeGreaterThan(12);
  const known = new Set(
    metricRows.flatMap(({ name, kind }) =>
      kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
    ),
  );
  const named = expressions.flatMap((expr) => expr.match(/\b(?:roomkeeper|process)_[a-z_]+/g) ?? []);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const labels = new Set(['le', ...metricRows.flatMap((row) => row.labels)]);
  const grouped = expressions.flatMap((expr) =>
    [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by = '']) => by.split(/,\s*/)),
  );
  expect(grouped.filter((label) => !labels.has(label))).toEqual([]);
});

test('the page on operating lists them all', async () => {
  const page = path.join(root, 'docs/operating.md');
  const rows = metricRows.map(({ name, kind, labels, help }) => [
    `\`${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  const table = [['metric', 'kind', 'labels', 'what it is'], ['-', '-', '-', '-'], ...rows];
  const markdown = table.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  const wanted = await format(markdown, { ...(await resolveConfig(page)), parser: 'markdown' });
  const [found] = /\| metric [^]*?(?=\n\n)/.exec(readFileSync(page, 'utf8')) ?? [];
  expect(`${found}\n`).toBe(wanted);
});
