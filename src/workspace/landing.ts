/**
 * How a file comes into a folder so that whoever is killed at any moment leaves at most one, and never half of one, under a
 * name that somebody sees. First it has hidden names: `.part` while it is written, `.whole` from then on. From `.whole` it
 * gets its own name as a second one, so the hidden one shows afterwards which file it became; it goes when all is settled.
 * Where a file cannot have two names, `.name` says before what it is going to be called.
 */
import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { link, lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { copyName, mayBeCopy } from './file-names.ts';
import { codeOf, InTheWay, isMissing, isName, namesIn, openFile, type Folder } from './folder-handle.ts';

export interface Hidden {
  part: string;
  whole: string;
  name: string;
}

/** What hides while it comes; the same for the same id. */
export function hiddenNames(id: string): Hidden {
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return { part: `.roomkeeper-${hash}.part`, whole: `.roomkeeper-${hash}.whole`, name: `.roomkeeper-${hash}.name` };
}

/** Which of the three a name is; null: none of ours. */
export function hiddenKind(name: string): keyof Hidden | null {
  const [, kind = null] = /^\.roomkeeper-[0-9a-f]{32}\.(part|whole|name)$/.exec(name) ?? [];
  return kind as keyof Hidden | null;
}

/** So many files of one name are numbered in one folder; there is no room for more. */
const MOST_COPIES = 10_000;

const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export type MakeLink = typeof link;

/** An empty file under its hidden name, in the place of what was begun before. */
export async function begin(folder: Folder, { part }: Hidden): Promise<FileHandle> {
  await gone(folder, part);
  return open(folder.at(part), NEW, 0o666);
}

/** It is complete: gives it the first name that is free, and says which. */
export async function finish(
  folder: Folder,
  { hidden, file, wish }: { hidden: Hidden; file: FileHandle; wish: string },
  makeLink: MakeLink = link,
): Promise<string> {
  await file.sync();
  await rename(folder.at(hidden.part), folder.at(hidden.whole));
  return giveName(folder, { hidden, wish, stats: await file.stat({ bigint: true }) }, makeLink);
}

interface Whole {
  hidden: Hidden;
  wish: string;
  /** Of the file under `.whole`. */
  stats: BigIntStats;
}

async function giveName(folder: Folder, whole: Whole, makeLink: MakeLink): Promise<string> {
  const { hidden, wish, stats } = whole;
  for (let number = 0; number < MOST_COPIES; number++) {
    const name = copyName(wish, number);
    try {
      await makeLink(folder.at(hidden.whole), folder.at(name));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      if (ONE_NAME_ONLY.has(codeOf(error))) return await giveOnlyName(folder, whole);
      throw error;
    }
    if (!isSame(await lstat(folder.at(name), { bigint: true }), stats)) {
      // Not ours, and perhaps a link: somebody put it in the place of the hidden one.
      await gone(folder, name);
      throw new Error('somebody else wrote to the hidden file');
    }
    await folder.sync();
    return name;
  }
  throw new Error('too many files of this name');
}

/** What file systems without second names say, or with few of them. */
const ONE_NAME_ONLY = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Takes a name by an empty file, which the whole one then replaces. */
async function giveOnlyName(folder: Folder, { hidden, wish, stats }: Whole): Promise<string> {
  const begun = await promisedName(folder, hidden);
  if (begun !== null && (await isEmptyFile(folder, begun))) return await moveTo(folder, begun);
  for (let number = 0; number < MOST_COPIES; number++) {
    const name = copyName(wish, number);
    if ((await seen(folder, name)) !== null) continue;
    await promise(folder, hidden, name);
    try {
      await (await open(folder.at(name), NEW, 0o666)).close();
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      throw error;
    }
    return await moveTo(folder, name);
  }
  throw new Error('too many files of this name');

  async function moveTo(inside: Folder, name: string): Promise<string> {
    await rename(inside.at(hidden.whole), inside.at(name));
    const now = await lstat(inside.at(name), { bigint: true });
    if (!now.isFile() || now.size !== stats.size) throw new Error('somebody else wrote to the hidden file');
    await inside.sync();
    return name;
  }
}

const PROMISE_BYTES = 1024;

async function promise(folder: Folder, hidden: Hidden, name: string): Promise<void> {
  await gone(folder, hidden.name);
  const file = await open(folder.at(hidden.name), NEW, 0o666);
  try {
    await file.writeFile(name);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function promisedName(folder: Folder, hidden: Hidden): Promise<string | null> {
  const opened = await openAny(folder, hidden.name);
  if (opened === null) return null;
  try {
    const { buffer, bytesRead } = await opened.file.read(Buffer.alloc(PROMISE_BYTES), 0, PROMISE_BYTES, 0);
    const name = buffer.toString('utf8', 0, bytesRead);
    return isName(name) ? name : null;
  } finally {
    await opened.file.close();
  }
}

/** A file that was brought before under this id, if it was complete; it gets its name if it had none yet. */
export async function foundAgain(
  folder: Folder,
  { hidden, wish }: { hidden: Hidden; wish: string },
  makeLink: MakeLink = link,
): Promise<{ name: string; file: FileHandle; stats: BigIntStats } | null> {
  const whole = await openAny(folder, hidden.whole);
  if (whole !== null) {
    try {
      const name =
        (await nameOfSame(folder, whole.stats, wish)) ?? (await giveName(folder, { ...whole, hidden, wish }, makeLink));
      return { ...whole, name };
    } catch (error) {
      await whole.file.close();
      throw error;
    }
  }
  const name = await promisedName(folder, hidden);
  const named = name === null ? null : await openAny(folder, name);
  return name === null || named === null ? null : { ...named, name };
}

const MOST_LOOKED_AT = 100_000;

async function nameOfSame(folder: Folder, stats: BigIntStats, wish: string): Promise<string | null> {
  if (stats.nlink < 2n) return null;
  const names = await namesIn(folder, MOST_LOOKED_AT);
  for (const name of names.filter((one) => mayBeCopy(one, wish) && hiddenKind(one) === null)) {
    const other = await seen(folder, name);
    if (other !== null && isSame(other, stats)) return name;
  }
  return null;
}

/** Nothing hidden stays. */
export async function tidy(folder: Folder, hidden: Hidden): Promise<void> {
  for (const name of [hidden.part, hidden.whole, hidden.name]) await gone(folder, name);
}

/** Deletes a name, and nothing that a link under it leads to. */
export async function gone(folder: Folder, name: string): Promise<void> {
  await unlink(folder.at(name)).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

/** Whether the name is still that of the file that was looked at, and nobody wrote to it since. */
export async function isUntouched(folder: Folder, name: string, before: BigIntStats): Promise<boolean> {
  const now = await seen(folder, name);
  return now !== null && isSame(now, before) && now.size === before.size && now.mtimeNs === before.mtimeNs;
}

async function seen(folder: Folder, name: string): Promise<BigIntStats | null> {
  return lstat(folder.at(name), { bigint: true }).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
}

async function isEmptyFile(folder: Folder, name: string): Promise<boolean> {
  const now = await seen(folder, name);
  return now?.isFile() === true && now.size === 0n;
}

/** Null where there is none, or what nobody of ours put there. */
async function openAny(folder: Folder, name: string): Promise<{ file: FileHandle; stats: BigIntStats } | null> {
  return openFile(folder, name).catch((error: unknown) => {
    if (isMissing(error) || error instanceof InTheWay) return null;
    throw error;
  });
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.isFile() && one.ino === other.ino && one.dev === other.dev;
}
