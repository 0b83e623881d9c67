/** Files of people come whole, once, under names of their own, and nowhere else. */
import { execFileSync, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { Brought, PersonFile } from '../../src/ports/files.ts';
import { copyName } from '../../src/workspace/file-names.ts';
import { createIncomingFiles, type IncomingFilesOptions } from '../../src/workspace/incoming.ts';
import { folderOf } from '../../src/workspace/layouts.ts';
import { createPatience } from '../../src/workspace/patience.ts';
import { createManualTimers } from '../support/manual-timers.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';

const [ours, shared, unknown] = [AgentId.parse('ours'), AgentId.parse('shared'), AgentId.parse('nobody’s')];
const [ann, bob] = [UserId.parse('@ann:test'), UserId.parse('@bob:test')];
const room = RoomId.parse('!room:test');

let base: string;
let folder: string;
let time: number;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'incoming-'));
  folder = path.join(base, 'workspace');
  mkdirSync(folder);
  time = Date.UTC(2026, 10, 28, 4, 16, 48);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const at = (...names: string[]) => path.join(folder, ...names);

function files(more: Partial<IncomingFilesOptions> = {}) {
  const workspaces = new Map([
    [ours, { folder, servesSeveral: false }],
    [shared, { folder, servesSeveral: true }],
  ]);
  return createIncomingFiles({ workspaces, layout: 'incoming', quotaBytes: 0, now: () => time, ...more });
}

function sent(more: Partial<PersonFile> = {}): PersonFile {
  const id = EventId.parse('$file');
  return { ...{ agent: ours, person: ann, room, id, name: 'a.txt', kind: 'file', mime: null, at: time }, ...more };
}

async function* pieces(...all: (string | Error)[]) {
  for (const one of all) {
    if (one instanceof Error) throw one;
    yield Buffer.from(one);
  }
}

const print = (content: string) => createHash('sha256').update(content).digest('hex');
const there = (name: string, content: string, folders = 'incoming/', shownName = name): Brought => ({
  ...{ is: 'there', path: `${folders}${name}`, shownName },
  ...{ bytes: Buffer.byteLength(content), print: print(content) },
});
const bounds = { mostBytes: 1000 };
const noLinks = async () => {
  throw Object.assign(new Error('no links here'), { code: 'EPERM' });
};

describe('a file is brought', () => {
  test.each([
    ['flat', ours, 'a.txt', ''],
    ['incoming', ours, 'a.txt', 'incoming/'],
    ['inbox', ours, '20261128-041648-a.txt', `surfaces/matrix/ann_test/${folderOf(room)}/inbox/`],
    ['flat', shared, '20261128-041648-a.txt', `surfaces/matrix/ann_test/${folderOf(room)}/inbox/`],
  ] as const)('to its place in the layout %s, by the agent that is %s', async (layout, agent, name, folders) => {
    const file = sent({ agent });
    const part = files({ layout });
    expect(await part.bring(file, pieces('half ', 'and half'), bounds)).toEqual(
      there(name, 'half and half', folders, 'a.txt'),
    );
    await part.settle(file);
    expect(readdirSync(at(folders))).toEqual([name]);
    expect(readFileSync(at(folders, name), 'utf8')).toBe('half and half');
  });

  test('as empty as it is, and without a name by what it is', async () => {
    expect(await files().bring(sent({ name: '', kind: 'image', mime: 'image/png' }), pieces(), bounds)).toEqual(
      there('image.png', ''),
    );
  });

  test.each(['links', 'none'])(
    'as one of many with its name at the same instant, on a file system with %s',
    async (links) => {
      const part = files(links === 'links' ? {} : { makeLink: noLinks });
      const many = Array.from({ length: 12 }, (_, n) => sent({ id: EventId.parse(`$${n}`) }));
      const all = await Promise.all(many.map((file, n) => part.bring(file, pieces(`file ${n}`), bounds)));
      await Promise.all(many.map((file) => part.settle(file)));
      expect(all.map((one) => one.is)).toEqual(many.map(() => 'there'));
      const contents = all.map((one) => one.is === 'there' && readFileSync(at(one.path), 'utf8'));
      expect(contents).toEqual(many.map((_, n) => `file ${n}`));
      const names = ['a.txt', ...many.slice(1).map((_, n) => `a (${n + 1}).txt`)];
      expect(readdirSync(at('incoming')).sort()).toEqual(names.sort());
    },
  );

  test.each(['links', 'none'])('once, however often, until it is settled, on a file system with %s', async (links) => {
    const part = files(links === 'links' ? {} : { makeLink: noLinks });
    writeFileSync(path.join(folder, 'a.txt'), '');
    mkdirSync(at('incoming'));
    writeFileSync(at('incoming/a.txt'), 'another');
    const first = await Promise.all([1, 2, 3].map(() => part.bring(sent(), pieces('content'), bounds)));
    expect(first).toEqual([1, 2, 3].map(() => there('a (1).txt', 'content')));
    // What another has deleted in between makes no second one of it.
    rmSync(at('incoming/a.txt'));
    expect(await files({ makeLink: noLinks }).bring(sent(), pieces('other'), bounds)).toEqual(
      there('a (1).txt', 'content'),
    );
    await part.settle(sent());
    await part.settle(sent());
    expect(readdirSync(at('incoming'))).toEqual(['a (1).txt']);
  });

  test('and nobody sees half of it under its name', async () => {
    const seen: string[][] = [];
    async function* content() {
      yield Buffer.from('half');
      seen.push(readdirSync(at('incoming')).filter((name) => !name.startsWith('.')));
      yield Buffer.from('rest');
    }
    await files().bring(sent(), content(), bounds);
    expect(seen).toEqual([[]]);
  });
});

describe('a file is not brought', () => {
  const not = (why: string, detail: string | RegExp) => ({
    ...{ is: 'not', why },
    detail: expect.stringMatching(detail) as string,
  });

  test.each([
    ['too big', pieces('x'.repeat(600), 'y'.repeat(401)), /more than 1000 bytes/],
    ['broken off', pieces('half', new Error('reset')), /reset/],
  ])('that is %s, and nothing stays of it', async (why, content, detail) => {
    expect(await files().bring(sent(), content, bounds)).toEqual(not(why, detail));
    expect(readdirSync(at('incoming'))).toEqual([]);
  });

  test('where nobody reads on, its sender is told', async () => {
    let told = 0;
    async function* content() {
      try {
        for (;;) yield Buffer.alloc(600);
      } finally {
        told++;
      }
    }
    await files().bring(sent(), content(), bounds);
    await until(() => told === 1);
  });

  test('where there is no workspace, which is not made', async () => {
    const gone = path.join(base, 'none');
    const workspaces = new Map([[ours, { folder: gone, servesSeveral: false }]]);
    expect(await files({ workspaces }).bring(sent(), pieces('x'), bounds)).toEqual(not('no workspace', /ENOENT/));
    expect(await files().bring(sent({ agent: unknown }), pieces('x'), bounds)).toEqual(not('no workspace', /agent/));
    expect(existsSync(gone)).toBe(false);
  });

  test('through a link, and into nothing that is no folder', async () => {
    mkdirSync(path.join(base, 'outside'));
    symlinkSync(path.join(base, 'outside'), at('incoming'));
    expect(await files().bring(sent(), pieces('x'), bounds)).toEqual(not('cannot write', /a link/));
    rmSync(at('incoming'));
    writeFileSync(at('incoming'), '');
    expect(await files().bring(sent(), pieces('x'), bounds)).toEqual(not('cannot write', /no folder/));
    expect(readdirSync(path.join(base, 'outside'))).toEqual([]);
  });

  test('where there are as many of its name as can be numbered', async () => {
    mkdirSync(at('incoming'));
    for (let n = 0; n < 10_000; n++) writeFileSync(at('incoming', copyName('a.txt', n)), '');
    expect(await files().bring(sent(), pieces('x'), bounds)).toEqual(
      not('cannot write', /too many files of this name/),
    );
    expect(readdirSync(at('incoming')).length).toBe(10_000);
  });

  test('where the disk is full', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === null) return context.skip();
    try {
      const workspaces = new Map([[ours, { folder: disk.path, servesSeveral: false }]]);
      const part = files({ workspaces });
      const [piece, larger] = ['x'.repeat(700_000), { mostBytes: 10_000_000 }];
      expect(await part.bring(sent(), pieces(piece, piece), larger)).toEqual(not('disk full', /ENOSPC/));
      expect(readdirSync(path.join(disk.path, 'incoming'))).toEqual([]);
      expect((await part.bring(sent(), pieces(piece), larger)).is).toBe('there');
    } finally {
      disk.unmount();
    }
  });

  test('where its hidden file was exchanged for a link', async () => {
    writeFileSync(path.join(base, 'secret'), 'secret');
    async function* content() {
      yield Buffer.from('x');
      const [hidden = ''] = readdirSync(at('incoming'));
      rmSync(at('incoming', hidden));
      symlinkSync(path.join(base, 'secret'), at('incoming', hidden));
    }
    expect(await files().bring(sent(), content(), bounds)).toEqual(not('cannot write', /somebody else/));
    expect(readdirSync(at('incoming'))).toEqual([]);
    expect(readFileSync(path.join(base, 'secret'), 'utf8')).toBe('secret');
  });

  test('beyond what files may take, and what was deleted is counted no more', async () => {
    mkdirSync(at('incoming'));
    writeFileSync(at('incoming/before'), 'x'.repeat(50));
    const part = files({ quotaBytes: 100 });
    const bring = (id: string, size: number) =>
      part.bring(sent({ id: EventId.parse(id) }), pieces('y'.repeat(size)), bounds);
    expect(await bring('$1', 51)).toEqual(not('quota', /no room/));
    const first = await bring('$2', 30);
    expect(first.is).toBe('there');
    expect(await bring('$3', 21)).toEqual(not('quota', /no room/));
    expect((await bring('$4', 20)).is).toBe('there');
    rmSync(at('incoming/before'));
    expect((await bring('$5', 20)).is).toBe('not');
    time += 10_001;
    expect((await bring('$6', 40)).is).toBe('there');
    if (first.is !== 'there') throw new Error('it is there');
    await part.remove({ agent: ours, ...first });
    expect((await bring('$7', 40)).is).toBe('there');
  });

  test.skipIf(process.platform === 'win32').each([
    ['flat', ''],
    ['incoming', 'incoming/'],
    ['inbox', `surfaces/matrix/${folderOf(ann)}/${folderOf(room)}/inbox/`],
  ] as const)('with names in the folder that are none elsewhere, files come: layout %s', async (layout, folders) => {
    mkdirSync(at('incoming'));
    mkdirSync(at(folders, 'a\\b'), { recursive: true });
    for (const name of ['a\\c', 'incoming/a\\.txt', 'surfaces\\matrix']) writeFileSync(at(name), 'x');
    mkdirSync(at('surfaces/matrix/a\\b'), { recursive: true });
    const part = files({ quotaBytes: 1000, layout });
    expect((await part.bring(sent(), pieces('content'), bounds)).is).toBe('there');
    // After a kill it is looked for under all names.
    expect((await part.bring(sent(), pieces('content'), bounds)).is).toBe('there');
    await part.settle(sent());
  });

  test('where all inboxes of a workspace are full', async () => {
    const part = files({ quotaBytes: 100, layout: 'flat' });
    const from = (person: UserId, size: number) =>
      part.bring(
        sent({ agent: shared, person, id: EventId.parse(`$${person}${size}`) }),
        pieces('x'.repeat(size)),
        bounds,
      );
    expect((await from(ann, 60)).is).toBe('there');
    const anew = files({ quotaBytes: 100, layout: 'flat' });
    expect((await anew.bring(sent({ agent: shared, person: bob }), pieces('x'.repeat(41)), bounds)).is).toBe('not');
    expect((await from(bob, 40)).is).toBe('there');
  });

  test('where the file system hangs, and only there is it refused at once', async () => {
    const clock = createManualTimers();
    const links: (() => void)[] = [];
    const makeLink = () => new Promise<void>((resolve) => void links.push(resolve));
    const part = files({ within: createPatience(clock.after), makeLink });
    const late = part.bring(sent(), pieces('x'), bounds);
    await until(() => links.length === 1);
    clock.advance(30_000);
    expect(await late).toEqual(not('cannot write', /does not answer within 30000 ms/));
    expect(await part.bring(sent({ id: EventId.parse('$2') }), pieces('x'), bounds)).toEqual(
      not('cannot write', /answer/),
    );
    expect(await part.isThere({ agent: ours, path: 'incoming/a.txt' })).toBe('unseen');
    links[0]?.();
    await until(async () => (await part.isThere({ agent: ours, path: 'incoming/a.txt' })) === 'gone');
  });
});

describe('after a kill', () => {
  const script = path.join(import.meta.dirname, '../support/bring.process.ts');

  function run(instant: string, links: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const child = fork(script, [folder, instant, links], {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      let said: unknown;
      child.on('message', (message) => (said = message));
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(said ?? signal ?? code));
    });
  }

  test.each(
    ['links', 'none'].flatMap((links) =>
      [
        ...['while it is written', 'before it is complete', 'before it has its name'],
        ...(links === 'links' ? ['when it has its name'] : []),
        'before anybody knows',
      ].map((instant) => [instant, links] as const),
    ),
  )('%s, there is one file, on a file system with %s', async (instant, links) => {
    mkdirSync(at('incoming'));
    writeFileSync(at('incoming/a.txt'), 'another');
    expect(await run(instant, links)).toBe('SIGKILL');
    const whole = there('a (1).txt', 'half of it, and the rest');
    expect(await run('never', links)).toEqual(whole);
    expect(await run('before anybody knows', links)).toBe('SIGKILL');
    expect(await run('never', links)).toEqual(whole);
    await files().settle(sent({ at: 0 }));
    expect(readdirSync(at('incoming')).sort()).toEqual(['a (1).txt', 'a.txt']);
  });

  test('what was begun long ago is deleted at a start, and nothing else', async () => {
    const hash = 'a'.repeat(32);
    const inbox = at('surfaces/matrix/u/r/inbox');
    mkdirSync(inbox, { recursive: true });
    mkdirSync(at('incoming'));
    const names = ['part', 'whole', 'name'].map((kind) => `.roomkeeper-${hash}.${kind}`);
    for (const place of [folder, at('incoming'), inbox])
      for (const name of names) writeFileSync(path.join(place, name), '');
    const others = ['.roomkeeper-x.part', '.other.part', `.roomkeeper-${hash}.txt`];
    for (const name of others) writeFileSync(at(name), '');
    mkdirSync(path.join(base, 'outside'));
    writeFileSync(path.join(base, 'outside', names[0]!), '');
    symlinkSync(path.join(base, 'outside'), at('surfaces/matrix/u/link'));
    symlinkSync(path.join(base, 'outside'), at('surfaces/matrix/link'));
    const hidden = (place: string) => readdirSync(place).filter((name) => names.includes(name));
    time = Date.now() + 86_000_000;
    await files().sweep();
    expect([folder, at('incoming'), inbox].map(hidden)).toEqual([names, names, names].map((all) => all.toSorted()));
    time = Date.now() + 87_000_000;
    await files().sweep();
    expect([folder, at('incoming'), inbox].map(hidden)).toEqual([1, 2, 3].map(() => names.slice(1).toSorted()));
    time = Date.now() + 31 * 86_400_000;
    await files().sweep();
    expect([folder, at('incoming'), inbox].map(hidden)).toEqual([[], [], []]);
    expect([readdirSync(folder), readdirSync(path.join(base, 'outside'))]).toEqual([
      [...others, 'incoming', 'surfaces'].sort(),
      [names[0]],
    ]);
    rmSync(folder, { recursive: true });
    await files().sweep();
  });
});

describe('a file that was brought', () => {
  async function bring() {
    const brought = await files().bring(sent(), pieces('content'), bounds);
    await files().settle(sent());
    if (brought.is !== 'there') throw new Error(brought.detail);
    return { agent: ours, path: brought.path, bytes: brought.bytes, print: brought.print };
  }

  test('is deleted where it is still the same', async () => {
    const file = await bring();
    utimesSync(at(file.path), 1, 1);
    expect(await files().isThere(file)).toBe('there');
    expect(await files().remove(file)).toBe('removed');
    expect(await files().isThere(file)).toBe('gone');
    expect(await files().remove(file)).toBe('gone');
    expect(readdirSync(at('incoming'))).toEqual([]);
  });

  test('by a thread, is known by when it was written: nobody reads all of it again', async () => {
    const pour = {
      bytes: 7,
      async into(fd: number) {
        writeSync(fd, 'content');
        return { is: 'there' as const };
      },
    };
    const byThread = async () => {
      const brought = await files().bring(sent(), Object.assign(pieces(), { pour }), bounds);
      await files().settle(sent());
      if (brought.is !== 'there') throw new Error(brought.detail);
      return { agent: ours, path: brought.path, bytes: brought.bytes, print: brought.print };
    };
    const first = await byThread();
    expect(await files().remove(first)).toBe('removed');
    const second = await byThread();
    writeFileSync(at(second.path), 'CONTENT');
    utimesSync(at(second.path), 1, 1);
    expect(await files().remove(second)).toBe('changed');
    expect(readFileSync(at(second.path), 'utf8')).toBe('CONTENT');
  });

  test.each<[string, (file: string) => void, string, string]>([
    ['longer', (file) => appendFileSync(file, '!'), 'changed', 'there'],
    ['another of the same length', (file) => writeFileSync(file, 'CONTENT'), 'changed', 'there'],
    ['shorter', (file) => truncateSync(file, 3), 'changed', 'there'],
    [
      'a link to a file with the same content',
      (file) => {
        renameSync(file, `${file}.2`);
        symlinkSync(`${file}.2`, file);
      },
      'changed',
      'gone',
    ],
    [
      'a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
      'changed',
      'gone',
    ],
    [
      'a pipe',
      (file) => {
        rmSync(file);
        execFileSync('mkfifo', [file]);
      },
      'changed',
      'gone',
    ],
    [
      'behind a link',
      (file) => {
        renameSync(path.dirname(file), `${path.dirname(file)}.2`);
        symlinkSync(`${path.dirname(file)}.2`, path.dirname(file));
      },
      'changed',
      'gone',
    ],
    ['nowhere', (file) => rmSync(path.dirname(file), { recursive: true }), 'gone', 'gone'],
    ['with all of its workspace away', () => renameSync(folder, `${folder}.2`), 'cannot', 'unseen'],
  ])('is not deleted where it is %s now', async (_, change, removed, isThere) => {
    const file = await bring();
    change(at(file.path));
    expect(await files().isThere(file)).toBe(isThere);
    expect(await files().remove(file)).toBe(removed);
  });

  test.each(['../outside', '/etc/passwd', '', 'a/../../outside', 'a//b', 'a\\b', 'a\0b'])(
    'is not at %j',
    async (wrong) => {
      writeFileSync(path.join(base, 'outside'), 'content');
      const file = { agent: ours, path: wrong, bytes: 7, print: print('content') };
      expect([await files().remove(file), await files().isThere(file)]).toEqual(['cannot', 'unseen']);
      expect(readFileSync(path.join(base, 'outside'), 'utf8')).toBe('content');
    },
  );
});
