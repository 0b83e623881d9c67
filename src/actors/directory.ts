/** Which rooms are whose, as the records of all people say: Spaces, chats, and chats that are being made. */
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../durable/record.ts';

export interface Directory {
  /** A person's record as it is on disk now. */
  note(record: Envelope<PersonContext>): void;
  /** A room's record as it is on disk now. */
  noteRoom(record: Envelope<RoomContext>): void;
  /** Whose Space a room is. */
  ownerOf(space: RoomId): UserId | undefined;
  /** Whose numbered chat a room is. */
  personOf(chat: RoomId): UserId | undefined;
  /** The room that a person brought the bot into, of several the one heard of last. */
  entryOf(person: UserId): RoomId | undefined;
  /** The chat that a room was made for and is not introduced to yet. */
  inTheMaking(room: RoomId): { person: UserId; number: number; name: string } | null;
}

interface Entry {
  spaces: RoomId[];
  chats: RoomId[];
  making: { room: RoomId; number: number; name: string }[];
}

export function createDirectory(): Directory {
  const entries = new Map<UserId, Entry>();
  const owners = new Map<RoomId, UserId>();
  const persons = new Map<RoomId, UserId>();
  const entryRooms = new Map<UserId, RoomId>();
  const makings = new Map<RoomId, { person: UserId; number: number; name: string }>();

  function forget({ spaces, chats, making }: Entry): void {
    for (const space of spaces) owners.delete(space);
    for (const chat of chats) persons.delete(chat);
    for (const { room } of making) makings.delete(room);
  }

  return {
    note({ context }) {
      const { person, ...facts } = context;
      const before = entries.get(person);
      if (before !== undefined) forget(before);
      const entry = entryOf(facts);
      entries.set(person, entry);
      for (const space of entry.spaces) owners.set(space, person);
      for (const chat of entry.chats) persons.set(chat, person);
      for (const { room, number, name } of entry.making) makings.set(room, { person, number, name });
    },
    noteRoom({ context }) {
      const { person, room, number, role } = context;
      if (person !== null && number === null && role !== 'refused') entryRooms.set(person, room);
    },
    entryOf: (person) => entryRooms.get(person),
    ownerOf: (space) => owners.get(space),
    personOf: (chat) => persons.get(chat),
    inTheMaking: (room) => makings.get(room) ?? null,
  };
}

function entryOf({ space, chats, job, failed }: Omit<PersonContext, 'person'>): Entry {
  return {
    spaces: space === null ? [] : [space],
    chats: chats.map(({ room }) => room),
    making: [failed, job].flatMap((one) =>
      one === null || one.room === null || one.number === null
        ? []
        : [{ room: one.room, number: one.number, name: one.name ?? '' }],
    ),
  };
}
