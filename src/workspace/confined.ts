/** Small files below a folder, read and replaced whole, without following a link or leaving it. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { codeOf, InTheWay, isName, openFile, openFolder, type Parts } from './folder-handle.ts';

export type Found =
  | { is: 'file'; content: Buffer }
  /** Nothing, or something that is not read: a link, a folder, a pipe, too much. */
  | { is: 'nothing'; why: string }
  /** Nobody can say: the folder itself is missing, or the file system refuses. */
  | { is: 'unseen'; why: string };

/** Reads at most so many bytes; never rejects. The folder itself may be reached by links: the operator set it. */
export async function readWithin(folder: string, parts: Parts, most: number): Promise<Found> {
  if (!parts.every(isName)) return { is: 'nothing', why: 'it has no name that a file could have' };
  const root = await isFolder(folder);
  if (root !== true) return { is: 'unseen', why: root };
  try {
    return await readBelow(folder, parts, most);
  } catch (error) {
    if (error instanceof InTheWay) return { is: 'nothing', why: error.what === 'a link' ? 'a link' : 'no plain file' };
    const code = codeOf(error);
    return GONE.has(code) ? { is: 'nothing', why: code } : { is: 'unseen', why: code };
  }
}

/** There is nothing, or a link in its place by now. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

async function readBelow(root: string, parts: Parts, most: number): Promise<Found> {
  const folder = await openFolder(root, parts.slice(0, -1));
  try {
    const { file } = await openFile(folder, parts.at(-1) ?? '');
    try {
      const content = await beginningOf(file, most + 1);
      return content.length > most ? { is: 'nothing', why: 'too big' } : { is: 'file', content };
    } finally {
      await file.close();
    }
  } finally {
    await folder.close();
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
export async function writeWithin(root: string, parts: Parts, content: string): Promise<void> {
  if (!parts.every(isName)) throw new Error('no name that a file could have');
  const folder = await openFolder(root, parts.slice(0, -1), { make: true });
  try {
    const passing = folder.at(`.${randomUUID()}.part`);
    const target = folder.at(parts.at(-1) ?? '');
    try {
      const file = await open(passing, 'wx');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      // A link in its place is replaced, not followed.
      await rename(passing, target);
    } catch (error) {
      await rm(passing, { force: true });
      throw error;
    }
  } finally {
    await folder.close();
  }
}

async function isFolder(name: string): Promise<true | string> {
  try {
    return (await stat(name)).isDirectory() || 'no folder';
  } catch (error) {
    return codeOf(error);
  }
}
