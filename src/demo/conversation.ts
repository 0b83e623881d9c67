/** One room as a small Matrix client of its own sees it: enough to say something and to read what comes back. */
import { z } from 'zod';
import type { Call } from './call.ts';

/** A message with its newest text. */
export interface Said {
  eventId: string;
  body: string;
  /** A word of the bot itself, not of the agent; one that rings is no `m.notice`. */
  isNotice: boolean;
  /** The event that it answers; null when it does not say. */
  answers: string | null;
}

/** What one sync brought. */
export interface News {
  /** New messages of the bot, and older ones with a new text. */
  said: Said[];
  /** Whether the bot types; null when nothing was said about it. */
  typing: boolean | null;
}

export interface Conversation {
  /** Gives the id of the event. */
  say(text: string): Promise<string>;
  /** Waits for news up to `ms`. */
  hear(ms: number): Promise<News>;
}

const ANSWERS_KEY = 'org.roomkeeper.answers';

const Content = z.object({
  ...{ msgtype: z.string(), body: z.string(), [ANSWERS_KEY]: z.string().optional() },
  'm.mentions': z.object({ user_ids: z.array(z.string()).default([]) }).optional(),
});
const Message = z.object({
  type: z.literal('m.room.message'),
  event_id: z.string(),
  sender: z.string(),
  content: Content.extend({
    'm.new_content': Content.optional(),
    'm.relates_to': z.object({ rel_type: z.string().optional(), event_id: z.string().optional() }).optional(),
  }),
});
const Typing = z.object({ type: z.literal('m.typing'), content: z.object({ user_ids: z.array(z.string()) }) });
const Room = z.object({
  timeline: z.object({ events: z.array(z.unknown()) }),
  ephemeral: z.object({ events: z.array(z.unknown()) }),
});
const Sync = z.object({
  next_batch: z.string(),
  rooms: z.object({ join: z.record(z.string(), Room).optional() }).optional(),
});
const Sent = z.object({ event_id: z.string() });

/** Opens the conversation with `bot` in `room`, of the person who calls. */
export function openConversation(call: Call, { room, bot }: { room: string; bot: string }): Conversation {
  let since: string | null = null;
  let transactions = 0;

  return {
    async say(text) {
      const path = `/rooms/${encodeURIComponent(room)}/send/m.room.message/say-${++transactions}`;
      return Sent.parse(await call('PUT', path, { msgtype: 'm.text', body: text })).event_id;
    },
    async hear(ms) {
      const query = new URLSearchParams({
        timeout: String(ms),
        filter: JSON.stringify({ room: { timeline: { limit: 100 } } }),
        ...(since === null ? {} : { since }),
      });
      const sync = Sync.parse(await call('GET', `/sync?${query.toString()}`));
      since = sync.next_batch;
      const { timeline, ephemeral } = sync.rooms?.join?.[room] ?? {
        timeline: { events: [] },
        ephemeral: { events: [] },
      };
      const typing = ephemeral.events.map((event) => Typing.safeParse(event).data).findLast((event) => event);
      return {
        said: timeline.events.flatMap((event) => saidIn(event, bot)),
        typing: typing?.content.user_ids.includes(bot) ?? null,
      };
    },
  };
}

function saidIn(event: unknown, bot: string): Said[] {
  const message = Message.safeParse(event).data;
  if (message === undefined || message.sender !== bot) return [];
  const { content, event_id } = message;
  const relation = content['m.relates_to'];
  const isEdit = relation?.rel_type === 'm.replace' && relation.event_id !== undefined;
  const { msgtype, body, [ANSWERS_KEY]: answers = null, 'm.mentions': mentions } = content['m.new_content'] ?? content;
  const isNotice = msgtype === 'm.notice' || (mentions?.user_ids ?? []).length > 0;
  return [{ eventId: isEdit ? relation.event_id! : event_id, body, isNotice, answers }];
}
