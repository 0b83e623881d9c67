/** What actors need from agents: a connection for each turn, and a place for it. */
import type { AgentId, ContextId, EventId, RoomId, TurnId, UserId } from '../../machines/ids.ts';
import type { Memory } from '../../machines/memory.ts';
import type { Trouble } from '../../machines/notices.ts';
import type { Text } from '../../machines/room.model.ts';

/** What an agent declared in STATUS.capabilities; all false for an agent that knows only the bare protocol. */
export interface Capabilities {
  idempotent: boolean;
  request_id: boolean;
  confirmations: boolean;
  stop: boolean;
  contexts: boolean;
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
  | { type: 'ended'; outcome: 'done'; tokens: number; memory?: Memory }
  | { type: 'ended'; outcome: 'stopped' }
  /** The message was written: the turn may have run. */
  | { type: 'ended'; outcome: 'failed'; trouble: Trouble; detail: string };

/** One connection for one turn. Every call after the end does nothing. */
export interface Link {
  /** Writes USER_MESSAGE, or what is done with the memory where the text has a task; only after `ready`, only once. */
  ask(message: { text: Text; room: RoomId }): void;
  /** Writes USER_CONFIRMATION; the silence limit runs again. */
  confirm(question: string, approved: boolean): void;
  /** Asks the agent to stop where it can, else closes; `ended` (stopped, or done where it was faster) follows within a second. */
  stop(): void;
  /** Closes at once and says nothing more. */
  close(): void;
}

/** What each line of the log says of a turn. `ms`: since its text came; null where that was in an earlier process. */
export interface AboutTurn {
  room: RoomId;
  turn: TurnId;
  agent: AgentId | null;
  /** The text that is answered. */
  event: EventId | null;
  /** How often its agent was called. */
  tries: number;
  ms: number | null;
}

/** `about`: what the lines of the log say of the turn that it is for. */
export type OpenLink = (
  target: { agent: AgentId; contextId: ContextId; about?: () => Partial<Record<keyof AboutTurn, unknown>> },
  listen: (event: LinkEvent) => void,
) => Link;

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
