/** Endpoints: joining, leaving, inviting, removing, forgetting. */
import { invalidParam, unknown } from '../errors.ts';
import { isRoomId } from '../ids.ts';
import { requireParams, type Json } from '../json.ts';
import { changeMembershipAs, type MembershipAction } from '../membership.ts';
import { optionalJsonOf, param, type Call, type Route } from '../routing.ts';
import { roomOfAlias } from './directory.ts';

const V3 = '/_matrix/client/v3';

const reasonOf = (body: Json): Json => (typeof body.reason === 'string' ? { reason: body.reason } : {});

function join(call: Call, roomId: string): Json {
  const user = call.caller.account.id;
  changeMembershipAs(call.world, roomId, 'join', user, user, reasonOf(optionalJsonOf(call)));
  return { room_id: roomId };
}

/** A change of somebody else's membership, named in the body. */
function others(action: MembershipAction): Route {
  return {
    method: 'POST',
    path: `${V3}/rooms/:room/${action}`,
    handle: (call) => {
      const body = optionalJsonOf(call);
      const user = call.caller.account.id;
      requireParams(body, ['user_id']);
      if (typeof body.user_id !== 'string') throw invalidParam("'user_id' must be a string");
      if (action === 'invite') {
        call.world.limits.take('invite', user);
        call.world.limits.take('invitee', body.user_id);
      }
      changeMembershipAs(call.world, param(call, 'room'), action, user, body.user_id, reasonOf(body));
      return {};
    },
  };
}

/** Coming, going, and being sent. */
export const membershipRoutes: Route[] = [
  {
    method: 'POST',
    path: `${V3}/join/:idOrAlias`,
    handle: (call) => {
      const name = param(call, 'idOrAlias');
      if (name.startsWith('#')) return join(call, roomOfAlias(call.world, name).id);
      if (!isRoomId(name)) throw unknown(`${name} was not legal room ID or room alias`);
      return join(call, name);
    },
  },
  { method: 'POST', path: `${V3}/rooms/:room/join`, handle: (call) => join(call, param(call, 'room')) },
  {
    method: 'POST',
    path: `${V3}/rooms/:room/leave`,
    handle: (call) => {
      const user = call.caller.account.id;
      changeMembershipAs(call.world, param(call, 'room'), 'leave', user, user, reasonOf(optionalJsonOf(call)));
      return {};
    },
  },
  {
    method: 'POST',
    path: `${V3}/rooms/:room/forget`,
    handle: (call) => {
      const { account } = call.caller;
      const room = call.world.rooms.get(param(call, 'room'));
      const membership = room?.membership(account.id);
      if (membership === 'join' || membership === 'invite') throw unknown(`User ${account.id} in room ${room!.id}`);
      if (room && membership !== undefined) {
        account.rooms.delete(room.id);
        room.forgottenBy.add(account.id);
      }
      return {};
    },
  },
  others('invite'),
  others('kick'),
  others('ban'),
  others('unban'),
];
