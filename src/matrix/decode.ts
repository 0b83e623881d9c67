/** Decides at the edge: a raw Matrix event becomes something heard, or a named reason for dropping it. */
import { z } from 'zod';
import { commands } from '../../machines/commands.ts';
import { EventId, UserId } from '../../machines/model.ts';
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
  | 'encrypted'
  | 'unknown kind of message';

const RawEvent = z.object({
  event_id: EventId,
  sender: UserId,
  type: z.string(),
  state_key: z.string().optional(),
  content: z.record(z.string(), z.unknown()),
});

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

export function decodeEvent(raw: unknown, me: UserId): Decoded {
  const event = RawEvent.safeParse(raw).data;
  if (event === undefined) return { dropped: 'malformed' };
  const { event_id: eventId, sender, type, content } = event;
  if (sender === me) return { dropped: 'own' };
  if (type === 'm.room.encrypted') return { dropped: 'encrypted' };
  if (type !== 'm.room.message' || event.state_key !== undefined) return { dropped: 'not a message' };
  if (Object.keys(content).length === 0) return { dropped: 'redacted' };
  const message = Message.safeParse(content).data;
  if (message === undefined) return { dropped: 'malformed' };
  const relation = message['m.relates_to'];
  if (relation?.rel_type === 'm.replace') return { dropped: 'edit' };
  if (message.msgtype === 'm.notice') return { dropped: 'notice' };
  if (FILES.includes(message.msgtype)) {
    return { id: eventId, heard: { type: 'file.received', eventId, sender, name: message.filename ?? message.body } };
  }
  if (message.msgtype !== 'm.text' && message.msgtype !== 'm.emote') return { dropped: 'unknown kind of message' };
  const replyTo = relation?.['m.in_reply_to']?.event_id ?? null;
  const body = replyTo === null ? message.body : withoutReplyFallback(message.body);
  if (body.trim() === '') return { dropped: 'empty' };
  const command = commandIn(body);
  if (command === null)
    return { id: eventId, heard: { type: 'text.received', text: { eventId, sender, body, replyTo } } };
  const known = commands.find(
    ({ name, aliases }) => name === command || (aliases as readonly string[]).includes(command),
  );
  if (known === undefined) return { id: eventId, heard: { type: 'command.unknown', eventId, sender, name: command } };
  return { id: eventId, heard: { type: 'command', name: known.name, eventId, sender } };
}

/** The lower-cased name in `!name ...`; null when it is no command. */
function commandIn(body: string): string | null {
  return /^!([\p{L}?][\p{L}\d_-]*)(?:\s|$)/u.exec(body.trim())?.[1]?.toLowerCase() ?? null;
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
