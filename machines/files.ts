/** What a message tells of the file that it brings. */
import { z } from 'zod';
import { EventId, MxcUri } from './ids.ts';

export const FileType = z.enum(['image', 'audio', 'video', 'document']);
export type FileType = z.infer<typeof FileType>;

/** All of it is the word of the sender: nothing is known of the file itself. */
export const ReceivedFile = z.object({
  type: FileType,
  /** As it was written, only not too long; null where nobody named it. */
  name: z.string().nullable(),
  /** Without parameters, in small letters; null where it is none. */
  mime: z.string().nullable(),
  bytes: z.number().int().nonnegative().nullable(),
  /** Null where it cannot be fetched: it is encrypted, or the address is none. */
  url: MxcUri.nullable(),
  /** What is said of it. */
  caption: z.string().nullable(),
  /** It was spoken into the client, as a voice message. */
  voice: z.boolean(),
});
export type ReceivedFile = z.infer<typeof ReceivedFile>;

/** A file of its person that waits for a text, or goes with one. */
export const TrayFile = z.object({
  /** The message that brought it. */
  event: EventId,
  /** What its person knows it by: as it lies in the workspace, once it does. */
  name: z.string(),
  type: FileType,
  mime: z.string().nullable(),
  url: MxcUri,
  /** When it came, ms since 1970. */
  at: z.number(),
  thread: EventId.optional(),
  /** Where it lies, from the workspace on, and what it was when it was brought there; null while it is on its way. */
  there: z.object({ path: z.string(), bytes: z.number(), print: z.string() }).nullable(),
});
export type TrayFile = z.infer<typeof TrayFile>;

/**
 * Why a file of a person is not in their tray: `too big` for this service, `gone` from the homeserver, `refused` by it,
 * `unreachable` for too long, or it could not be written: `disk full`, `quota` of the workspace, `no workspace`.
 */
export const FileTrouble = z.enum([
  'too big',
  'gone',
  'refused',
  'unreachable',
  'disk full',
  'quota',
  'no workspace',
  'cannot write',
]);
export type FileTrouble = z.infer<typeof FileTrouble>;

/** `silences`: its caption is not asked without it. */
export const FileFailure = z.object({ name: z.string(), why: FileTrouble, silences: z.literal(true).optional() });
export type FileFailure = z.infer<typeof FileFailure>;

/**
 * Why a file of an agent is not sent: it is none of this workspace, or none that can be read, or the homeserver has it not, or
 * the turn brings `too many`.
 */
export const SendTrouble = z.enum([
  'outside',
  'too many',
  'missing',
  'empty',
  'too big',
  'no plain file',
  'changed',
  'cannot read',
  'refused',
  'unreachable',
]);
export type SendTrouble = z.infer<typeof SendTrouble>;

export const SendFailure = z.object({ path: z.string(), why: SendTrouble });
export type SendFailure = z.infer<typeof SendFailure>;

/** The same for whatever way in which an agent may write where a file of its workspace lies: by the name of its folder, or not. */
export function inWorkspace(path: string): string {
  const inside = path.replace(/^\/(?:workspace|agents\/[^/]+)\/+/, '');
  const steps = inside.split('/').filter((step, index) => (step !== '' || index === 0) && step !== '.');
  return steps.join('/');
}
