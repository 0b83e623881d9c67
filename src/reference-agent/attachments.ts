/** The files that come with a message, as far as they lie in the workspace: no link is followed. */
import { isUtf8 } from 'node:buffer';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { readWithin } from '../workspace/confined.ts';
import type { Parts } from '../workspace/folder-handle.ts';

/** How much text of files goes into one prompt, and how much of pictures, in bytes. */
export const MOST_TEXT = 100_000;
export const MOST_PICTURES = 10 * 1024 * 1024;
/** Of more files only the names. */
const MOST_FILES = 20;

export type Attachment =
  | { is: 'text'; path: string; text: string }
  | { is: 'picture'; path: string; /** A data URI. */ url: string }
  /** Missing, too big, or nothing that a language model reads. */
  | { is: 'file'; path: string };

/** Null for what is no path of the workspace. */
export function partsOf(written: string): Parts | null {
  const [first, ...rest] = written.split('/').filter((part) => part !== '' && part !== '.');
  return first === undefined || written.startsWith('/') ? null : [first, ...rest];
}

/** Null where there is no such plain file, or something else on the way to it. */
export async function sizeOf(workspace: string, written: string): Promise<number | null> {
  const parts = partsOf(written);
  if (parts === null || parts.includes('..')) return null;
  let at = workspace;
  for (const [index, part] of parts.entries()) {
    at = path.join(at, part);
    const seen = await lstat(at).catch(() => null);
    if (seen === null) return null;
    if (index === parts.length - 1) return seen.isFile() ? seen.size : null;
    if (!seen.isDirectory()) return null;
  }
  return null;
}

/** What a language model is shown of them; pictures only where it sees. */
export async function readAttachments(
  workspace: string,
  paths: readonly string[],
  sees: boolean,
): Promise<Attachment[]> {
  const left = { text: MOST_TEXT, pictures: sees ? MOST_PICTURES : 0 };
  const found: Attachment[] = [];
  for (const [index, written] of paths.entries()) {
    const parts = index < MOST_FILES ? partsOf(written) : null;
    found.push(parts === null ? { is: 'file', path: written } : await readOne(workspace, { written, parts }, left));
  }
  return found;
}

async function readOne(
  workspace: string,
  { written, parts }: { written: string; parts: Parts },
  left: { text: number; pictures: number },
): Promise<Attachment> {
  const mayBePicture = /\.(?:png|jpe?g|gif|webp)$/i.test(written);
  const read = await readWithin(workspace, parts, mayBePicture ? left.pictures : left.text);
  if (read.is !== 'file') return { is: 'file', path: written };
  const { content } = read;
  const mime = mayBePicture ? pictureType(content) : null;
  if (mime !== null && content.length <= left.pictures) {
    left.pictures -= content.length;
    return { is: 'picture', path: written, url: `data:${mime};base64,${content.toString('base64')}` };
  }
  if (content.length > left.text || !isUtf8(content) || content.includes(0)) return { is: 'file', path: written };
  left.text -= content.length;
  return { is: 'text', path: written, text: content.toString('utf8') };
}

/** What a file begins with says what it is. */
function pictureType(content: Buffer): string | null {
  const begin = content.toString('latin1', 0, 12);
  if (begin.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (begin.startsWith('GIF8')) return 'image/gif';
  return begin.startsWith('RIFF') && begin.endsWith('WEBP') ? 'image/webp' : null;
}
