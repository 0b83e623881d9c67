/** Endpoints: what the server is and offers. */
import { forbidden, unknown } from '../errors.ts';
import { pushRules } from '../push-rules.ts';
import { roomVersions } from '../room-versions.ts';
import { jsonOf, param, type Route } from '../routing.ts';

const versions = ['r0.6.1', ...Array.from({ length: 15 }, (_, minor) => `v1.${minor + 1}`)];

/** What the server is and offers, and what it only pretends to: presence and push rules. */
export const serverRoutes: Route[] = [
  {
    method: 'GET',
    path: '/_matrix/client/versions',
    open: true,
    handle: () => ({ versions, unstable_features: {} }),
  },
  {
    method: 'GET',
    path: '/_matrix/client/v3/capabilities',
    handle: ({ world }) => ({
      capabilities: {
        'm.room_versions': {
          default: world.defaultRoomVersion,
          available: Object.fromEntries([...roomVersions.keys()].map((id) => [id, 'stable'])),
        },
        'm.change_password': { enabled: false },
        'm.set_displayname': { enabled: true },
        'm.set_avatar_url': { enabled: true },
        'm.3pid_changes': { enabled: false },
      },
    }),
  },
  { method: 'GET', path: '/_matrix/client/v3/pushrules/', handle: ({ caller }) => pushRules(caller.account.id) },
  { method: 'GET', path: '/_matrix/client/v3/voip/turnServer', handle: () => ({}) },
  {
    method: 'PUT',
    path: '/_matrix/client/v3/presence/:user/status',
    handle: (call) => {
      if (param(call, 'user') !== call.caller.account.id) throw forbidden('Can only set your own presence state');
      const { presence } = jsonOf(call);
      if (presence !== 'online' && presence !== 'unavailable' && presence !== 'offline') {
        throw unknown('Invalid presence state');
      }
      return {};
    },
  },
];
