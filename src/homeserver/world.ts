/** Everything that one homeserver knows: its users, rooms, aliases, files and stream. */
import { Accounts, type Account, type Device } from './accounts.ts';
import { Limits, type RateLimits } from './limits.ts';
import { Media, type MediaBounds } from './media.ts';
import type { Room, RoomEvent } from './room.ts';
import { Stream } from './stream.ts';

/** Who makes a request. */
export interface Caller {
  account: Account;
  device: Device;
  token: string;
}

/** Everything that one homeserver knows. */
export interface World {
  readonly serverName: string;
  /** Where clients reach it, with a slash at the end; empty until it listens. */
  url: string;
  readonly defaultRoomVersion: string;
  readonly now: () => number;
  readonly stream: Stream;
  readonly accounts: Accounts;
  readonly rooms: Map<string, Room>;
  readonly aliases: Map<string, Room>;
  readonly media: Media;
  readonly limits: Limits;
  /** Events by device, room and transaction id. */
  readonly transactions: Map<string, RoomEvent>;
  /** Where space listings go on, by token. */
  readonly listings: Map<string, string[]>;
}

export function newWorld(options: {
  serverName: string;
  now: () => number;
  limits: RateLimits;
  defaultRoomVersion: string;
  media: MediaBounds;
}): World {
  const { serverName, now, limits, defaultRoomVersion, media } = options;
  return {
    serverName,
    url: '',
    defaultRoomVersion,
    now,
    stream: new Stream(),
    accounts: new Accounts(),
    rooms: new Map(),
    aliases: new Map(),
    media: new Media(serverName, media),
    limits: new Limits(limits, now),
    transactions: new Map(),
    listings: new Map(),
  };
}
