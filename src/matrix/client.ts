/** The homeserver's client API, typed: the only file that talks through matrix-bot-sdk's MatrixClient. */
import { z } from 'zod';
import { MatrixClient } from 'matrix-bot-sdk';
import type { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { EventId as EventIdSchema, RoomId as RoomIdSchema, UserId as UserIdSchema } from '../../machines/ids.ts';
import type { Log } from '../ports.ts';
import { badAnswer, toFailure } from './errors.ts';
import { withSignal } from './http.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** How long a call may take, ms, where the caller does not say. */
const DEFAULT_TIMEOUT_MS = 30_000;

interface CallOptions {
  /** Arrays repeat their key; undefined is left out. */
  query?: Record<string, unknown>;
  /** Sent as JSON. */
  body?: object;
  timeoutMs?: number;
  signal?: AbortSignal;
}

type Limits = Pick<CallOptions, 'timeoutMs' | 'signal'>;

const Sent = z.object({ event_id: EventIdSchema });
const Joined = z.object({ room_id: RoomIdSchema });
const Whoami = z.object({ user_id: UserIdSchema, device_id: z.string().optional() });
const Nothing = z.object({});
const Messages = z.object({ chunk: z.array(z.unknown()), start: z.string().optional(), end: z.string().optional() });

type Whoami = z.infer<typeof Whoami>;
export type Messages = z.infer<typeof Messages>;

export interface MessagesQuery {
  dir: 'b' | 'f';
  from?: string;
  to?: string;
  limit?: number;
  filter?: object;
}

/** Every call rejects with a MatrixFailure and nothing else. */
export interface MatrixApi {
  /** Calls `path` (from `/_matrix` on, its parts encoded already) and checks the answer with `schema`. */
  call<T>(schema: z.ZodType<T>, method: Method, path: string, options?: CallOptions): Promise<T>;
  /** Sends an event; the same `transaction` from the same device gives the same event. */
  putEvent(room: RoomId, type: string, transaction: string, content: object, limits?: Limits): Promise<EventId>;
  join(room: RoomId, limits?: Limits): Promise<RoomId>;
  leave(room: RoomId, limits?: Limits): Promise<void>;
  /** Shows that `user` types for at most `ms`; 0 hides it. */
  typing(room: RoomId, user: UserId, ms: number, limits?: Limits): Promise<void>;
  /** Marks everything up to `event` as read. */
  markRead(room: RoomId, event: EventId, limits?: Limits): Promise<void>;
  whoami(limits?: Limits): Promise<Whoami>;
  /** One page of a room's history. */
  messages(room: RoomId, query: MessagesQuery, limits?: Limits): Promise<Messages>;
}

/** Makes the client of one account. `accessToken` null: for the calls before a login. */
export function createClient(options: { homeserver: string; accessToken: string | null; log: Log }): MatrixApi {
  const client = new MatrixClient(options.homeserver, options.accessToken ?? '');

  async function call<T>(schema: z.ZodType<T>, method: Method, path: string, given: CallOptions = {}): Promise<T> {
    const { query = null, body = null, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = given;
    const started = performance.now();
    const { answer, status } = await withSignal(signal, async (exchange) => {
      try {
        const answer: unknown = await client.doRequest(method, path, query, body, timeoutMs);
        return { answer, status: exchange.status };
      } catch (thrown) {
        const failure = toFailure(thrown, { retryAfter: exchange.retryAfter, now: Date.now() });
        const ms = Math.round(performance.now() - started);
        options.log.debug(
          { method, path, kind: failure.kind, status: failure.status, code: failure.code, ms },
          'matrix call failed',
        );
        throw failure;
      }
    });
    const decoded = schema.safeParse(answer);
    if (decoded.success) return decoded.data;
    if (typeof answer !== 'object' || answer === null) throw badAnswer(status, 'The answer is not JSON');
    const where = decoded.error.issues.map((issue) => issue.path.join('.') || '(top)').slice(0, 5);
    throw badAnswer(status, `The answer has not the expected form at ${where.join(', ')}`);
  }

  return {
    call,
    async putEvent(room, type, transaction, content, limits) {
      const path = `${roomPath(room)}/send/${encoded(type)}/${encoded(transaction)}`;
      return (await call(Sent, 'PUT', path, { ...limits, body: content })).event_id;
    },
    async join(room, limits) {
      return (await call(Joined, 'POST', `${roomPath(room)}/join`, { ...limits, body: {} })).room_id;
    },
    async leave(room, limits) {
      await call(Nothing, 'POST', `${roomPath(room)}/leave`, { ...limits, body: {} });
    },
    async typing(room, user, ms, limits) {
      const body = ms > 0 ? { typing: true, timeout: ms } : { typing: false };
      await call(Nothing, 'PUT', `${roomPath(room)}/typing/${encoded(user)}`, { ...limits, body });
    },
    async markRead(room, event, limits) {
      await call(Nothing, 'POST', `${roomPath(room)}/receipt/m.read/${encoded(event)}`, { ...limits, body: {} });
    },
    whoami: (limits) => call(Whoami, 'GET', '/_matrix/client/v3/account/whoami', limits),
    messages(room, { filter, ...query }, limits) {
      const asked = filter ? { ...query, filter: JSON.stringify(filter) } : query;
      return call(Messages, 'GET', `${roomPath(room)}/messages`, { ...limits, query: asked });
    },
  };
}

/** Ids come from others: what is no well-formed text must not make the encoding throw. */
export function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

/** The path of what is done in a room; `/…` comes after it. */
export function roomPath(room: RoomId): string {
  return `/_matrix/client/v3/rooms/${encoded(room)}`;
}
