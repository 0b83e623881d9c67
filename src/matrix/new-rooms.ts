/** Makes rooms and Spaces, each once: its alias names it until whoever wanted it has written down which room it is. */
import { z } from 'zod';
import { type RoomId, type UserId } from '../../machines/ids.ts';
import type { Done, NewRoom, RoomWork } from '../ports.ts';
import { statePath, type MatrixApi } from './client.ts';
import { MatrixFailure, unlessRefused } from './errors.ts';
import { aliasNameOf, newRoomBody, OPERATION_KEY, serverOf } from './room-templates.ts';
import type { UntilFinal } from './until-final.ts';

/** A busy homeserver takes its time to make a room, ms. */
const LONG_TIMEOUT_MS = 120_000;
/** How often the room behind a taken alias is looked at: the homeserver may still be making it. */
export const MAX_LOOKS = 5;

const CreateEvent = z.object({
  sender: z.string(),
  content: z.looseObject({ [OPERATION_KEY]: z.unknown().optional() }),
});
const Member = z.object({ membership: z.string() });
const CanonicalAlias = z.looseObject({ alias: z.unknown().optional() });

export interface NewRoomsOptions {
  api: MatrixApi;
  me: UserId;
  signal: AbortSignal;
  creating: UntilFinal;
  /** Makes the change until the homeserver says yes or a final no. */
  change: (name: string, room: RoomId, call: () => Promise<unknown>) => Promise<Done>;
  /** One try. */
  inviteOnce: (room: RoomId, person: UserId) => Promise<unknown>;
}

export function createNewRooms(options: NewRoomsOptions): Pick<RoomWork, 'createRoom' | 'dropAlias'> {
  const { api, me, signal, creating, change, inviteOnce } = options;
  const aliasOf = (operation: string) => `#${aliasNameOf(operation)}:${serverOf(me)}`;

  /** The room that an earlier try of the same operation made; null while it cannot be told whose it is. */
  async function findMade({ operation, person }: NewRoom): Promise<RoomId | null> {
    const room = await unlessRefused(api.roomOfAlias(aliasOf(operation), { signal }));
    if (room === null) return null;
    const asEvent = { query: { format: 'event' }, signal };
    const created = await unlessRefused(api.call(CreateEvent, 'GET', statePath(room, 'm.room.create', ''), asEvent));
    // An alias can be taken by anybody, and be given to a room that the bot made for somebody else.
    if (created === null) return null;
    if (created.sender !== me || created.content[OPERATION_KEY] !== aliasNameOf(operation)) throw aliasIsTaken(false);
    // The homeserver may have been stopped between making the room and inviting.
    const member = await unlessRefused(api.state(Member, room, 'm.room.member', person, { signal }), 'M_NOT_FOUND');
    if (member === null) await inviteOnce(room, person);
    return room;
  }

  async function createRoom(wish: NewRoom): ReturnType<RoomWork['createRoom']> {
    let looks = 0;
    const final = await creating({ name: `create ${wish.kind}`, room: null, party: wish.person }, async () => {
      const made = api.createRoom(newRoomBody(wish, me), { timeoutMs: LONG_TIMEOUT_MS, signal });
      const room = (await unlessRefused(made, 'M_ROOM_IN_USE')) ?? (await findMade(wish));
      if (room !== null) return room;
      looks += 1;
      throw aliasIsTaken(looks < MAX_LOOKS);
    });
    return final.ok ? { ok: true, room: final.value } : final;
  }

  async function dropAlias(room: RoomId, operation: string): Promise<Done> {
    const alias = aliasOf(operation);
    return change('drop alias', room, async () => {
      await unlessRefused(api.deleteAlias(alias, { signal }), 'M_NOT_FOUND');
      const named = api.state(CanonicalAlias, room, 'm.room.canonical_alias', '', { signal });
      const canonical = await unlessRefused(named, 'M_NOT_FOUND');
      if (canonical?.alias !== alias) return;
      const { alias: _, ...others } = canonical;
      await api.putState(room, 'm.room.canonical_alias', '', others, { signal });
    });
  }

  return { createRoom, dropAlias };
}

function aliasIsTaken(again: boolean): MatrixFailure {
  return new MatrixFailure({
    kind: again ? 'unavailable' : 'refused',
    status: null,
    code: 'M_ROOM_IN_USE',
    detail: 'The alias of this creation leads to another room',
  });
}
