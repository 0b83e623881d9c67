/** Takes the bot out of everything that it is in: what a reset of its account works with. */
import pLimit from 'p-limit';
import { z } from 'zod';
import { RoomId } from '../../machines/ids.ts';
import type { Chance, Done, Log } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { asRefusal, MatrixFailure } from './errors.ts';
import { events, parts } from './lenient.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

/** A homeserver may need minutes for a first sync, and for a leave that goes through other homeservers, ms. */
const LONG_TIMEOUT_MS = 120_000;
const AT_ONCE = 4;
/** How often a call is made that gets no answer of a homeserver. */
export const MAX_TRIES = 5;

/** A room that the bot is in, or that it is invited to. The name is what its members wrote. */
export interface OwnRoom {
  room: RoomId;
  membership: 'join' | 'invite';
  name: string | null;
}

export interface Departure {
  /** All rooms, then all invites, by their ids. Rejects with a MatrixFailure, or with `Closed`. */
  rooms(): Promise<OwnRoom[]>;
  /**
   * Leaves (or declines) and forgets. Waits as long as the homeserver asks for; a homeserver that does not answer is
   * given up. Rejects with `Closed` only.
   */
  leave(room: RoomId): Promise<Done>;
  /** Ends the session, and its device with it; false where the homeserver did not do it. */
  logout(): Promise<boolean>;
}

export interface DepartureOptions {
  api: MatrixApi;
  /** Ends listing and leaving; logging out goes on. */
  signal: AbortSignal;
  /** Why, in words that those in the rooms read. */
  reason: string;
  chance: Chance;
  log: Log;
  wait?: Wait;
}

const Nothing = z.object({});
const NameEvent = z.object({ type: z.literal('m.room.name'), content: z.object({ name: z.string().trim().min(1) }) });
const Joined = z.object({ state: events }).catch({ state: { events: [] } });
const Invited = z.object({ invite_state: events }).catch({ invite_state: { events: [] } });
const Sync = z.object({ rooms: z.object({ join: parts, invite: parts }).catch(() => ({ join: {}, invite: {} })) });

const filter = JSON.stringify({
  presence: { not_types: ['*'] },
  account_data: { not_types: ['*'] },
  room: {
    state: { types: ['m.room.name'] },
    timeline: { not_types: ['*'], limit: 1 },
    ephemeral: { not_types: ['*'] },
    account_data: { not_types: ['*'] },
  },
});

export function createDeparture({ api, signal, reason, chance, log, wait = realWait }: DepartureOptions): Departure {
  const inPlace = pLimit(AT_ONCE);
  const patience = createPatience();
  const limits = { timeoutMs: LONG_TIMEOUT_MS, signal };

  /** A call keeps its place while it waits, so that the others do not run into the same limit. */
  function make<T>(name: string, room: RoomId | null, call: () => Promise<T>, until = signal): Promise<T> {
    const patient = patience(call);
    return inPlace(() =>
      retry(patient, {
        ...{ on: ['limited', 'unavailable'], signal: until, wait, chance },
        onRetry: ({ status, code, detail }, waitMs) =>
          log.warn({ call: name, room, status, code, detail, waitMs }, 'homeserver did not do it, trying again'),
      }),
    );
  }

  return {
    async rooms() {
      const query = { filter, full_state: true, timeout: 0, set_presence: 'offline' };
      const joinedRooms = await make('joined rooms', null, () => api.joinedRooms(limits));
      const { rooms } = await make('sync', null, () =>
        api.call(Sync, 'GET', '/_matrix/client/v3/sync', { ...limits, query }),
      );
      const joined = joinedRooms.map((room): OwnRoom => {
        return { room, membership: 'join', name: nameIn(Joined.parse(rooms.join[room]).state.events) };
      });
      const invited = Object.entries(rooms.invite).flatMap(([id, raw]): OwnRoom[] => {
        const room = RoomId.safeParse(id).data;
        return room === undefined
          ? []
          : [{ room, membership: 'invite', name: nameIn(Invited.parse(raw).invite_state.events) }];
      });
      return [...joined.sort(byId), ...invited.sort(byId)];
    },
    async leave(room) {
      const left = await make('leave', room, () => api.leave(room, reason, limits)).catch(failureOf);
      // Only a room that the bot is not in can be forgotten, so this decides, whatever was said to the leave.
      const forgotten = await make('forget', room, () => api.forget(room, limits)).catch(failureOf);
      if (!(forgotten instanceof MatrixFailure)) return { ok: true };
      const { code, detail } = left instanceof MatrixFailure ? left : forgotten;
      log.warn({ room, code, detail }, 'room not left');
      return { ok: false, code, detail };
    },
    async logout() {
      const call = () => api.call(Nothing, 'POST', '/_matrix/client/v3/logout', { body: {} });
      const failure = await make('log out', null, call, new AbortController().signal).then(() => null, failureOf);
      if (failure !== null) log.warn({ code: failure.code, detail: failure.detail }, 'not logged out');
      return failure === null;
    },
  };
}

/** Makes failures final: of a call that was made often enough, and of all calls once nobody answers or the token is gone. */
function createPatience(): <T>(call: () => Promise<T>) => () => Promise<T> {
  let givenUp = 0;
  let lost: MatrixFailure | null = null;

  return (call) => {
    let tries = 0;
    return async () => {
      if (lost !== null) throw lost;
      try {
        const answer = await call();
        givenUp = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof MatrixFailure)) throw error;
        if (error.kind === 'unauthorised') throw (lost = asRefusal(error));
        if (error.kind !== 'unavailable') throw error;
        tries += 1;
        if (tries < MAX_TRIES) throw error;
        givenUp += 1;
        const final = asRefusal(error);
        if (givenUp >= AT_ONCE) lost = final;
        throw final;
      }
    };
  };
}

/** The failure; what is none (`Closed`) is thrown on. */
function failureOf(error: unknown): MatrixFailure {
  if (error instanceof MatrixFailure) return error;
  throw error;
}

function nameIn(state: readonly unknown[]): string | null {
  for (const event of state) {
    const named = NameEvent.safeParse(event).data;
    if (named !== undefined) return named.content.name;
  }
  return null;
}

function byId(a: OwnRoom, b: OwnRoom): number {
  return a.room < b.room ? -1 : 1;
}
