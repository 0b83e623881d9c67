/** Endpoints: account data. */
import { storeAccountData } from '../account-data.ts';
import { forbidden, invalidParam, MatrixError, notFound } from '../errors.ts';
import { isRoomId } from '../ids.ts';
import { jsonOf, param, type Call, type Route } from '../routing.ts';

const V3 = '/_matrix/client/v3';

const elsewhere: Record<string, string> = {
  'm.fully_read': '/rooms/!roomId:server.name/read_markers',
  'm.push_rules': '/pushrules',
};

function requireOwn(call: Call, verb: string): void {
  if (param(call, 'user') !== call.caller.account.id) throw forbidden(`Cannot ${verb} account data for other users.`);
}

function put(call: Call, roomId: string | null) {
  requireOwn(call, 'add');
  const type = param(call, 'type');
  const content = jsonOf(call);
  if (roomId !== null && !isRoomId(roomId)) throw invalidParam(`${roomId} is not a valid room ID`);
  if (Object.hasOwn(elsewhere, type)) {
    throw new MatrixError(405, 'M_BAD_JSON', `Cannot set ${type} through this API. Use ${elsewhere[type]}`);
  }
  storeAccountData(call.world, call.caller.account, roomId, type, content);
  return {};
}

/** What a user keeps here, globally and per room. */
export const accountDataRoutes: Route[] = [
  {
    method: 'GET',
    path: `${V3}/user/:user/account_data/:type`,
    handle: (call) => {
      requireOwn(call, 'get');
      const stored = call.caller.account.accountData.get(param(call, 'type'));
      if (!stored) throw notFound('Account data not found');
      return stored.content;
    },
  },
  {
    method: 'GET',
    path: `${V3}/user/:user/rooms/:room/account_data/:type`,
    handle: (call) => {
      requireOwn(call, 'get');
      const stored = call.caller.account.roomAccountData.get(param(call, 'room'))?.get(param(call, 'type'));
      if (!stored) throw notFound('Room account data not found');
      return stored.content;
    },
  },
  { method: 'PUT', path: `${V3}/user/:user/account_data/:type`, handle: (call) => put(call, null) },
  {
    method: 'PUT',
    path: `${V3}/user/:user/rooms/:room/account_data/:type`,
    handle: (call) => put(call, param(call, 'room')),
  },
];
