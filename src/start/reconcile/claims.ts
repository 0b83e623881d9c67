/** Whose each room is, and what tells so: its marker, else a record, else (for rooms of the old system) its name. */
import type { Marker } from '../../../machines/marker.ts';
import type { RoomId, UserId } from '../../../machines/ids.ts';
import type { KnownRoom } from '../../ports.ts';
import { spaceMarker } from '../../../machines/marker.ts';
import type { SkipReason } from './facts.ts';
import { numberInName } from './names.ts';
import { inheritedMarkers } from './replacements.ts';

/** The better source has the lower number. */
export const sources = { marker: 0, record: 1, name: 2 } as const;

export interface Claim {
  room: KnownRoom;
  source: keyof typeof sources;
  marker: Marker;
  /** A chat that has no number yet and needs one. */
  unnumbered: boolean;
}

export interface Claims {
  spaces: Claim[];
  others: Claim[];
  skipped: { room: RoomId; reason: SkipReason }[];
}

interface Question {
  /** In the order of their ids. */
  rooms: ReadonlyMap<RoomId, KnownRoom>;
  stored: ReadonlyMap<RoomId, Marker>;
  busy: ReadonlySet<UserId>;
  me: UserId;
  mode: 'spaces' | 'dm';
}

export function findClaims(question: Question): Claims {
  const { rooms, stored, busy, me, mode } = question;
  const told = (room: KnownRoom) => room.marker ?? fitting(stored.get(room.room), room);
  const inherited = inheritedMarkers(rooms, told);
  const outdated = outdatedSpaces([...rooms.values()], told, inherited);
  const claims: Claims = { spaces: [], others: [], skipped: [] };
  const current = [...rooms.values()].filter(({ replacement }) => replacement === null);
  const unmarked: KnownRoom[] = [];

  for (const { room, replacement } of rooms.values()) {
    if (replacement !== null) claims.skipped.push({ room, reason: 'replaced by another room' });
  }
  for (const room of current) {
    const own = outdated.has(room.room) ? null : told(room);
    const marker = own ?? inherited.get(room.room) ?? null;
    if (marker === null) unmarked.push(room);
    else if (fitting(marker, room) === null) skip(room, 'marker does not fit the room');
    else {
      const source = room.marker === null && own !== null ? 'record' : 'marker';
      const unnumbered = marker.kind === 'chat' && marker.number !== null && marker.number < 1;
      claims[room.isSpace ? 'spaces' : 'others'].push({ room, source, marker, unnumbered });
    }
  }

  const owners = new Map(claims.spaces.map(({ room, marker }) => [room.room, marker.person]));
  const unmarkedSpaces = unmarked.filter(({ isSpace, createdByMe }) => isSpace && createdByMe);
  for (const space of unmarked) if (space.isSpace && !space.createdByMe) skip(space, 'not made by the bot');
  for (const space of unmarkedSpaces) {
    const owner = firstMember(space, me);
    if (owner !== null) owners.set(space.room, owner);
  }
  const above = spacesAbove(current);
  for (const room of unmarked.filter(({ isSpace }) => !isSpace)) {
    const found = mode === 'dm' ? alone(room, me) : underSpace(room, above.get(room.room) ?? [], owners);
    if (typeof found === 'string') skip(room, found);
    else if (busy.has(found.marker.person)) skip(room, 'in the making');
    else claims.others.push({ room, source: 'name', ...found });
  }
  const holding = new Set<RoomId>();
  for (const { room, marker } of claims.others) {
    for (const space of above.get(room.room) ?? [])
      if (owners.get(space.room) === marker.person) holding.add(space.room);
  }
  for (const space of unmarkedSpaces) {
    const owner = owners.get(space.room);
    if (owner === undefined || !holding.has(space.room)) skip(space, 'Space of nobody');
    else if (busy.has(owner)) skip(space, 'in the making');
    else claims.spaces.push({ room: space, source: 'name', marker: spaceMarker(owner), unnumbered: false });
  }
  return claims;

  function skip({ room }: KnownRoom, reason: SkipReason): void {
    claims.skipped.push({ room, reason });
  }
}

/**
 * Spaces that a record gives to somebody who has one by a marker: they count as if no record knew them, as they do once
 * that record is corrected. One that replaces the Space of somebody else is theirs, and may outdate a further record.
 */
function outdatedSpaces(
  rooms: readonly KnownRoom[],
  told: (room: KnownRoom) => Marker | null,
  inherited: ReadonlyMap<RoomId, Marker>,
): Set<RoomId> {
  const spaces = rooms.filter(({ isSpace, replacement }) => isSpace && replacement === null);
  const marked = new Set(
    spaces.flatMap((space) => {
      const marker = space.marker ?? (told(space) === null ? inherited.get(space.room) : undefined);
      return fitting(marker, space)?.person ?? [];
    }),
  );
  const outdated = new Set<RoomId>();
  const next = () =>
    spaces.find((space) => {
      const owner = told(space)?.person;
      const isRecorded = space.marker === null && owner !== undefined && !outdated.has(space.room);
      return isRecorded && marked.has(owner);
    });
  for (let space = next(); space !== undefined; space = next()) {
    outdated.add(space.room);
    const heir = fitting(inherited.get(space.room), space);
    if (heir !== null) marked.add(heir.person);
  }
  return outdated;
}

function fitting(marker: Marker | undefined, room: KnownRoom): Marker | null {
  return marker && (marker.kind === 'space') === room.isSpace ? marker : null;
}

export function isUnder(room: KnownRoom, space: KnownRoom): boolean {
  return space.children.includes(room.room) || room.parents.includes(space.room);
}

/** The Spaces of each room under one, those that link to it first. */
function spacesAbove(rooms: readonly KnownRoom[]): Map<RoomId, KnownRoom[]> {
  const above = new Map<RoomId, Set<KnownRoom>>();
  const add = (room: RoomId, space: KnownRoom) => above.set(room, (above.get(room) ?? new Set()).add(space));
  const spaces = new Map(rooms.filter(({ isSpace }) => isSpace).map((space) => [space.room, space]));
  for (const space of spaces.values()) for (const child of space.children) add(child, space);
  for (const { room, parents } of rooms) {
    for (const space of parents.toSorted().flatMap((parent) => spaces.get(parent) ?? [])) add(room, space);
  }
  return new Map([...above].map(([room, found]) => [room, [...found]]));
}

function firstMember({ members }: KnownRoom, me: UserId): UserId | null {
  return members.find(({ user, membership }) => user !== me && isPresent(membership))?.user ?? null;
}

function isPresent(membership: KnownRoom['members'][number]['membership']): boolean {
  return membership === 'join' || membership === 'invite';
}

/** In DMs, a room is the one conversation of the one who is in it; of several nobody knows whose it is. */
function alone(room: KnownRoom, me: UserId): Pick<Claim, 'marker' | 'unnumbered'> | SkipReason {
  const [person, ...others] = room.members.filter(({ user, membership }) => user !== me && isPresent(membership));
  if (person === undefined) return 'nobody owns it';
  if (others.length > 0) return 'others are in it';
  return { marker: { ...spaceMarker(person.user), kind: 'chat' }, unnumbered: false };
}

/**
 * A room under a Space is of the Space's owner, as far as the bot made both: anybody can link any room from a Space of
 * theirs, and name any Space in a room of theirs. Where only the room says so, the owner must be in it and the name must
 * have a number.
 */
function underSpace(
  room: KnownRoom,
  above: readonly KnownRoom[],
  owners: ReadonlyMap<RoomId, UserId>,
): Pick<Claim, 'marker' | 'unnumbered'> | SkipReason {
  if (above.length === 0) return room.members.length === 0 ? 'nobody owns it' : 'not under a Space of its owner';
  if (!room.createdByMe) return 'not made by the bot';
  const number = numberInName(room.name);
  const isLinked = (space: KnownRoom) => space.children.includes(room.room);
  const isMember = (user: UserId) =>
    room.members.some(({ user: member, membership }) => member === user && isPresent(membership));
  for (const space of above) {
    const person = owners.get(space.room);
    if (person === undefined || !(isLinked(space) || isMember(person))) continue;
    if (number === null && !isLinked(space)) return 'no number in its name';
    return { marker: { ...spaceMarker(person), kind: 'chat', number }, unnumbered: number === null };
  }
  return 'nobody owns it';
}
