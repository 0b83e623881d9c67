/** What a link to an agent is given, the limits that bound it, and what it counts. */
import type { AgentId, ContextId, RoomId } from '../../machines/ids.ts';
import type { Log, Now } from '../ports.ts';
import { after, type After } from '../basics/after.ts';

/** Milliseconds, and bytes for `maxFrame`. */
export interface LinkLimits {
  /** From dialling to an open WebSocket. */
  connect: number;
  /** From there to STATUS. */
  status: number;
  /** Between two frames of a turn; stands still while a question is open. */
  silence: number;
  /** Between two pings; a ping without pong or frame until the next one means that the connection is lost. */
  ping: number;
  /** From STOP to END. */
  stop: number;
  maxFrame: number;
}

/** What a link counts: frames that changed nothing else. */
export type LinkCount =
  /** A type that the protocol page does not name. */
  | 'frame unknown'
  /** Garbage, or a known type without its fields. */
  | 'frame invalid'
  /** Something known at a time when nobody waits for it: before the message, or STATUS again. */
  | 'frame unexpected'
  /** After the end of the turn. */
  | 'frame late'
  /** Of another request. */
  | 'frame foreign';

export interface LinkOptions {
  /** The configured address of an agent, null when there is no such agent. */
  baseOf: (agent: AgentId) => string | null;
  now: Now;
  log: Log;
  count?: (name: LinkCount) => void;
  /** Hears once of each link how many bytes its frames had. */
  countBytes?: (bytes: number) => void;
  limits?: Partial<LinkLimits>;
  /** How time passes; the real clock when left out. */
  after?: After;
}

/** The limits of the protocol page. */
export const defaultLimits: LinkLimits = {
  connect: 5_000,
  status: 5_000,
  silence: 120_000,
  ping: 30_000,
  stop: 800,
  maxFrame: 8 * 1024 * 1024,
};

export type LinkSettings = Required<Omit<LinkOptions, 'limits'>> & { limits: LinkLimits };

/** The options with what was left out. */
export function settingsOf(options: LinkOptions): LinkSettings {
  return {
    ...options,
    count: options.count ?? (() => undefined),
    countBytes: options.countBytes ?? (() => undefined),
    limits: { ...defaultLimits, ...options.limits },
    after: options.after ?? after,
  };
}

/** What a link knows of itself; the room's turn knows more. */
export interface LinkFacts {
  agent: AgentId;
  contextId: ContextId;
  /** Where it went, without secrets; null until there is an address. */
  url: string | null;
  /** Null until a message of the room was asked. */
  room: RoomId | null;
}
