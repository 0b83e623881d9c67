/** The account: its login, what of it is encrypted, its limits, and who speaks for it. */
import pMap from 'p-map';
import { z } from 'zod';
import { RECORD_VERSION } from '../durable/record.ts';
import type { RoomId } from '../../machines/ids.ts';
import { createClient, roomPath, type MatrixApi } from '../matrix/client.ts';
import { MatrixFailure, unlessRefused } from '../matrix/errors.ts';
import { holderOf } from '../matrix/lease.ts';
import { loginOnce } from '../matrix/login.ts';
import { lookAtState } from '../store/look.ts';
import { enteredOf, ok, warn, type Finding, type World } from './check.ts';

/** A password makes a session of its own, which `leave` ends; throws LoginRefused, which says what to do. */
export async function checkLogin(world: World, signal: AbortSignal): Promise<Finding> {
  const { homeserver, userId: me, accessToken, password, deviceId } = world.config.matrix;
  const { log } = world;
  const session = await loginOnce({
    ...{ homeserver, userId: me, log, signal, chance: Math.random, deviceId: null, rememberedDeviceId: null },
    credentials: accessToken !== null ? { accessToken } : { password: password ?? '' },
  });
  const api = createClient({ homeserver, accessToken: session.accessToken, me, log });
  world.entered = { me, session, api };
  if (accessToken === null) return ok(`${me} gets in by its password.`, { by: 'password' });
  const facts = { by: 'token', device: session.deviceId };
  const words = `${me} gets in by its access token, as device ${session.deviceId}`;
  if (deviceId === null || deviceId === session.deviceId) return ok(`${words}.`, facts);
  return warn(
    `${words}, while MATRIX_DEVICE_ID is ${deviceId}. Correct it, or leave it out: a token has the device of its login.`,
    facts,
  );
}

/** Ends the session that a password made. Never rejects. */
export async function leave({ entered, config }: World): Promise<void> {
  if (entered === null || config.matrix.accessToken !== null) return;
  const path = '/_matrix/client/v3/logout';
  await entered.api.call(z.unknown(), 'POST', path, { timeoutMs: LOGOUT_MS }).catch(() => undefined);
}

const LOGOUT_MS = 2_000;

const Keys = z.object({
  device_keys: z.record(z.string(), z.record(z.string(), z.unknown())).catch({}),
  master_keys: z.record(z.string(), z.unknown()).catch({}),
});
/** Rooms of a large account that are looked at, and how many at once. */
const MOST_ROOMS = 40;
const ROOMS_AT_ONCE = 4;

/** The service has no keys: what is encrypted it cannot read, and says so in the room. */
export async function checkEncryption(world: World, signal: AbortSignal): Promise<Finding> {
  const { api, me, session } = enteredOf(world);
  const [rooms, keys] = await Promise.all([api.joinedRooms({ signal }), keysOf(api, me, signal)]);
  const looked = rooms.slice(0, MOST_ROOMS);
  const encrypted = (
    await pMap(looked, (room) => isEncrypted(api, room, signal), { concurrency: ROOMS_AT_ONCE })
  ).filter((is) => is).length;
  const own = Object.keys(keys?.device_keys[me] ?? {});
  const facts = {
    ...{ rooms: rooms.length, lookedAt: looked.length, encrypted },
    keys: keys === null ? null : { devices: own, crossSigned: me in keys.master_keys },
  };
  const said = [
    encrypted === 0
      ? `None of its ${looked.length} rooms is encrypted.`
      : `${encrypted} of its ${looked.length} rooms are encrypted: the bot cannot read what people write there, and tells them so. Have them write in the chats that it makes, which never are.`,
  ];
  if (own.includes(session.deviceId)) {
    said.push(
      `Its session ${session.deviceId} was made by a client that encrypts: others take it for one that can read what is encrypted. Log in anew for the service.`,
    );
  }
  return { is: encrypted > 0 || own.includes(session.deviceId) ? 'warn' : 'ok', says: said.join(' '), facts };
}

/** Null where the homeserver knows no keys. */
function keysOf(api: MatrixApi, me: string, signal: AbortSignal): Promise<z.infer<typeof Keys> | null> {
  const body = { device_keys: { [me]: [] } };
  return unlessRefused(api.call(Keys, 'POST', '/_matrix/client/v3/keys/query', { body, signal }));
}

async function isEncrypted(api: MatrixApi, room: RoomId, signal: AbortSignal): Promise<boolean> {
  const path = `${roomPath(room)}/state/m.room.encryption/`;
  return (await unlessRefused(api.call(z.unknown(), 'GET', path, { signal }))) !== null;
}

const Override = z.object({ messages_per_second: z.number().optional(), burst_count: z.number().optional() });

/** No API says an ordinary account its limits; Synapse tells administrators. */
export async function checkLimits(world: World, signal: AbortSignal): Promise<Finding> {
  const { api, me } = enteredOf(world);
  const path = `/_synapse/admin/v1/users/${encodeURIComponent(me)}/override_ratelimit`;
  const override = await unlessRefused(api.call(Override, 'GET', path, { signal })).catch((error: unknown) => {
    if (error instanceof MatrixFailure && error.kind === 'limited') return null;
    throw error;
  });
  if (override?.messages_per_second === 0)
    return ok('The account is exempt from the limits of its homeserver.', { override });
  const how =
    `To exempt it, an administrator of Synapse sends POST /_synapse/admin/v1/users/${me}/override_ratelimit {"messages_per_second": 0, "burst_count": 0}, ` +
    'or an application service has rate_limited: false (docs/operating.md).';
  if (world.isLimited)
    return warn(`The homeserver limits this account: it refused a call of this very check. ${how}`, { override });
  const seen = override === null ? 'whether it is exempt only an administrator can see' : 'it is not exempt';
  return ok(`No limit of the homeserver was met; ${seen}. ${how}`, { override });
}

/** One service speaks for an account (docs/adr/0014). */
export async function checkHolder(world: World, signal: AbortSignal): Promise<Finding> {
  const { config } = world;
  const { instance = null } = lookAtState(config.state.dir, RECORD_VERSION).host;
  const holder = await holderOf(enteredOf(world), signal);
  if (holder === null) return ok('No service speaks for the account now.', { holder });
  if (holder === instance)
    return ok('The service of this state folder speaks for the account, or was the last that did.', { holder });
  return warn(
    'A service with another state folder speaks for the account, or was killed when it did. Stop that one first, or start this one with --take-over; ' +
      'after a kill a start waits a minute.',
    { holder },
  );
}
