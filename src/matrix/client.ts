/** The homeserver's client API, typed: the only file that talks through matrix-bot-sdk's MatrixClient. */
import { z } from 'zod';
import { MatrixClient, type RoomCreateOptions } from 'matrix-bot-sdk';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { Log } from '../ports.ts';
import { badAnswer, toFailure } from './errors.ts';
import { entries, tokenOrNothing } from './lenient.ts';
import { withLimits, type Limits } from './http.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** How long a call may take, ms, where the caller does not say. */
const DEFAULT_TIMEOUT_MS = 30_000;

interface CallOptions extends Limits {
  /** Arrays repeat their key; undefined is left out. */
  query?: Record<string, unknown>;
  /** Sent as JSON. */
  body?: object;
}

const Sent = z.object({ event_id: EventId });
const Whoami = z.object({ user_id: UserId, device_id: tokenOrNothing });
const Profile = z.object({ displayname: z.string().nullish().catch(null) });
const Nothing = z.object({});
const Messages = z.object({ chunk: entries, end: tokenOrNothing });

/** What is no list says nothing, not that there are none. */
const RoomIds = z.array(z.unknown()).transform((ids) => ids.flatMap((id) => RoomId.safeParse(id).data ?? []));

type Whoami = z.infer<typeof Whoami>;
type Profile = z.infer<typeof Profile>;
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
  /** Takes an event back; the same `transaction` from the same device does it once. */
  redact(room: RoomId, event: EventId, transaction: string, limits?: Limits): Promise<EventId>;
  whoami(limits?: Limits): Promise<Whoami>;
  profile(user: UserId, limits?: Limits): Promise<Profile>;
  joinedRooms(limits?: Limits): Promise<RoomId[]>;
  createRoom(body: RoomCreateOptions, limits?: Limits): Promise<RoomId>;
  join(room: RoomId, limits?: Limits): Promise<RoomId>;
  /** `reason`: members and whoever invited the bot see it. */
  leave(room: RoomId, reason: string, limits?: Limits): Promise<void>;
  forget(room: RoomId, limits?: Limits): Promise<void>;
  invite(room: RoomId, user: UserId, limits?: Limits): Promise<void>;
  state<T>(schema: z.ZodType<T>, room: RoomId, type: string, key: string, limits?: Limits): Promise<T>;
  putState(room: RoomId, type: string, key: string, content: object, limits?: Limits): Promise<EventId>;
  /** What the account keeps about the room. */
  roomData(room: RoomId, type: string, limits?: Limits): Promise<unknown>;
  putRoomData(room: RoomId, type: string, content: object, limits?: Limits): Promise<void>;
  /** Shows that the bot types for at most `ms`; 0 hides it. */
  typing(room: RoomId, ms: number, limits?: Limits): Promise<void>;
  /** Marks everything up to `event` as read. */
  markRead(room: RoomId, event: EventId, limits?: Limits): Promise<void>;
  /** One page of a room's history. */
  messages(room: RoomId, query: MessagesQuery, limits?: Limits): Promise<Messages>;
}

export interface ClientOptions {
  homeserver: string;
  /** Null: for the calls before a login. */
  accessToken: string | null;
  /** Whose account it is. */
  me: UserId;
  /** Resolves when the service may speak; asked before each call and, where that has taken long, behind it. */
  sure?: () => Promise<void>;
  /** The homeserver refused a call as too many. */
  onLimited?: () => void;
  log: Log;
}

/** Makes the client of one account. */
export function createClient({ homeserver, accessToken, me, sure, onLimited, log }: ClientOptions): MatrixApi {
  const client = new ClientOf(me, homeserver, accessToken ?? '');

  async function checked<Schema extends z.ZodType>(
    schema: Schema,
    limits: Limits | undefined,
    ask: () => Promise<unknown>,
  ): Promise<z.infer<Schema>> {
    const started = performance.now();
    await sure?.();
    const { answer, status } = await withLimits({ timeoutMs: DEFAULT_TIMEOUT_MS, ...limits }, async (exchange) => {
      try {
        return { answer: await ask(), status: exchange.status };
      } catch (thrown) {
        const failure = toFailure(thrown, { retryAfter: exchange.retryAfter, now: Date.now() });
        const { kind, status, code } = failure;
        if (kind === 'limited') onLimited?.();
        const ms = Math.round(performance.now() - started);
        log.debug({ request: exchange.request, kind, status, code, ms }, 'matrix call failed');
        throw failure;
      }
    });
    await sure?.();
    const decoded = schema.safeParse(answer);
    if (decoded.success) return decoded.data;
    if (typeof answer !== 'object' || answer === null) throw badAnswer(status, 'The answer is not what was asked for');
    const where = decoded.error.issues.map((issue) => issue.path.join('.') || '(top)').slice(0, 5);
    throw badAnswer(status, `The answer has not the expected form at ${where.join(', ')}`);
  }

  async function done(limits: Limits | undefined, ask: () => Promise<unknown>): Promise<void> {
    await checked(Nothing, limits, ask);
  }

  /** For what no method of the library does: sync, history, logins, and sends under our own transaction ids. */
  function call<T>(schema: z.ZodType<T>, method: Method, path: string, options: CallOptions = {}): Promise<T> {
    const { query = null, body = null, ...limits } = options;
    return checked(schema, limits, () => client.doRequest(method, path, query, body));
  }

  return {
    call,
    async putEvent(room, type, transaction, content, limits) {
      const path = `${roomPath(room)}/send/${encoded(type)}/${encoded(transaction)}`;
      return (await call(Sent, 'PUT', path, { ...limits, body: content })).event_id;
    },
    async redact(room, event, transaction, limits) {
      const path = `${roomPath(room)}/redact/${encoded(event)}/${encoded(transaction)}`;
      return (await call(Sent, 'PUT', path, { ...limits, body: {} })).event_id;
    },
    whoami: (limits) => checked(Whoami, limits, () => client.getWhoAmI()),
    profile: (user, limits) => checked(Profile, limits, () => client.getUserProfile(user.toWellFormed())),
    joinedRooms: (limits) => checked(RoomIds, limits, () => client.getJoinedRooms()),
    createRoom: (body, limits) => checked(RoomId, limits, () => client.createRoom(body)),
    join: (room, limits) => checked(RoomId, limits, () => client.joinRoom(room.toWellFormed())),
    leave: (room, reason, limits) => done(limits, () => client.leaveRoom(room.toWellFormed(), reason)),
    forget: (room, limits) => done(limits, () => client.forgetRoom(room.toWellFormed())),
    invite: (room, user, limits) =>
      done(limits, () => client.inviteUser(user.toWellFormed(), room.toWellFormed()) as Promise<unknown>),
    // Not getRoomStateEvent(): it stumbles over content with a `type` like "constructor", and others write the content.
    state: (schema, room, type, key, limits) => call(schema, 'GET', statePath(room, type, key), limits),
    putState: (room, type, key, content, limits) =>
      checked(EventId, limits, () => client.sendStateEvent(room.toWellFormed(), type, key.toWellFormed(), content)),
    roomData: (room, type, limits) =>
      checked(z.unknown(), limits, () => client.getRoomAccountData<unknown>(type, room.toWellFormed())),
    putRoomData: (room, type, content, limits) =>
      done(limits, () => client.setRoomAccountData(type, room.toWellFormed(), content) as Promise<unknown>),
    typing: (room, ms, limits) => done(limits, () => client.setTyping(room.toWellFormed(), ms > 0, ms)),
    markRead: (room, event, limits) =>
      done(limits, () => client.sendReadReceipt(room.toWellFormed(), event.toWellFormed())),
    messages(room, { filter, ...query }, limits) {
      const asked = filter ? { ...query, filter: JSON.stringify(filter) } : query;
      return call(Messages, 'GET', `${roomPath(room)}/messages`, { ...limits, query: asked });
    },
  };
}

/** Knows whose account it is: the library asks the homeserver, in the middle of other calls. */
class ClientOf extends MatrixClient {
  private readonly me: UserId;

  constructor(me: UserId, homeserver: string, accessToken: string) {
    super(homeserver, accessToken);
    this.me = me;
  }

  override getUserId(): Promise<string> {
    return Promise.resolve(this.me);
  }
}

/** Ids come from others: what is no well-formed text must not make the encoding throw. */
function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

/** The path of what is done in a room; `/…` comes after it. */
export function roomPath(room: RoomId): string {
  return `/_matrix/client/v3/rooms/${encoded(room)}`;
}

function statePath(room: RoomId, type: string, key: string): string {
  return `${roomPath(room)}/state/${encoded(type)}/${encoded(key)}`;
}
