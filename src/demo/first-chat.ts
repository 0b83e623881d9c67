/** The way of a new person from the entry room to the first chat: by accepting what the bot invites to. */
import { z } from 'zod';
import type { Call } from './call.ts';

const StateEvent = z.object({
  type: z.string(),
  sender: z.string(),
  content: z.object({ type: z.string().optional(), membership: z.string().optional() }),
});
const Invited = z.object({ invite_state: z.object({ events: z.array(StateEvent) }) });
const Sync = z.object({
  next_batch: z.string(),
  rooms: z.object({ invite: z.record(z.string(), Invited).optional() }).optional(),
});

/**
 * Accepts the invitations of `bot`, the one to the Space too, and gives the first chat. Throws a sentence when none came
 * within `ms`.
 */
export async function acceptFirstChat(call: Call, bot: string, ms: number): Promise<string> {
  const deadline = performance.now() + ms;
  const query = new URLSearchParams();
  for (let left = ms; left > 0; left = deadline - performance.now()) {
    query.set('timeout', String(Math.ceil(left)));
    const { next_batch, rooms } = Sync.parse(await call('GET', `/sync?${query.toString()}`));
    query.set('since', next_batch);
    let chat: string | null = null;
    for (const [room, { invite_state: state }] of Object.entries(rooms?.invite ?? {})) {
      const isFromBot = state.events.some(({ sender, content }) => sender === bot && content.membership === 'invite');
      if (!isFromBot) continue;
      await call('POST', `/join/${encodeURIComponent(room)}`, {});
      const isSpace = state.events.some(({ type, content }) => type === 'm.room.create' && content.type === 'm.space');
      if (!isSpace) chat = room;
    }
    if (chat !== null) return chat;
  }
  throw new Error(`The bot sent no invitation to a chat within ${ms === 1000 ? '1 second' : `${ms / 1000} seconds`}.`);
}
