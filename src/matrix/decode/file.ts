/** What a message tells of the file that it brings. What others leave out or get wrong is missing, and nothing besides it. */
import { z } from 'zod';
import type { FileType, ReceivedFile } from '../../../machines/files.ts';
import { MxcUri } from '../../../machines/ids.ts';
import { isBlank } from '../../basics/visible.ts';
import { textOfHtml } from './html.ts';

/** The longest name of a file that is taken, in characters. */
const MAX_NAME = 255;

const word = z.string().nullable().catch(null).default(null);
/** The names of types as RFC 6838 has them; what stands behind a semicolon is no part of it. */
const Mime = z
  .string()
  .transform((written) => written.split(';', 1)[0]?.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/))
  .nullable()
  .catch(null)
  .default(null);
const Info = z
  .object({ mimetype: Mime, size: z.int().nonnegative().nullable().catch(null).default(null) })
  .catch({ mimetype: null, size: null });
const Content = z.object({
  body: word,
  formatted_body: word,
  filename: word,
  url: MxcUri.nullable().catch(null).default(null),
  /** The address and the keys of an encrypted file (Sending encrypted attachments). */
  file: z.unknown().optional(),
  mimetype: Mime,
  info: Info.default({ mimetype: null, size: null }),
  'org.matrix.msc3245.voice': z.unknown().optional(),
});

const KINDS: Readonly<Record<string, FileType>> = {
  'm.image': 'image',
  'm.audio': 'audio',
  'm.video': 'video',
  'm.file': 'document',
};
/** The beginnings of MIME types that have a kind of their own. */
const OWN_KINDS = ['image', 'audio', 'video'] as const;

/** Null where messages of this kind bring no file. */
export function fileKind(msgtype: string): FileType | null {
  return Object.hasOwn(KINDS, msgtype) ? (KINDS[msgtype] ?? null) : null;
}

/** What is told of the file, its caption aside. `kind`: as the message has it; a plain file has that of its MIME type. */
export function fileIn(content: Readonly<Record<string, unknown>>, kind: FileType): Omit<ReceivedFile, 'caption'> {
  const { body, filename, url, file, mimetype, info, 'org.matrix.msc3245.voice': voice } = Content.parse(content);
  const mime = mimetype ?? info.mimetype;
  const type = kind === 'document' ? (OWN_KINDS.find((own) => mime?.startsWith(`${own}/`)) ?? kind) : kind;
  return {
    type,
    name: shortened(named(filename) ?? named(body)),
    mime,
    bytes: info.size,
    url: isThere(file) ? null : url,
    voice: type === 'audio' && isThere(voice),
  };
}

/** Media captions: where a file name stands beside the body and differs from it, the body is what is said of the file. */
export function captionIn(content: Readonly<Record<string, unknown>>): { body: string; html: string | null } | null {
  const { body, formatted_body: html, filename } = Content.parse(content);
  if (named(filename) === null || body === filename) return null;
  const said = body === null || isBlank(body) ? textOfHtml(html ?? '') : body;
  return isBlank(said) ? null : { body: said, html };
}

function named(text: string | null): string | null {
  return text === null || isBlank(text) ? null : text.trim().toWellFormed();
}

/** At most so long, with its ending: that says what kind of file it is. */
function shortened(name: string | null): string | null {
  if (name === null || name.length <= MAX_NAME) return name;
  const [ending = ''] = /\.[A-Za-z0-9]{1,16}$/.exec(name) ?? [];
  const beginning = [...name.slice(0, 2 * MAX_NAME)].slice(0, MAX_NAME - ending.length).join('');
  return `${beginning.trimEnd()}${ending}`.toWellFormed();
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
