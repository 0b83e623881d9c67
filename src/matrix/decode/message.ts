/** What a person's event in a timeline says: its words, and what it is about. Pure; no event makes it throw. */
import { z } from 'zod';
import type { CommandName } from '../../../machines/commands.ts';
import type { FileType, ReceivedFile } from '../../../machines/files.ts';
import { EventId, UserId } from '../../../machines/ids.ts';
import type { Thing } from '../../../machines/notices.ts';
import type { Quoted } from '../../../machines/room.model.ts';
import { isBlank } from '../../basics/visible.ts';
import { withoutAddress, type Unaddressed } from './address.ts';
import { commandIn } from './command.ts';
import { withoutReplyFallback } from './fallback.ts';
import { captionIn, fileIn, fileKind } from './file.ts';
import { textOfHtml } from './html.ts';

/** One part of a message. */
export type Said =
  | { kind: 'text'; body: string }
  /** `args`: all that stands behind the name. */
  | { kind: 'command'; name: CommandName; args: string }
  | { kind: 'unknown command'; name: string }
  | { kind: 'operators'; words: string }
  | { kind: 'file'; file: ReceivedFile }
  | { kind: 'thing'; thing: Thing }
  | { kind: 'redaction'; of: EventId }
  | { kind: 'edit'; of: EventId; into: Exclude<Said, { kind: 'edit' | 'redaction' | 'reaction' }> }
  | { kind: 'reaction'; to: EventId; key: string };

export interface Message {
  said: Said;
  /** The root of the thread that it stands in (Threading). */
  thread: EventId | null;
  /** The message that it answers (Rich replies). */
  replyTo: EventId | null;
  quoted: Quoted | null;
  /** Who is to be told of it (User and room mentions). */
  mentions: readonly UserId[];
  /** It is said to the bot: it mentions it, begins with its name, or answers it. */
  addressed: boolean;
}

export type NoMessage =
  | 'malformed'
  | 'not a message'
  | 'notice'
  | 'verification'
  | 'redacted'
  | 'empty'
  | 'edit without words'
  | 'reaction to nothing';

export interface Listener {
  me: UserId;
  /** What the bot is called besides its id. */
  names: readonly string[];
}

export interface MessageEvent {
  sender: UserId;
  type: string;
  content: Readonly<Record<string, unknown>>;
  /** Where redactions stood until room version 11. */
  redacts?: unknown;
}

/** Of what others may leave out or get wrong, only that part is missing. */
const word = z.string().nullable().catch(null).default(null);
const id = EventId.nullable().catch(null).default(null);
const Relation = z
  .object({
    rel_type: word,
    event_id: id,
    key: word,
    is_falling_back: z.boolean().catch(false).default(false),
    'm.in_reply_to': z.object({ event_id: id }).nullable().catch(null).default(null),
  })
  .nullable()
  .catch(null)
  .default(null);
const Mentions = z
  .object({ user_ids: z.array(z.unknown()).catch([]) })
  .catch({ user_ids: [] })
  .transform(({ user_ids }) => user_ids.flatMap((user) => UserId.safeParse(user).data ?? []));
const Words = z.object({ msgtype: word, body: word, formatted_body: word, geo_uri: word });
type Words = z.infer<typeof Words>;

const THINGS: Readonly<Record<string, Thing>> = {
  'm.poll.start': 'poll',
  'org.matrix.msc3381.poll.start': 'poll',
};

/** The types of events that are read here. */
export const MESSAGE_TYPES = [
  ...['m.room.message', 'm.sticker', 'm.room.redaction', 'm.reaction'],
  ...Object.keys(THINGS),
];

export function decodeMessage(event: MessageEvent, listener: Listener): Message | NoMessage {
  const { type, content } = event;
  if (type === 'm.room.redaction') return decodeRedaction(event);
  const thing = Object.hasOwn(THINGS, type) ? THINGS[type] : undefined;
  if (!MESSAGE_TYPES.includes(type)) return 'not a message';
  if (Object.keys(content).length === 0) return 'redacted';
  const relation = Relation.parse(content['m.relates_to']);
  if (type === 'm.reaction') return decodeReaction(relation);
  const about = aboutOf(content, relation, listener);
  if (thing !== undefined) return { ...about, said: { kind: 'thing', thing } };
  if (relation?.rel_type === 'm.replace') return decodeEdit(event, relation.event_id, listener, about);
  const quotes = (relation?.['m.in_reply_to']?.event_id ?? null) !== null;
  const read = readWords(event, { ...listener, quotes, mentions: about.mentions });
  if (typeof read === 'string') return read;
  return { ...about, ...read, addressed: about.addressed || read.addressed };
}

type About = Omit<Message, 'said'>;

function aboutOf(content: MessageEvent['content'], relation: z.infer<typeof Relation>, { me }: Listener): About {
  const thread = relation?.rel_type === 'm.thread' ? relation.event_id : null;
  // Fallback for unthreaded clients: it points to the last message of the thread, the person answered none.
  const isReply = thread === null || relation?.is_falling_back !== true;
  const replyTo = isReply ? (relation?.['m.in_reply_to']?.event_id ?? null) : null;
  const mentions = Mentions.parse(content['m.mentions']);
  return { thread, replyTo, quoted: null, mentions, addressed: mentions.includes(me) };
}

const nothing: About = { thread: null, replyTo: null, quoted: null, mentions: [], addressed: false };

function decodeRedaction({ content, redacts }: MessageEvent): Message | NoMessage {
  const of = EventId.safeParse(content.redacts).data ?? EventId.safeParse(redacts).data;
  return of === undefined ? 'malformed' : { ...nothing, said: { kind: 'redaction', of } };
}

function decodeReaction(relation: z.infer<typeof Relation>): Message | NoMessage {
  const { rel_type: how, event_id: to = null, key = null } = relation ?? {};
  if (how !== 'm.annotation' || to === null || key === null || isBlank(key)) return 'reaction to nothing';
  return { ...nothing, said: { kind: 'reaction', to, key: key.toWellFormed() } };
}

/** Event replacements: what counts is `m.new_content`; the rest is for clients that do not know edits. */
function decodeEdit(event: MessageEvent, of: EventId | null, listener: Listener, about: About): Message | NoMessage {
  const content = z.record(z.string(), z.unknown()).safeParse(event.content['m.new_content']).data;
  if (of === null || content === undefined) return 'edit without words';
  const { mentions } = about;
  const read = readWords({ ...event, content }, { ...listener, quotes: false, mentions });
  if (typeof read === 'string') return read;
  // It stands where the message stands that it replaces.
  return { ...nothing, mentions, said: { kind: 'edit', of, into: read.said } };
}

type Into = Extract<Said, { kind: 'edit' }>['into'];

type Read = { said: Into } & Pick<Message, 'quoted' | 'addressed'>;

/** `quotes`: it is a reply, so its body may begin with what it answers. */
type Circumstances = Listener & { quotes: boolean; mentions: readonly UserId[] };

function readWords(event: MessageEvent, at: Circumstances): Read | NoMessage {
  const words = Words.parse(event.content);
  // A sticker is a picture whose message has no kind of its own (Sticker messages).
  const msgtype = event.type === 'm.sticker' ? 'm.image' : words.msgtype;
  if (msgtype === null) return 'malformed';
  if (msgtype === 'm.notice' || msgtype === 'm.server_notice') return 'notice';
  if (msgtype.startsWith('m.key.verification.')) return 'verification';
  const kind = fileKind(msgtype);
  if (kind !== null) return readFile(event, kind, at);
  const written = bodyOf(words);
  if (written === null) return 'malformed';
  const { own, quoted, addressed, to } = heed({ body: written, html: words.formatted_body }, at);
  if (isBlank(own)) return 'empty';
  const command = commandIn(to?.own ?? own);
  if (command !== null && (command.kind !== 'unknown command' || to?.surely !== false)) {
    return { said: command, quoted, addressed };
  }
  const body = bodyFor(own, to);
  return {
    said: { kind: 'text', body: msgtype === 'm.emote' ? `* ${localpartOf(event.sender)} ${body}` : body },
    ...{ quoted, addressed },
  };
}

/** A command in a caption is none: what is said of a file goes with it. */
function readFile({ content }: MessageEvent, kind: FileType, at: Circumstances): Read {
  const file = fileIn(content, kind);
  const written = captionIn(content);
  if (written === null)
    return { said: { kind: 'file', file: { ...file, caption: null } }, quoted: null, addressed: false };
  const { own, quoted, addressed, to } = heed(written, at);
  const caption = isBlank(own) ? null : bodyFor(own, to);
  return { said: { kind: 'file', file: { ...file, caption } }, quoted, addressed };
}

interface Heed {
  /** Without what is quoted. */
  own: string;
  /** Without whom it is for; null where it does not begin with the bot. */
  to: Unaddressed | null;
  quoted: Quoted | null;
  addressed: boolean;
}

/** Parts the words into what they quote, whom they are for, and what is said. */
function heed({ body, html }: { body: string; html: string | null }, at: Circumstances): Heed {
  const { quoted, own } = at.quotes ? withoutReplyFallback(body, html) : { quoted: null, own: body };
  const mentioned = at.mentions.includes(at.me);
  const to = isBlank(own) ? null : withoutAddress({ body: own, html, mentioned, me: at.me, names: at.names });
  return { own, to, quoted, addressed: to !== null || quoted?.author === at.me };
}

function bodyFor(own: string, to: Unaddressed | null): string {
  return ((to?.surely === true ? to.own : null) ?? own).toWellFormed();
}

/** The body; where it says nothing, what the HTML or the place says. Of an unknown kind it is all that there is. */
function bodyOf({ body, formatted_body: html, geo_uri: place }: Words): string | null {
  if (body !== null && !isBlank(body)) return body;
  const text = html === null ? '' : textOfHtml(html);
  return isBlank(text) ? (place ?? body) : text;
}

function localpartOf(user: UserId): string {
  return user.slice(1, user.indexOf(':'));
}
