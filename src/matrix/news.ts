/** What the rooms of a sync answer have to say: each by itself, so that one that cannot be read holds no other. */
import pMap from 'p-map';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Arrival, Log } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import type { OnDropped } from './decode.ts';
import { MatrixFailure } from './errors.ts';
import { readGap, type Filling } from './gap.ts';
import { createHearing } from './hearing.ts';
import { createInvites, isInvite } from './invites.ts';
import { isForServerNotices } from './room-facts.ts';
import type { SyncResponse } from './sync-response.ts';

/** Rooms whose history or state is asked for at the same time. */
const ROOMS_AT_ONCE = 8;
/** How often the history of a room is asked for; then the room is told that something may be missing. */
export const HISTORY_TRIES = 3;

export interface NewsOptions {
  api: MatrixApi;
  me: UserId;
  /** What the bot is called, besides its id; asked at every message. */
  names?: (() => readonly string[]) | undefined;
  /** What of a timeline is asked for. */
  filter: object;
  signal: AbortSignal;
  onDropped: OnDropped;
  log: Log;
}

export interface News {
  arrivals: Arrival[];
  /** Why not all is read: the answer has to be asked for again. */
  failure: MatrixFailure | null;
}

export interface ReadNews {
  /** `bare`: the answer has no contents in it. Rejects with a MatrixFailure only where all are concerned. */
  (response: SyncResponse, asked: { since: string | null; bare: boolean }): Promise<News>;
  /** What was read is on disk. */
  done(): void;
}

type Joined = SyncResponse['rooms']['join'][number];

export function createNews(options: NewsOptions): ReadNews {
  const { api, me, filter, signal, log } = options;
  const heardIn = createHearing(options);
  const invitesTo = createInvites(options);
  /** How often the history of a room could not be read since the position moved. */
  const failures = new Map<RoomId, number>();
  const forServerNotices = new Set<RoomId>();

  /** Everything that the answer says happened in the room, oldest first. */
  async function eventsOf({ room, timeline }: Joined, from: string, next: string, bare: boolean): Promise<Filling> {
    const there = bare ? [] : timeline.events;
    const isAllThere = bare ? timeline.events.length === 0 && !timeline.limited : !timeline.limited;
    // What was said before the bot was invited was not said to it.
    if (isAllThere || there.some((event) => isInvite(event, me))) return { older: [], newer: there, whole: true };
    const to = bare ? next : (timeline.prev_batch ?? next);
    const lastTry = (failures.get(room) ?? 0) >= HISTORY_TRIES - 1;
    const { older, newer, whole } = await readGap({ room, from, to }, { api, filter, signal, lastTry });
    if (!whole) log.error({ room, events: older.length + newer.length }, 'gap in the timeline could not be filled');
    return { older, newer: [...newer, ...there], whole };
  }

  async function joined(one: Joined, since: string, next: string, bare: boolean): Promise<Arrival[] | MatrixFailure> {
    const { room, timeline, data } = one;
    if (isForServerNotices(data) ?? forServerNotices.has(room)) {
      forServerNotices.add(room);
      if (timeline.events.length > 0) log.warn({ room }, 'the homeserver has a notice for the account');
      return [];
    }
    forServerNotices.delete(room);
    try {
      return await heardIn(room, await eventsOf(one, since, next, bare));
    } catch (error) {
      if (!(error instanceof MatrixFailure) || error.kind === 'aborted' || error.kind === 'unauthorised') throw error;
      failures.set(room, (failures.get(room) ?? 0) + 1);
      log.warn({ room, code: error.code, detail: error.detail }, 'history of the room cannot be read yet');
      return ofAHistory(error);
    }
  }

  async function newsOf(
    { next_batch: next, rooms }: SyncResponse,
    { since, bare }: { since: string | null; bare: boolean },
  ): Promise<News> {
    const concurrency = { concurrency: ROOMS_AT_ONCE };
    const invites = await pMap(rooms.invite, ({ room, state }) => invitesTo(room, state), concurrency);
    // What stood in a room before the first sync was answered by whoever came before, or never will be.
    const heard = since === null ? [] : await pMap(rooms.join, (one) => joined(one, since, next, bare), concurrency);
    const failed = heard.filter((one) => one instanceof MatrixFailure);
    const left = rooms.leave.map((room): Arrival => ({ room, id: null, heard: { type: 'room.left' } }));
    const said = heard.flatMap((one) => (one instanceof MatrixFailure ? [] : one));
    return { arrivals: [...invites.flat(), ...said, ...left], failure: failed[0] ?? null };
  }

  return Object.assign(newsOf, { done: () => failures.clear() });
}

/** A limit or a timeout of one room's history is none of the sync. */
function ofAHistory({ code, detail }: MatrixFailure): MatrixFailure {
  return new MatrixFailure({
    kind: 'unavailable',
    status: null,
    code: 'HISTORY_UNREADABLE',
    detail: `The history of a room cannot be read (${code}: ${detail})`,
  });
}
