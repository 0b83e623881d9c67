/**
 * Files below a folder, reached and replaced without following a link or leaving it. Whoever may write there can still put a
 * link in the place of a folder between two looks: then another file is read here, and nothing of it goes anywhere.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

export type Found =
  | { is: 'file'; content: Buffer }
  /** Nothing, or something that is not read: a link, a folder, a pipe, too much. */
  | { is: 'nothing'; why: string }
  /** Nobody can say: the folder itself is missing, or the file system refuses. */
  | { is: 'unseen'; why: string };

/** From the folder on; each is one name. */
export type Parts = readonly [string, ...string[]];

/** A pipe is not waited for, even where it took a file's place since the look at it. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads at most so many bytes; never rejects. The folder itself may be reached by links: the operator set it. */
export async function readWithin(folder: string, parts: Parts, most: number): Promise<Found> {
  if (!parts.every(isName)) return { is: 'nothing', why: 'it has no name that a file could have' };
  const root = await isFolder(folder);
  if (root !== true) return { is: 'unseen', why: root };
  try {
    return await readBelow(folder, parts, most);
  } catch (error) {
    const code = codeOf(error);
    return GONE.has(code) ? { is: 'nothing', why: code } : { is: 'unseen', why: code };
  }
}

/** There is nothing, or a link in its place by now. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

async function readBelow(folder: string, parts: Parts, most: number): Promise<Found> {
  let at = folder;
  for (const [index, part] of parts.entries()) {
    at = path.join(at, part);
    const isLast = index === parts.length - 1;
    const seen = await lstat(at);
    if (seen.isSymbolicLink()) return { is: 'nothing', why: 'a link' };
    if (isLast ? !seen.isFile() : !seen.isDirectory()) return { is: 'nothing', why: 'no plain file' };
  }
  const file = await open(at, READ);
  try {
    if (!(await file.stat()).isFile()) return { is: 'nothing', why: 'no plain file' };
    const content = await beginningOf(file, most + 1);
    return content.length > most ? { is: 'nothing', why: 'too big' } : { is: 'file', content };
  } finally {
    await file.close();
  }
}

async function beginningOf(file: FileHandle, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let left = bytes; left > 0;) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.min(left, PIECE)) });
    if (bytesRead === 0) break;
    pieces.push(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return Buffer.concat(pieces);
}

const PIECE = 64 * 1024;

/** Puts a whole file there, or leaves the one of before; makes the folders on the way. Rejects where one of them is none. */
export async function writeWithin(folder: string, parts: Parts, content: string): Promise<void> {
  if (!parts.every(isName)) throw new Error('no name that a file could have');
  let at = folder;
  for (const part of parts.slice(0, -1)) {
    at = path.join(at, part);
    await mkdir(at).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    if (!(await lstat(at)).isDirectory()) throw new Error('something else is in the place of a folder');
  }
  const passing = path.join(at, `.${randomUUID()}.part`);
  try {
    const file = await open(passing, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link in its place is replaced, not followed.
    await rename(passing, path.join(at, parts.at(-1) ?? ''));
  } catch (error) {
    await rm(passing, { force: true });
    throw error;
  }
}

function isName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[/\\\0]/.test(part);
}

async function isFolder(name: string): Promise<true | string> {
  try {
    return (await stat(name)).isDirectory() || 'no folder';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'an error';
}
