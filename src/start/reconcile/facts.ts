/** What reconciliation works with and what it comes to. */
import type { AgentId, ContextId, RoomId, UserId } from '../../../machines/ids.ts';
import type { Language } from '../../../machines/language.ts';
import type { Child } from '../../ports.ts';
import { spaceMarker, type Marker } from '../../../machines/marker.ts';

export interface PersonFacts {
  person: UserId;
  space: RoomId | null;
  /** Higher than every number that a chat of this person ever had, as far as anything remembers. */
  nextNumber: number;
  chats: { number: number; room: RoomId; name: string; archived: boolean }[];
  /** What they chose to be spoken to in; null for nothing. */
  language: Language | null;
  /** The memory of all their rooms, once they cleared the one of before. */
  contextId: ContextId | null;
}

export interface RoomFacts {
  room: RoomId;
  person: UserId;
  kind: 'chat' | 'entry';
  number: number | null;
  name: string | null;
  agent: AgentId | null;
  /** Null where nothing remembers it: the caller gives the room a new one. */
  contextId: ContextId | null;
  archived: boolean;
  /** Others were in it when the bot came. */
  company?: true | undefined;
  /** What its person chose. */
  language?: Language | undefined;
}

/** What the records say. */
export interface Known {
  people: ReadonlyMap<UserId, PersonFacts>;
  rooms: ReadonlyMap<RoomId, RoomFacts>;
  /** For whom a room is being made at this moment: their rooms without a marker are left to that. */
  busy: ReadonlySet<UserId>;
}

export type Repair =
  ({ kind: 'link child'; space: RoomId } & Child) | { kind: 'write marker'; room: RoomId; marker: Marker };

export type SkipReason =
  | 'replaced by another room'
  | 'marker does not fit the room'
  | 'Space of nobody'
  | 'person has another Space'
  | 'in the making'
  | 'others are in it'
  | 'nobody owns it'
  | 'not made by the bot'
  | 'not under a Space of its owner'
  | 'no number in its name';

export interface Report {
  /** Rooms that the bot is in. */
  joined: number;
  /** Rooms that the records did not know. */
  restored: number;
  repaired: number;
  skipped: { room: RoomId; reason: SkipReason }[];
  /** Rooms that had to give way: the number or the place as the person's Space was taken. */
  conflicts: number;
  /** Chats whose context is lost. */
  backfilled: number;
}

/** The marker that says the same. */
export function markerOf({ room: _, ...facts }: RoomFacts): Marker {
  return { version: 1, ...facts };
}

/** What the records say of each room, as a marker would. */
export function storedMarkers({ people, rooms }: Known): Map<RoomId, Marker> {
  const stored = new Map<RoomId, Marker>();
  for (const { person, space, chats } of people.values()) {
    if (space !== null) stored.set(space, spaceMarker(person));
    for (const { room, ...chat } of chats) stored.set(room, { ...spaceMarker(person), kind: 'chat', ...chat });
  }
  for (const facts of rooms.values()) {
    const chat = stored.get(facts.room);
    // The number and the archive are the person's to say.
    const own =
      chat?.kind === 'chat' && chat.person === facts.person ? { number: chat.number, archived: chat.archived } : {};
    stored.set(facts.room, { ...markerOf(facts), ...own });
  }
  return stored;
}
