/**
 * P5 and P6 against whoever writes names and paths, and whoever owns the folder: not a byte outside is read, written or sent.
 * Outside stands a tree of which each file says that it is a canary; after each attack it is what it was, and unread.
 */
import { fork } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { PersonFile } from '../../src/ports/files.ts';
import { createIncomingFiles } from '../../src/workspace/incoming.ts';
import { folderOf, withoutTime } from '../../src/workspace/layouts.ts';
import { createOutgoingFiles } from '../../src/workspace/outgoing.ts';
import { personFolder } from '../../src/workspace/person-folder.ts';
import { until } from '../support/until.ts';

const [agent, shared] = [AgentId.parse('ours'), AgentId.parse('shared')];
const [ann, bob] = [UserId.parse('@ann:test'), UserId.parse('@bob:test')];
const room = RoomId.parse('!room:test');

let base: string;
let folder: string;
let before: string[];
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'attack-'));
  folder = path.join(base, 'agents/17');
  for (const place of ['agents/17/out/deep', 'agents/18', 'agents/17x', 'etc', 'home/.ssh'])
    mkdirSync(path.join(base, place), { recursive: true });
  for (const place of ['agents/18/x', 'agents/17x/x', 'agents/x', 'etc/passwd', 'home/.ssh/key', 'x', 'a.txt'])
    writeFileSync(path.join(base, place), `CANARY ${place}`);
  writeFileSync(path.join(folder, 'out/a.txt'), 'mine');
  writeFileSync(path.join(folder, 'out/deep/a.txt'), 'mine');
  for (const name of files(base)) utimesSync(path.join(base, name), 1, 2);
  before = outside();
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** All that is not a folder, by its path. */
function files(root: string, under = ''): string[] {
  return readdirSync(path.join(root, under), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(under, entry.name);
    return entry.isDirectory() ? files(root, name) : [name];
  });
}

/** What is not in the workspace: names, and when they were read and written. */
function outside(): string[] {
  return files(base)
    .filter((name) => !name.startsWith('agents/17/'))
    .map((name) => {
      const { atimeMs, mtimeMs, size } = lstatSync(path.join(base, name));
      return `${name} ${size} ${atimeMs} ${mtimeMs}`;
    })
    .sort();
}

function untouched(): void {
  expect(outside()).toEqual(before);
  for (const line of before) {
    const [name = ''] = line.split(' ');
    expect(readFileSync(path.join(base, name), 'utf8')).toBe(`CANARY ${name}`);
  }
}

function workspaces() {
  return new Map([
    [agent, { folder, servesSeveral: false }],
    [shared, { folder, servesSeveral: true }],
  ]);
}

function sent(name: string, more: Partial<PersonFile> = {}): PersonFile {
  const id = EventId.parse(`$${name}`);
  return { ...{ agent, person: ann, room, id, name, kind: 'file', mime: null, at: 0 }, ...more };
}

async function* content(text: string) {
  yield Buffer.from(text);
}

async function sendOut(written: string, who = agent): Promise<{ why: string } | { content: string }> {
  const file = await createOutgoingFiles({ workspaces: workspaces() }).open(
    { agent: who, person: ann, path: written },
    { mostBytes: 1000 },
  );
  if (file.is === 'refused') return { why: file.why };
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of file.read()) pieces.push(piece);
    return { content: Buffer.concat(pieces).toString() };
  } finally {
    await file.close();
  }
}

const UP = [
  '..',
  '../..',
  '../../..',
  '../../../../../../..',
  'out/../..',
  './..',
  'out/./../..',
  'none/../..',
  '/workspace/..',
  '/workspace/out/../..',
  '/agents/17/..',
  'FOLDER/..',
  'FOLDER/out/../..',
];
const TARGETS = ['x', 'a.txt', 'etc/passwd', 'agents/18/x', '18/x', 'home/.ssh/key'];
/** Ways around a check that decodes, folds or trims once more than the file system. */
const DISGUISES = [
  ...[
    '%2e%2e/x',
    '%2e%2e%2fx',
    '..%2fx',
    '%252e%252e%252fx',
    '..%c0%afx',
    '%c0%ae%c0%ae/x',
    '..%00/x',
    'out/a.txt%00',
    '..;/x',
  ],
  ...[
    '..\\x',
    '..\\..\\etc\\passwd',
    'out\\..\\..\\x',
    'C:\\x',
    '\\\\server\\share',
    '\\x',
    'out\\a.txt',
    '..\\/x',
    'C:/x',
    'c:x',
  ],
  ...[
    '\uff0e\uff0e/x',
    '\u2025/x',
    '..\u2215x',
    '..\uff0fx',
    '\u2024\u2024/x',
    '.\u200b./x',
    '..\u200b/x',
    '\u202e../x',
    '.. /x',
    '.../x',
    '. ./x',
  ],
  ...[
    '../x\0',
    '..\0/x',
    '\0../x',
    'out/a.txt\0.png',
    '\ud800../x',
    '../\udfff',
    'out/a.txt\n/../../x',
    '..\n/x',
    '..\t/x',
    '\r\n../x',
  ],
  ...[
    '~/x',
    '~root/x',
    '$HOME/x',
    '${HOME}/x',
    '`id`',
    '$(id)',
    '|id',
    ';id',
    '*',
    'out/*',
    '?',
    'file:///etc/passwd',
    'file:x',
    'http://x/',
    'data:,x',
    '//etc/passwd',
    '///x',
  ],
];
const ABSOLUTE = [
  ...[
    '/etc/passwd',
    '/etc/../etc/passwd',
    '/proc/self/environ',
    '/proc/self/cwd/package.json',
    '/proc/1/environ',
    '/dev/zero',
    '/dev/stdin',
    '/dev/fd/0',
    '/sys/kernel/notes',
    '/',
    '//',
    '/.',
    '/..',
  ],
  ...[
    '/agents/18/x',
    '/agents/17x/x',
    '/agents/x',
    '/agents/17/../18/x',
    '/agents/../agents/18/x',
    '/agents/017/x',
    '/agents/+17/x',
    '/agents//17/x',
    '/AGENTS/17/out/a.txt',
    '/agents/17 /x',
  ],
  ...[
    '/workspacex/x',
    '/workspace../x',
    '/Workspace/x',
    '//workspace/out/a.txt',
    '/workspace/../etc/passwd',
    '/workspace/../../etc/passwd',
    '/workspace//../x',
    ' /workspace/out/a.txt',
    '/./workspace/out/a.txt',
  ],
  ...[
    'BASE/x',
    'BASE/agents/18/x',
    'BASE/agents/17x/x',
    'FOLDERx/x',
    'FOLDER/../18/x',
    'BASE/./agents/18/x',
    'BASE//agents/18/x',
    'BASE/etc/passwd',
  ],
];
const written = [...UP.flatMap((up) => TARGETS.map((target) => `${up}/${target}`)), ...UP, ...DISGUISES, ...ABSOLUTE];
const here = (text: string) => text.replace('FOLDER', folder).replace('BASE', base);

describe('out:', () => {
  test.each(written.map((one) => [one] as const))('%j sends nothing', async (one) => {
    expect(await sendOut(here(one))).toEqual({
      why: expect.stringMatching(/^(outside|missing|no name|a folder)$/) as string,
    });
    untouched();
  });

  const links: [name: string, target: string, asked: string][] = [
    ...['x', 'etc/passwd', 'agents/18/x', 'home/.ssh/key', 'nothing'].flatMap((target): [string, string, string][] => [
      ['link', `BASE/${target}`, 'link'],
      ['out/link', `../../../${target}`, 'out/link'],
      ['out/deep/link', `BASE/${target}`, '/workspace/out/deep/link'],
    ]),
    ...['', 'etc', 'home', 'agents', 'agents/18'].flatMap((target): [string, string, string][] => [
      ['folder', `BASE/${target}`, 'folder/x'],
      ['out/folder', `BASE/${target}`, 'out/folder/passwd'],
      ['out/folder', `BASE/${target}`, 'out/folder/18/x'],
      ['folder', `BASE/${target}`, '/agents/17/folder/.ssh/key'],
    ]),
    ...[
      ['link', '/proc/self/environ', 'link'],
      ['link', '/dev/zero', 'link'],
      ['folder', '/proc/self', 'folder/environ'],
      ['folder', '/proc/self/root', 'folder/etc/passwd'],
      ['folder', '/proc/self/fd', 'folder/0'],
      ['link', '/proc/self/fd/0', 'link'],
      ['link', 'link', 'link'],
      ['link', '.', 'link/link/link/out/a.txt'],
      ['link', 'out/a.txt', 'link'],
      ['folder', 'out', 'folder/a.txt'],
      ['folder', '..', 'folder/18/x'],
    ].map(([name = '', target = '', asked = '']): [string, string, string] => [name, target, asked]),
  ];
  test.each(links)('a link %s to %s sends nothing by %s', async (name, target, asked) => {
    symlinkSync(here(target), path.join(folder, name));
    expect(await sendOut(asked)).toEqual({ why: 'a link' });
    untouched();
  });

  test.each([
    ...[`surfaces/matrix/${folderOf(bob)}`, `contexts/${personFolder(bob)}`].flatMap((theirs) =>
      [
        'PATH/x',
        './PATH/x',
        '/workspace/PATH/x',
        '/agents/17/PATH/x',
        'FOLDER/PATH/x',
        'PATH//./x',
        'PATH/none',
        'PATH',
      ].map((form) => form.replace('PATH', theirs)),
    ),
    `SURFACES/MATRIX/${folderOf(bob)}/x`,
    `CONTEXTS/${personFolder(bob)}/x`,
    ...['\u017furfaces', 'SURFACE\u017f', 'surfaces.', 'surfaces ', 'sur\u200cfaces', '\uff53urfaces'].flatMap(
      (first) => ['matrix', 'matr\u2170x', 'matrix. .'].map((second) => `${first}/${second}/${folderOf(bob)}/x`),
    ),
    `conte\u2179ts/${personFolder(bob)}/x`,
  ])('%s is not Ann’s', async (theirs) => {
    for (const place of [`surfaces/matrix/${folderOf(bob)}`, `contexts/${personFolder(bob)}`]) {
      mkdirSync(path.join(folder, place), { recursive: true });
      writeFileSync(path.join(folder, place, 'x'), 'Bob’s');
    }
    expect(await sendOut(here(theirs), shared)).toEqual({ why: "somebody else's" });
    untouched();
  });
});

describe('in:', () => {
  const names = [
    ...written,
    ...[
      'CON',
      'nul.txt',
      'COM1',
      '.',
      '.bashrc',
      '.ssh/authorized_keys',
      '-rf',
      '--help',
      ' ',
      '\t',
      '.roomkeeper-x.part',
      'contexts',
      'surfaces',
    ],
    ...[
      'x'.repeat(255),
      'x'.repeat(5_000),
      'é'.repeat(300),
      '🎉'.repeat(300),
      `${'../'.repeat(2_000)}x`,
      'a\u0301'.repeat(300),
    ],
  ];
  test.each(['flat', 'incoming', 'inbox'] as const)(
    'each of so many names is a file in its folder, and only there: %s',
    async (layout) => {
      rmSync(path.join(folder, 'out'), { recursive: true });
      const part = createIncomingFiles({ workspaces: workspaces(), layout, quotaBytes: 0, now: () => 0 });
      const folders = {
        flat: '',
        incoming: 'incoming/',
        inbox: `surfaces/matrix/${folderOf(ann)}/${folderOf(room)}/inbox/`,
      }[layout];
      expect(new Set(names).size).toBeGreaterThan(180);
      const paths: string[] = [];
      for (const name of new Set(names)) {
        const file = sent(here(name), { id: EventId.parse(`$${paths.length}`) });
        const brought = await part.bring(file, content(name), { mostBytes: 100_000 });
        if (brought.is === 'not') throw new Error(`${JSON.stringify(name)}: ${brought.detail}`);
        await part.settle(file);
        expect(brought.path.startsWith(folders)).toBe(true);
        expect(withoutTime(layout, brought.path.slice(folders.length))).toBe(brought.shownName);
        expect(brought.shownName).toMatch(/^[^./\\\0][^/\\\0]*$/);
        expect(readFileSync(path.join(folder, brought.path), 'utf8')).toBe(Buffer.from(name).toString());
        paths.push(brought.path);
      }
      expect(files(folder).sort()).toEqual(paths.sort());
      untouched();
    },
  );

  test.each([
    ['incoming', 'agent', 'BASE/etc'],
    ['incoming', 'agent', '..'],
    ['incoming', 'agent', '/proc/self/cwd'],
    ['surfaces', 'shared', 'BASE/home'],
    ['surfaces/matrix', 'shared', 'BASE'],
    [`surfaces/matrix/${folderOf(ann)}`, 'shared', 'BASE'],
    [`surfaces/matrix/${folderOf(ann)}`, 'shared', `${folderOf(bob)}`],
    [`surfaces/matrix/${folderOf(ann)}/${folderOf(room)}`, 'shared', '../../../../../etc'],
    [`surfaces/matrix/${folderOf(ann)}/${folderOf(room)}/inbox`, 'shared', 'BASE/agents/18'],
  ])('nothing goes by %s, a link, of %s to %s', async (place, who, target) => {
    mkdirSync(path.join(folder, path.dirname(place)), { recursive: true });
    symlinkSync(here(target), path.join(folder, place));
    const part = createIncomingFiles({ workspaces: workspaces(), layout: 'incoming', quotaBytes: 10, now: () => 0 });
    const file = sent('x', { agent: who === 'shared' ? shared : agent });
    const brought = await part.bring(file, content('overwritten'), { mostBytes: 100 });
    expect(brought.is).toBe('not');
    await part.settle(file);
    await part.sweep();
    expect(await part.remove({ agent, path: `${place}/x`, bytes: 8, print: 'x' })).not.toBe('removed');
    expect(readlinkSync(path.join(folder, place))).toBe(here(target));
    untouched();
  });

  test.each(['x', 'etc/passwd', 'none'])('a link to %s that has the name is not written through', async (target) => {
    mkdirSync(path.join(folder, 'incoming'));
    symlinkSync(path.join(base, target), path.join(folder, 'incoming/x'));
    const part = createIncomingFiles({ workspaces: workspaces(), layout: 'incoming', quotaBytes: 0, now: () => 0 });
    const brought = await part.bring(sent('x'), content('new'), { mostBytes: 100 });
    expect(brought.is === 'there' && brought.shownName).toBe('x (1)');
    untouched();
  });
});

// Elsewhere folders are looked at before each use: what changes between the two is not noticed there.
describe.skipIf(process.platform !== 'linux')(
  'while somebody puts links in the place of folders and files, as fast as they can,',
  () => {
    async function whileSwapping(swaps: [place: string, target: string][], act: () => Promise<void>): Promise<void> {
      const script = path.join(import.meta.dirname, '../support/swapper.process.ts');
      const pairs = swaps.map(([place, target]) => `${path.join(folder, place)}=${path.join(base, target)}`);
      const swapper = fork(script, pairs, { execArgv: [] });
      try {
        await new Promise((resolve, reject) => {
          swapper.once('message', resolve);
          swapper.once('error', reject);
        });
        await act();
      } finally {
        const ended = new Promise((resolve) => swapper.once('exit', resolve));
        swapper.kill('SIGKILL');
        await ended;
      }
    }

    test.each<[string, [string, string][]]>([
      ['out', [['out', 'decoy']]],
      ['out/deep', [['out/deep', 'decoy/deep']]],
      ['out/deep/a.txt', [['out/deep/a.txt', 'decoy/a.txt']]],
    ])('nothing of outside is sent: %s', async (_, swaps) => {
      mkdirSync(path.join(base, 'decoy/deep'), { recursive: true });
      for (const place of ['decoy/a.txt', 'decoy/deep/a.txt']) writeFileSync(path.join(base, place), 'CANARY');
      const came = new Map<string, number>();
      await whileSwapping(swaps, async () => {
        // Whoever looks by path does meet the links.
        await until(() => {
          try {
            return readFileSync(path.join(folder, 'out/deep/a.txt'), 'utf8') === 'CANARY';
          } catch {
            return false;
          }
        });
        for (let round = 0; round < 40 || !came.has('mine') || !came.has('a link'); round++) {
          const all = await Promise.all(Array.from({ length: 10 }, () => sendOut('out/deep/a.txt')));
          for (const one of all) {
            const key = 'content' in one ? one.content : one.why;
            came.set(key, (came.get(key) ?? 0) + 1);
          }
        }
      });
      expect([...came.keys()].filter((key) => !['mine', 'a link', 'missing', 'cannot read'].includes(key))).toEqual([]);
    });

    test('nothing is written, deleted or read outside, and what is there is there once', async () => {
      const inbox = `surfaces/matrix/${folderOf(ann)}/${folderOf(room)}/inbox`;
      mkdirSync(path.join(folder, inbox), { recursive: true });
      mkdirSync(path.join(base, 'empty/inbox'), { recursive: true });
      const part = createIncomingFiles({
        workspaces: workspaces(),
        layout: 'flat',
        quotaBytes: 1_000_000,
        now: () => Date.now(),
      });
      const brought: string[] = [];
      let refused = 0;
      await whileSwapping(
        [
          [inbox, 'empty/inbox'],
          [path.dirname(inbox), 'empty'],
          ['surfaces/matrix', 'empty'],
        ],
        async () => {
          for (let round = 0; round < 40 || refused === 0 || brought.length === 0; round++) {
            const all = Array.from({ length: 10 }, (_, n) =>
              sent('a.txt', { agent: shared, id: EventId.parse(`$${round}-${n}`) }),
            );
            await Promise.all(
              all.map(async (file) => {
                const result = await part.bring(file, content(`content ${file.id}`), { mostBytes: 100 });
                if (result.is === 'not') refused++;
                else brought.push(`content ${file.id}`);
                await part.settle(file);
                if (result.is === 'there' && brought.length % 4 === 0) {
                  const gone = await part.remove({ agent: shared, ...result });
                  if (gone === 'removed') brought.splice(brought.indexOf(`content ${file.id}`), 1);
                }
                if (file.id.endsWith('-9')) await part.sweep();
              }),
            );
          }
        },
      );
      const left = files(folder)
        .filter((name) => !path.basename(name).startsWith('.') && !name.startsWith('out/'))
        .filter((name) => lstatSync(path.join(folder, name)).isFile())
        .map((name) => readFileSync(path.join(folder, name), 'utf8'));
      expect(left.sort()).toEqual(brought.sort());
      expect(files(path.join(base, 'empty'))).toEqual([]);
      untouched();
    });
  },
);
