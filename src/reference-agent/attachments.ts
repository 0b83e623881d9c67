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

interface Picture {
  path: string;
  /** A data URI. */
  url: string;
  bytes: number;
}

export type Attachment =
  | { is: 'text'; path: string; text: string }
  | ({ is: 'picture' } & Picture)
  /** A text, as far as anybody can see. */
  | { is: 'too long'; path: string }
  /** Missing, or nothing that a language model reads. */
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

/** What may still be read, in bytes. */
interface Left {
  text: number;
  pictures: number;
}

/** What a language model is shown of them; `most` pictures: 0 where it does not see. */
export async function readAttachments(
  workspace: string,
  paths: readonly string[],
  most: Readonly<Left>,
): Promise<Attachment[]> {
  const left = { ...most };
  const found: Attachment[] = [];
  for (const [index, written] of paths.entries()) {
    const parts = index < MOST_FILES ? partsOf(written) : null;
    found.push(parts === null ? { is: 'file', path: written } : await readOne(workspace, { written, parts }, left));
  }
  return found;
}

/** Those of them that are still there and fit. */
export async function readPictures(workspace: string, paths: readonly string[], most: number): Promise<Picture[]> {
  const files = await readAttachments(workspace, paths, { text: 0, pictures: most });
  return files.flatMap((file) => (file.is === 'picture' ? [file] : []));
}

async function readOne(
  workspace: string,
  { written, parts }: { written: string; parts: Parts },
  left: Left,
): Promise<Attachment> {
  const mayBePicture = /\.(?:png|jpe?g|gif|webp)$/i.test(written);
  const read = await readWithin(workspace, parts, mayBePicture ? left.pictures : left.text);
  if (read.is === 'nothing' && read.why === 'too big' && !mayBePicture) return tooLong(workspace, written, parts);
  if (read.is !== 'file') return { is: 'file', path: written };
  const { content } = read;
  const mime = mayBePicture ? pictureType(content) : null;
  if (mime !== null) {
    left.pictures -= content.length;
    const url = `data:${mime};base64,${content.toString('base64')}`;
    return { is: 'picture', path: written, url, bytes: content.length };
  }
  if (content.length > left.text || !isText(content)) return { is: 'file', path: written };
  left.text -= content.length;
  return { is: 'text', path: written, text: content.toString('utf8') };
}

/** Of a longer file the type that its name says decides: nobody reads it to find out. */
async function tooLong(workspace: string, written: string, parts: Parts): Promise<Attachment> {
  const isBinary =
    /\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|zip|gz|7z|mp\d|m4a|og[gv]|opus|webm|mov|wav|heic|avif|bmp|tiff?)$/i;
  const there = !isBinary.test(written) && (await sizeOf(workspace, parts.join('/'))) !== null;
  return { is: there ? 'too long' : 'file', path: written };
}

function isText(content: Buffer): boolean {
  return isUtf8(content) && !content.includes(0);
}

/** What a file begins with says what it is. */
function pictureType(content: Buffer): string | null {
  const begin = content.toString('latin1', 0, 12);
  if (begin.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (begin.startsWith('GIF8')) return 'image/gif';
  return begin.startsWith('RIFF') && begin.endsWith('WEBP') ? 'image/webp' : null;
}
