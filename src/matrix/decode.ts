/** Decides at the edge: a raw Matrix event becomes something heard, or a named reason for dropping it. */
import { z } from 'zod';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { isBlank } from '../basics/visible.ts';
import type { Heard } from '../ports.ts';
import { decodeMessage, type Message, type NoMessage } from './decode/message.ts';

export type Decoded = { id: EventId; heard: Heard } | { dropped: DropReason };

export type DropReason =
  NoMessage | 'own' | 'edit into no text' | 'unknown kind of state' | 'not encrypted' | 'neither came nor left';

/** Hears of an event that says nothing to the bot; its id is null where it has none. */
export type OnDropped = (reason: DropReason, event: EventId | null, room: RoomId) => void;

/** The longest name of a room that is taken, in characters. */
const MAX_NAME = 255;
/** What a file is called that has no name. */
const NAMELESS = 'attachment';

const RawEvent = z.object({
  event_id: EventId,
  sender: UserId,
  type: z.string(),
  state_key: z.string().optional(),
  content: z.record(z.string(), z.unknown()),
  redacts: z.unknown().optional(),
  unsigned: z
    .object({ prev_content: z.object({ membership: z.string() }) })
    .optional()
    .catch(undefined),
});
type RawEvent = z.infer<typeof RawEvent>;

/** What `raw` says to the bot. */
export function decodeEvent(raw: unknown, me: UserId, names: readonly string[] = []): Decoded {
  const event = RawEvent.safeParse(raw).data;
  if (event === undefined) return { dropped: 'malformed' };
  if (event.sender === me) return { dropped: 'own' };
  if (event.state_key !== undefined) return decodeState(event, event.state_key, me);
  if (event.type !== 'm.room.encrypted') return hearing(event, decodeMessage(event, { me, names }));
  if (Object.keys(event.content).length === 0) return { dropped: 'redacted' };
  return heard(event, { type: 'room.encrypted', eventId: event.event_id });
}

/** What a room hears of a message. */
function hearing(event: RawEvent, message: Message | NoMessage): Decoded {
  if (typeof message === 'string') return { dropped: message };
  const { event_id: eventId, sender } = event;
  const { said, thread, replyTo, quoted, addressed } = message;
  const place = { eventId, sender, ...(thread !== null && { thread }) };
  const toMe = addressed ? { addressed } : {};
  const written = { ...place, ...toMe };
  switch (said.kind) {
    case 'text': {
      const about = { replyTo, ...(quoted !== null && { quoted }) };
      return heard(event, { type: 'text.received', text: { ...place, body: said.body, ...about }, ...toMe });
    }
    case 'command':
      return heard(event, {
        ...{ type: 'command', name: said.name, args: said.args, ...written },
        ...(replyTo !== null && { replyTo }),
      });
    case 'unknown command':
      return heard(event, { type: 'command.unknown', ...written, name: shortened(said.name, MAX_NAME) });
    case 'operators':
      return heard(event, {
        ...{ type: 'operator.asked', words: said.words, ...written },
        ...(replyTo !== null && { replyTo }),
      });
    case 'file': {
      const { file } = said;
      const about = { ...(replyTo !== null && { replyTo }), ...(quoted !== null && { quoted }) };
      return heard(event, { type: 'file.received', ...written, ...about, name: file.name ?? NAMELESS, file });
    }
    case 'thing':
      return heard(event, { type: 'thing.received', ...written, thing: said.thing });
    case 'redaction':
      return heard(event, { type: 'text.withdrawn', of: said.of });
    case 'edit': {
      const body = wordsOf(said.into);
      if (body === null) return { dropped: 'edit into no text' };
      return heard(event, { type: 'text.edited', of: said.of, sender, body });
    }
    case 'reaction':
      return heard(event, { type: 'message.reacted', of: said.to, key: said.key, eventId, sender });
  }
}

/** The words of a file are what is said of it. */
function wordsOf(into: Extract<Message['said'], { kind: 'edit' }>['into']): string | null {
  if (into.kind === 'text') return into.body;
  return into.kind === 'file' ? into.file.caption : null;
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

/** Without blanks around it, well-formed, at most `max` characters. */
function shortened(text: string, max: number): string {
  const written = text.trim().toWellFormed();
  return written.length <= max ? written : [...written.slice(0, 2 * max)].slice(0, max).join('').trimEnd();
}
