/** What actors and the start need of whatever keeps the state: SQLite today (`src/store`). */
import type { AgentId, ContextId, RoomId, UserId } from '../../machines/ids.ts';
import type { Records } from '../durable/world.ts';
import type { Cause, Report } from './ops.ts';

/** The dead letters of actors: a list for each. Written again with one more letter it costs one letter. */
export interface Letters extends Records {
  /** One more at the end, whatever stands before it. */
  add(key: string, letter: unknown): Promise<void>;
  /** All of them; in a list, what is no JSON is `undefined`. */
  entries(): AsyncIterable<[key: string, letters: unknown[]]>;
  /** Keeps a copy of the letter at `index` of what `entries` gave, and gives its number; the letter stays in the list. */
  keepCopy(key: string, index: number, why: string): Promise<number>;
}

export interface RecordTable extends Records {
  /** All of them; what is no JSON is `undefined`. */
  entries(): AsyncIterable<[key: string, record: unknown]>;
  /** The first keys, at most `most`, of those whose record has this text in it; reads all of them. */
  keysWith(text: string, most: number): Promise<string[]>;
  /** Keeps a copy of what stands there, before it is replaced, and gives its number; it stays as it is. */
  keepCopy(key: string, why: string): Promise<number>;
  /** Writes all of them or none. */
  writeAll(records: Iterable<readonly [key: string, record: unknown]>): Promise<void>;
}

/** Copies of what could not be read. The same document of the same place is kept once: a kill makes no second copy. */
export interface Damaged {
  /** How many there are. */
  count(): number;
  /** Keeps a document and gives the number of its copy. */
  keep(damage: { part: string; id: string; document: string; why: string }): Promise<number>;
}

/** Long answers beside the records. */
export interface Answers {
  write(room: RoomId, name: string, markdown: string): Promise<void>;
  read(room: RoomId, name: string): Promise<string | null>;
  remove(room: RoomId, name: string): Promise<void>;
  /** All that are kept. */
  names(): Promise<{ room: RoomId; name: string }[]>;
}

/** What the agents that the service hosts remember of conversations. */
export interface Conversations {
  /** Null for nothing; what is no JSON is `undefined`. */
  read(agent: AgentId, context: ContextId): { conversation: unknown } | null;
  write(agent: AgentId, context: ContextId, conversation: unknown): Promise<void>;
  remove(agent: AgentId, context: ContextId): Promise<void>;
  /** Keeps a copy of what stands there, before it is replaced, and gives its number; it stays as it is. */
  keepCopy(agent: AgentId, context: ContextId, why: string): Promise<number>;
  /** All that are kept. */
  names(): Promise<{ agent: AgentId; context: ContextId }[]>;
}

/** What operators were told, and where they read. */
export interface OperatorsDocument {
  /** Where each of them wrote `!ops` last. */
  rooms: Readonly<Record<UserId, RoomId>>;
  /** Causes that they were told of, or will be. */
  told: readonly ToldCause[];
  /** What the homeserver has not taken yet; `device`: what it was first sent from, null for this one. */
  pending: readonly {
    id: string;
    room: RoomId;
    reports: readonly Report[];
    since: number;
    device: string | null;
    mentions: readonly UserId[];
  }[];
}

/** A cause that operators were told of, or will be. */
export interface ToldCause {
  key: string;
  cause: Cause;
  /** Since when it goes on, or is over. */
  since: number;
  /** When its beginning was told last; null: never. */
  toldAt: number | null;
  isOpen: boolean;
  /** Its beginning was told, its end not yet. */
  isTold: boolean;
  /** How often it began since then without being told of. */
  again: number;
}

/** What the service remembers about itself. */
export type HostDocument = Readonly<{
  /** `next_batch` of the last sync whose events are all in records. */
  syncPosition: string | null;
  deviceId: string | null;
  /** What this state is called where others of the same account are told from it. */
  instance: string | null;
  /** The account whose rooms the records are of. */
  userId: UserId | null;
  /** Where each person has one memory (`policy.context.scope: person`): who has ever spoken to an agent. */
  memories: Readonly<Record<AgentId, UserId>>;
  /** No id above this one was given out. */
  lastContextId: ContextId | null;
  /** When the service was last known to be there: as of `syncPosition`, or later. The time of day, ms since 1970. */
  lastSyncAt: number | null;
  /** Left out while nobody was told anything. */
  operators?: OperatorsDocument | undefined;
}>;

export interface HostState {
  /** The last committed state. */
  read(): HostDocument;
  /** Writes the changes and gives the new state; one after the other. A failed write changes nothing. */
  update(patch: Partial<HostDocument>): Promise<HostDocument>;
}

/**
 * All that lasts. One process has it at a time; what is written in the same tick lasts together or not at all. A write
 * resolves when it lasts, and what is read is what lasts. Every call rejects with `StoreFailure` when the disk refuses, and
 * has changed nothing then.
 */
export interface Store {
  rooms: RecordTable;
  people: RecordTable;
  deadLetters: Letters;
  answers: Answers;
  conversations: Conversations;
  host: HostState;
  damaged: Damaged;
  /** Whether it still is where it was opened: nobody took it away, or put another in its place. */
  isInPlace(): boolean;
  /** Copies what is committed into a new file, beside the work that goes on. */
  backup(file: string): Promise<void>;
  /** Ends what is under way, then lets another process have the store. Calling it twice is harmless. */
  close(): Promise<void>;
}
