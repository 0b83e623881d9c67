/** Every record of the state folder, read once at the start. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { readPersonRecord } from '../actors/person.ts';
import { readRoomRecord } from '../actors/room.ts';
import { NewerRecord, UnreadableRecord, type Envelope } from '../durable/record.ts';
import type { Log, RecordTable, Store } from '../ports.ts';
import { NewerState } from '../store/errors.ts';

export interface Remembered {
  people: ReadonlyMap<UserId, Envelope<PersonContext>>;
  rooms: ReadonlyMap<RoomId, Envelope<RoomContext>>;
  /** Whose records are damaged, with the number of the copy that is kept. */
  damaged: { people: ReadonlyMap<UserId, number>; rooms: ReadonlyMap<RoomId, number> };
}

interface Read<Key, Context> {
  found: Map<Key, Envelope<Context>>;
  damaged: Map<Key, number>;
  /** What a newer version wrote, and how that is known. */
  newer: [Key, string][];
}

/**
 * Of damaged records copies are kept; they stay where they are until they are replaced. Throws `NewerState` where a
 * newer version has written some.
 */
export async function readRemembered(store: Pick<Store, 'people' | 'rooms'>, log: Log): Promise<Remembered> {
  const people = await readAll<UserId, PersonContext>(store.people, readPersonRecord, log);
  const rooms = await readAll<RoomId, RoomContext>(store.rooms, readRoomRecord, log);
  const newer = [...people.newer, ...rooms.newer];
  if (newer.length > 0) throw newerRecords(newer);
  return {
    people: people.found,
    rooms: rooms.found,
    damaged: { people: people.damaged, rooms: rooms.damaged },
  };
}

/** Something is lost: everything, or a person whose chats are still known, or whose record is damaged. */
export function isIncomplete(remembered: Remembered): boolean {
  const { people, rooms, damaged } = remembered;
  if (rooms.size === 0 && people.size === 0) return true;
  return damaged.people.size > 0 || missingPeople(remembered).size > 0;
}

/** The people without a record whose chats have numbers, which only such a record gives. */
export function missingPeople({ people, rooms, damaged }: Remembered): Set<UserId> {
  const numbered = [...rooms.values()].flatMap(({ context: { person, number } }) =>
    person !== null && number !== null ? [person] : [],
  );
  return new Set(numbered.filter((person) => !people.has(person) && !damaged.people.has(person)));
}

async function readAll<Key extends string, Context>(
  records: RecordTable,
  read: (stored: unknown) => Envelope<Context>,
  log: Log,
): Promise<Read<Key, Context>> {
  const all: Read<Key, Context> = { found: new Map(), damaged: new Map(), newer: [] };
  for await (const [key, stored] of records.entries()) {
    try {
      all.found.set(key as Key, read(stored));
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      if (error instanceof NewerRecord) {
        all.newer.push([key as Key, error.message]);
      } else {
        const copy = await records.keepCopy(key, error.message);
        all.damaged.set(key as Key, copy);
        log.error({ actor: key, copy, error }, 'record is damaged, a copy is kept');
      }
    }
  }
  return all;
}

function newerRecords(newer: readonly (readonly [string, string])[]): NewerState {
  const [[key, why] = ['', '']] = newer;
  return new NewerState(`The record of ${key}${newer.length === 1 ? '' : ` (one of ${newer.length})`}`, why);
}
