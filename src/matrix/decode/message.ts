/** What a person's event in a timeline says: its words, and what it is about. Pure; no event makes it throw. */
import { z } from 'zod';
import type { CommandName } from '../../../machines/commands.ts';
import { EventId, UserId } from '../../../machines/ids.ts';
import type { Thing } from '../../../machines/notices.ts';
import type { Quoted } from '../../../machines/room.model.ts';
import { isBlank } from '../../basics/visible.ts';
import { withoutAddress } from './address.ts';
import { commandIn } from './command.ts';
import { withoutReplyFallback } from './fallback.ts';
import { textOfHtml } from './html.ts';

/** One part of a message. */
export type Said =
  | { kind: 'text'; body: string }
  /** `args`: all that stands behind the name. */
  | { kind: 'command'; name: CommandName; args: string }
  | { kind: 'unknown command'; name: string }
  | { kind: 'file'; name: string; caption: string | null }
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
const Words = z.object({ msgtype: word, body: word, formatted_body: word, filename: word, geo_uri: word });
type Words = z.infer<typeof Words>;

const FILES = ['m.image', 'm.file', 'm.audio', 'm.video'];
const THINGS: Readonly<Record<string, Thing>> = {
  'm.sticker': 'sticker',
  'm.poll.start': 'poll',
  'org.matrix.msc3381.poll.start': 'poll',
};

/** The types of events that are read here. */
export const MESSAGE_TYPES = ['m.room.message', 'm.room.redaction', 'm.reaction', ...Object.keys(THINGS)];

export function decodeMessage(event: MessageEvent, listener: Listener): Message | NoMessage {
  const { type, content } = event;
  if (type === 'm.room.redaction') return decodeRedaction(event);
  const thing = Object.hasOwn(THINGS, type) ? THINGS[type] : undefined;
  if (type !== 'm.room.message' && type !== 'm.reaction' && thing === undefined) return 'not a message';
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
  const { msgtype } = words;
  if (msgtype === null) return 'malformed';
  if (msgtype === 'm.notice' || msgtype === 'm.server_notice') return 'notice';
  if (msgtype.startsWith('m.key.verification.')) return 'verification';
  if (FILES.includes(msgtype)) return fileOf(words);
  const written = bodyOf(words);
  if (written === null) return 'malformed';
  const html = words.formatted_body;
  const { quoted, own } = at.quotes ? withoutReplyFallback(written, html) : { quoted: null, own: written };
  if (isBlank(own)) return 'empty';
  const mentioned = at.mentions.includes(at.me);
  const addressed = withoutAddress({ body: own, html, mentioned, me: at.me, names: at.names });
  const command = commandIn(addressed?.own ?? own);
  const isToMe = addressed !== null || quoted?.author === at.me;
  if (command !== null && (command.kind === 'command' || addressed?.surely !== false)) {
    return { said: command, quoted, addressed: isToMe };
  }
  const body = ((addressed?.surely === true ? addressed.own : null) ?? own).toWellFormed();
  return {
    said: { kind: 'text', body: msgtype === 'm.emote' ? `* ${localpartOf(event.sender)} ${body}` : body },
    ...{ quoted, addressed: isToMe },
  };
}

/** Media captions: where there is a file name besides, the body is what is said of it. */
function fileOf({ body, filename }: Words): Read | NoMessage {
  const name = filename ?? body;
  if (name === null) return 'malformed';
  const caption = body === null || body === name || isBlank(body) ? null : body.toWellFormed();
  return { said: { kind: 'file', name: name.toWellFormed(), caption }, quoted: null, addressed: false };
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
