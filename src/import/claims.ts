/** Of the rooms of the old bot those that the service takes, and what more than one of them claims: a number, a memory, a Space. */
import { ONLY_CONTEXT, type ContextId, type RoomId, type UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../durable/record.ts';
import type { OldChat, OldRoom, OldState } from './rows.ts';

/** A room of the old bot that the service does not know yet. */
export interface NewRoom extends OldRoom {
  person: UserId;
  /** The list of its person says the same number. */
  isListed: boolean;
}

/** What the service knows already. */
export interface Present {
  people: ReadonlyMap<UserId, Envelope<PersonContext>>;
  rooms: ReadonlyMap<RoomId, Envelope<RoomContext>>;
  /** Those whose records cannot be read: a start makes them anew. */
  damaged: { people: ReadonlyMap<UserId, unknown>; rooms: ReadonlyMap<RoomId, unknown> };
}

export type Say = (about: string, what: string) => void;

/** The order in which claims count: what the lists of chats say too, then the lower number, then the id. */
export function inOrder(a: NewRoom, b: NewRoom): number {
  const number = ({ number: of }: NewRoom) => (typeof of === 'number' ? of : Infinity);
  return Number(b.isListed) - Number(a.isListed) || compare(number(a), number(b)) || compare(a.room, b.room);
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What the rooms and the lists of chats say together: whose each room is, what it is called, whether it is put away. */
export function roomsOf({ rooms, chats }: OldState, me: UserId, say: Say): (OldRoom & Pick<NewRoom, 'isListed'>)[] {
  const lines = linesByRoom(chats, rooms, say);
  const known = [...rooms.values()].map((room) => withLine(room, lines.get(room.room), say));
  const listed = [...lines].flatMap(([room, line]) => {
    if (rooms.has(room)) return [];
    say(room, 'stands in a list of chats only; it begins a new memory');
    return [withLine({ ...nothingElse, ...line, room }, line, say)];
  });
  return [...known, ...listed].filter(({ room, person }) => {
    if (person === null)
      say(room, 'nothing says whose it is; left out, the start looks for its person on the homeserver');
    if (person === me) say(room, 'is said to be of the bot itself; left out');
    return person !== null && person !== me;
  });
}

const nothingElse: Pick<OldRoom, 'kind' | 'contextId' | 'space' | 'agent' | 'assignment' | 'noticed'> = {
  ...{ kind: 'chat', contextId: null, space: null, agent: null, assignment: null, noticed: false },
};

/** By the room that they name; those that name none by whose they are and their number. */
function linesByRoom(chats: readonly OldChat[], rooms: OldState['rooms'], say: Say): Map<RoomId, OldChat> {
  const byNumber = new Map([...rooms.values()].map((room) => [`${String(room.number)} ${room.person}`, room.room]));
  const lines = new Map<RoomId, OldChat>();
  for (const line of chats) {
    const room = line.room ?? byNumber.get(`${String(line.number)} ${line.person}`);
    const about = `chat ${line.number === null ? 'without a number' : `C${line.number}`} of ${line.person}`;
    if (room === undefined) say(about, 'names no room; left out');
    else if (lines.has(room)) say(about, `names a room that another line names too, ${room}; left out`);
    else lines.set(room, line);
  }
  return lines;
}

function withLine(room: OldRoom, line: OldChat | undefined, say: Say): OldRoom & Pick<NewRoom, 'isListed'> {
  if (line === undefined || room.kind === 'entry') return { ...room, isListed: false };
  if (room.person !== null && room.person !== line.person) {
    say(room.room, `is ${room.person}'s, and stands in the list of ${line.person}; that line is left out`);
    return { ...room, isListed: false };
  }
  const { person, name, archived } = line;
  const number = room.number ?? line.number;
  return {
    ...{ ...room, person, number, name: name ?? room.name, archived: room.archived || archived },
    isListed: number === line.number,
  };
}

/** Which room keeps a memory that more than one has; who does not keep theirs is told of in `say`. */
export function memoriesOf(
  rooms: readonly NewRoom[],
  present: Present,
  scope: 'room' | 'person',
  say: Say,
): Map<RoomId, ContextId> {
  const taken = new Map<ContextId, RoomId>();
  for (const [room, { context }] of present.rooms) taken.set(context.contextId, room);
  const memories = new Map<RoomId, ContextId>();
  const claims = rooms.filter(({ kind, contextId }) => kind === 'chat' && contextId !== null).toSorted(inOrder);
  for (const [contextId, claimed] of Map.groupBy(claims, (room) => room.contextId as ContextId)) {
    if (contextId === ONLY_CONTEXT) {
      // Where people have one memory each it is that one, and they get it anyway.
      if (scope === 'room')
        for (const { room } of claimed) say(room, 'has the memory 0, as every room may have; it begins a new one');
      continue;
    }
    const owners = new Set(claimed.map(({ person }) => person));
    const holder = taken.get(contextId) ?? (owners.size === 1 ? claimed[0]?.room : undefined);
    for (const { room } of claimed) {
      // What two people said is in it: it is for neither of them.
      if (holder === undefined)
        say(room, `has the memory ${contextId}, as a room of somebody else has; it begins a new one`);
      else if (holder !== room) say(room, `has the memory ${contextId}, which ${holder} keeps; it begins a new one`);
      else memories.set(room, contextId);
    }
  }
  return memories;
}

/** The Space of each person, where it is theirs alone and no other room. */
export function spacesOf(
  { users }: OldState,
  rooms: readonly NewRoom[],
  present: Present,
  say: Say,
): Map<UserId, RoomId> {
  const claims = new Map<UserId, RoomId>();
  for (const { person, space } of users.values()) if (space !== null) claims.set(person, space);
  for (const { room, person, space } of rooms.toSorted(inOrder)) {
    const theirs = claims.get(person);
    if (space === null) continue;
    if (theirs === undefined) claims.set(person, space);
    else if (theirs !== space) say(room, `stands in the Space ${space}, but its person has ${theirs}`);
  }
  const others = new Set<RoomId>([...rooms.map(({ room }) => room), ...present.rooms.keys()]);
  const owners = Map.groupBy(claims, ([, space]) => space);
  for (const [person, { context }] of present.people) {
    if (context.space !== null)
      owners.set(context.space, [...(owners.get(context.space) ?? []), [person, context.space]]);
  }
  for (const [person, space] of [...claims]) {
    const people = new Set(owners.get(space)?.map(([owner]) => owner));
    const why = others.has(space) ? 'which is a chat' : people.size > 1 ? 'as somebody else has' : null;
    if (why === null) continue;
    say(person, `has the Space ${space}, ${why}; left out, the start looks for it on the homeserver`);
    claims.delete(person);
  }
  return claims;
}
