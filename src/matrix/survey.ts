/** Everything the bot is in, in one state-filtered full sync: what reconciliation works from. */
import pMap from 'p-map';
import { z } from 'zod';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { isBlank } from '../basics/visible.ts';
import type { Arrival, Chance, KnownRoom, Log, Survey } from '../ports.ts';
import { roomPath, type MatrixApi } from './client.ts';
import { asRefusal, isTooLarge, MatrixFailure } from './errors.ts';
import { createInvites } from './invites.ts';
import { entries, events, parts } from './lenient.ts';
import { MARKER_TYPE, markerIn } from './markers.ts';
import { isForServerNotices } from './room-facts.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

/** A homeserver may need minutes to put a first sync together, ms. */
const SYNC_TIMEOUT_MS = 10 * 60_000;
const MEMBERS_TIMEOUT_MS = 60_000;
const MEMBERS_TRIES = 5;
/** Rooms that something more is asked about at the same time. */
const atOnce = { concurrency: 8 };

/**
 * What is asked for, and what instead where that is too large an answer: without the last words and the links, which
 * anybody may write any number of, and then without names.
 *
 * No `rooms` in it: Synapse then leaves out the account data of all rooms. And no members: of a room of ours the
 * marker says whose it is, and of a room of others there may be thousands.
 */
const facts = ['m.room.create', 'm.room.encryption', 'm.room.tombstone'];
const filters = [
  filterOf([...facts, 'm.room.name', 'm.space.child', 'm.space.parent'], { types: ['m.room.message'], limit: 1 }),
  filterOf([...facts, 'm.room.name'], { not_types: ['*'], limit: 1 }),
  filterOf(facts, { not_types: ['*'], limit: 1 }),
];

function filterOf(state: string[], timeline: object): string {
  return JSON.stringify({
    // The last words of ten thousand rooms would be too much to read.
    event_fields: [
      ...['type', 'state_key', 'event_id', 'sender'],
      ...['type', 'name', 'algorithm', 'replacement_room', 'via'].map((field) => `content.${field}`),
    ],
    presence: { not_types: ['*'] },
    account_data: { not_types: ['*'] },
    room: {
      state: { types: state },
      timeline,
      ephemeral: { not_types: ['*'] },
      account_data: { types: [MARKER_TYPE, 'm.tag'] },
    },
  });
}

const Response = z.object({
  next_batch: z.string().min(1),
  rooms: z.object({ join: parts, invite: parts }).catch(() => ({ join: {}, invite: {} })),
});
const JoinedRoom = z.object({ state: events, account_data: events, timeline: events });
const Word = z.object({ event_id: EventId, sender: UserId });
const InvitedRoom = z.object({ invite_state: events });
const StateEvent = z.object({
  type: z.string(),
  state_key: z.string(),
  sender: z.string().catch(''),
  /** Missing where none of the fields that were asked for stands in it. */
  content: parts,
});
const RoomData = z.object({ type: z.literal(MARKER_TYPE), content: z.unknown() });
const Link = z.object({ via: z.array(z.string()).nonempty() });
const Members = z.object({ chunk: entries });
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
  const invitesTo = createInvites({ api, me, signal, log });

  const patiently = <T>(name: string, call: () => Promise<T>): Promise<T> =>
    retry(call, {
      on: ['limited', 'unavailable', 'suspended'],
      signal,
      wait,
      chance,
      onRetry: ({ status, code, detail }, waitMs) =>
        log.warn({ call: name, status, code, detail, waitMs }, 'survey interrupted, trying again'),
    });

  /** Nobody where one room's members cannot be told: it alone stays unknown. */
  async function membersOf(room: RoomId): Promise<KnownRoom['members']> {
    const path = `${roomPath(room)}/members`;
    const query = { not_membership: 'leave' };
    let tries = 0;
    const call = async () => {
      tries += 1;
      try {
        return await api.call(Members, 'GET', path, { query, timeoutMs: MEMBERS_TIMEOUT_MS, signal });
      } catch (error) {
        const isFinal = isTooLarge(error) || (tries >= MEMBERS_TRIES && isUnavailable(error));
        throw isFinal ? asRefusal(error as MatrixFailure) : error;
      }
    };
    try {
      return membersIn((await patiently('members', call)).chunk, me);
    } catch (error) {
      if (!(error instanceof MatrixFailure) || error.kind !== 'refused') throw error;
      log.warn({ room, code: error.code, detail: error.detail }, 'members of the room cannot be read');
      return [];
    }
  }

  /** Asks for less from then on where the answer was too large. */
  function smallerAndSmaller(): () => Promise<z.infer<typeof Response>> {
    const [...left] = filters;
    return async () => {
      for (;;) {
        const query = { filter: left[0], full_state: true, timeout: 0 };
        try {
          return await api.call(Response, 'GET', '/_matrix/client/v3/sync', {
            ...{ query, timeoutMs: SYNC_TIMEOUT_MS, signal },
          });
        } catch (error) {
          if (!isTooLarge(error)) throw error;
          left.shift();
          log.warn({ smallerLeft: left.length }, 'the state of all rooms is too much to read at once');
          if (left.length === 0) throw tooManyRooms(error as MatrixFailure);
        }
      }
    };
  }

  async function survey() {
    const { next_batch, rooms } = await patiently('sync', smallerAndSmaller());
    const known: KnownRoom[] = [];
    for (const [id, raw] of Object.entries(rooms.join)) {
      const room = knownRoom(id, raw, me);
      if (room === 'newer') log.error({ room: id }, 'marker of the room is of a newer version: it is left alone');
      else if (room !== null) known.push(room);
    }
    const unmarked = known.filter(({ marker }) => marker === null);
    const read = async (room: KnownRoom) => void (room.members = await membersOf(room.room));
    await pMap(unmarked, read, atOnce);
    const invited = (id: string, raw: unknown): Promise<Arrival[]> | Arrival[] => {
      const room = RoomId.safeParse(id).data;
      return room === undefined ? [] : invitesTo(room, InvitedRoom.safeParse(raw).data?.invite_state.events ?? []);
    };
    const arrivals = await pMap(Object.entries(rooms.invite), ([id, raw]) => invited(id, raw), atOnce);
    return { rooms: known, position: next_batch, arrivals: arrivals.flat() };
  }

  return Object.assign(survey, { close: () => closing.abort() });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof MatrixFailure && error.kind === 'unavailable';
}

function tooManyRooms({ status, detail }: MatrixFailure): MatrixFailure {
  const why = `The bot is in too many rooms to be told of all at once. ${detail}`;
  return new MatrixFailure({ kind: 'refused', status, code: 'M_TOO_LARGE', detail: why });
}

function knownRoom(id: string, raw: unknown, me: UserId): KnownRoom | 'newer' | null {
  const room = RoomId.safeParse(id).data;
  const decoded = JoinedRoom.safeParse(raw).data;
  if (room === undefined || decoded === undefined || isForServerNotices(decoded.account_data.events)) return null;
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
