/** What an agent remembers of one conversation: what was said last, and which turns it need not run again. */
import { z } from 'zod';

/** One message of a conversation, as language models count them. */
export const Said = z.object({
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  /** Paths of pictures that came with it; what they show is read anew each time. */
  pictures: z.array(z.string()).optional(),
});
export type Said = z.infer<typeof Said>;

/** A turn that is answered: who asks it again hears the same. */
const Answered = z.object({ id: z.string(), answer: z.string(), tokens: z.number().nullable() });
export type Answered = z.infer<typeof Answered>;

/** Finished turns of a conversation that are answered again without running again, and how long they are together. */
export const DONE_LIMIT = 8;
const DONE_CHARACTERS = 250_000;

/** The newest of them, the last one always. */
export function lastAnswered(answered: readonly Answered[]): Answered[] {
  let left = DONE_CHARACTERS;
  const tooOld = answered.findLastIndex(({ answer }) => (left -= answer.length) < 0);
  return answered.slice(Math.min(tooOld + 1, answered.length - 1)).slice(-DONE_LIMIT);
}

/** As it is kept where it outlives the process. */
export const Conversation = z.object({
  version: z.literal(1),
  /** Changes when the memory was lost: STATUS says it. */
  session: z.string(),
  said: z.array(Said),
  /** Messages that were cut away. */
  forgotten: z.number(),
  answered: z.array(Answered),
});
export type Conversation = z.infer<typeof Conversation>;

/** Where conversations outlive the process. */
export interface Keep {
  /** Null for nothing; what is no JSON is `undefined`. */
  read(chat: string): { conversation: unknown } | null;
  write(chat: string, conversation: Conversation): Promise<void>;
  /** Keeps a copy of what cannot be read, before it is replaced. */
  putAside(chat: string, why: string): Promise<unknown>;
}

/** Messages that are remembered where nobody says how many tokens. */
const MEMORY_LIMIT = 40;
/** About what a picture counts for. */
const PICTURE_TOKENS = 1_000;
const BYTES_A_TOKEN = 4;

/** A rough guess that asks no model: a quarter of the bytes, which is about right for English and too much for most others. */
export function roughTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_A_TOKEN);
}

/** So many bytes are about so many tokens. */
export function bytesOf(tokens: number): number {
  return tokens * BYTES_A_TOKEN;
}

export function weightOf({ content, pictures = [] }: Said): number {
  return roughTokens(content) + pictures.length * PICTURE_TOKENS;
}

/**
 * The newest messages that fit, oldest first: whole ones, beginning with one of the person. Where not even the newest
 * exchange fits, its beginnings.
 */
export function newestWithin(said: readonly Said[], tokens: number): Said[] {
  let left = tokens;
  const tooOld = said.findLastIndex((one) => (left -= weightOf(one)) < 0);
  const whole = fromThePerson(said.slice(tooOld + 1));
  if (whole.length > 0 || tokens < LEAST_TOKENS) return whole;
  const last = said.slice(said.findLastIndex(({ role }) => role === 'user'));
  return fromThePerson(last.map(({ role, content }) => ({ role, content: beginningOf(content, tokens / 4) })));
}

/** Of less nobody could make anything. */
const LEAST_TOKENS = 200;

function beginningOf(content: string, tokens: number): string {
  const bytes = Buffer.from(content);
  if (bytes.length <= bytesOf(tokens)) return content;
  return `${bytes.toString('utf8', 0, bytesOf(tokens)).replace(/\ufffd$/, '')} […]`;
}

/** What stays of it: `tokens` null says that they are not counted. */
export function bounded(said: readonly Said[], tokens: number | null): Said[] {
  return tokens === null ? said.slice(-MEMORY_LIMIT) : newestWithin(said, tokens);
}

function fromThePerson(said: Said[]): Said[] {
  const first = said.findIndex(({ role }) => role === 'user');
  return first === -1 ? [] : said.slice(first);
}
