/** What is wrong with workspaces is told once in the log, and as long as it is true to whoever asks. */
import { expect, test } from 'vitest';
import { AgentId } from '../../machines/ids.ts';
import type { WorkspaceProblem } from '../../src/workspace/probe.ts';
import { createWorkspaceWatch } from '../../src/workspace/watch.ts';
import { createManualTimers } from '../support/manual-timers.ts';
import { logBook } from '../support/log-book.ts';
import { settled } from '../support/until.ts';

const [one, two] = [AgentId.parse('one'), AgentId.parse('two')];
const problem = (agent: AgentId): WorkspaceProblem => ({
  ...{ agent, folder: `/agents/${agent}`, code: 'missing', says: `There is no folder /agents/${agent}.` },
});

const foldersOf = (...agents: AgentId[]) =>
  new Map(agents.map((id) => [id, { folder: `/agents/${id}`, servesSeveral: false }]));

/** Each look finds the next of these; the last one again and again. */
function watch(...found: WorkspaceProblem[][]) {
  const { now, advance } = createManualTimers();
  const log = logBook();
  let looks = 0;
  const workspaces = foldersOf(one, two);
  const probe = async () => found[Math.min(looks++, found.length - 1)] ?? [];
  return { ...createWorkspaceWatch({ workspaces, probe, now, log }), advance, log, looks: () => looks };
}

test('what does not work is an error in the log once, and that it works again a line', async () => {
  const { look, log } = watch([problem(one), problem(two)], [problem(two)], [problem(two)], []);
  for (let times = 0; times < 4; times++) await look();
  const wrong = (agent: AgentId) => ({
    ...{ level: 'error', message: 'workspace does not work' },
    fields: { agent, folder: `/agents/${agent}`, code: 'missing', problem: `There is no folder /agents/${agent}.` },
  });
  const well = (agent: AgentId) => ({
    ...{ level: 'info', message: 'workspace works again' },
    fields: { agent, folder: `/agents/${agent}`, code: 'missing' },
  });
  expect(log.lines).toEqual([wrong(one), wrong(two), well(one), well(two)]);
});

test('whoever asks is told what is known; as long as something is wrong that begins another look, not more than every 10 s', async () => {
  const { look, problems, advance, looks } = watch([problem(one)], [problem(one)], []);
  expect([problems(), looks()]).toEqual([[], 0]);
  await look();
  expect([problems(), problems(), looks()]).toEqual([[problem(one)], [problem(one)], 1]);
  advance(9_999);
  expect([problems(), looks()]).toEqual([[problem(one)], 1]);
  advance(1);
  expect([problems(), problems(), looks()]).toEqual([[problem(one)], [problem(one)], 2]);
  await settled();
  advance(10_000);
  problems();
  await settled();
  expect([problems(), looks()]).toEqual([[], 3]);
  advance(3_600_000);
  expect([problems(), looks()]).toEqual([[], 3]);
});

test('what fails in use has them looked at, not more than every 10 s', async () => {
  const { look, suspect, problems, advance, looks } = watch([], [problem(one)]);
  await look();
  suspect();
  expect(looks()).toBe(1);
  advance(10_000);
  suspect();
  suspect();
  await settled();
  expect([looks(), problems()]).toEqual([2, [problem(one)]]);
});

test('what fails right behind a look is looked at by whoever asks once that is 10 s ago', async () => {
  const { look, suspect, problems, advance, looks } = watch([], [problem(one)]);
  await look();
  suspect();
  expect([problems(), looks()]).toEqual([[], 1]);
  advance(10_000);
  problems();
  await settled();
  expect([problems(), looks()]).toEqual([[problem(one)], 2]);
});

test('that an agent has not the files is told each time, and to whoever asks until it takes some', async () => {
  const { notShared, shared, problems, log, looks } = watch([]);
  notShared(one, { room: '!r:test', turn: 3 });
  notShared(one, { room: '!s:test', turn: 1 });
  const says =
    'The agent says that it cannot find the files that this service put into /agents/one. Does it work in another folder? "roomkeeper check-agents --files" finds out.';
  const told = { agent: one, folder: '/agents/one', code: 'not shared', says };
  expect(problems()).toEqual([told]);
  shared(two);
  expect(problems()).toEqual([told]);
  shared(one);
  shared(one);
  expect([problems(), looks()]).toEqual([[], 0]);
  const line = { level: 'error', message: 'workspace is not shared' };
  const folder = '/agents/one';
  expect(log.lines).toEqual([
    { ...line, fields: { room: '!r:test', turn: 3, agent: one, folder, problem: says } },
    { ...line, fields: { room: '!s:test', turn: 1, agent: one, folder, problem: says } },
    { level: 'info', message: 'workspace works again', fields: { agent: one, folder, code: 'not shared' } },
  ]);
});

test('a look that fails is a line in the log, and the next one is as any other', async () => {
  const log = logBook();
  let isBroken = true;
  const probe = () => (isBroken ? Promise.reject(new Error('planted')) : Promise.resolve([problem(one)]));
  const { look, problems } = createWorkspaceWatch({ workspaces: foldersOf(one), probe, now: () => 0, log });
  await look();
  expect(log.lines).toEqual([
    { level: 'error', message: 'workspaces could not be looked at', fields: { problem: 'planted' } },
  ]);
  isBroken = false;
  await look();
  expect(problems()).toEqual([problem(one)]);
});

test('whoever closes it waits for the look that goes on, and hears nothing of it', async () => {
  const log = logBook();
  const { promise, resolve } = Promise.withResolvers<WorkspaceProblem[]>();
  const one = createWorkspaceWatch({ workspaces: new Map(), probe: () => promise, now: () => 0, log });
  void one.look();
  let isClosed = false;
  const closing = one.close().then(() => (isClosed = true));
  await settled();
  expect(isClosed).toBe(false);
  resolve([problem(two)]);
  await closing;
  one.suspect();
  expect([log.lines, one.problems()]).toEqual([[], []]);
});

test('of workspaces that are no longer in use nothing is told, and those that came are looked at behind the look that goes on', async () => {
  const log = logBook();
  const workspaces = foldersOf(one);
  const looks: string[] = [];
  const probe = async () => {
    const agents = [...workspaces.keys()];
    looks.push(agents.join());
    return agents.map(problem);
  };
  const { look, lookAnew, notShared, problems } = createWorkspaceWatch({ workspaces, probe, now: () => 0, log });
  await look();
  notShared(one, {});
  expect(problems().map(({ code }) => code)).toEqual(['missing', 'not shared']);
  void look();
  workspaces.clear();
  workspaces.set(two, { folder: '/agents/two', servesSeveral: false });
  expect(problems()).toEqual([]);
  lookAnew();
  await settled();
  expect(problems()).toEqual([problem(two)]);
  expect(looks).toEqual(['one', 'one', 'two']);
  expect(log.lines.map(({ message, fields }) => [message, (fields as { agent?: unknown }).agent])).toEqual([
    ['workspace does not work', one],
    ['workspace is not shared', one],
    ['workspace does not work', two],
  ]);
});
