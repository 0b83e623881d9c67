/** Decides at the edge: a raw Matrix event becomes something heard, or a named reason for dropping it. */
import { z } from 'zod';
import { commandCalled } from '../../machines/commands.ts';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { isBlank } from '../basics/visible.ts';
import type { Heard } from '../ports.ts';

export type Decoded = { id: EventId; heard: Heard } | { dropped: DropReason };

export type DropReason =
  | 'malformed'
  | 'own'
  | 'not a message'
  | 'notice'
  | 'edit'
  | 'redacted'
  | 'empty'
  | 'unknown kind of message'
  | 'unknown kind of state'
  | 'neither came nor left';

/** The longest text behind a command that is taken, in characters. */
const MAX_ARGS = 1_000;
/** The longest name of a room that is taken, in characters. */
const MAX_NAME = 255;

const RawEvent = z.object({
  event_id: EventId,
  sender: UserId,
  type: z.string(),
  state_key: z.string().optional(),
  content: z.record(z.string(), z.unknown()),
  unsigned: z
    .object({ prev_content: z.object({ membership: z.string() }) })
    .optional()
    .catch(undefined),
});
type RawEvent = z.infer<typeof RawEvent>;

const Message = z.object({
  msgtype: z.string(),
  body: z.string(),
  filename: z.string().optional(),
  'm.relates_to': z
    .object({
      rel_type: z.string().optional(),
      'm.in_reply_to': z.object({ event_id: EventId }).optional(),
    })
    .optional()
    .catch(undefined),
});

const FILES = ['m.image', 'm.file', 'm.audio', 'm.video'];

/** What `raw` says to the bot `me`. */
export function decodeEvent(raw: unknown, me: UserId): Decoded {
  const event = RawEvent.safeParse(raw).data;
  if (event === undefined) return { dropped: 'malformed' };
  if (event.sender === me) return { dropped: 'own' };
  if (event.state_key !== undefined) return decodeState(event, event.state_key, me);
  if (event.type !== 'm.room.message' && event.type !== 'm.room.encrypted') return { dropped: 'not a message' };
  if (Object.keys(event.content).length === 0) return { dropped: 'redacted' };
  if (event.type === 'm.room.encrypted') return heard(event, { type: 'room.encrypted', eventId: event.event_id });
  return decodeMessage(event);
}

function decodeMessage(event: RawEvent): Decoded {
  const { event_id: eventId, sender, content } = event;
  const message = Message.safeParse(content).data;
  if (message === undefined) return { dropped: 'malformed' };
  const relation = message['m.relates_to'];
  if (relation?.rel_type === 'm.replace') return { dropped: 'edit' };
  if (message.msgtype === 'm.notice') return { dropped: 'notice' };
  if (FILES.includes(message.msgtype)) {
    return heard(event, { type: 'file.received', eventId, sender, name: message.filename ?? message.body });
  }
  if (message.msgtype !== 'm.text' && message.msgtype !== 'm.emote') return { dropped: 'unknown kind of message' };
  const replyTo = relation?.['m.in_reply_to']?.event_id ?? null;
  const body = replyTo === null ? message.body : withoutReplyFallback(message.body);
  if (isBlank(body)) return { dropped: 'empty' };
  const command = commandIn(body);
  if (command === null) return heard(event, { type: 'text.received', text: { eventId, sender, body, replyTo } });
  const { name, args } = command;
  const known = commandCalled(name);
  if (known === undefined) return heard(event, { type: 'command.unknown', eventId, sender, name });
  return heard(event, { type: 'command', name: known.name, args, eventId, sender });
}

function decodeState(event: RawEvent, key: string, me: UserId): Decoded {
  if (event.type === 'm.room.member') return decodeMember(event, key, me);
  if (key !== '') return { dropped: 'unknown kind of state' };
  switch (event.type) {
    case 'm.room.encryption':
      return heard(event, { type: 'room.encrypted', eventId: event.event_id });
    case 'm.room.tombstone': {
      const replacement = RoomId.safeParse(event.content.replacement_room).data;
      return replacement === undefined
        ? { dropped: 'malformed' }
        : heard(event, { type: 'room.replaced', replacement });
    }
    case 'm.room.name': {
      const written = event.content.name ?? '';
      if (typeof written !== 'string') return { dropped: 'malformed' };
      const name = shortened(written, MAX_NAME);
      return isBlank(name) ? { dropped: 'empty' } : heard(event, { type: 'room.named', name, sender: event.sender });
    }
    default:
      return { dropped: 'unknown kind of state' };
  }
}

/** Another's coming and going; the bot's own invites and leaves have parts of a sync response to themselves. */
function decodeMember(event: RawEvent, key: string, me: UserId): Decoded {
  const user = UserId.safeParse(key).data;
  const { membership } = event.content;
  if (user === undefined || typeof membership !== 'string') return { dropped: 'malformed' };
  if (user === me) return { dropped: 'own' };
  const before = event.unsigned?.prev_content.membership ?? null;
  const { sender } = event;
  // A join after a join is another name or picture; a leave after a ban lifts the ban.
  if (membership === 'join' && before !== 'join') return heard(event, { type: 'member.joined', user, sender });
  const wasOut = before === 'leave' || before === 'ban' || before === 'knock';
  if ((membership === 'leave' || membership === 'ban') && !wasOut) {
    return heard(event, { type: 'member.left', user, sender });
  }
  return { dropped: 'neither came nor left' };
}

function heard({ event_id: id }: RawEvent, what: Heard): Decoded {
  return { id, heard: what };
}

/** The lower-cased name in `!name args`, and what stands behind it on the same line; null when it is no command. */
function commandIn(body: string): { name: string; args: string } | null {
  const [, name, args = ''] = /^!([\p{L}?][\p{L}\d_-]*)(?=\s|$)([^\r\n]*)/u.exec(body.trim()) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), args: shortened(args, MAX_ARGS) };
}

/** Without blanks around it, well-formed, at most `max` characters. */
function shortened(text: string, max: number): string {
  const written = text.trim().toWellFormed();
  return written.length <= max ? written : [...written.slice(0, 2 * max)].slice(0, max).join('').trimEnd();
}

/** Older clients quote the message they reply to in lines that begin with `> ` (removed in Matrix 1.13). */
function withoutReplyFallback(body: string): string {
  return body.startsWith('> <') ? body.replace(/^(> .*\n?)+\n?/, '') : body;
}

const Membership = z.object({
  type: z.literal('m.room.member'),
  state_key: z.string(),
  sender: UserId,
  content: z.object({ membership: z.string() }),
});

/** Who invites `me`, from the stripped state of an invite or from a timeline event; null when nobody does. */
export function inviterIn(events: readonly unknown[], me: UserId): UserId | null {
  for (const raw of events) {
    if (isInvite(raw, me)) return Membership.parse(raw).sender;
  }
  return null;
}

export function isInvite(raw: unknown, me: UserId): boolean {
  const event = Membership.safeParse(raw).data;
  return event !== undefined && event.state_key === me && event.content.membership === 'invite';
}
