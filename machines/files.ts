/** What a message tells of the file that it brings. */
import { z } from 'zod';
import { MxcUri } from './ids.ts';

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
