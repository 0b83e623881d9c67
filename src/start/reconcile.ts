/**
 * Rebuilds what the records should say from what the homeserver shows, and finds what to repair there. Pure: it never
 * creates, invites or leaves, and run again after its repairs it comes to the same facts and no more repairs.
 */
import { isDeepStrictEqual } from 'node:util';
import { ONLY_CONTEXT, type AgentId, type ContextId, type RoomId, type UserId } from '../../machines/ids.ts';
import { languages, type Language } from '../../machines/language.ts';
import type { Marker } from '../../machines/marker.ts';
import type { KnownRoom } from '../ports.ts';
import { findClaims, isUnder, sources, type Claim } from './reconcile/claims.ts';
import {
  markerOf,
  storedMarkers,
  type Known,
  type PersonFacts,
  type Repair,
  type Report,
  type RoomFacts,
} from './reconcile/facts.ts';

export type { Known, PersonFacts, Repair, RoomFacts } from './reconcile/facts.ts';

export interface ReconcileOptions {
  me: UserId;
  mode: 'spaces' | 'dm';
  /** Whether people have one memory for all their rooms, or each room its own. */
  scope: 'room' | 'person';
  /** For chats of which nothing remembers the agent; null where the person has none. */
  agentOf: (person: UserId) => AgentId | null;
}

export interface Reconciled {
  people: PersonFacts[];
  rooms: RoomFacts[];
  repairs: Repair[];
  report: Report;
}

/** `rooms`: what a `Survey` found; `known`: what the records say. A marker counts more than a record, a record more than a name. */
export function reconcile(rooms: readonly KnownRoom[], known: Known, options: ReconcileOptions): Reconciled {
  const byId = new Map(rooms.toSorted((a, b) => compare(a.room, b.room)).map((room) => [room.room, room]));
  const stored = storedMarkers(known);
  const { spaces, others, skipped } = findClaims({ rooms: byId, stored, busy: known.busy, ...options });
  const people: PersonFacts[] = [];
  const facts: RoomFacts[] = [];
  const repairs: Repair[] = [];
  let conflicts = 0;

  const highest = highestNumbers(rooms);
  const claimed = Map.groupBy([...spaces, ...others], ({ marker }) => marker.person);
  for (const person of [...new Set([...claimed.keys(), ...known.people.keys()])].toSorted(compare)) {
    const claims = claimed.get(person) ?? [];
    const theirs = claims.filter(({ room }) => !room.isSpace);
    const [space, ...second] = inOrder(claims, theirs, known.people.get(person)?.space ?? null);
    for (const { room } of second) skipped.push({ room: room.room, reason: 'person has another Space' });
    const language = known.people.get(person)?.language ?? chosenIn(theirs, stored);
    const numbers = numberChats(theirs, known.people.get(person), highest.get(person) ?? 0);
    conflicts += second.length + numbers.conflicts;

    if (space && space.room.marker === null)
      repairs.push({ kind: 'write marker', room: space.room.room, marker: space.marker });
    const chats: PersonFacts['chats'] = [];
    const remembered: RoomFacts['contextId'][] = [];
    for (const claim of theirs) {
      const told = stored.get(claim.room.room);
      const fact = factOf(claim, { number: numbers.of.get(claim) ?? null, language }, told, options);
      facts.push(fact);
      remembered.push(fact.contextId);
      const { room, number, name, archived } = fact;
      if (number !== null) {
        chats.push({ number, room, name: name ?? `C${number}`, archived });
        if (space && !space.room.children.includes(room))
          repairs.push({ kind: 'link child', space: space.room.room, ...{ room, person, number, archived } });
      }
      const marker = markerOf(fact);
      if (!isDeepStrictEqual({ ...claim.room.marker }, marker)) repairs.push({ kind: 'write marker', room, marker });
    }
    const contextId = known.people.get(person)?.contextId ?? (options.scope === 'room' ? null : sharedIn(remembered));
    chats.sort((a, b) => a.number - b.number);
    people.push({ person, space: space?.room.room ?? null, nextNumber: numbers.next, chats, language, contextId });
  }

  const report: Report = {
    joined: rooms.length,
    restored: facts.filter(({ room }) => !known.rooms.has(room)).length,
    repaired: repairs.length,
    skipped: skipped.toSorted((a, b) => compare(a.room, b.room)),
    conflicts,
    backfilled: facts.filter(({ kind, contextId }) => kind === 'chat' && contextId === null).length,
  };
  return { people, rooms: facts.toSorted((a, b) => compare(a.room, b.room)), repairs, report };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The Spaces that claim to be the person's, the one that it is first. */
function inOrder(claims: readonly Claim[], chats: readonly Claim[], stored: RoomId | null): Claim[] {
  const holds = (space: Claim) => chats.filter(({ room }) => isUnder(room, space.room)).length;
  return claims
    .filter(({ room }) => room.isSpace)
    .toSorted(
      (a, b) =>
        sources[a.source] - sources[b.source] ||
        Number(b.room.room === stored) - Number(a.room.room === stored) ||
        holds(b) - holds(a) ||
        compare(a.room.room, b.room.room),
    );
}

/** The highest number in the markers of each person, also of rooms that were replaced: none is given twice. */
function highestNumbers(rooms: readonly KnownRoom[]): Map<UserId, number> {
  const highest = new Map<UserId, number>();
  for (const { marker } of rooms) {
    if (marker?.kind !== 'chat') continue;
    highest.set(marker.person, Math.max(highest.get(marker.person) ?? 0, marker.number ?? 0));
  }
  return highest;
}

/** Who claims a number on better grounds keeps it, the others get the next free ones. */
function numberChats(
  claims: readonly Claim[],
  stored: PersonFacts | undefined,
  highest: number,
): { of: Map<Claim, number>; next: number; conflicts: number } {
  const isStored = ({ room, marker }: Claim) =>
    stored?.chats.some((chat) => chat.room === room.room && chat.number === marker.number) ?? false;
  const of = new Map<Claim, number>();
  const taken = new Set<number>();
  const chats = claims.filter(({ marker }) => marker.kind === 'chat');
  const without = chats.filter(({ unnumbered }) => unnumbered);
  const best = chats.toSorted(
    (a, b) =>
      sources[a.source] - sources[b.source] ||
      Number(isStored(b)) - Number(isStored(a)) ||
      compare(a.room.room, b.room.room),
  );
  let conflicts = 0;
  for (const claim of best) {
    const { number } = claim.marker;
    if (claim.unnumbered || number === null) continue;
    if (taken.has(number)) {
      conflicts += 1;
      without.push(claim);
      continue;
    }
    taken.add(number);
    of.set(claim, number);
  }
  const remembered = stored?.chats.map(({ number }) => number) ?? [];
  const used = [highest, ...taken, ...remembered].reduce((a, b) => Math.max(a, b));
  let next = Math.max(stored?.nextNumber ?? 1, used + 1);
  for (const claim of without.toSorted((a, b) => compare(a.room.room, b.room.room))) of.set(claim, next++);
  return { of, next, conflicts };
}

/** What most of a person's rooms are spoken to in: not all may have heard of the last choice. */
function chosenIn(claims: readonly Claim[], stored: ReadonlyMap<RoomId, Marker>): Language | null {
  const chosen = claims.flatMap(({ room, marker }) => marker.language ?? stored.get(room.room)?.language ?? []);
  const votes = (language: Language) => chosen.filter((one) => one === language).length;
  return languages.filter((one) => votes(one) > 0).toSorted((a, b) => votes(b) - votes(a))[0] ?? null;
}

/** The last one that they began: it is the highest. Null where they have the first one still. */
function sharedIn(remembered: readonly (ContextId | null)[]): ContextId | null {
  const ids = remembered.filter((id) => id !== null);
  const last = ids.reduce((a, b) => (BigInt(b) > BigInt(a) ? b : a), ONLY_CONTEXT);
  return last === ONLY_CONTEXT ? null : last;
}

/** The marker first, then the record; of a chat also what the room and the registry say. */
function factOf(
  { room, marker }: Claim,
  { number, language }: { number: number | null; language: Language | null },
  told: Marker | undefined,
  { agentOf }: ReconcileOptions,
): RoomFacts {
  const { person, archived } = marker;
  const kind = marker.kind === 'entry' ? 'entry' : 'chat';
  const record = told?.person === person && told.kind === kind ? told : null;
  const [name, agent] = [marker.name ?? record?.name ?? null, marker.agent ?? record?.agent ?? null];
  const contextId = marker.contextId ?? record?.contextId ?? null;
  const company = marker.company ?? record?.company;
  const ofItsPerson = { ...(company && { company }), ...(language !== null && { language }) };
  const facts = { room: room.room, person, kind, number, contextId, archived, ...ofItsPerson } as const;
  if (kind === 'entry') return { ...facts, name, agent };
  const fallback = room.name ?? (number === null ? null : `C${number}`);
  return { ...facts, name: name ?? fallback, agent: agent ?? agentOf(person) };
}
