/** Which rooms are whose, as the records of all people say: Spaces, chats, and chats that are being made. */
import type { PersonContext } from '../../machines/person.model.ts';
import type { ContextId, RoomId, UserId } from '../../machines/ids.ts';
import type { Language } from '../../machines/language.ts';
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
  /** Whose room it is, numbered or not. */
  whoseIs(room: RoomId): UserId | undefined;
  /** A room of this person that the bot is in, but not `besides`: one that they brought it into, else their newest chat. */
  roomOf(person: UserId, besides: RoomId | null): RoomId | undefined;
  /** All rooms of this person that the bot is in, or comes into. */
  roomsOf(person: UserId): readonly RoomId[];
  /** What a person chose to be spoken to in; null for nothing. */
  languageOf(person: UserId): Language | null;
  /** The memory of all rooms of this person since they cleared it; null where they never did. */
  contextOf(person: UserId): ContextId | null;
  /** What the person of a room chose. */
  languageIn(room: RoomId): Language | null;
  /** Whether what people write cannot be read in a room that they brought the bot into. */
  isEncrypted(room: RoomId): boolean;
  /** Whether others were there when their person brought the bot into the room. */
  isShared(room: RoomId): boolean;
  /** The chat that a room was made for and is not introduced to yet. */
  inTheMaking(room: RoomId): { person: UserId; number: number; name: string } | null;
}

interface Entry {
  spaces: RoomId[];
  chats: RoomId[];
  making: { room: RoomId; number: number; name: string }[];
  /** The one that is being made, once it is there. */
  introduced: RoomId[];
  language: Language | null;
  contextId: ContextId | null;
}

export function createDirectory(): Directory {
  const entries = new Map<UserId, Entry>();
  const owners = new Map<RoomId, UserId>();
  const persons = new Map<RoomId, UserId>();
  /** The rooms that people brought the bot into, those heard of last at the end. */
  const brought = new Map<UserId, Set<RoomId>>();
  const broughtBy = new Map<RoomId, UserId>();
  /** Those in which nobody is served, or not yet. */
  const closed = new Set<RoomId>();
  const encryptedRooms = new Set<RoomId>();
  const sharedRooms = new Set<RoomId>();
  const makings = new Map<RoomId, { person: UserId; number: number; name: string }>();

  function forget({ spaces, chats, making }: Entry): void {
    for (const space of spaces) owners.delete(space);
    for (const chat of chats) persons.delete(chat);
    for (const { room } of making) makings.delete(room);
  }

  function forgetBrought(room: RoomId): void {
    const person = broughtBy.get(room);
    if (person === undefined) return;
    broughtBy.delete(room);
    closed.delete(room);
    encryptedRooms.delete(room);
    sharedRooms.delete(room);
    const theirs = brought.get(person);
    theirs?.delete(room);
    if (theirs?.size === 0) brought.delete(person);
  }

  function languageOf(person: UserId): Language | null {
    return entries.get(person)?.language ?? null;
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
    noteRoom({ context, done, outbox }) {
      const { person, room, number, role, encrypted, company } = context;
      forgetBrought(room);
      if (done || person === null || number !== null) return;
      broughtBy.set(room, person);
      if (role === 'refused' || isOutside(outbox)) closed.add(room);
      if (encrypted) encryptedRooms.add(room);
      if (company) sharedRooms.add(room);
      brought.set(person, (brought.get(person) ?? new Set()).add(room));
    },
    isEncrypted: (room) => encryptedRooms.has(room) && !closed.has(room),
    isShared: (room) => sharedRooms.has(room) && !closed.has(room),
    roomOf(person, besides) {
      const theirs = [...(entries.get(person)?.chats ?? []), ...(brought.get(person) ?? [])];
      return theirs.findLast((room) => room !== besides && !closed.has(room));
    },
    roomsOf(person) {
      const { chats = [], introduced = [] } = entries.get(person) ?? {};
      return [...new Set([...chats, ...introduced, ...(brought.get(person) ?? [])])];
    },
    languageOf,
    contextOf: (person) => entries.get(person)?.contextId ?? null,
    languageIn(room) {
      const person = persons.get(room) ?? broughtBy.get(room) ?? makings.get(room)?.person;
      return person === undefined ? null : languageOf(person);
    },
    ownerOf: (space) => owners.get(space),
    personOf: (chat) => persons.get(chat),
    whoseIs: (room) => persons.get(room) ?? broughtBy.get(room),
    inTheMaking: (room) => makings.get(room) ?? null,
  };
}

/** The bot is not in the room yet. */
function isOutside(outbox: Envelope['outbox']): boolean {
  return outbox.some(({ type }) => type === 'join the room');
}

function entryOf({ space, chats, job, failed, language, contextId }: Omit<PersonContext, 'person'>): Entry {
  return {
    spaces: space === null ? [] : [space],
    chats: chats.map(({ room }) => room),
    introduced: job === null || job.room === null ? [] : [job.room],
    ...{ language, contextId },
    making: [failed, job].flatMap((one) =>
      one === null || one.room === null || one.number === null
        ? []
        : [{ room: one.room, number: one.number, name: one.name ?? '' }],
    ),
  };
}
