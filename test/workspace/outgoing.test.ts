/** An agent’s file goes out as it was when it was opened, and only from its own workspace. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentId, RoomId, UserId } from '../../machines/ids.ts';
import type { Opened } from '../../src/ports/files.ts';
import { partsOf } from '../../src/workspace/agent-path.ts';
import { folderOf } from '../../src/workspace/layouts.ts';
import { createOutgoingFiles } from '../../src/workspace/outgoing.ts';
import { createPatience } from '../../src/workspace/patience.ts';
import { personFolder } from '../../src/workspace/person-folder.ts';
import { createManualTimers } from '../support/manual-timers.ts';
import { png } from '../support/media.ts';
import { until } from '../support/until.ts';

const [ours, shared, unknown] = [AgentId.parse('ours'), AgentId.parse('shared'), AgentId.parse('nobody’s')];
const [ann, bob] = [UserId.parse('@ann:test'), UserId.parse('@bob:test')];

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'outgoing-'));
  folder = path.join(base, '17');
  mkdirSync(path.join(folder, 'out'), { recursive: true });
  writeFileSync(at('out/a.txt'), 'content');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const at = (...names: string[]) => path.join(folder, ...names);

function outgoing() {
  const workspaces = new Map([
    [ours, { folder, servesSeveral: false }],
    [shared, { folder, servesSeveral: true }],
  ]);
  return createOutgoingFiles({ workspaces });
}

const open = (file: string, { agent = ours, person = ann, mostBytes = 1000 } = {}) =>
  outgoing().open({ agent, person, path: file }, { mostBytes });

async function opened(file: string) {
  const found = await open(file);
  if (found.is !== 'open') throw new Error(found.detail);
  return found;
}

async function contentOf(file: Extract<Opened, { is: 'open' }>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function why(found: Promise<Opened>): Promise<string> {
  const one = await found;
  if (one.is === 'refused') return one.why;
  await one.close();
  return 'open';
}

describe('a file is opened', () => {
  test.each(['out/a.txt', './out//a.txt', '/workspace/out/a.txt', '/agents/17/out/a.txt', 'OWN/out/a.txt'])(
    'by %s',
    async (written) => {
      const { read, close, ...facts } = await opened(written.replace('OWN', folder));
      expect(facts).toEqual({ is: 'open', name: 'a.txt', bytes: 7, mime: 'text/plain', kind: 'file' });
      expect(await contentOf({ ...facts, read, close })).toBe('content');
      expect(await contentOf({ ...facts, read, close })).toBe('content');
      await close();
      await close();
    },
  );

  test('with what it is, under a name that nobody can be deceived by', async () => {
    writeFileSync(at('out/x\u202egnp.exe'), png(20, 10));
    const { read, close, ...facts } = await opened('out/x\u202egnp.exe');
    expect(facts).toEqual({
      ...{ is: 'open', name: 'xgnp.exe', bytes: 41, mime: 'image/png', kind: 'image', width: 20, height: 10 },
    });
    await close();
    expect(typeof read).toBe('function');
  });

  test('as large as may be', async () => {
    writeFileSync(at('big'), 'x'.repeat(300_000));
    expect(await why(open('big', { mostBytes: 299_999 }))).toBe('too big');
    const file = await outgoing().open({ agent: ours, person: ann, path: 'big' }, { mostBytes: 300_000 });
    expect(file.is === 'open' && (await contentOf(file)).length).toBe(300_000);
    if (file.is === 'open') await file.close();
  });

  test('and stays the one it was, whatever takes its name', async () => {
    const file = await opened('out/a.txt');
    renameSync(at('out'), at('before'));
    writeFileSync(path.join(base, 'secret'), 'secret!');
    mkdirSync(at('out'));
    symlinkSync(path.join(base, 'secret'), at('out/a.txt'));
    expect(await contentOf(file)).toBe('content');
    await file.close();
  });

  test.each<[string, (file: string) => void]>([
    ['shorter', (file) => truncateSync(file, 3)],
    ['longer', (file) => appendFileSync(file, '!')],
    ['another', (file) => writeFileSync(file, 'CONTENT')],
  ])('and is not given out to the end where it is %s since', async (_, change) => {
    const file = await opened('out/a.txt');
    change(at('out/a.txt'));
    await expect(contentOf(file)).rejects.toThrow('changed while it was read');
    await file.close();
  });

  test('as it is by a second name', async () => {
    linkSync(at('out/a.txt'), at('b.txt'));
    expect(await why(open('b.txt'))).toBe('open');
  });
});

describe('a file is refused', () => {
  test.each<[string, string, (() => void)?]>([
    ['none.txt', 'missing'],
    ['out/a.txt/b', 'missing'],
    ['out', 'a folder'],
    ['out/', 'a folder'],
    ['out/a.txt/', 'a folder'],
    ['.', 'a folder'],
    ['/workspace', 'a folder'],
    ['/workspace/', 'a folder'],
    ['/agents/17', 'a folder'],
    [' ', 'no name'],
    ['', 'no name'],
    ['empty', 'empty', () => writeFileSync(at('empty'), '')],
    ['link', 'a link', () => symlinkSync('out/a.txt', at('link'))],
    ['link/a.txt', 'a link', () => symlinkSync('out', at('link'))],
    ['link', 'a link', () => symlinkSync('link', at('link'))],
    ['pipe', 'not a plain file', () => void execFileSync('mkfifo', [at('pipe')])],
    ['x'.repeat(256), 'missing'],
    [`${'x/'.repeat(64)}x`, 'no name'],
    ['x'.repeat(5000), 'no name'],
  ])('%s: %s', async (written, reason, prepare) => {
    prepare?.();
    expect(await why(open(written))).toBe(reason);
  });

  test('a socket, a device', async (context) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    expect(await why(open('socket'))).toBe('not a plain file');
    await new Promise((resolve) => server.close(resolve));
    try {
      execFileSync('mknod', [at('zero'), 'c', '1', '5'], { stdio: 'ignore' });
    } catch {
      return context.skip();
    }
    expect(await why(open('zero'))).toBe('not a plain file');
  });

  test('where there is no workspace, and by an agent that nobody knows', async () => {
    rmSync(folder, { recursive: true });
    expect(await open('out/a.txt')).toEqual({
      ...{ is: 'refused', why: 'cannot read' },
      detail: expect.stringMatching(/no workspace: ENOENT/) as string,
    });
    expect(await open('a', { agent: unknown })).toEqual({ is: 'refused', why: 'cannot read', detail: 'no such agent' });
  });

  test('where it is missing the folder is named, which may be another one than that of the agent', async () => {
    const named = `; it is not in ${folder}: if the agent has it, that folder is not shared with it`;
    for (const file of ['none.txt', 'none/a.txt', 'out/a.txt/b']) {
      const refused = await open(file);
      expect([refused.is, await why(open(file))]).toEqual(['refused', 'missing']);
      expect(refused.is === 'refused' && refused.detail).toContain(named);
    }
  });

  test('where the file system hangs', async () => {
    const clock = createManualTimers();
    const within = createPatience(clock.after);
    const hangs = Promise.withResolvers<void>();
    const late = within(folder, 1, () => hangs.promise);
    clock.advance(1);
    await expect(late).rejects.toThrow();
    const part = createOutgoingFiles({ workspaces: new Map([[ours, { folder, servesSeveral: false }]]), within });
    expect(await part.open({ agent: ours, person: ann, path: 'out/a.txt' }, { mostBytes: 9 })).toEqual({
      ...{ is: 'refused', why: 'cannot read' },
      detail: expect.stringMatching(/does not answer/) as string,
    });
    hangs.resolve();
  });
});

describe('people who share a workspace', () => {
  const room = folderOf(RoomId.parse('!room:test'));
  const inbox = (person: UserId) => `surfaces/matrix/${folderOf(person)}/${room}/inbox`;
  beforeEach(() => {
    for (const person of [ann, bob])
      for (const place of [inbox(person), `contexts/${personFolder(person)}`]) {
        mkdirSync(at(place), { recursive: true });
        writeFileSync(at(place, 'x'), person);
      }
    writeFileSync(at('contexts/old.md'), 'of before there were several');
    writeFileSync(at('surfaces/readme'), 'hello');
  });

  test.each<[string, string]>([
    [`${inbox(ann)}/x`, 'open'],
    [`contexts/${personFolder(ann)}/x`, 'open'],
    ['out/a.txt', 'open'],
    ['surfaces/readme', 'open'],
    [`${inbox(bob)}/x`, "somebody else's"],
    [`/workspace/${inbox(bob)}/x`, "somebody else's"],
    [`/agents/17/./${inbox(bob)}//x`, "somebody else's"],
    [`SURFACES/Matrix/${folderOf(bob)}/${room}/inbox/x`, "somebody else's"],
    [`surfaces/matrix/${folderOf(ann).toUpperCase()}/x`, "somebody else's"],
    [`contexts/${personFolder(bob)}/x`, "somebody else's"],
    [`Contexts/${personFolder(bob)}/x`, "somebody else's"],
    ['contexts/old.md', "somebody else's"],
  ])('see only what is theirs: %s is %s', async (written, result) => {
    expect(await why(open(written, { agent: shared }))).toBe(result);
  });

  test('are not asked for where one has it alone', async () => {
    expect(await why(open(`${inbox(bob)}/x`))).toBe('open');
    expect(await why(open('contexts/old.md'))).toBe('open');
  });
});

test('nothing stays open', async () => {
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  for (let n = 0; n < 50; n++) await why(open(['out/a.txt', 'none', 'out', 'x/y', 'out/a.txt/'][n % 5] ?? ''));
  await until(() => descriptors() <= before + 2);
});

test.each([
  ['/workspace/x', '/workspace', ['x']],
  ['/workspace/17/x', '/workspace/17', ['x']],
  ['/srv/files/x', '/srv/files/', ['x']],
  ['/srv/files/x', '/srv//files', ['x']],
  ['/agents/17/x', '/srv/17', ['x']],
  ['/agents/18/x', '/agents/17', 'outside'],
  ['/agents/170/x', '/agents/17', 'outside'],
  ['/agents/x', '/agents/17', 'outside'],
  ['/x', '/', 'outside'],
  ['/srv/filesx/x', '/srv/files', 'outside'],
  ['workspace/x', '/agents/17', ['workspace', 'x']],
])('%s in %s is %j', (written, root, parts) => {
  expect(partsOf(written, root)).toEqual(parts);
});
