/** Makes rooms and Spaces, each once, though `createRoom` has no transaction id. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { MxcUri, RoomId, UserId } from '../../machines/ids.ts';
import type { Log, Made, NewRoom, RoomWork } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { MatrixFailure, unlessRefused } from './errors.ts';
import { createMadeBefore } from './made-before.ts';
import { newRoomBody } from './room-templates.ts';
import type { UntilFinal } from './until-final.ts';

/** A busy homeserver takes its time to make a room, ms. */
const LONG_TIMEOUT_MS = 120_000;
/** How often a room is looked for before it is made again: the homeserver may still be making it. */
export const LOOKS = 4;

const Capabilities = z.object({
  capabilities: z
    .object({ 'm.room_versions': z.object({ default: z.string() }) })
    .nullable()
    .catch(null),
});

export interface NewRoomsOptions {
  api: MatrixApi;
  me: UserId;
  signal: AbortSignal;
  log: Log;
  creating: UntilFinal;
  /** None when left out. */
  avatars?: Avatars | undefined;
  /** One try. */
  inviteOnce: (room: RoomId, person: UserId) => Promise<unknown>;
}

/** The pictures of what is made. */
export type Avatars = Record<NewRoom['kind'], MxcUri | null>;

export function createNewRooms(options: NewRoomsOptions): Pick<RoomWork, 'createRoom' | 'newOperation'> {
  const { api, me, signal, creating, avatars } = options;
  const findMade = createMadeBefore(options);
  /** What was named by another process, or is begun here, may have a room. */
  const life = randomUUID();
  const begun = new Set<string>();
  const underway = new Map<string, Promise<Made>>();

  const mayBeMade = (operation: string) => begun.has(operation) || !operation.startsWith(`${life}.`);

  /** The version of the rooms that the homeserver makes; null where it does not say. */
  async function usualVersion(): Promise<string | null> {
    const path = '/_matrix/client/v3/capabilities';
    const answer = await unlessRefused(api.call(Capabilities, 'GET', path, { signal }));
    return answer?.capabilities?.['m.room_versions'].default ?? null;
  }

  async function makeOnce(wish: NewRoom): Promise<RoomId> {
    const body = newRoomBody({ ...wish, avatar: avatars?.[wish.kind] ?? null }, me, await usualVersion());
    const isFirst = !mayBeMade(wish.operation);
    begun.add(wish.operation);
    try {
      return await api.createRoom(body, { timeoutMs: LONG_TIMEOUT_MS, signal });
    } catch (error) {
      // Whoever is told to come later has made nothing.
      if (isFirst && error instanceof MatrixFailure && error.kind === 'limited') begun.delete(wish.operation);
      throw error;
    }
  }

  async function begin(wish: NewRoom): Promise<Made> {
    let looks = 0;
    const final = await creating({ name: `create ${wish.kind}`, room: null, party: wish.person }, async () => {
      if (!mayBeMade(wish.operation)) return makeOnce(wish);
      const found = await findMade(wish);
      if (found !== null) return found;
      looks += 1;
      if (looks % LOOKS !== 0) throw mayStillBeMade();
      const room = await makeOnce(wish);
      return (await findMade(wish)) ?? room;
    });
    return final.ok ? { ok: true, room: final.value } : final;
  }

  return {
    newOperation: () => `${life}.${randomUUID()}`,
    createRoom(wish) {
      const { operation } = wish;
      const same = underway.get(operation);
      if (same !== undefined) return same;
      const made = begin(wish).finally(() => underway.delete(operation));
      underway.set(operation, made);
      return made;
    },
  };
}

function mayStillBeMade(): MatrixFailure {
  return new MatrixFailure({
    kind: 'unavailable',
    status: null,
    code: 'CREATION_UNDER_WAY',
    detail: 'An earlier try may still be under way',
  });
}
