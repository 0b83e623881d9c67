/**
 * Whether the bot is still in its rooms, where no sync tells: of what its own account does elsewhere it asks for
 * nothing, and so does an administrator's removal of a room look.
 */
import { z } from 'zod';
import { RoomId, type UserId } from '../../machines/ids.ts';
import type { Chance, Log, RoomWork, Send } from '../ports.ts';
import { encoded, roomPath, type MatrixApi } from './client.ts';
import { MatrixFailure } from './errors.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

const LONG_TIMEOUT_MS = 120_000;

const JoinedRooms = z.object({ joined_rooms: z.array(RoomId) });
const Membership = z.object({ membership: z.string() });

export interface Attendance {
  /** The rooms that the bot is in. Tries until the homeserver answers; rejects with a MatrixFailure, or with `Closed`. */
  joinedRooms(): Promise<ReadonlySet<RoomId>>;
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
    const path = `${roomPath(room)}/state/m.room.member/${encoded(me)}`;
    try {
      const { membership } = await api.call(Membership, 'GET', path, { signal });
      return membership === 'join';
    } catch (error) {
      return !(error instanceof MatrixFailure && error.kind === 'refused');
    }
  }

  return {
    joinedRooms() {
      const limits = { timeoutMs: LONG_TIMEOUT_MS, signal };
      const call = () => api.call(JoinedRooms, 'GET', '/_matrix/client/v3/joined_rooms', limits);
      const on = ['limited' as const, 'unavailable' as const];
      return retry(call, { on, signal, wait, chance }).then(({ joined_rooms }) => new Set(joined_rooms));
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
        if (isRefusal(result)) {
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
            if (isRefusal(done)) await look(space);
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

function isRefusal(result: { ok: true } | { ok: false; code: string }): boolean {
  return !result.ok && result.code === 'M_FORBIDDEN';
}
