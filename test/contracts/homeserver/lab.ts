/** Take it for the parts of the homeserver contract: a homeserver with people who speak plain HTTP to it. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { logIn, type Query, type Session } from '../../support/matrix-http.ts';

/** A homeserver that the contract can be run on. */
export interface TestHomeserver {
  url: string;
  serverName: string;
  register(localpart: string, password: string): Promise<string>;
  /** How long people wait for what they expect, ms; longer where the homeserver's limits slow everybody. */
  patienceMs?: number;
  stop(): Promise<void> | void;
}

/** What every part of the contract works with. */
export interface Lab {
  readonly homeserver: TestHomeserver;
  /** A new account, logged in. */
  person(name?: string): Promise<Session>;
  /** Several at once. */
  people<const Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Session }>;
  /** A word that nothing else on this homeserver uses. */
  unique(name: string): string;
}

export const PASSWORD = 'correct horse battery staple';

export function lab(homeserver: () => TestHomeserver): Lab {
  const run = randomBytes(4).toString('hex');
  let count = 0;
  const unique = (name: string) => `${name}-${run}-${++count}`;
  const person = async (name = 'person') => {
    const localpart = unique(name);
    const userId = await homeserver().register(localpart, PASSWORD);
    return logIn(homeserver().url, userId, PASSWORD);
  };
  return {
    get homeserver() {
      return homeserver();
    },
    unique,
    person,
    people: async <const Names extends readonly string[]>(...names: Names) =>
      (await Promise.all(names.map(person))) as { [Index in keyof Names]: Session },
  };
}

// ── words of the client-server API ────────────────────────────────────────────────────────────────────────────────

export type Content = Record<string, unknown>;

export interface MatrixEvent {
  event_id: string;
  type: string;
  sender: string;
  content: Content;
  origin_server_ts: number;
  room_id?: string;
  state_key?: string;
  redacts?: string;
  unsigned?: Content;
}

interface Timeline {
  events: MatrixEvent[];
  limited: boolean;
  prev_batch: string;
}

export interface SyncedRoom {
  timeline: Timeline;
  state: { events: MatrixEvent[] };
  ephemeral: { events: { type: string; content: Content }[] };
  account_data: { events: { type: string; content: Content }[] };
  summary?: Content;
  unread_notifications?: Content;
}

export interface Sync {
  next_batch: string;
  account_data?: { events: { type: string; content: Content }[] };
  rooms?: {
    join?: Record<string, SyncedRoom>;
    invite?: Record<string, { invite_state: { events: Omit<MatrixEvent, 'event_id'>[] } }>;
    leave?: Record<string, Omit<SyncedRoom, 'ephemeral'>>;
  };
}

// ── verbs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const id = encodeURIComponent;

let transactions = 0;

/** A transaction id of its own. */
export const transaction = (): string => `t${++transactions}-${randomBytes(4).toString('hex')}`;

export async function createRoom(creator: Session, options: Content = {}): Promise<string> {
  return (await creator.post<{ room_id: string }>('/createRoom', { preset: 'private_chat', ...options })).room_id;
}

/** A room of `creator` in which all `others` are. */
export async function roomOf(creator: Session, ...others: Session[]): Promise<string> {
  const room = await createRoom(creator, { invite: others.map((other) => other.userId) });
  for (const other of others) await join(other, room);
  return room;
}

export const join = (who: Session, room: string): Promise<unknown> => who.post(`/rooms/${id(room)}/join`);

export async function send(
  who: Session,
  room: string,
  type: string,
  content: Content,
  txn = transaction(),
): Promise<string> {
  const path = `/rooms/${id(room)}/send/${id(type)}/${id(txn)}`;
  return (await who.put<{ event_id: string }>(path, content)).event_id;
}

export const say = (who: Session, room: string, body: string, txn?: string): Promise<string> =>
  send(who, room, 'm.room.message', { msgtype: 'm.text', body }, txn);

/** Says `first 1`, `first 2`, .. up to `count`, one after another. */
export async function sayMany(who: Session, room: string, first: string, count: number): Promise<string[]> {
  const bodies = Array.from({ length: count }, (_, index) => `${first} ${index + 1}`);
  for (const body of bodies) await say(who, room, body);
  return bodies;
}

export async function putState(who: Session, room: string, type: string, content: Content, key = ''): Promise<string> {
  return (await who.put<{ event_id: string }>(`/rooms/${id(room)}/state/${id(type)}/${id(key)}`, content)).event_id;
}

export const getState = (who: Session, room: string, type: string, key = ''): Promise<Content> =>
  who.get<Content>(`/rooms/${id(room)}/state/${id(type)}/${id(key)}`);

export const getEvent = (who: Session, room: string, event: string): Promise<MatrixEvent> =>
  who.get<MatrixEvent>(`/rooms/${id(room)}/event/${id(event)}`);

export async function redact(
  who: Session,
  room: string,
  event: string,
  reason = 'gone',
  txn = transaction(),
): Promise<string> {
  const path = `/rooms/${id(room)}/redact/${id(event)}/${id(txn)}`;
  return (await who.put<{ event_id: string }>(path, { reason })).event_id;
}

export const sync = (who: Session, query: Query & { filter?: string } = {}): Promise<Sync> =>
  who.get<Sync>('/sync', { timeout: 0, ...query });

/** The position after everything that happened so far. */
export const now = async (who: Session): Promise<string> => (await sync(who)).next_batch;

/** A sync filter given inline. */
export const filter = (value: Content): string => JSON.stringify(value);

/** The room in a sync answer, which must hold it. */
export function joined(answer: Sync, room: string): SyncedRoom {
  const found = answer.rooms?.join?.[room];
  if (!found) throw new Error(`the sync answer does not hold ${room}: ${JSON.stringify(answer.rooms)}`);
  return found;
}

/** Syncs on from `since` until `take` finds something; the homeserver's long poll does the waiting. */
export async function syncUntil<T>(who: Session, since: string, take: (answer: Sync) => T | undefined): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (let position = since; Date.now() < deadline;) {
    const answer = await sync(who, { since: position, timeout: 2_000 });
    const found = take(answer);
    if (found !== undefined) return found;
    position = answer.next_batch;
  }
  throw new Error('what was waited for did not come over sync within 10 s');
}

export const bodies = (events: { content: Content }[]): unknown[] => events.map((event) => event.content.body);

export const types = (events: { type: string }[]): string[] => events.map((event) => event.type);

// ── expectations ──────────────────────────────────────────────────────────────────────────────────────────────────

export const anyString: unknown = expect.any(String);
export const anyNumber: unknown = expect.any(Number);
export const containing = (content: Content): unknown => expect.objectContaining(content);

/** An answer that says no. */
export const refusal = (status: number, errcode: string): unknown => ({
  status,
  body: containing({ errcode, error: anyString }),
});
