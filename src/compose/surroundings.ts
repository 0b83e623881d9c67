/** What the actors of rooms and people have in common: store, clock, log, supervision, the world that they act in. */
import type { AnyEventObject } from 'xstate';
import { restartPolicy } from '../../machines/restart-policy.ts';
import type { AgentId, RoomId, UserId } from '../../machines/ids.ts';
import type { Language } from '../../machines/language.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Reach } from '../actors/boundaries.ts';
import type { FileWorld } from '../actors/effects/files.ts';
import type { Creations } from '../actors/creations.ts';
import type { CompanyOf } from '../actors/company.ts';
import type { Elsewhere } from '../actors/elsewhere.ts';
import type { Post } from '../actors/post.ts';
import type { Reception } from '../actors/reception.ts';
import type { Config } from '../config/config.ts';
import type { Input } from '../durable/definition.ts';
import type { Observe } from '../durable/nursery.ts';
import type { Supervision } from '../durable/supervision.ts';
import type { Alarm } from '../durable/timers.ts';
import { Closed, MatrixFailure } from '../matrix/errors.ts';
import type {
  AnswerOperator,
  Chance,
  JoinRoom,
  Log,
  Now,
  QuoteOf,
  RenderFarewell,
  RenderNotice,
  RoomWork,
  Send,
  SendDisposable,
  ShowTyping,
  Store,
} from '../ports.ts';
import { StoreFailure } from '../store/errors.ts';
import type { OpsParts } from './ops-parts.ts';
import type { Roster } from './roster.ts';
import type { Workspaces } from './workspaces.ts';

/** What the process brings to everything that serves people. */
export interface Basis {
  config: Config;
  roster: Roster;
  supervision: Supervision;
  store: Store;
  /** Where an agent is reached; null for one that the registry does not know. */
  baseOf(agent: AgentId): string | null;
  workspaces: Workspaces;
  alarm: Alarm;
  now: Now;
  chance: Chance;
  log: Log;
  reach: Reach;
  evictAfterMs: number;
}

export interface Surroundings extends Basis {
  ops: OpsParts;
  answerOperator: AnswerOperator;
  device: string;
  send: Send;
  sendDisposable: SendDisposable;
  joinRoom: JoinRoom;
  showTyping: ShowTyping;
  quoteOf: QuoteOf;
  media: FileWorld['media'];
  work: RoomWork;
  reception: Reception;
  observe: { room: Observe<RoomId, RoomContext>; person: Observe<UserId, PersonContext> };
  /** Resolves when the bot is in the room; whoever replaces a room invites its members afterwards. */
  letIn(room: RoomId, person: UserId): Promise<void>;
  elsewhere: Elsewhere;
  companyOf: CompanyOf;
  /** Whether what people write in an entry room cannot be read. */
  isEncrypted(room: RoomId): boolean;
  /** Whether others were in an entry room when the bot came. */
  isShared(room: RoomId): boolean;
  /** All rooms of a person. */
  roomsOf(person: UserId): readonly RoomId[];
  /** What the person of a room chose to be spoken to in. */
  languageIn(room: RoomId): Language | null;
  farewell: RenderFarewell;
  /** A record was written (null), or could not be. */
  onStore(problem: string | null): void;
}

/** What both kinds of actors need besides. */
export interface Shared extends Surroundings {
  words: RenderNotice;
  post: Post;
  creations: Creations;
  isClosing(error: unknown): boolean;
}

/** What the actors of rooms and of people have alike. */
export function alike({ supervision, store, alarm, evictAfterMs, now, log, reach, onStore }: Shared) {
  const { deadLetters } = store;
  const lettersRetryMs = restartPolicy.sharedCapMs;
  return { supervision, deadLetters, alarm, evictAfterMs, now, log, reach, onStore, isShared, lettersRetryMs };
}

/** Of the disk or the homeserver, not of the actor that met it. */
export function isShared(error: unknown): boolean {
  if (error instanceof MatrixFailure) return error.kind !== 'refused';
  return error instanceof StoreFailure || error instanceof Closed;
}

/** What an actor hears of its supervisor. */
export function fromSupervisor(at: number, event: AnyEventObject): Input {
  return { kind: 'event', id: null, at, event, from: 'supervisor' };
}

/** What an actor hears that something was under way with while it was away. */
export function resumed(at: number): Input {
  return fromSupervisor(at, { type: 'resumed' });
}

/** What a room hears first whose record is damaged or missing; `id`: names another loss, which is told once as well. */
export function lossOf(at: number, id = 'damaged record'): Input {
  return { ...fromSupervisor(at, { type: 'memory.lost', eventId: null }), id } as Input;
}
