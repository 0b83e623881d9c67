/** Finds the rooms that earlier tries of a creation made: their create events name it, which only the bot can have written. */
import { z } from 'zod';
import { RoomId, type UserId } from '../../machines/ids.ts';
import type { Log, NewRoom } from '../ports.ts';
import { roomPath, type MatrixApi } from './client.ts';
import { unlessRefused } from './errors.ts';
import { events, parts } from './lenient.ts';
import { markOf, OPERATION_KEY } from './room-templates.ts';

/** A homeserver takes its time to look at all rooms of an account, ms. */
const LOOK_TIMEOUT_MS = 10 * 60_000;
/** What the person reads of the room that they are taken out of. */
const WHY_GIVEN_UP = 'This room was made twice';

const nothing = { not_types: ['*'] };
const filter = JSON.stringify({
  event_fields: ['type', 'sender', 'origin_server_ts', 'content'],
  ...{ presence: nothing, account_data: nothing },
  room: {
    state: { types: ['m.room.create'] },
    timeline: { ...nothing, limit: 1 },
    ...{ ephemeral: nothing, account_data: nothing },
  },
});

const Rooms = z.object({ rooms: z.object({ join: parts }).catch({ join: {} }) });
const Room = z.object({ state: events });
const Creation = z.object({
  type: z.literal('m.room.create'),
  sender: z.string(),
  origin_server_ts: z.number().catch(0),
  content: z.looseObject({ [OPERATION_KEY]: z.string() }),
});
const Member = z.object({ membership: z.string() });
const Nothing = z.object({});

export interface MadeBeforeOptions {
  api: MatrixApi;
  me: UserId;
  signal: AbortSignal;
  log: Log;
  /** One try. */
  inviteOnce: (room: RoomId, person: UserId) => Promise<unknown>;
}

/** Gives the room that was made for this wish, with its person invited; null where there is none. One try. */
export function createMadeBefore({ api, me, signal, log, inviteOnce }: MadeBeforeOptions) {
  async function roomsOf(operation: string): Promise<RoomId[]> {
    const query = { filter, full_state: true, timeout: 0 };
    const path = '/_matrix/client/v3/sync';
    const { rooms } = await api.call(Rooms, 'GET', path, { query, signal, timeoutMs: LOOK_TIMEOUT_MS });
    const mark = markOf(operation);
    const found = Object.entries(rooms.join).flatMap(([id, raw]) => {
      const room = RoomId.safeParse(id).data;
      const state = Room.safeParse(raw).data?.state.events ?? [];
      const creation = state.map((event) => Creation.safeParse(event).data).find((event) => event !== undefined);
      if (room === undefined || creation?.sender !== me || creation.content[OPERATION_KEY] !== mark) return [];
      return [{ room, at: creation.origin_server_ts }];
    });
    return found.toSorted((a, b) => a.at - b.at || (a.room < b.room ? -1 : 1)).map(({ room }) => room);
  }

  /** A first try that took so long that a second one made another room. */
  async function giveUp(room: RoomId, person: UserId): Promise<void> {
    log.warn({ room, person }, 'room was made twice, the second is given up');
    const body = { user_id: person, reason: WHY_GIVEN_UP };
    await unlessRefused(api.call(Nothing, 'POST', `${roomPath(room)}/kick`, { body, signal }));
    await unlessRefused(api.leave(room, WHY_GIVEN_UP, { signal }));
    await unlessRefused(api.forget(room, { signal }));
  }

  return async ({ operation, person }: NewRoom): Promise<RoomId | null> => {
    const [room, ...others] = await roomsOf(operation);
    if (room === undefined) return null;
    for (const other of others) await giveUp(other, person);
    // The homeserver may have been stopped between making the room and inviting.
    const member = await unlessRefused(api.state(Member, room, 'm.room.member', person, { signal }), 'M_NOT_FOUND');
    if (member === null) await inviteOnce(room, person);
    return room;
  };
}
