import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentId, UserId } from '../../machines/ids.ts';
import { createPatience } from '../../src/workspace/patience.ts';
import { personFolder } from '../../src/workspace/person-folder.ts';
import { createSaveFiles, LOOK_MS, MOST_BYTES } from '../../src/workspace/saves.ts';
import { createManualTimers } from '../support/manual-timers.ts';

const [ours, shared, unknown] = [AgentId.parse('../ours'), AgentId.parse('shared'), AgentId.parse('../../etc')];
const [ann, bob] = [UserId.parse('@ann:example.org'), UserId.parse('@../../bob:example.org')];
const name = 'plan';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'saves-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function saves(more: Partial<Parameters<typeof createSaveFiles>[0]> = {}) {
  const workspaces = new Map([
    [ours, { folder, servesSeveral: false }],
    [shared, { folder, servesSeveral: true }],
  ]);
  return createSaveFiles({ workspaces, ...more });
}

/** Writes the save that Ann’s own agent was asked for. */
function write(content: string): string {
  mkdirSync(path.join(folder, 'contexts'), { recursive: true });
  const file = path.join(folder, 'contexts/plan.md');
  writeFileSync(file, content);
  return file;
}

const look = (agent = ours) => saves().look({ agent, person: ann, name });

describe('the path of a save', () => {
  test('names the person only where the workspace serves several', () => {
    const paths = saves();
    expect(paths.pathOf({ agent: ours, person: ann, name })).toBe('contexts/plan.md');
    expect(paths.pathOf({ agent: shared, person: ann, name })).toBe(`contexts/${personFolder(ann)}/plan.md`);
    expect(paths.pathOf({ agent: shared, person: bob, name })).toBe(`contexts/${personFolder(bob)}/plan.md`);
  });
});

describe('of a save can be seen', () => {
  test('its content, and nothing but its content', async () => {
    const file = write('# A plan');
    const first = await look();
    utimesSync(file, 1, 1);
    rmSync(file);
    write('# A plan');
    expect(await look()).toEqual(first);
    write('# A plaN');
    const other = await look();
    expect(other).toEqual({ is: 'there', print: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(other).not.toEqual(first);
  });

  test('nothing where there is none, or none that holds anything', async () => {
    expect(await look()).toEqual({ is: 'missing', why: 'ENOENT' });
    write(' \n\t\u00a0');
    expect(await look()).toEqual({ is: 'missing', why: 'it is empty' });
  });

  test('nothing of what is reached by a link, or too large', async () => {
    const file = write('x'.repeat(MOST_BYTES));
    expect((await look()).is).toBe('there');
    write('x'.repeat(MOST_BYTES + 1));
    expect(await look()).toEqual({ is: 'missing', why: 'too big' });
    rmSync(file);
    symlinkSync('/etc/hostname', file);
    expect(await look()).toEqual({ is: 'missing', why: 'a link' });
  });

  test('nothing of the saves of others', async () => {
    mkdirSync(path.join(folder, 'contexts', personFolder(bob)), { recursive: true });
    writeFileSync(path.join(folder, 'contexts', personFolder(bob), 'plan.md'), 'Bob’s');
    write('of before there were several');
    expect(await look(shared)).toEqual({ is: 'missing', why: 'ENOENT' });
    symlinkSync(personFolder(bob), path.join(folder, 'contexts', personFolder(ann)));
    expect(await look(shared)).toEqual({ is: 'missing', why: 'a link' });
  });

  test('nothing where there is no workspace, and nothing of an agent that nobody knows', async () => {
    rmSync(folder, { recursive: true });
    expect(await look()).toEqual({ is: 'unseen', why: 'ENOENT' });
    expect(await look(unknown)).toEqual({ is: 'unseen', why: 'no such agent' });
  });
});

test('a file system that does not answer is waited for once, and asked again when it has', async () => {
  const clock = createManualTimers();
  const answers: (() => void)[] = [];
  const read = () =>
    new Promise<{ is: 'nothing'; why: string }>((resolve) => {
      answers.push(() => resolve({ is: 'nothing', why: 'ENOENT' }));
    });
  const { look } = saves({ within: createPatience(clock.after), read });
  const of = { agent: ours, person: ann, name };
  const unseen = { is: 'unseen', why: 'the file system does not answer within 5000 ms' };
  const first = look(of);
  clock.advance(LOOK_MS);
  expect(await first).toEqual(unseen);
  expect(await look(of)).toEqual(unseen);
  expect(answers.length).toBe(1);
  answers[0]?.();
  await first;
  const again = look(of);
  answers[1]?.();
  expect(await again).toEqual({ is: 'missing', why: 'ENOENT' });
});
