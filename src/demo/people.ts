/** The people of the demo: accounts of its homeserver that need no password, with a room each. */
import { z } from 'zod';
import { RoomId, type UserId } from '../../machines/model.ts';
import type { Homeserver } from './homeserver/index.ts';

/** A login of one person. */
interface DemoPerson {
  userId: UserId;
  accessToken: string;
}

export interface People {
  /** A new person who has just invited the bot into a first room. */
  arrive(): Promise<DemoPerson & { room: RoomId }>;
  /** The person to whom this token was given; null for any other token. */
  known(accessToken: string): DemoPerson | null;
}

const Created = z.object({ room_id: RoomId });

export function createPeople(homeserver: Homeserver, bot: UserId): People {
  const people = new Map<string, DemoPerson>();
  return {
    async arrive() {
      const name = people.size === 0 ? 'you' : `you-${people.size + 1}`;
      const userId = homeserver.register(name, crypto.randomUUID());
      const person = { userId, accessToken: homeserver.login(userId).token };
      people.set(person.accessToken, person);
      return { ...person, room: await openRoom(homeserver.url, person.accessToken, bot) };
    },
    known: (accessToken) => people.get(accessToken) ?? null,
  };
}

/** Opens a room and invites the bot, as a person's client does it. */
async function openRoom(homeserver: string, accessToken: string, bot: UserId): Promise<RoomId> {
  const response = await fetch(`${homeserver}/_matrix/client/v3/createRoom`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ preset: 'trusted_private_chat', is_direct: true, invite: [bot], name: 'Room 1' }),
  });
  if (!response.ok) throw new Error(`The homeserver of the demo did not open a room (status ${response.status}).`);
  return Created.parse(await response.json()).room_id;
}
