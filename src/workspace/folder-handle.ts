/**
 * Folders that are held open, and names in them. Whoever may write in a workspace can put a link in the place of a folder at
 * any moment: a path is looked up anew each time, a folder that is held open stays the one it was.
 */
import { constants, existsSync, type BigIntStats } from 'node:fs';
import { lstat, mkdir, open, opendir, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** From a folder on; each is one name. */
export type Parts = readonly [string, ...string[]];

/** Something else than what was looked for stands there. */
export class InTheWay extends Error {
  readonly what: 'a link' | 'a folder' | 'no folder' | 'no plain file';
  constructor(what: InTheWay['what'], wanted: 'folder' | 'file') {
    super(`in the place of a ${wanted}: ${what}`);
    this.what = what;
  }
}

export interface Folder {
  /** What the system calls it. */
  path: string;
  /** What the system calls something in it, that is one name: this is no way out. Throws on any other. */
  at(name: string): string;
  /** What was done in it outlasts a power cut. */
  sync(): Promise<void>;
  /** Whoever does not wait for the end of what they do in it does it by this: until then it is not closed. */
  use<T>(act: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Linux finds names in a folder that is held open under /proc. Elsewhere a folder is looked at before each use, and one that
 * changes between the two is not noticed.
 */
const byHandle = process.platform === 'linux' && existsSync('/proc/self/fd');

/** A pipe is not waited for, even where it took a file's place since the look at it. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

export function isName(part: string): boolean {
  // The halves of a character are alike in UTF-8.
  return part !== '' && part !== '.' && part !== '..' && !/[/\\\0]/.test(part) && part.isWellFormed();
}

/** Opens a folder that may be reached by links: the operator set it. */
export async function openRoot(folder: string, holds = byHandle): Promise<Folder> {
  if (holds) return held(await open(folder, FOLDER));
  if (!(await stat(folder)).isDirectory()) throw new InTheWay('no folder', 'folder');
  return named(folder);
}

/** Opens a folder below; `make`: makes those that are missing. Rejects with `InTheWay` where one of them is none. */
export async function openFolder(
  root: string,
  names: readonly string[],
  { make = false, holds = byHandle } = {},
): Promise<Folder> {
  let at = await openRoot(root, holds);
  for (const name of names) {
    const outer = at;
    try {
      if (make) await makeIn(outer, name);
      at = await folderIn(outer, name, holds);
    } finally {
      await outer.close();
    }
  }
  return at;
}

async function makeIn(folder: Folder, name: string): Promise<void> {
  try {
    await mkdir(folder.at(name));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw error;
  }
  await folder.sync();
}

async function folderIn(outer: Folder, name: string, holds: boolean): Promise<Folder> {
  const at = outer.at(name);
  if (!holds) {
    const seen = await lstat(at);
    if (!seen.isDirectory()) throw new InTheWay(seen.isSymbolicLink() ? 'a link' : 'no folder', 'folder');
    return named(at);
  }
  try {
    return held(await open(at, FOLDER | constants.O_NOFOLLOW));
  } catch (error) {
    if (!['ENOTDIR', 'ELOOP'].includes(codeOf(error))) throw error;
    throw new InTheWay((await lstat(at)).isSymbolicLink() ? 'a link' : 'no folder', 'folder');
  }
}

/** Its number is soon that of something else once it is closed: a path that was made before would lead there. */
function held(handle: FileHandle): Folder {
  const uses = new Set<Promise<unknown>>();
  let isClosing = false;
  return {
    ...named(`/proc/self/fd/${handle.fd}`),
    sync: () => handle.sync(),
    async use(act) {
      if (isClosing) throw new Error('the folder is closed');
      const use = act();
      uses.add(use);
      try {
        return await use;
      } finally {
        uses.delete(use);
      }
    },
    async close() {
      isClosing = true;
      await Promise.allSettled(uses);
      await handle.close();
    },
  };
}

function named(folder: string): Folder {
  return {
    path: folder,
    at(name) {
      if (!isName(name)) throw new Error('no name that a file could have');
      return path.join(folder, name);
    },
    sync: () => Promise.resolve(),
    use: (act) => act(),
    close: () => Promise.resolve(),
  };
}

/** Opens a plain file to read it. Rejects with `InTheWay` where it is none. */
export async function openFile(folder: Folder, name: string): Promise<{ file: FileHandle; stats: BigIntStats }> {
  // What is no plain file is not even opened: a device may do something then.
  demandPlain(await lstat(folder.at(name), { bigint: true }));
  const file = await open(folder.at(name), READ).catch((error: unknown) => {
    throw codeOf(error) === 'ELOOP' ? new InTheWay('a link', 'file') : error;
  });
  try {
    const stats = await file.stat({ bigint: true });
    demandPlain(stats);
    return { file, stats };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function demandPlain(seen: BigIntStats): void {
  if (seen.isSymbolicLink()) throw new InTheWay('a link', 'file');
  if (seen.isDirectory()) throw new InTheWay('a folder', 'file');
  if (!seen.isFile()) throw new InTheWay('no plain file', 'file');
}

/** At most so many of the names in a folder are looked at. One that is none here (`a\b`) is left out: none of it is of ours. */
export async function namesIn(folder: Folder, most: number): Promise<string[]> {
  const names: string[] = [];
  const dir = await opendir(folder.path, { bufferSize: 1024 });
  try {
    for (let looked = 0; looked < most; looked++) {
      const entry = await dir.read();
      if (entry === null) break;
      if (isName(entry.name)) names.push(entry.name);
    }
  } finally {
    await dir.close();
  }
  return names;
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'an error';
}

/** There is nothing of this name. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}
