/**
 * What a file is, by the beginning of its content; its name only says more of what is no media. A person's client shows
 * pictures without being asked: nothing else may look like one.
 */
import { fileTypeFromBuffer } from 'file-type';
import { disableTypes, imageSize, types } from 'image-size';
import mime from 'mime';
import type { FileKind } from '../ports/files.ts';

export interface MediaFacts {
  mime: string;
  kind: FileKind;
  width?: number;
  height?: number;
  durationMs?: number;
}

/** So much of a file is looked at. */
export const HEAD_BYTES = 256 * 1024;
/** Packed content is unpacked to be known: a bomb of this size stays small. */
const TYPE_BYTES = 16 * 1024;
/** A larger picture is a file: a client would unpack all of it. */
export const MOST_PIXELS = 100_000_000;

/** What clients show. SVG is none of them: it is a page. */
const PICTURES = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);
const MEASURED = new Set(['png', 'jpg', 'gif', 'webp', 'bmp', 'heif']);
disableTypes(types.filter((type) => !MEASURED.has(type)));

/** Content of which only the name says more. */
const CONTAINERS = new Set(['application/zip', 'application/xml', 'application/x-cfb']);
const NOTHING_KNOWN = 'application/octet-stream';

/** Never rejects. `head`: the first `HEAD_BYTES` of it; `name`: a clean one. */
export async function factsOf(head: Buffer, name: string): Promise<MediaFacts> {
  const found = await typeOf(head);
  const type = found === null || CONTAINERS.has(found) ? (typeByName(name) ?? found ?? NOTHING_KNOWN) : found;
  if (found === null || type !== found) return { mime: type, kind: 'file' };
  if (PICTURES.has(type)) return { mime: type, ...pictureOf(head) };
  if (type.startsWith('video/')) return { mime: type, kind: 'video' };
  if (type.startsWith('audio/')) return { mime: type, kind: 'audio', ...durationOf(head) };
  return { mime: type, kind: 'file' };
}

async function typeOf(head: Buffer): Promise<string | null> {
  try {
    const type = (await fileTypeFromBuffer(head.subarray(0, TYPE_BYTES)))?.mime;
    return type?.split(';', 1)[0] ?? null;
  } catch {
    return null;
  }
}

/** Content that is known as none does not become media by its name: `.ts` is TypeScript more often than a film. */
function typeByName(name: string): string | null {
  const type = mime.getType(name);
  return type === null || (/^(?:image|audio|video)\//.test(type) && type !== 'image/svg+xml') ? null : type;
}

function pictureOf(head: Buffer): Pick<MediaFacts, 'kind' | 'width' | 'height'> {
  try {
    const { width, height, orientation = 1 } = imageSize(head);
    if (!isLength(width) || !isLength(height)) return { kind: 'file' };
    if (width * height > MOST_PIXELS) return { kind: 'file' };
    // From 5 on it lies on its side.
    return orientation >= 5 ? { kind: 'image', width: height, height: width } : { kind: 'image', width, height };
  } catch {
    // What says nothing of its size within its beginning may be of any.
    return { kind: 'file' };
  }
}

function isLength(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

const DAY_MS = 86_400_000;

/** Of a WAV file: what it says of its bytes a second, and of the bytes of sound. */
function durationOf(head: Buffer): Pick<MediaFacts, 'durationMs'> {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return {};
  let rate = 0;
  for (let at = 12; at + 20 <= head.length;) {
    const [chunk, size] = [head.toString('latin1', at, at + 4), head.readUInt32LE(at + 4)];
    if (chunk === 'fmt ') rate = head.readUInt32LE(at + 16);
    if (chunk === 'data') {
      const durationMs = Math.round((size / rate) * 1000);
      return durationMs > 0 && durationMs < DAY_MS ? { durationMs } : {};
    }
    at += 8 + size + (size % 2);
  }
  return {};
}
