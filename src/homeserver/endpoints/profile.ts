/** Endpoints: names and pictures of people. */
import type { Account } from '../accounts.ts';
import { forbidden, invalidParam, MatrixError, missingParam, unknown } from '../errors.ts';
import { isUserId, serverOf } from '../ids.ts';
import type { Json } from '../json.ts';
import { changeMembership } from '../membership.ts';
import { jsonOf, param, type Call, type OpenCall, type Route } from '../routing.ts';

const V3 = '/_matrix/client/v3';
const MAX_NAME = 256;
const fields = ['displayname', 'avatar_url'] as const;
type Field = (typeof fields)[number];

function accountOf(call: OpenCall): Account {
  const user = param(call, 'user');
  if (!isUserId(user)) throw invalidParam('Invalid user id');
  if (serverOf(user) !== call.world.serverName) throw forbidden(`Federation denied with ${serverOf(user)}.`);
  const account = call.world.accounts.get(user);
  if (!account) throw unknown('No row found (profiles)', 404);
  return account;
}

/** Sets one part of the caller's profile, here and in all rooms; an empty value takes it away. */
function put(call: Call, field: Field): Json {
  const { world, caller } = call;
  const body = jsonOf(call);
  const user = caller.account.id;
  if (param(call, 'user') !== user) {
    throw new MatrixError(400, 'M_FORBIDDEN', `Cannot set another user's ${field}`);
  }
  const value = body[field];
  if (value === undefined) throw missingParam(`Missing key '${field}'`);
  if (typeof value !== 'string') throw invalidParam(`'${field}' must be a string`);
  if (field === 'displayname' && value.length > MAX_NAME) throw unknown(`Displayname is too long (max ${MAX_NAME})`);
  if (value === '') delete caller.account.profile[field];
  else caller.account.profile[field] = value;
  for (const id of caller.account.rooms) {
    if (world.rooms.get(id)?.joined.has(user)) changeMembership(world, id, 'join', user, user);
  }
  return {};
}

/** Names and pictures of people. */
export const profileRoutes: Route[] = [
  { method: 'GET', path: `${V3}/profile/:user`, open: true, handle: (call) => ({ ...accountOf(call).profile }) },
  ...fields.flatMap((field): Route[] => [
    {
      method: 'GET',
      path: `${V3}/profile/:user/${field}`,
      open: true,
      handle: (call) => {
        const value = accountOf(call).profile[field];
        return value === undefined ? {} : { [field]: value };
      },
    },
    { method: 'PUT', path: `${V3}/profile/:user/${field}`, handle: (call) => put(call, field) },
  ]),
];
