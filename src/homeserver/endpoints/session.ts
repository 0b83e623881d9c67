/** Endpoints: login, logout, devices. */
import { forbidden, invalidParam, unknown } from '../errors.ts';
import { newDeviceId } from '../ids.ts';
import { isObject, type Json } from '../json.ts';
import { jsonOf, type OpenCall, type Route } from '../routing.ts';

const V3 = '/_matrix/client/v3';

/** Login, logout, devices. */
export const sessionRoutes: Route[] = [
  { method: 'GET', path: `${V3}/login`, open: true, handle: () => ({ flows: [{ type: 'm.login.password' }] }) },
  { method: 'POST', path: `${V3}/login`, open: true, handle: login },
  {
    method: 'POST',
    path: `${V3}/logout`,
    handle: ({ world, caller }) => {
      world.accounts.logout(caller.device);
      world.stream.wake(caller.account.id);
      return {};
    },
  },
  {
    method: 'GET',
    path: `${V3}/account/whoami`,
    handle: ({ caller }) => ({ user_id: caller.account.id, device_id: caller.device.id, is_guest: false }),
  },
  {
    method: 'GET',
    path: `${V3}/devices`,
    handle: ({ caller }) => ({
      devices: [...caller.account.devices.values()].map(({ id, user, name }) => ({
        device_id: id,
        user_id: user,
        display_name: name,
        last_seen_ip: null,
        last_seen_ts: null,
      })),
    }),
  },
];

function login(call: OpenCall): Json {
  const { world } = call;
  const body = jsonOf(call);
  if (!('type' in body)) throw unknown('Missing JSON keys.');
  if (body.type !== 'm.login.password') throw invalidParam('Invalid login submission');
  const { password, device_id: deviceId, initial_device_display_name: name } = body;
  const user = userOf(body);
  if (typeof password !== 'string') throw invalidParam('Bad parameter: password');
  const id = user.startsWith('@') ? user : `@${user}:${world.serverName}`;
  world.limits.take('login', id);
  const account = world.accounts.get(id);
  if (!account || !world.accounts.passwordFits(account, password)) throw forbidden('Invalid username or password');
  const wanted = typeof deviceId === 'string' && deviceId !== '' ? deviceId : newDeviceId();
  const { device, token } = world.accounts.login(account, wanted, typeof name === 'string' ? name : null);
  return {
    user_id: account.id,
    access_token: token,
    home_server: world.serverName,
    device_id: device.id,
    well_known: { 'm.homeserver': { base_url: world.url } },
  };
}

/** The user named in `identifier`, or in the deprecated `user`. */
function userOf(body: Json): string {
  const identifier = body.identifier ?? { type: 'm.id.user', user: body.user };
  if (!isObject(identifier)) throw invalidParam('Unknown login identifier type');
  const { type } = identifier;
  if (type === 'm.id.thirdparty' || type === 'm.id.phone') throw forbidden('Invalid username or password');
  if (type !== 'm.id.user') throw unknown('Unknown login identifier type');
  if (typeof identifier.user !== 'string') throw unknown("User identifier is missing 'user' key");
  return identifier.user;
}
