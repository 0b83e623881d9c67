/** Every record of the state folder, read once at the start. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { readPersonRecord } from '../actors/person.ts';
import { readRoomRecord } from '../actors/room.ts';
import type { Envelope } from '../durable/record.ts';
import type { Log, Store } from '../ports.ts';

export interface Remembered {
  people: ReadonlyMap<UserId, Envelope<PersonContext>>;
  rooms: ReadonlyMap<RoomId, Envelope<RoomContext>>;
}

/** Records that cannot be read are left out, with a line in the log. */
export async function readRemembered(
  { people, rooms }: Pick<Store, 'people' | 'rooms'>,
  log: Log,
): Promise<Remembered> {
  return {
    people: await readAll<UserId, PersonContext>(people, readPersonRecord, log),
    rooms: await readAll<RoomId, RoomContext>(rooms, readRoomRecord, log),
  };
}

/** Something is lost: everything, or a person whose chats are still known. */
export function isIncomplete({ people, rooms }: Remembered): boolean {
  if (rooms.size === 0 && people.size === 0) return true;
  return [...rooms.values()].some(
    ({ context: { person, number } }) => person !== null && number !== null && !people.has(person),
  );
}

async function readAll<Key extends string, Context>(
  records: Store['rooms'],
  read: (stored: unknown) => Envelope<Context>,
  log: Log,
): Promise<Map<Key, Envelope<Context>>> {
  const found = new Map<Key, Envelope<Context>>();
  for await (const [key, stored] of records.entries()) {
    try {
      found.set(key as Key, read(stored));
    } catch (error) {
      log.error({ actor: key, error }, 'record cannot be read, it is left out');
    }
  }
  return found;
}
