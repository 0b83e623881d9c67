/** Every record of the state folder, read once at the start. */
import type { RoomContext } from '../../machines/room.model.ts';
import type { RoomId, UserId } from '../../machines/ids.ts';
import { readPersonRecord } from '../actors/person.ts';
import type { Envelope } from '../durable/record.ts';
import { readRoomRecord } from '../actors/room.ts';
import type { Log, Store } from '../ports.ts';

export interface Remembered {
  people: ReadonlyMap<UserId, Envelope>;
  rooms: ReadonlyMap<RoomId, Envelope>;
}

/** Records that cannot be read are left out, with a line in the log. */
export async function readRemembered(
  { people, rooms }: Pick<Store, 'people' | 'rooms'>,
  log: Log,
): Promise<Remembered> {
  return {
    people: (await readAll(people, readPersonRecord, log)) as Map<UserId, Envelope>,
    rooms: (await readAll(rooms, readRoomRecord, log)) as Map<RoomId, Envelope>,
  };
}

/** Something is lost: everything, or a person whose chats are still known. */
export function isIncomplete({ people, rooms }: Remembered): boolean {
  if (rooms.size === 0 && people.size === 0) return true;
  return [...rooms.values()].some(({ context }) => {
    const { person, number } = context as RoomContext;
    return person !== null && number !== null && !people.has(person);
  });
}

async function readAll(
  records: Store['rooms'],
  read: (stored: unknown) => Envelope,
  log: Log,
): Promise<Map<string, Envelope>> {
  const found = new Map<string, Envelope>();
  for await (const [key, stored] of records.entries()) {
    try {
      found.set(key, read(stored));
    } catch (error) {
      log.error({ key, error }, 'record cannot be read, it is left out');
    }
  }
  return found;
}
