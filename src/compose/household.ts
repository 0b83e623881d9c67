/** The actors of rooms and people, brought together with the world that they act in. */
import { randomUUID } from 'node:crypto';
import { backoff } from '../../machines/backoff.ts';
import type { AgentId, RoomId, UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Reach } from '../actors/boundaries.ts';
import { createCreations, type Creations } from '../actors/creations.ts';
import { createPost, type Post } from '../actors/post.ts';
import type { Reception } from '../actors/reception.ts';
import type { Config } from '../config/config.ts';
import type { Children, Orders } from '../durable/children.ts';
import type { Observe } from '../durable/nursery.ts';
import type { Supervision } from '../durable/supervision.ts';
import type { Alarm } from '../durable/timers.ts';
import { Closed } from '../matrix/errors.ts';
import type {
  Chance,
  JoinRoom,
  Log,
  Now,
  RenderNotice,
  RoomWork,
  Send,
  SendDisposable,
  ShowTyping,
  Store,
} from '../ports.ts';
import { composePeople } from './people.ts';
import { composeRooms } from './rooms.ts';
import { wordsFor } from './words.ts';

export interface Surroundings {
  config: Config;
  supervision: Supervision;
  store: Store;
  device: string;
  send: Send;
  sendDisposable: SendDisposable;
  joinRoom: JoinRoom;
  showTyping: ShowTyping;
  work: RoomWork;
  reception: Reception;
  baseOf: (agent: AgentId) => string | null;
  alarm: Alarm;
  now: Now;
  chance: Chance;
  log: Log;
  reach: Reach;
  evictAfterMs: number;
  observe: { room: Observe<RoomId, RoomContext>; person: Observe<UserId, PersonContext> };
  /** Resolves when the bot is in the room; whoever replaces a room invites its members afterwards. */
  letIn(room: RoomId): Promise<void>;
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

export interface Household {
  rooms: Children<RoomId, RoomContext>;
  people: Children<UserId, PersonContext>;
  /** Those that an actor of this name belongs to. */
  of(key: string): Orders;
  /** Resolves when nothing is under way that a stop should wait for. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

/** Between two tries to pass a word on, ms. */
const PAUSES = { firstMs: 1_000, capMs: 60_000 };

export function composeHousehold(around: Surroundings): Household {
  const { reception, work, letIn, alarm, now, log } = around;
  const isClosing = (error: unknown) => error instanceof Closed;
  const post = createPost({
    ...{ reception, letIn, isClosing, alarm, now, log, newOperation: randomUUID, readMarker: work.readMarker },
    rooms: () => rooms,
    people: () => people,
    pauseMs: (tries) => backoff(tries, PAUSES),
  });
  const shared: Shared = {
    ...around,
    isClosing,
    post,
    creations: createCreations(around),
    words: wordsFor(around.config),
  };
  const people = composePeople(shared);
  const rooms = composeRooms(shared);
  return {
    rooms,
    people,
    of: (key) => (key.startsWith('@') ? people : rooms),
    quiet: async () => void (await Promise.all([rooms.quiet(), people.quiet()])),
    async close() {
      await rooms.close();
      await people.close();
    },
  };
}
