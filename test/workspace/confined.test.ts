/** What stands in an agent's folder may be anything: nothing outside is read, nothing is waited for or read whole. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readWithin, writeWithin } from '../../src/workspace/confined.ts';
import type { Parts } from '../../src/workspace/folder-handle.ts';

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'confined-'));
  folder = path.join(base, 'workspace');
  mkdirSync(path.join(folder, 'contexts'), { recursive: true });
  mkdirSync(path.join(base, 'outside'));
  writeFileSync(path.join(base, 'outside', 'plan.md'), 'secret');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const parts: Parts = ['contexts', 'plan.md'];
const at = (...names: string[]) => path.join(folder, ...names);
const outside = () => path.join(base, 'outside');
const read = (of: Parts = parts, most = 100) => readWithin(folder, of, most);
const nothing = (why: string) => ({ is: 'nothing', why });

describe('a file is read', () => {
  test('where it is a plain one, also behind folders', async () => {
    writeFileSync(at('contexts', 'plan.md'), 'héllo');
    expect(await read()).toEqual({ is: 'file', content: Buffer.from('héllo') });
    mkdirSync(at('contexts', 'ann'));
    writeFileSync(at('contexts', 'ann', 'plan.md'), '');
    expect(await read(['contexts', 'ann', 'plan.md'])).toEqual({ is: 'file', content: Buffer.alloc(0) });
  });

  test('up to the bound, and no byte beyond it', async () => {
    writeFileSync(at('contexts', 'plan.md'), 'x'.repeat(200_000));
    expect(await read(parts, 200_000)).toEqual({ is: 'file', content: Buffer.alloc(200_000, 'x') });
    expect(await read(parts, 199_999)).toEqual(nothing('too big'));
  });

  test('where the operator set a link as the workspace', async () => {
    writeFileSync(at('contexts', 'plan.md'), 'here');
    symlinkSync(folder, path.join(base, 'link'));
    expect(await readWithin(path.join(base, 'link'), parts, 100)).toEqual({ is: 'file', content: Buffer.from('here') });
  });

  test('as it is by a second name of its own', async () => {
    writeFileSync(at('other.md'), 'here');
    linkSync(at('other.md'), at('contexts', 'plan.md'));
    expect(await read()).toEqual({ is: 'file', content: Buffer.from('here') });
  });
});

describe('nothing is read', () => {
  test.each<[string, () => void, string]>([
    ['where there is none', () => undefined, 'ENOENT'],
    ['where the folder is missing', () => rmSync(at('contexts'), { recursive: true }), 'ENOENT'],
    [
      'where a file is in the place of the folder',
      () => {
        rmSync(at('contexts'), { recursive: true });
        writeFileSync(at('contexts'), '');
      },
      'no plain file',
    ],
    [
      'by a link to a file outside',
      () => symlinkSync(path.join(outside(), 'plan.md'), at('contexts', 'plan.md')),
      'a link',
    ],
    ['by a link to nothing', () => symlinkSync('/nowhere', at('contexts', 'plan.md')), 'a link'],
    ['by a link to itself', () => symlinkSync('plan.md', at('contexts', 'plan.md')), 'a link'],
    [
      'by a link to a file inside',
      () => {
        writeFileSync(at('other.md'), 'here');
        symlinkSync('../other.md', at('contexts', 'plan.md'));
      },
      'a link',
    ],
    [
      'by a folder that is a link',
      () => {
        rmSync(at('contexts'), { recursive: true });
        symlinkSync(outside(), at('contexts'));
      },
      'a link',
    ],
    ['of a folder', () => mkdirSync(at('contexts', 'plan.md')), 'no plain file'],
    ['of a pipe, which nobody writes', () => void execFileSync('mkfifo', [at('contexts', 'plan.md')]), 'no plain file'],
    [
      'of a huge file',
      () => {
        writeFileSync(at('contexts', 'plan.md'), '');
        truncateSync(at('contexts', 'plan.md'), 2 ** 40);
      },
      'too big',
    ],
  ])('%s', async (_, prepare, why) => {
    prepare();
    expect(await read()).toEqual(nothing(why));
  });

  test('of a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('contexts', 'plan.md'), resolve));
    expect(await read()).toEqual(nothing('no plain file'));
    await new Promise((resolve) => server.close(resolve));
  });

  test.each<string[]>([
    ['..', 'outside', 'plan.md'],
    ['contexts', '../../outside/plan.md'],
    ['contexts', '..', '..', 'outside', 'plan.md'],
    ['.'],
    [''],
    ['contexts', ''],
    ['contexts/plan.md'],
    ['contexts\\plan.md'],
    ['contexts', 'plan.md\0'],
  ])('by %j', async (...given) => {
    writeFileSync(at('contexts', 'plan.md'), 'here');
    expect(await read(given as unknown as Parts)).toEqual(nothing('it has no name that a file could have'));
  });

  test('whose name is too long for a file system', async () => {
    expect(await read(['contexts', 'x'.repeat(5_000)])).toEqual({ is: 'unseen', why: 'ENAMETOOLONG' });
  });

  test('outside, whatever the parts are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.constantFrom('..', '.', 'contexts', 'outside', 'plan.md', '/', base),
            fc.string({ unit: 'binary' }),
          ),
          { minLength: 1, maxLength: 6 },
        ),
        async (given) => {
          expect((await read(given as unknown as Parts)).is).not.toBe('file');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('nobody can say', () => {
  test('where the workspace is missing, or no folder', async () => {
    expect(await readWithin(path.join(base, 'none'), parts, 100)).toEqual({ is: 'unseen', why: 'ENOENT' });
    writeFileSync(path.join(base, 'file'), '');
    expect(await readWithin(path.join(base, 'file'), parts, 100)).toEqual({ is: 'unseen', why: 'no folder' });
  });

  test.skipIf(process.getuid?.() === 0)('where the file may not be read', async () => {
    writeFileSync(at('contexts', 'plan.md'), 'here');
    chmodSync(at('contexts', 'plan.md'), 0);
    expect(await read()).toEqual({ is: 'unseen', why: 'EACCES' });
    chmodSync(at('contexts'), 0);
    expect(await read()).toEqual({ is: 'unseen', why: 'EACCES' });
    chmodSync(at('contexts'), 0o700);
  });
});

describe('a file is written', () => {
  const written = () => readFileSync(at('contexts', 'plan.md'), 'utf8');

  test('whole, with the folders on the way, in the place of the one of before', async () => {
    rmSync(at('contexts'), { recursive: true });
    await writeWithin(folder, parts, 'first');
    await writeWithin(folder, parts, 'second');
    expect([written(), readdirSync(at('contexts'))]).toEqual(['second', ['plan.md']]);
  });

  test('in the place of a link, not through it', async () => {
    symlinkSync(path.join(outside(), 'plan.md'), at('contexts', 'plan.md'));
    await writeWithin(folder, parts, 'mine');
    expect([written(), readFileSync(path.join(outside(), 'plan.md'), 'utf8')]).toEqual(['mine', 'secret']);
  });

  test('by no folder that is a link, and over no folder', async () => {
    symlinkSync(outside(), at('elsewhere'));
    await expect(writeWithin(folder, ['elsewhere', 'plan.md'], 'x')).rejects.toThrow('in the place of a folder');
    mkdirSync(at('contexts', 'plan.md'));
    await expect(writeWithin(folder, parts, 'x')).rejects.toThrow('EISDIR');
    await expect(writeWithin(folder, ['..', 'plan.md'], 'x')).rejects.toThrow('no name that a file could have');
    expect([readdirSync(at('contexts')), readdirSync(outside())]).toEqual([['plan.md'], ['plan.md']]);
  });
});
