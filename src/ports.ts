/**
 * What actors need from the world, one verb each. Adapters (`matrix`, `agents`, `store`, `text`, `ops`) implement these;
 * only `app.ts` brings the two together.
 */
import type {
  AgentId,
  ContextId,
  EventId,
  Notice,
  RoomEvent,
  RoomId,
  Text,
  Trouble,
  UserId,
} from '../machines/model.ts';
import type { CommandName } from '../machines/commands.ts';

/** Milliseconds since 1970. */
export type Now = () => number;

/** A number in [0, 1). */
export type Chance = () => number;

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

// ── Matrix ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What Matrix brings into a room: a room's event still without what the host mints or looks up (context ids, agents).
 */
export type Heard =
  | Extract<RoomEvent, { type: 'room.left' | 'text.received' | 'file.received' | 'command.unknown' }>
  | { type: 'room.invited'; person: UserId }
  | { type: 'command'; name: CommandName; eventId: EventId; sender: UserId };

/** One thing heard; `id` names it for good (null for invites and leaves, which repeat without harm). */
export interface Arrival {
  room: RoomId;
  id: string | null;
  heard: Heard;
}

/** Takes what one sync response brought; resolves when all of it is on disk. */
export type Receive = (arrivals: readonly Arrival[]) => Promise<void>;

/** A message's content as Markdown was rendered: what `m.room.message` needs besides its msgtype. */
export interface Rendered {
  body: string;
  /** `org.matrix.custom.html`, sanitised; absent when it would say the same as the body. */
  html?: string;
}

/** One message to put into a room. */
export interface Outgoing {
  room: RoomId;
  /** Stays the same on every try: the transaction id of the PUT, and the content id that is looked for beyond it. */
  transaction: string;
  /** `m.text` notifies the person, `m.notice` does not. */
  msgtype: 'm.text' | 'm.notice';
  content: Rendered;
  /** The message that this one replaces (m.replace). */
  replaces: EventId | null;
  /** The event that this one answers. */
  answers: EventId | null;
  /** When it was first wanted, ms: beyond the homeserver's memory of transaction ids it is looked for first. */
  since: number;
  /** The device it was first sent from; null when it never was. */
  device: string | null;
}

export type Priority = 'final' | 'command' | 'notice' | 'edit';

/** What became of a message: in the room under `eventId`, or refused for good (`code`: the homeserver's errcode). */
export type Receipt = { ok: true; eventId: EventId } | { ok: false; code: string; detail: string };

/** Sends in order per room and tries until the homeserver says yes or a final no; rejects only when closed. */
export type Send = (message: Outgoing, priority: Priority) => Promise<Receipt>;

/**
 * Sends an edit that may be lost: one try, short timeout.
 * `skipped`: not tried, the account's budget has better uses; `unknown`: it may or may not be in the room.
 */
export type SendDisposable = (
  message: Outgoing,
) => Promise<Receipt | { ok: false; code: 'skipped' | 'unknown'; detail: string }>;

/** Joins a room; joining twice is the same as once. */
export type JoinRoom = (room: RoomId) => Promise<{ ok: true } | { ok: false; code: string; detail: string }>;

/** Shows (for at most `ms`) or hides that the bot is typing; never rejects. */
export type ShowTyping = (room: RoomId, ms: number) => Promise<void>;

// ── agents ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What an agent declared in STATUS.capabilities; all false for an agent that knows only the bare protocol. */
export interface Capabilities {
  idempotent: boolean;
  request_id: boolean;
  confirmations: boolean;
  stop: boolean;
}

/** What comes from one connection, in order; nothing comes after `ended` or `unreachable`. */
export type LinkEvent =
  | { type: 'opened' }
  | { type: 'ready'; capabilities: Capabilities; session: string | null }
  /** Nothing reached the agent: trying again is safe. `detail` is for the log, never for a person. */
  | { type: 'unreachable'; trouble: Trouble; detail: string }
  | { type: 'text'; text: string }
  | { type: 'progress'; text: string; step: number | null; steps: number | null }
  | { type: 'question'; id: string; text: string; expiresInMs: number | null }
  | { type: 'file'; path: string }
  | { type: 'ended'; outcome: 'done'; tokens: number }
  | { type: 'ended'; outcome: 'stopped' }
  /** The message was written: the turn may have run. */
  | { type: 'ended'; outcome: 'failed'; trouble: Trouble; detail: string };

/** One connection for one turn. Every call after the end does nothing. */
export interface Link {
  /** Writes USER_MESSAGE; only after `ready`, only once. */
  ask(message: { text: Text; room: RoomId }): void;
  /** Writes USER_CONFIRMATION; the silence limit runs again. */
  confirm(question: string, approved: boolean): void;
  /** Asks the agent to stop where it can, else closes; `ended` (stopped, or done where it was faster) follows within a second. */
  stop(): void;
  /** Closes at once and says nothing more. */
  close(): void;
}

export type OpenLink = (target: { agent: AgentId; contextId: ContextId }, listen: (event: LinkEvent) => void) => Link;

/** A place among the turns that an agent takes at once (`agents[].concurrency`). */
export interface Places {
  /**
   * Asks for a place. `awaited` is called once when there is none free, with the 1-based position; `granted` when it is there.
   * Returns what gives the place back (or leaves the line); calling that twice is harmless.
   */
  take(agent: AgentId, hooks: { granted: () => void; awaited: (position: number) => void }): () => void;
}

/** Whom a person talks to. */
export interface Registry {
  agentOf(person: UserId | null): AgentId;
  has(agent: AgentId): boolean;
}

// ── store ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Records of one kind, each a JSON document of its own, replaced atomically. `T` is checked by the caller. */
export interface Records {
  /** Null when there is none; throws `CorruptRecord` (the file is kept aside) when it cannot be parsed. */
  read(key: string): Promise<unknown>;
  write(key: string, record: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** The keys of all records. */
  keys(): Promise<string[]>;
}

/** Long answers beside the records. */
export interface Answers {
  write(room: RoomId, name: string, markdown: string): Promise<void>;
  read(room: RoomId, name: string): Promise<string | null>;
  remove(room: RoomId, name: string): Promise<void>;
}

// ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type RenderNotice = (notice: Notice) => Rendered;

/** Markdown to the parts of a message, each small enough for one event (8 KB of Markdown), cut between blocks. */
export type RenderAnswer = (markdown: string) => Rendered[];

/** What a growing answer looks like now: at most one part. */
export type RenderPreview = (markdown: string) => Rendered;
