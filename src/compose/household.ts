/** The actors of rooms and people, brought together with the world that they act in. */
import { backoff } from '../../machines/backoff.ts';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { createCreations } from '../actors/creations.ts';
import { createPost } from '../actors/post.ts';
import type { Children, Orders } from '../durable/children.ts';
import { Closed } from '../matrix/errors.ts';
import { composePeople } from './people.ts';
import { composeRooms } from './rooms.ts';
import type { Shared, Surroundings } from './surroundings.ts';
import { wordsFor } from './words.ts';

export interface Household {
  rooms: Children<RoomId, RoomContext>;
  people: Children<UserId, PersonContext>;
  /** Those that an actor of this name belongs to. */
  of(key: string): Orders;
  /** The roster is another one: tells the rooms in memory what it makes of them. Those that are not hear it when they are loaded. */
  followTheRoster(): void;
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
    ...{ reception, letIn, isClosing, alarm, now, log, newOperation: work.newOperation, readMarker: work.readMarker },
    rooms: () => rooms,
    people: () => people,
    pauseMs: (tries) => backoff(tries, PAUSES),
  });
  const shared: Shared = {
    ...around,
    isClosing,
    post,
    creations: createCreations(around),
    words: wordsFor(around.config, around.roster),
  };
  const people = composePeople(shared);
  const rooms = composeRooms(shared);
  return {
    rooms,
    people,
    of: (key) => (key.startsWith('@') ? people : rooms),
    followTheRoster: () => rooms.hearOfChanges(),
    quiet: async () => void (await Promise.all([rooms.quiet(), people.quiet()])),
    async close() {
      await rooms.close();
      await people.close();
    },
  };
}
