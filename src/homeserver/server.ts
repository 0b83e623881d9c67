/** Starts the homeserver and joins its parts. */
import type { AddressInfo } from 'node:net';
import { UserId } from '../../machines/ids.ts';
import { accountDataRoutes } from './endpoints/account-data.ts';
import { directoryRoutes } from './endpoints/directory.ts';
import { historyRoutes } from './endpoints/history.ts';
import { mediaRoutes } from './endpoints/media.ts';
import { membershipRoutes } from './endpoints/membership.ts';
import { profileRoutes } from './endpoints/profile.ts';
import { roomRoutes } from './endpoints/rooms.ts';
import { sendRoutes } from './endpoints/send.ts';
import { serverRoutes } from './endpoints/server-info.ts';
import { sessionRoutes } from './endpoints/session.ts';
import { signalRoutes } from './endpoints/signals.ts';
import { syncRoutes } from './endpoints/sync.ts';
import { FaultList, type Faults } from './faults.ts';
import { httpServer } from './http.ts';
import { newDeviceId } from './ids.ts';
import type { RateLimits } from './limits.ts';
import type { RoomEvent } from './room.ts';
import { router } from './routing.ts';
import { newWorld } from './world.ts';

export interface HomeserverOptions {
  serverName?: string;
  /** 0: any free one. */
  port?: number;
  host?: string;
  /** What `origin_server_ts`, `age` and rate limits count by, ms. */
  now?: () => number;
  /** Without limit where absent; `synapseLimits` are those of a Synapse out of the box. */
  limits?: RateLimits;
  /** The version of rooms whose creator names none: '11' or '12'. */
  roomVersion?: string;
  /** The largest file that it takes, in bytes, and how much it keeps of all files before the oldest go. */
  maxUpload?: number;
  maxKept?: number;
}

/** A Matrix homeserver in this process, in memory (files aside), on a port of its own. */
export interface Homeserver {
  /** Without a slash at the end. */
  readonly url: string;
  readonly serverName: string;
  /** The largest file that it takes, in bytes. */
  readonly maxUpload: number;
  readonly faults: Faults;
  /** Makes an account; throws when there is one of that name. */
  register(localpart: string, password: string): UserId;
  /** Logs in without a password, on the device named or a new one. */
  login(user: string, deviceId?: string): { token: string; deviceId: string };
  /** All events of a room in order, as they are kept; an empty list for an unknown room. */
  events(roomId: string): readonly Readonly<RoomEvent>[];
  /** Cuts every connection, long polls among them, and frees the port. */
  close(): Promise<void>;
}

const routes = [
  ...serverRoutes,
  ...sessionRoutes,
  ...syncRoutes,
  ...roomRoutes,
  ...membershipRoutes,
  ...sendRoutes,
  ...historyRoutes,
  ...signalRoutes,
  ...accountDataRoutes,
  ...profileRoutes,
  ...directoryRoutes,
  ...mediaRoutes,
];

/** Starts a homeserver and resolves when it listens; rejects when the port is taken. */
export async function startHomeserver(options: HomeserverOptions = {}): Promise<Homeserver> {
  const {
    serverName = 'demo.test',
    port = 0,
    host = '127.0.0.1',
    now = Date.now,
    limits = {},
    roomVersion = '12',
    ...media
  } = options;
  const world = newWorld({ serverName, now, limits, defaultRoomVersion: roomVersion, media });
  const faults = new FaultList();
  const closing = new AbortController();
  const server = httpServer(world, router(routes), faults, closing.signal);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  world.url = `${url}/`;

  return {
    url,
    serverName,
    maxUpload: world.media.maxUpload,
    faults: {
      add: (fault) => faults.add(fault),
      clear: () => faults.clear(),
      forgetTransactions: () => world.transactions.clear(),
      expireTokens: (user) => {
        world.accounts.expireTokens(user);
        world.stream.wake(user);
      },
    },
    register: (localpart, password) => {
      const user = UserId.parse(`@${localpart}:${serverName}`);
      if (world.accounts.get(user)) throw new Error(`${user} is registered already`);
      world.accounts.add(user, password, localpart);
      return user;
    },
    login: (user, deviceId = newDeviceId()) => {
      const account = world.accounts.get(user);
      if (!account) throw new Error(`${user} is not registered`);
      return { token: world.accounts.login(account, deviceId, null).token, deviceId };
    },
    events: (roomId) => world.rooms.get(roomId)?.timeline ?? [],
    close: async () => {
      closing.abort();
      world.stream.close();
      for (const room of world.rooms.values()) for (const timer of room.typing.values()) clearTimeout(timer);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await world.media.close();
    },
  };
}
