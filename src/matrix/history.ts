/** Looks for a message of ours in a room's recent history: it may have arrived although we never heard so. */
import { z } from 'zod';
import type { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { EventId as EventIdSchema } from '../../machines/ids.ts';
import type { MatrixApi } from './client.ts';
import { ID_KEY } from './content.ts';
import { parts } from './lenient.ts';

const PAGE = 100;
/** How many of our own events are looked at. */
export const MAX_EVENTS = 2_000;
/** A page may come with nothing of ours in it, so pages are counted too. */
export const MAX_PAGES = 60;
/** How far the homeserver's clock may be behind ours, ms. */
export const CLOCK_MARGIN_MS = 3_600_000;

const Event = z.object({
  event_id: EventIdSchema,
  sender: z.string(),
  origin_server_ts: z.number(),
  content: parts,
  unsigned: parts,
});

export interface Wanted {
  room: RoomId;
  transaction: string;
  /** When it was first wanted, ms: nothing older than an hour before is looked at. */
  since: number;
}

/** The event that carries `transaction`, newest first; null when the history does not have it. Rejects with a MatrixFailure. */
export async function findSent(
  api: MatrixApi,
  me: UserId,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<EventId | null> {
  const filter = { senders: [me], types: ['m.room.message'] };
  let from: string | undefined;
  let seen = 0;
  for (let page = 0; page < MAX_PAGES && seen < MAX_EVENTS; page += 1) {
    const query = { dir: 'b' as const, limit: PAGE, filter, ...(from === undefined ? {} : { from }) };
    const { chunk, end } = await api.messages(wanted.room, query, { signal });
    for (const raw of chunk) {
      seen += 1;
      const event = Event.safeParse(raw).data;
      if (!event || event.sender !== me) continue;
      if (event.content[ID_KEY] === wanted.transaction) return event.event_id;
      if (event.unsigned.transaction_id === wanted.transaction) return event.event_id;
      if (event.origin_server_ts < wanted.since - CLOCK_MARGIN_MS) return null;
    }
    if (end === undefined || end === from) return null;
    from = end;
  }
  return null;
}
