/** What the bot does to rooms besides messages: making, joining, linking, naming, marking and leaving them, and inviting. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import { abortAfter } from '../basics/after.ts';
import { latestWish } from '../basics/latest-wish.ts';
import type { Chance, CompanyIn, Done, Log, Now, RoomWork } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { MatrixFailure } from './errors.ts';
import { createCompany } from './company.ts';
import { createInviting } from './inviting.ts';
import { createJoins, type Joins } from './joins.ts';
import { createMarkers, type KeepMarker } from './markers.ts';
import { createNewRooms, type Avatars } from './new-rooms.ts';
import { createSpaceLinks } from './space-links.ts';
import type { Standing } from './standing.ts';
import { createUntilFinal, toDone, type UntilFinalOptions } from './until-final.ts';
import { wait as realWait, type Wait } from './wait.ts';

/** How many joins are under way at once: a homeserver may need a minute for one. */
export const JOINS_AT_ONCE = 8;
/** The homeserver limits the making of rooms per account. */
const NEW_ROOMS_AT_ONCE = 2;
const CHANGES_AT_ONCE = 8;
/** Strangers decide how many invites are declined, and their homeservers how long each takes. */
const LEAVES_AT_ONCE = 2;
/** A leave can go through other homeservers, ms. */
const LEAVE_TIMEOUT_MS = 120_000;
const PROFILE_TIMEOUT_MS = 5_000;

export interface RoomWorkOptions {
  api: MatrixApi;
  me: UserId;
  chance: Chance;
  now: Now;
  log: Log;
  keepMarker: KeepMarker;
  /** None when left out. */
  avatars?: Avatars;
  /** Hears when the account may make or change no room. */
  standing?: Standing;
  wait?: Wait;
  /** Aborts after `ms`. */
  timeout?: (ms: number) => AbortSignal;
}

export function createRoomWork(options: RoomWorkOptions): RoomWork &
  Joins & {
    companyIn: CompanyIn;
    /** Ends whatever is under way; it rejects with `Closed`. */
    close(): void;
  } {
  const { api, me, log, chance, keepMarker, avatars, now } = options;
  const { standing = null, wait = realWait, timeout = abortAfter } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const common = { signal, wait, chance, now, log, standing, showsStanding: false };
  const { creating, joining, changing, leaving } = placesFor(common);

  const change = async (name: string, room: RoomId, call: () => Promise<unknown>): Promise<Done> =>
    toDone(await changing({ name, room, party: room }, call));

  const { inviteOnce, invite } = createInviting({ api, signal, changing });

  /** A person of another homeserver that is away does not keep their Space from being made. */
  async function displayName(person: UserId): Promise<string | null> {
    const profile = await api.profile(person, { timeoutMs: PROFILE_TIMEOUT_MS, signal }).catch((error: unknown) => {
      if (error instanceof MatrixFailure && error.kind !== 'aborted') return null;
      throw error;
    });
    return profile?.displayname ?? null;
  }

  async function leave(room: RoomId, { party, reason }: Parameters<RoomWork['leave']>[1]): Promise<Done> {
    const limits = { timeoutMs: LEAVE_TIMEOUT_MS, signal };
    const left = await leaving({ name: 'leave', room, party }, () => api.leave(room, reason, limits));
    if (!left.ok) return left;
    return toDone(await leaving({ name: 'forget', room, party }, () => api.forget(room, { signal })));
  }

  return {
    ...createNewRooms({ api, me, signal, log, creating, inviteOnce, avatars }),
    ...createMarkers({ api, ...common, timeout, keep: keepMarker, change }),
    ...createJoins({ api, signal, joining }),
    ...createCompany({ api, me, signal, changing }),
    ...createSpaceLinks({ api, me, signal, change }),
    invite,
    setName: latestWish((room: RoomId, name: string) =>
      change('set name', room, () => api.putState(room, 'm.room.name', '', { name }, { signal })),
    ),
    redact: (room, event, transaction) =>
      change('redact', room, () => api.redact(room, event, transaction, { signal })),
    async react(room, to, key, transaction) {
      const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: to, key } };
      const sent = await changing({ name: 'react', room, party: room }, () =>
        api.putEvent(room, 'm.reaction', transaction, content, { signal }),
      );
      return sent.ok ? { ok: true, eventId: sent.value } : sent;
    },
    displayName,
    leave,
    close: () => closing.abort(),
  };
}

/** Each kind of work has places of its own. */
function placesFor(common: Omit<UntilFinalOptions, 'atOnce' | 'limitIsShared'>) {
  return {
    creating: createUntilFinal({
      ...{ ...common, showsStanding: true },
      ...{ atOnce: NEW_ROOMS_AT_ONCE, limitIsShared: true },
    }),
    joining: createUntilFinal({ ...common, atOnce: JOINS_AT_ONCE, limitIsShared: true }),
    // Invites are limited per person: those who wait must not stand in the way of others.
    changing: createUntilFinal({ ...common, atOnce: CHANGES_AT_ONCE, limitIsShared: false }),
    leaving: createUntilFinal({ ...common, atOnce: LEAVES_AT_ONCE, limitIsShared: false }),
  };
}
