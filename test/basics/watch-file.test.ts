import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { watchFile, type FileWatchOptions } from '../../src/basics/watch-file.ts';
import { temporaryFolder } from '../store/support.ts';
import { until } from '../support/until.ts';

/** What is read whenever a change is told. */
function watching(file: string, options: Partial<FileWatchOptions> = {}) {
  const seen: string[] = [];
  const polling: string[] = [];
  const watch = watchFile(file, {
    onChange() {
      try {
        seen.push(readFileSync(file, 'utf8'));
      } catch {
        seen.push('nothing');
      }
    },
    onPolling: (why) => polling.push(why),
    quietMs: 20,
    pollMs: 20,
    ...options,
  });
  onTestFinished(() => watch.close());
  return { seen, polling, watch, next: (last: string) => until(() => seen.at(-1) === last) };
}

async function written(): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'a.yaml');
  writeFileSync(file, '1');
  return { folder, file };
}

const put = (file: string, text: string) => {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
};

test('a file that is written in place, in steps, is told once it is whole', async () => {
  const { file } = await written();
  const { seen, next, polling } = watching(file, { quietMs: 200 });
  writeFileSync(file, '2');
  appendFileSync(file, '3');
  await next('23');
  expect([seen, polling]).toEqual([['23'], []]);
});

test('one that is written without an end is told all the same', async () => {
  const { file } = await written();
  const { seen } = watching(file, { quietMs: 50 });
  let count = 0;
  const writing = setInterval(() => writeFileSync(file, String(++count)), 1);
  onTestFinished(() => clearInterval(writing));
  await until(() => seen.length >= 2);
  expect(count).toBeGreaterThan(20);
});

test('another file in its place is told, and goes on being watched; so is one that comes later', async () => {
  const { file } = await written();
  const { seen, next } = watching(file);
  for (const text of ['2', '3']) {
    put(file, text);
    await next(text);
  }
  rmSync(file);
  await next('nothing');
  writeFileSync(file, '4');
  await next('4');
  expect(new Set(seen)).toEqual(new Set(['2', '3', 'nothing', '4']));
});

test('what happens to other files of the folder is nothing', async () => {
  const { folder, file } = await written();
  const { seen, next } = watching(file);
  put(path.join(folder, 'another.yaml'), 'x');
  put(file, '2');
  await next('2');
  expect(seen).toEqual(['2']);
});

test('behind links, whichever of them leads elsewhere by now', async () => {
  const { folder } = await written();
  const at = (...names: string[]) => path.join(folder, ...names);
  for (const version of ['v1', 'v2']) {
    mkdirSync(at(version, 'config'), { recursive: true });
    writeFileSync(at(version, 'config', 'real.yaml'), version);
  }
  symlinkSync('v1', at('current'));
  symlinkSync('real.yaml', at('v1', 'config', 'b.yaml'));
  symlinkSync('../config/real.yaml', at('v2', 'config', 'b.yaml'));
  const { next } = watching(at('current', 'config', 'b.yaml'));
  symlinkSync('v2', at('next'));
  renameSync(at('next'), at('current'));
  await next('v2');
  put(at('v2', 'config', 'real.yaml'), 'v3');
  await next('v3');
  rmSync(at('current'));
  await next('nothing');
  symlinkSync(at('v1'), at('current'));
  await next('v1');
});

test('a folder that is replaced as a whole', async () => {
  const { folder } = await written();
  const at = (...names: string[]) => path.join(folder, ...names);
  for (const name of ['config', 'next']) {
    mkdirSync(at(name));
    writeFileSync(at(name, 'a.yaml'), name);
  }
  const { next } = watching(at('config', 'a.yaml'));
  renameSync(at('config'), at('before'));
  renameSync(at('next'), at('config'));
  await next('next');
  put(at('config', 'a.yaml'), '2');
  await next('2');
});

test('where the system tells nothing the file is looked at instead, which is said once', async () => {
  const { folder, file } = await written();
  const { seen, next, polling } = watching(file, { tells: () => false });
  expect(polling).toEqual([`${folder} is on a file system of another machine`]);
  await next('1');
  for (const text of ['2', '3']) {
    put(file, text);
    await next(text);
  }
  utimesSync(file, 1, 1);
  await until(() => seen.length > 3);
  expect([new Set(seen), polling.length]).toEqual([new Set(['1', '2', '3']), 1]);
});

test('nothing is told behind its end', async () => {
  const { file } = await written();
  const closed = watching(file);
  const open = watching(file);
  put(file, '2');
  closed.watch.close();
  await open.next('2');
  expect(closed.seen).toEqual([]);
});
