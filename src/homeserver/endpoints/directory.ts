/** Endpoints: aliases of rooms. */
import { powerOf, sendLevelOf } from '../auth-rules.ts';
import { addAlias } from '../create-room.ts';
import { forbidden, invalidParam, missingParam, MatrixError, notFound, notInRoom, unknown } from '../errors.ts';
import { serverOf } from '../ids.ts';
import { jsonOf, param, type OpenCall, type Route } from '../routing.ts';
import type { Room } from '../room.ts';
import { send } from '../send.ts';
import type { World } from '../world.ts';

const PATH = '/_matrix/client/v3/directory/room/:alias';

export function roomOfAlias(world: World, alias: string): Room {
  const room = world.aliases.get(alias);
  if (!room) throw notFound(`Room alias ${alias} not found`);
  return room;
}

function aliasOf(call: OpenCall): string {
  const alias = param(call, 'alias');
  if (!/^#[^:]*:.+$/.test(alias)) throw invalidParam('Room alias invalid');
  return alias;
}

/** Aliases of rooms. */
export const directoryRoutes: Route[] = [
  {
    method: 'GET',
    path: PATH,
    open: true,
    handle: (call) => ({ room_id: roomOfAlias(call.world, aliasOf(call)).id, servers: [call.world.serverName] }),
  },
  {
    method: 'PUT',
    path: PATH,
    handle: (call) => {
      const { world, caller } = call;
      const alias = aliasOf(call);
      const { room_id: roomId } = jsonOf(call);
      if (roomId === undefined) throw missingParam("Missing params: ['room_id']");
      const room = typeof roomId === 'string' ? world.rooms.get(roomId) : undefined;
      if (!room) throw unknown('Room does not exist');
      if (serverOf(alias) !== world.serverName) throw unknown('Room alias must be local');
      if (!room.joined.has(caller.account.id)) throw forbidden('You must be in the room to create an alias for it');
      if (world.aliases.has(alias)) throw new MatrixError(409, 'M_UNKNOWN', `Room alias ${alias} already exists`);
      addAlias(world, room, alias);
      return {};
    },
  },
  {
    method: 'DELETE',
    path: PATH,
    handle: (call) => {
      const { world, caller } = call;
      const alias = aliasOf(call);
      const room = world.aliases.get(alias);
      const user = caller.account.id;
      if (!room) throw notFound('Unknown room alias');
      if (!room.joined.has(user)) throw notInRoom(user, room.id);
      const mayRename = powerOf(room, user) >= sendLevelOf(room, 'm.room.canonical_alias', true);
      if (!mayRename) throw forbidden("You don't have permission to delete the alias.");
      world.aliases.delete(alias);
      room.aliases.delete(alias);
      if (room.state('m.room.canonical_alias')?.content.alias === alias) {
        send(world, room, { type: 'm.room.canonical_alias', sender: user, state_key: '', content: {} });
      }
      return {};
    },
  },
];
