/** What actors and the start need of whatever keeps the state: SQLite today (`src/store`). */
import type { AgentId, ContextId, RoomId, UserId } from '../../machines/ids.ts';
import type { Records } from '../durable/world.ts';

/** The dead letters of actors: a list for each. Written again with one more letter it costs one letter. */
export interface Letters extends Records {
  /** All of them; what is damaged is kept aside, reported and left out. */
  entries(): AsyncIterable<[key: string, record: unknown]>;
}

export interface RecordTable extends Letters {
  /** Writes all of them or none. */
  writeAll(records: Iterable<readonly [key: string, record: unknown]>): Promise<void>;
}

/** Long answers beside the records. */
export interface Answers {
  write(room: RoomId, name: string, markdown: string): Promise<void>;
  read(room: RoomId, name: string): Promise<string | null>;
  remove(room: RoomId, name: string): Promise<void>;
}

/** What the service remembers about itself. */
export type HostDocument = Readonly<{
  /** `next_batch` of the last sync whose events are all in records. */
  syncPosition: string | null;
  deviceId: string | null;
  /** The account whose rooms the records are of. */
  userId: UserId | null;
  /** Where each person has one memory (`policy.context.scope: person`): who has ever spoken to an agent. */
  memories: Readonly<Record<AgentId, UserId>>;
  /** No id above this one was given out. */
  lastContextId: ContextId | null;
  /** When `syncPosition` was committed, ms since 1970. */
  lastSyncAt: number | null;
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
 * has changed nothing then; a read rejects with `CorruptRecord` where it finds no JSON, which is kept aside.
 */
export interface Store {
  rooms: RecordTable;
  people: RecordTable;
  deadLetters: Letters;
  answers: Answers;
  host: HostState;
  /** Copies what is committed into a new file, beside the work that goes on. */
  backup(file: string): Promise<void>;
  /** Ends what is under way, then lets another process have the store. Calling it twice is harmless. */
  close(): Promise<void>;
}
