/** Everything the bot is in, in one state-filtered full sync: what reconciliation works from. */
import pMap from 'p-map';
import { z } from 'zod';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { isBlank } from '../basics/visible.ts';
import type { Arrival, Chance, KnownRoom, Log, Survey } from '../ports.ts';
import { roomPath, type MatrixApi } from './client.ts';
import { inviterIn } from './decode.ts';
import { MatrixFailure } from './errors.ts';
import { MARKER_TYPE, markerIn, newerMarker } from './markers.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

/** A homeserver may need minutes to put a first sync together, ms. */
const SYNC_TIMEOUT_MS = 10 * 60_000;
const MEMBERS_TIMEOUT_MS = 60_000;
const MEMBERS_AT_ONCE = 8;

/**
 * No `rooms` in it: Synapse then leaves out the account data of all rooms. And no members: of a room of ours the
 * marker says whose it is, and of a room of others there may be thousands.
 */
const filter = JSON.stringify({
  // The last words of ten thousand rooms would be too much to read.
  event_fields: [
    ...['type', 'state_key', 'event_id', 'sender'],
    ...['type', 'name', 'algorithm', 'replacement_room', 'via'].map((field) => `content.${field}`),
  ],
  presence: { not_types: ['*'] },
  account_data: { not_types: ['*'] },
  room: {
    state: {
      types: [
        ...['m.room.create', 'm.room.name', 'm.room.encryption', 'm.room.tombstone'],
        ...['m.space.child', 'm.space.parent'],
      ],
    },
    timeline: { types: ['m.room.message'], limit: 1 },
    ephemeral: { not_types: ['*'] },
    account_data: { types: [MARKER_TYPE] },
  },
});

const Events = z.object({ events: z.array(z.unknown()).catch([]) }).catch({ events: [] });
const Response = z.object({
  next_batch: z.string(),
  rooms: z
    .object({
      join: z.record(z.string(), z.unknown()).default({}),
      invite: z.record(z.string(), z.unknown()).default({}),
    })
    .default({ join: {}, invite: {} }),
});
const JoinedRoom = z.object({ state: Events, account_data: Events, timeline: Events });
const Word = z.object({ event_id: EventId, sender: UserId });
const InvitedRoom = z.object({ invite_state: Events });
const StateEvent = z.object({
  type: z.string(),
  state_key: z.string(),
  sender: z.string().catch(''),
  /** Missing where none of the fields that were asked for stands in it. */
  content: z.record(z.string(), z.unknown()).default({}),
});
const RoomData = z.object({ type: z.literal(MARKER_TYPE), content: z.unknown() });
const Link = z.object({ via: z.array(z.string()).nonempty() });
const Members = z.object({ chunk: z.array(z.unknown()) });
const Member = z.object({
  state_key: UserId,
  content: z.object({ membership: z.enum(['join', 'invite']) }),
  origin_server_ts: z.number().catch(0),
});

type StateEvent = z.infer<typeof StateEvent>;

export interface SurveyOptions {
  api: MatrixApi;
  me: UserId;
  chance: Chance;
  log: Log;
  wait?: Wait;
}

/**
 * Makes the `Survey`. Members are listed for rooms without a marker only, those who are in it longest first; others
 * have an empty list. `arrivals`: the invites that wait, which no sync from `position` on brings again. Tries until the
 * homeserver answers; rejects with a MatrixFailure where it says no, with `Closed` when closed.
 */
export function createSurvey(options: SurveyOptions): Survey & { close(): void } {
  const { api, me, log, chance, wait = realWait } = options;
  const closing = new AbortController();
  const { signal } = closing;

  const patiently = <T>(name: string, call: () => Promise<T>): Promise<T> =>
    retry(call, {
      on: ['limited', 'unavailable', 'suspended'],
      signal,
      wait,
      chance,
      onRetry: ({ status, code, detail }, waitMs) =>
        log.warn({ call: name, status, code, detail, waitMs }, 'survey interrupted, trying again'),
    });

  async function membersOf(room: RoomId): Promise<KnownRoom['members']> {
    const path = `${roomPath(room)}/members`;
    const query = { not_membership: 'leave' };
    const call = () => api.call(Members, 'GET', path, { query, timeoutMs: MEMBERS_TIMEOUT_MS, signal });
    try {
      return membersIn((await patiently('members', call)).chunk, me);
    } catch (error) {
      if (!(error instanceof MatrixFailure) || error.kind !== 'refused') throw error;
      log.warn({ room, code: error.code, detail: error.detail }, 'members of the room cannot be read');
      return [];
    }
  }

  async function survey() {
    const query = { filter, full_state: true, timeout: 0 };
    const options = { query, timeoutMs: SYNC_TIMEOUT_MS, signal };
    const { next_batch, rooms } = await patiently('sync', () =>
      api.call(Response, 'GET', '/_matrix/client/v3/sync', options).catch(refuseTooLarge),
    );
    const known: KnownRoom[] = [];
    for (const [id, raw] of Object.entries(rooms.join)) {
      const room = knownRoom(id, raw, me);
      if (room === 'newer') log.error({ room: id }, newerMarker().detail);
      else if (room !== null) known.push(room);
    }
    const unmarked = known.filter(({ marker }) => marker === null);
    const read = async (room: KnownRoom) => void (room.members = await membersOf(room.room));
    await pMap(unmarked, read, { concurrency: MEMBERS_AT_ONCE });
    return { rooms: known, position: next_batch, arrivals: invitesIn(rooms.invite, me) };
  }

  return Object.assign(survey, { close: () => closing.abort() });
}

/** The same answer would be too large next time too. */
function refuseTooLarge(error: unknown): never {
  if (!(error instanceof MatrixFailure) || error.code !== 'ERESPONSETOOLARGE') throw error;
  const detail = `The bot is in too many rooms to be told of all at once. ${error.detail}`;
  throw new MatrixFailure({ kind: 'refused', status: error.status, code: 'M_TOO_LARGE', detail });
}

function knownRoom(id: string, raw: unknown, me: UserId): KnownRoom | 'newer' | null {
  const room = RoomId.safeParse(id).data;
  const decoded = JoinedRoom.safeParse(raw).data;
  if (room === undefined || decoded === undefined) return null;
  const state = decoded.state.events.flatMap((event) => StateEvent.safeParse(event).data ?? []);
  const content = (type: string) => state.find((one) => one.type === type && one.state_key === '')?.content ?? {};
  const { name } = content('m.room.name');
  const marker = decoded.account_data.events
    .map((event) => markerIn(RoomData.safeParse(event).data?.content))
    .find((found) => found !== null);
  if (marker === 'newer') return marker;
  return {
    room,
    isSpace: content('m.room.create').type === 'm.space',
    createdByMe: state.some(({ type, sender }) => type === 'm.room.create' && sender === me),
    encrypted: content('m.room.encryption').algorithm !== undefined,
    name: typeof name === 'string' && !isBlank(name) ? name : null,
    marker: marker ?? null,
    members: [],
    parents: linksIn(state, 'm.space.parent'),
    children: linksIn(state, 'm.space.child'),
    lastWord: lastWordIn(decoded.timeline.events),
    replacement: RoomId.safeParse(content('m.room.tombstone').replacement_room).data ?? null,
  };
}

function lastWordIn(timeline: readonly unknown[]): KnownRoom['lastWord'] {
  const { event_id: eventId, sender } = Word.safeParse(timeline.at(-1)).data ?? {};
  return eventId === undefined || sender === undefined ? null : { eventId, sender };
}

/** The rooms that are linked; a link without `via` is none. */
function linksIn(state: readonly StateEvent[], type: string): RoomId[] {
  return state.flatMap((event) => {
    const room = RoomId.safeParse(event.state_key).data;
    return event.type === type && room !== undefined && Link.safeParse(event.content).success ? [room] : [];
  });
}

function membersIn(chunk: readonly unknown[], me: UserId): KnownRoom['members'] {
  const ranked = chunk.flatMap((event) => {
    const { state_key: user, content, origin_server_ts: since } = Member.safeParse(event).data ?? {};
    if (user === undefined || content === undefined || since === undefined || user === me) return [];
    return [{ user, membership: content.membership, rank: [content.membership === 'join' ? 0 : 1, since] as const }];
  });
  return ranked
    .toSorted((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.user < b.user ? -1 : 1))
    .map(({ user, membership }) => ({ user, membership }));
}

function invitesIn(invited: Record<string, unknown>, me: UserId): Arrival[] {
  return Object.entries(invited).flatMap(([id, raw]) => {
    const room = RoomId.safeParse(id).data;
    const person = inviterIn(InvitedRoom.safeParse(raw).data?.invite_state.events ?? [], me);
    if (room === undefined || person === null) return [];
    return [{ room, id: null, heard: { type: 'room.invited', person } }];
  });
}
