/** What a `/sync` answer says, read room by room: nothing but a missing `next_batch` makes it unreadable. */
import { z } from 'zod';
import { RoomId } from '../../machines/ids.ts';
import { entries, events, parts, tokenOrNothing } from './lenient.ts';

const Timeline = z
  .object({ events: entries, limited: z.boolean().catch(false), prev_batch: tokenOrNothing })
  .catch(() => ({ events: [], limited: false }));

const Joined = z.object({ timeline: Timeline, account_data: events });
const Invited = z.object({ invite_state: events });
const Left = z.object({});

export const SyncResponse = z.object({
  next_batch: z.string().min(1),
  rooms: z
    .object({ join: parts, invite: parts, leave: parts })
    .catch(() => ({ join: {}, invite: {}, leave: {} }))
    .transform(({ join, invite, leave }) => ({
      join: each(join, Joined).map(([room, { timeline, account_data }]) => ({
        room,
        timeline,
        data: account_data.events,
      })),
      invite: each(invite, Invited).map(([room, { invite_state }]) => ({ room, state: invite_state.events })),
      leave: each(leave, Left).map(([room]) => room),
    })),
});
export type SyncResponse = z.infer<typeof SyncResponse>;

/** The rooms whose part can be read. */
function each<Schema extends z.ZodType>(rooms: Record<string, unknown>, schema: Schema): [RoomId, z.infer<Schema>][] {
  return Object.entries(rooms).flatMap(([id, raw]): [RoomId, z.infer<Schema>][] => {
    const room = RoomId.safeParse(id).data;
    const part = schema.safeParse(raw);
    return room === undefined || !part.success ? [] : [[room, part.data]];
  });
}
