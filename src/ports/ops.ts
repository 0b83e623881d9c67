/** What operators are told of the service: facts, whoever words them. No text of a person or an agent is among them. */
import type { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { Language } from '../../machines/language.ts';
import type { Trouble } from '../../machines/trouble.ts';
import type { Ending, Stage } from '../../machines/status.ts';
import type { Rendered } from './rendered.ts';

/** What a room is at, in a word. */
export const roomStates = ['at rest', 'answering', 'in line', 'sending', 'restarting', 'parked'] as const;
export type RoomState = (typeof roomStates)[number];

/** A room in a list. */
export interface RoomRow {
  room: RoomId;
  state: RoomState;
  person: UserId | null;
  agent: AgentId;
  /** Texts that wait. */
  line: number;
  /** What the homeserver has not acknowledged. */
  outbox: number;
  /** Events that its chart failed on. */
  parked: number;
}

/** One room, whole. */
export interface RoomSheet extends RoomRow {
  role: string;
  /** The state of its chart. */
  value: unknown;
  turn: { event: EventId; turn: number; stage: Stage; tries: number } | null;
  waiting: EventId[];
  sending: { id: string; type: string; answers: string | null; ageMs: number }[];
  parkedEvents: ParkedEvent[];
  timers: { event: string; inMs: number }[];
  /** Why it is parked, or waits for its restart. */
  failure: { error: string; agoMs: number } | null;
}

export interface ParkedEvent {
  /** What it is called by `retry` and `drop`. */
  id: string;
  /** The message that it was, where it was one. */
  event: string | null;
  type: string;
  error: string;
  agoMs: number;
}

/** Why a message has no answer, or which one it has. */
export type Fate =
  /** Nobody has heard of it as far as is remembered. */
  | { is: 'unknown' }
  /** `why`: what decoding says. */
  | { is: 'not for the bot'; why: string }
  /** Of an account that is nobody's (`access.not_people`). */
  | { is: 'of no person' }
  | { is: 'overheard'; as: 'others' | 'not to the bot' | 'no agent' | 'others are there' }
  | { is: 'room parked'; error: string; agoMs: number }
  | { is: 'room restarting'; error: string; agoMs: number }
  /** The chart failed on it. */
  | { is: 'parked'; id: string; error: string; agoMs: number }
  | { is: 'in line'; place: number }
  | { is: 'being asked'; stage: Stage; tries: number; forMs: number | null }
  /** It goes with the next text. */
  | { is: 'file waits' }
  /** The homeserver has not taken what answers it. */
  | { is: 'being sent'; forMs: number }
  | { is: 'answered'; by: readonly EventId[] }
  /** `by`: what told its person so. */
  | { is: 'over'; how: Exclude<Ending, 'answered'>; trouble: Trouble | null; by: readonly EventId[] }
  /** It was written while the service was away. */
  | { is: 'not passed on' }
  /** A text that nobody asks: the line was full, or it was taken out of it. */
  | { is: 'not kept' }
  /** A command, or a word to an entry room: it was done at once. `as`: what the room heard. */
  | { is: 'done'; as: string }
  /** Its room has it, and remembers no more. */
  | { is: 'forgotten' };

/** `room`: null where nobody knows in which one it is. */
export interface Why {
  event: EventId;
  room: RoomId | null;
  agent: AgentId | null;
  fate: Fate;
}

/** How an agent is; `up`: null where nobody has asked it lately. */
export interface AgentState {
  agent: AgentId;
  up: boolean | null;
  /** Why it is down, for how long. */
  trouble: Trouble | null;
  forMs: number;
}

/** What is told to operators once when it begins, and once when it ends. */
export type Cause =
  | { about: 'agent'; agent: AgentId; trouble: Trouble }
  | { about: 'room'; room: string; error: string }
  | { about: 'store'; problem: string }
  | { about: 'space'; freeBytes: number }
  | { about: 'sync'; ageMs: number }
  | { about: 'workspace'; agent: AgentId; problem: string }
  | { about: 'registry'; problem: string };

/** `again`: it had begun so many times since it was last told of. */
export interface Report {
  cause: Cause;
  is: 'began' | 'ended';
  again: number;
  /** How long it went on. */
  forMs: number;
}

/** How all of it is. */
export interface OpsFacts {
  state: string;
  ready: boolean;
  missing: readonly string[];
  uptimeMs: number;
  syncAgeMs: number | null;
  rooms: Record<RoomState, number>;
  parkedRooms: number;
  parkedEvents: number;
  actors: number;
  line: number;
  outbox: number;
  outboxAgeMs: number;
  refusedMessages: number;
  damagedRecords: number;
  storeWritable: boolean;
  /** Null where the system does not say. */
  freeBytes: number | null;
  workspaceProblems: number;
  agents: readonly AgentState[];
  /** What operators were told of, and is not over. */
  causes: readonly Cause[];
}

export interface RoomQuery {
  /** `busy`: all but those at rest; null: all. */
  state: RoomState | 'busy' | null;
  after: string | null;
  most: number;
}

/** What comes of an action: done, or why not. */
export type Deed = 'done' | 'not there' | 'not parked';

/** The service as an operator sees it, and what they do to it. */
export interface OpsDesk {
  facts(): OpsFacts;
  rooms(query: RoomQuery): { rooms: RoomRow[]; total: number; next: string | null };
  /** Null for one that nobody knows. */
  room(room: string): Promise<RoomSheet | null>;
  why(event: string, room: string | null): Promise<Why>;
  /** `parked`: its id, or the message that it was. */
  parkedEvent(room: string, parked: string, then: 'retry' | 'drop'): Promise<Deed>;
  unpark(actor: string): Deed;
  /** A sentence of it, for people. */
  inWords(why: Why, language: Language | null): string;
}

/** What `!ops` is answered with. */
export type OpsSaid =
  | { is: 'usage'; word: string | null }
  /** In somebody else's chat nothing is said of other rooms. */
  | { is: 'elsewhere' }
  | { is: 'status'; facts: OpsFacts }
  | { is: 'rooms'; rooms: readonly RoomRow[]; total: number }
  | { is: 'why'; why: Why }
  | { is: 'unparked'; room: string; deed: Deed };

/** What an operator wrote behind `!ops`, and where. */
export interface OpsQuestion {
  room: RoomId;
  sender: UserId;
  words: string;
  replyTo: EventId | null;
}

/** Answers an operator; never rejects. */
export type AnswerOperator = (question: OpsQuestion, language: Language | null) => Promise<Rendered>;
