/**
 * What a file is called: as the person called it where every system takes that for a name and everybody sees what it is
 * (WSP-02, -04, -05; FIN-08).
 */
import mime from 'mime';
import type { FileKind } from '../ports/files.ts';

/** A stamp before it and a number after it fit into the 255 of a file system. */
export const NAME_BYTES = 200;
/** What is longer behind the last dot is no extension. */
const EXTENSION_BYTES = 32;
/** A character in UTF-16 units is at most so long; what is longer is not looked at. */
const LONGEST_PART = 4 * NAME_BYTES;

/** What nobody sees and what turns the direction of writing: with it `cod.exe` can look like `exe.doc`. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb]/gu;
const BLANKS = /[\p{Zs}\u2800]+/gu;
/** Controls, ends of lines, what some system forbids, and what is no character: lone halves among them. */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}<>:"/\\|?*]+/gu;
const ENDS = /^[ .]+|[ .]+$/g;
/** On Windows these are devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i;

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One name that is safe anywhere, and the same again when it is cleaned again; empty where nothing of it is left. */
export function cleanName(written: string): string {
  const last =
    written
      .replaceAll('\\', '/')
      .split('/')
      .filter((part) => part.trim() !== '')
      .at(-1) ?? '';
  const { base, extension } = parted(noDevice(readable(last)));
  return noDevice(trimmed(cut(base, NAME_BYTES - bytesOf(extension)) + extension));
}

function noDevice(name: string): string {
  return DEVICE.test(name) ? `_${name}` : name;
}

function readable(name: string): string {
  // The end of a long one says what it is.
  const bounded = name.length <= 2 * LONGEST_PART ? name : name.slice(0, LONGEST_PART) + name.slice(-LONGEST_PART);
  const seen = bounded.replace(INVISIBLE, '').normalize('NFC');
  return trimmed(seen.replace(FORBIDDEN, '_').replace(BLANKS, ' '));
}

function trimmed(name: string): string {
  return name.replace(ENDS, '');
}

/** What a file is called that a person sent: by its kind and type where it has no name. */
export function nameOf({ name, kind, mime: type }: { name: string; kind: FileKind; mime: string | null }): string {
  const clean = cleanName(name);
  return clean === '' ? `${kind === 'file' ? 'attachment' : kind}.${extensionOf(type)}` : clean;
}

/** What people call them, where the registry of types has another one first. */
const USUAL = new Map([
  ['audio/mpeg', 'mp3'],
  ['audio/ogg', 'ogg'],
  ['audio/webm', 'webm'],
  ['video/quicktime', 'mov'],
]);

function extensionOf(type: string | null): string {
  const bare = (type ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return USUAL.get(bare) ?? (mime.getExtension(bare) || 'bin');
}

/** The name of the copy `number`; 0 is the name itself. */
export function copyName(name: string, number: number): string {
  if (number === 0) return name;
  const { base, extension } = parted(name);
  return `${base} (${number})${extension}`;
}

/** Whether `name` may be that of a copy: it is one, or looks like it. */
export function mayBeCopy(name: string, of: string): boolean {
  const { base, extension } = parted(of);
  return name.startsWith(base) && name.endsWith(extension);
}

/** The extension has its dot with it, or is empty. */
function parted(name: string): { base: string; extension: string } {
  const dot = name.lastIndexOf('.');
  if (dot <= 0 || bytesOf(name.slice(dot)) > EXTENSION_BYTES) return { base: name, extension: '' };
  return { base: name.slice(0, dot), extension: name.slice(dot) };
}

/** As many whole characters as fit; a word for them where not even one does. */
function cut(text: string, most: number): string {
  if (bytesOf(text) <= most) return text;
  let [length, bytes] = [0, 0];
  for (const { segment } of characters.segment(text.slice(0, LONGEST_PART))) {
    bytes += bytesOf(segment);
    if (bytes > most) break;
    length += segment.length;
  }
  const kept = trimmed(text.slice(0, length));
  return kept === '' ? 'attachment' : kept;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
