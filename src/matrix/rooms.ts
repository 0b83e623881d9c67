/** What the bot does to rooms besides messages: making and linking them, inviting, naming, marking, leaving. */
import { z } from 'zod';
import { RoomId, type UserId } from '../../machines/ids.ts';
import { type Marker } from '../../machines/marker.ts';
import type { Chance, Done, Log, NewRoom, RoomWork } from '../ports.ts';
import { encoded, roomPath, type MatrixApi } from './client.ts';
import { Closed, MatrixFailure } from './errors.ts';
import { markerIn, newerMarker } from './marker.ts';
import { latestWish } from '../basics/latest-wish.ts';
import { aliasNameOf, creationOf, OPERATION_KEY, serverOf } from './room-templates.ts';
import { createUntilFinal, type Final } from './until-final.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

/** The account data of a room that holds its marker. */
export const MARKER_TYPE = 'org.roomkeeper.room';

/** How many rooms are made at once; the homeserver limits creations per account. */
const CREATIONS_AT_ONCE = 2;
const CHANGES_AT_ONCE = 8;
/** Strangers decide how many invites are declined, and their homeservers how long each takes. */
const LEAVES_AT_ONCE = 2;
/** A busy homeserver takes its time to make a room, and a leave may go through other homeservers, ms. */
const LONG_TIMEOUT_MS = 120_000;
const PROFILE_TIMEOUT_MS = 5_000;
/** Whoever asks for a marker keeps the sync waiting, ms. */
const READ_MARKER_MS = 10_000;
/** How often the room behind a taken alias is looked at: the homeserver may still be making it. */
export const MAX_LOOKS = 5;

const Nothing = z.object({});
const Room = z.object({ room_id: RoomId });
const Creation = z.object({ sender: z.string(), content: z.looseObject({ [OPERATION_KEY]: z.unknown().optional() }) });
const Membership = z.object({ membership: z.string() });
const CanonicalAlias = z.looseObject({ alias: z.unknown().optional() });
const Profile = z.object({ displayname: z.string() });
const Link = z.object({ via: z.array(z.string()).catch([]) });

export interface RoomWorkOptions {
  api: MatrixApi;
  me: UserId;
  chance: Chance;
  log: Log;
  wait?: Wait;
  /** Aborts after `ms`. */
  timeout?: (ms: number) => AbortSignal;
}

export function createRoomWork(options: RoomWorkOptions): RoomWork & {
  /** Ends whatever is under way; it rejects with `Closed`. */
  close(): void;
} {
  const { api, me, log, chance, wait = realWait, timeout = (ms) => AbortSignal.timeout(ms) } = options;
  const server = serverOf(me);
  const closing = new AbortController();
  const { signal } = closing;
  const common = { signal, wait, chance, log };
  const creating = createUntilFinal({ ...common, atOnce: CREATIONS_AT_ONCE, limitIsShared: true });
  // Invites are limited per person: those who wait must not stand in the way of others.
  const changing = createUntilFinal({ ...common, atOnce: CHANGES_AT_ONCE, limitIsShared: false });
  const leaving = createUntilFinal({ ...common, atOnce: LEAVES_AT_ONCE, limitIsShared: false });
  /** The rooms whose marker is known to be none of a newer version. */
  const markable = new Set<RoomId>();

  const change = async (name: string, room: RoomId, call: () => Promise<unknown>): Promise<Done> =>
    toDone(await changing(name, room, call));

  const statePath = (room: RoomId, type: string, key: string) =>
    `${roomPath(room)}/state/${encoded(type)}/${encoded(key)}`;
  const aliasPath = (operation: string) =>
    `/_matrix/client/v3/directory/room/${encoded(`#${aliasNameOf(operation)}:${server}`)}`;
  const markerPath = (room: RoomId) =>
    `/_matrix/client/v3/user/${encoded(me)}/rooms/${encoded(room)}/account_data/${MARKER_TYPE}`;

  const getState = <T>(schema: z.ZodType<T>, room: RoomId, type: string, key: string): Promise<T | null> =>
    unlessRefused(api.call(schema, 'GET', statePath(room, type, key), { signal }), 'M_NOT_FOUND');

  const putState = (room: RoomId, type: string, key: string, content: object) =>
    api.call(Nothing, 'PUT', statePath(room, type, key), { body: content, signal });

  async function isIn(room: RoomId, person: UserId): Promise<boolean> {
    const member = await getState(Membership, room, 'm.room.member', person);
    return member?.membership === 'join' || member?.membership === 'invite';
  }

  async function inviteOnce(room: RoomId, person: UserId): Promise<void> {
    if (await isIn(room, person)) return;
    const invited = api.call(Nothing, 'POST', `${roomPath(room)}/invite`, { body: { user_id: person }, signal });
    await invited.catch(async (error: unknown) => {
      // Somebody else was faster.
      if (!isRefusal(error, 'M_FORBIDDEN') || !(await isIn(room, person))) throw error;
    });
  }

  /** The room that an earlier try of the same creation made; null while it cannot be told whose it is. */
  async function findCreated({ operation, person }: NewRoom): Promise<RoomId | null> {
    const found = await unlessRefused(api.call(Room, 'GET', aliasPath(operation), { signal }));
    if (found === null) return null;
    const room = found.room_id;
    const asEvent = { query: { format: 'event' }, signal };
    const creation = await unlessRefused(api.call(Creation, 'GET', statePath(room, 'm.room.create', ''), asEvent));
    // An alias can be taken by anybody, and be given to a room that the bot made for somebody else.
    if (creation === null) return null;
    if (creation.sender !== me || creation.content[OPERATION_KEY] !== aliasNameOf(operation)) throw aliasIsTaken(false);
    // The homeserver may have been stopped between making the room and inviting.
    const member = await getState(Membership, room, 'm.room.member', person);
    if (member === null) await inviteOnce(room, person);
    return room;
  }

  /** A person of another homeserver that is away does not keep their Space from being made. */
  async function displayName(person: UserId): Promise<string | null> {
    const path = `/_matrix/client/v3/profile/${encoded(person)}/displayname`;
    const profile = await api
      .call(Profile, 'GET', path, { timeoutMs: PROFILE_TIMEOUT_MS, signal })
      .catch((error: unknown) => {
        if (error instanceof MatrixFailure && error.kind !== 'aborted') return null;
        throw error;
      });
    return profile?.displayname ?? null;
  }

  async function createRoom(wish: NewRoom) {
    let looks = 0;
    const final = await creating(`create ${wish.kind}`, null, async () => {
      const body = creationOf(wish, me);
      const path = '/_matrix/client/v3/createRoom';
      const call = api.call(Room, 'POST', path, { body, timeoutMs: LONG_TIMEOUT_MS, signal });
      const made = await unlessRefused(call, 'M_ROOM_IN_USE');
      const room = made?.room_id ?? (await findCreated(wish));
      if (room !== null) return room;
      looks += 1;
      throw aliasIsTaken(looks < MAX_LOOKS);
    });
    return final.ok ? { ok: true as const, room: final.value } : final;
  }

  async function dropAlias(room: RoomId, operation: string): Promise<Done> {
    const alias = `#${aliasNameOf(operation)}:${server}`;
    return change('drop alias', room, async () => {
      await unlessRefused(api.call(Nothing, 'DELETE', aliasPath(operation), { signal }), 'M_NOT_FOUND');
      const canonical = await getState(CanonicalAlias, room, 'm.room.canonical_alias', '');
      if (canonical?.alias !== alias) return;
      const { alias: _, ...others } = canonical;
      await putState(room, 'm.room.canonical_alias', '', others);
    });
  }

  async function lookAtMarker(room: RoomId, during: AbortSignal): Promise<Marker | null> {
    const call = api.call(z.unknown(), 'GET', markerPath(room), { signal: during });
    const marker = markerIn(await unlessRefused(call, 'M_NOT_FOUND'));
    if (marker === 'newer') throw newerMarker();
    markable.add(room);
    return marker;
  }

  async function readMarker(room: RoomId): Promise<Marker | null> {
    const late = timeout(READ_MARKER_MS);
    const during = AbortSignal.any([signal, late]);
    const onRetry = ({ status, code, detail }: MatrixFailure, waitMs: number) =>
      log.warn({ room, status, code, detail, waitMs }, 'marker not read, trying again');
    const on = ['limited' as const, 'unavailable' as const, 'unauthorised' as const];
    try {
      return await retry(() => lookAtMarker(room, during), { on, signal: during, wait, chance, onRetry });
    } catch (error) {
      if (error instanceof Closed && !signal.aborted) throw markerIsLate();
      if (isRefusal(error) && !isRefusal(error, newerMarker().code)) return null;
      throw error;
    }
  }

  const writeMarker = latestWish((room: RoomId, marker: Marker) =>
    change('write marker', room, async () => {
      if (!markable.has(room)) await lookAtMarker(room, signal);
      await api.call(Nothing, 'PUT', markerPath(room), { body: marker, signal });
    }),
  );

  const setName = latestWish((room: RoomId, name: string) =>
    change('set name', room, () => putState(room, 'm.room.name', '', { name })),
  );

  async function leave(room: RoomId): Promise<Done> {
    const left = await leaving('leave', room, () => api.leave(room, { timeoutMs: LONG_TIMEOUT_MS, signal }));
    if (!left.ok) return left;
    const forget = () => api.call(Nothing, 'POST', `${roomPath(room)}/forget`, { body: {}, signal });
    return toDone(await leaving('forget', room, forget));
  }

  return {
    createRoom,
    dropAlias,
    linkChild: (space, room) =>
      change('link child', space, async () => {
        const link = await getState(Link, space, 'm.space.child', room);
        if (!link?.via.includes(server)) await putState(space, 'm.space.child', room, { via: [server] });
      }),
    invite: (room, person) => change('invite', room, () => inviteOnce(room, person)),
    displayName,
    setName,
    writeMarker,
    readMarker,
    leave,
    close: () => closing.abort(),
  };
}

function toDone(final: Final<unknown>): Done {
  return final.ok ? { ok: true } : final;
}

function isRefusal(error: unknown, code?: string): boolean {
  return error instanceof MatrixFailure && error.kind === 'refused' && (code === undefined || error.code === code);
}

/** Null where the homeserver says no (with this errcode, if one is given). */
async function unlessRefused<T>(call: Promise<T>, code?: string): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (isRefusal(error, code)) return null;
    throw error;
  }
}

function aliasIsTaken(again: boolean): MatrixFailure {
  return new MatrixFailure({
    kind: again ? 'unavailable' : 'refused',
    status: null,
    code: 'M_ROOM_IN_USE',
    detail: 'The alias of this creation leads to another room',
  });
}

function markerIsLate(): MatrixFailure {
  return new MatrixFailure({
    kind: 'unavailable',
    status: null,
    code: 'ETIMEDOUT',
    detail: `The marker of the room could not be read within ${READ_MARKER_MS / 1000} s`,
  });
}
