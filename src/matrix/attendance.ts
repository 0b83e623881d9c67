/**
 * Finds out that the bot is no longer in a room where no sync says so: its own account left it elsewhere, or an
 * administrator took the room away.
 */
import { z } from 'zod';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Chance, Log, RoomWork, Send } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { isRefusal } from './errors.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

const LONG_TIMEOUT_MS = 120_000;
/** Nobody waits for it, ms. */
const REPLACED_TIMEOUT_MS = 10_000;

const Tombstone = z.object({ replacement_room: z.string() });

const Membership = z.object({ membership: z.string() });

export interface Attendance {
  /** The rooms that the bot is in. Tries until the homeserver answers; rejects with a MatrixFailure, or with `Closed`. */
  joinedRooms(): Promise<ReadonlySet<RoomId>>;
  /** Whether another room took the place of this one; asked once, no where the homeserver does not say. */
  isReplaced(room: RoomId): Promise<boolean>;
  /**
   * The same work and send, which look after a refusal whether the bot is still in the room. `gone` is called for each
   * room that it is not in; where it is a Space, before the refusal is known.
   */
  watching(
    ports: { work: RoomWork; send: Send },
    gone: (room: RoomId) => Promise<void>,
  ): { work: RoomWork; send: Send };
  close(): void;
}

export interface AttendanceOptions {
  api: MatrixApi;
  me: UserId;
  chance: Chance;
  log: Log;
  wait?: Wait;
}

export function createAttendance({ api, me, chance, log, wait = realWait }: AttendanceOptions): Attendance {
  const closing = new AbortController();
  const { signal } = closing;

  async function isIn(room: RoomId): Promise<boolean> {
    try {
      const { membership } = await api.state(Membership, room, 'm.room.member', me, { signal });
      return membership === 'join';
    } catch (error) {
      return !isRefusal(error);
    }
  }

  return {
    async joinedRooms() {
      const call = () => api.joinedRooms({ timeoutMs: LONG_TIMEOUT_MS, signal });
      return new Set(await retry(call, { on: ['limited', 'unavailable', 'suspended'], signal, wait, chance }));
    },
    async isReplaced(room) {
      const limits = { timeoutMs: REPLACED_TIMEOUT_MS, signal };
      const asked = api.state(Tombstone, room, 'm.room.tombstone', '', limits);
      return asked.then(
        () => true,
        () => false,
      );
    },
    watching({ work, send }, gone) {
      async function look(room: RoomId): Promise<void> {
        if (signal.aborted || (await isIn(room))) return;
        log.warn({ room }, 'the bot is no longer in the room');
        await gone(room);
      }
      const lookAfter = async <T extends { ok: true } | { ok: false; code: string }>(
        room: RoomId,
        call: Promise<T>,
      ) => {
        const result = await call;
        if (isForbidden(result)) {
          look(room).catch((error: unknown) => log.error({ room, error }, 'the loss of the room was not noted'));
        }
        return result;
      };
      return {
        send: (message, priority) => lookAfter(message.room, send(message, priority)),
        work: {
          ...work,
          async linkChild(space, room) {
            const done = await work.linkChild(space, room);
            if (isForbidden(done)) await look(space);
            return done;
          },
          invite: (room, person) => lookAfter(room, work.invite(room, person)),
          setName: (room, name) => lookAfter(room, work.setName(room, name)),
        },
      };
    },
    close: () => closing.abort(),
  };
}

function isForbidden(result: { ok: true } | { ok: false; code: string }): boolean {
  return !result.ok && result.code === 'M_FORBIDDEN';
}
