/** What the homeserver itself says of a room, asked where others' word for it is not enough. */
import { z } from 'zod';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Log } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { MatrixFailure } from './errors.ts';
import { parts } from './lenient.ts';

/** The sync of all waits for it, ms. */
const TIMEOUT_MS = 2_000;

/** Clients write nothing plain into a room that has this state, whatever it says. */
const Encryption = z.object({});
const Tags = z.object({ tags: parts });
const TagEvent = z.object({ type: z.literal('m.tag'), content: Tags });
const NOTICES = 'm.server_notice';

/** Whether the account's own data of a room says that it is for server notices; null where it does not say. */
export function isForServerNotices(data: readonly unknown[]): boolean | null {
  const tags = data.flatMap((raw) => TagEvent.safeParse(raw).data ?? []).at(-1);
  return tags === undefined ? null : Object.hasOwn(tags.content.tags, NOTICES);
}

export interface RoomFacts {
  /** Whether the state of the room says so. */
  isEncrypted(room: RoomId): Promise<boolean>;
  /** Whether the homeserver uses it to talk to its users. */
  isForServerNotices(room: RoomId): Promise<boolean>;
}

/** Each call is made once; where it fails the answer is no. */
export function createRoomFacts(options: { api: MatrixApi; me: UserId; signal: AbortSignal; log: Log }): RoomFacts {
  const { api, me, signal, log } = options;
  const limits = { signal, timeoutMs: TIMEOUT_MS };

  async function asked<T>(what: string, room: RoomId, call: Promise<T>): Promise<T | null> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof MatrixFailure)) throw error;
      log.debug({ room, what, kind: error.kind, code: error.code }, 'homeserver did not say it');
      return null;
    }
  }

  return {
    async isEncrypted(room) {
      const state = api.state(Encryption, room, 'm.room.encryption', '', limits);
      return (await asked('whether it is encrypted', room, state)) !== null;
    },
    async isForServerNotices(room) {
      const path = `/_matrix/client/v3/user/${encodeURIComponent(me)}/rooms/${encodeURIComponent(room.toWellFormed())}/tags`;
      const tags = await asked('whether it is for server notices', room, api.call(Tags, 'GET', path, limits));
      return tags !== null && Object.hasOwn(tags.tags, NOTICES);
    },
  };
}
