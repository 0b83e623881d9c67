/** The people of the demo: accounts of its homeserver that need no password. */
import type { UserId } from '../../machines/ids.ts';
import { createCall } from './call.ts';
import type { Homeserver } from '../homeserver/index.ts';

/** How many people one demo takes: each has rooms and a conversation with the agent for as long as it runs. */
const MOST = 100;

/** The demo takes nobody more; the message is a sentence for who comes. */
export class DemoIsFull extends Error {
  override readonly name = 'DemoIsFull';

  constructor(most: number) {
    const people = most === 1 ? '1 person' : `${most} people`;
    super(`This demo is full: it takes ${people}. Start it again to begin with an empty one.`);
  }
}

/** A login of one person. */
interface DemoPerson {
  userId: UserId;
  accessToken: string;
  /** Random, and good for nothing but being told of what is theirs. */
  key: string;
}

export interface People {
  /** A new person who has just invited the bot into a room, the entry room. Throws `DemoIsFull`. */
  arrive(): Promise<DemoPerson>;
  /** The person to whom this token was given; null for any other token. */
  known(accessToken: string): DemoPerson | null;
  /** Whose key it is; null for any other. */
  withKey(key: string): UserId | null;
}

export function createPeople(homeserver: Homeserver, bot: UserId, most = MOST): People {
  const people = new Map<string, DemoPerson>();
  const keys = new Map<string, UserId>();
  return {
    async arrive() {
      if (people.size >= most) throw new DemoIsFull(most);
      const name = people.size === 0 ? 'you' : `you-${people.size + 1}`;
      const userId = homeserver.register(name, crypto.randomUUID());
      const person = { userId, accessToken: homeserver.login(userId).token, key: crypto.randomUUID() };
      people.set(person.accessToken, person);
      keys.set(person.key, userId);
      await createCall(homeserver.url, person.accessToken)('POST', '/createRoom', entryRoom(bot));
      return person;
    },
    known: (accessToken) => people.get(accessToken) ?? null,
    withKey: (key) => keys.get(key) ?? null,
  };
}

/** As a person's client opens a direct room. */
function entryRoom(bot: UserId): object {
  return { preset: 'trusted_private_chat', is_direct: true, invite: [bot], name: 'Entry room' };
}
