/** What an import comes to: of what the old bot knew, all that the service does not know yet. Pure; nothing is overwritten. */
import type { ContextId, RoomId, UserId } from '../../machines/ids.ts';
import type { Chat, PersonContext } from '../../machines/person.model.ts';
import type { Envelope } from '../durable/record.ts';
import type { Registry } from '../ports.ts';
import { inOrder, memoriesOf, roomsOf, spacesOf, type NewRoom, type Present, type Say } from './claims.ts';
import type { Finding, OldState } from './rows.ts';

/** A room to be written. `number`: null for entry rooms, and for chats outside of a Space; `contextId`: null for a new one. */
export interface PlannedRoom extends Omit<NewRoom, 'number' | 'contextId' | 'space' | 'isListed'> {
  number: number | null;
  contextId: ContextId | null;
}

/** What is to be written of a person: chats that they do not have yet. */
export interface PlannedPerson {
  person: UserId;
  /** Nothing is known of them so far. */
  isNew: boolean;
  space: RoomId | null;
  nextNumber: number;
  chats: Chat[];
}

export interface Plan {
  people: PlannedPerson[];
  rooms: PlannedRoom[];
  /** Rooms of the old bot that the service knows. */
  known: number;
  /** No id up to this one may be given out. */
  lastContextId: bigint;
  findings: Finding[];
}

export interface PlanWorld {
  me: UserId;
  registry: Registry;
  isServed: (person: UserId) => boolean;
  /** Whether people have one memory for all their rooms, or each room its own. */
  scope: 'room' | 'person';
}

export function planImport(old: OldState, present: Present, world: PlanWorld): Plan {
  const findings = [...old.findings];
  const say: Say = (about, what) => void findings.push({ about, what });
  const all = roomsOf(old, world.me, say) as NewRoom[];
  const listedIn = chatsOf(present);
  const unknown = all.filter((room) => !isKnown(room, present, say));
  const here = { ...present, listedIn, spaces: spacesIn(present) };
  const rooms = unknown.filter((room) => mayBeTaken(room, here, say));
  const memories = memoriesOf(rooms, present, world.scope, say);
  // Of all rooms, or a second import would find fewer claims than the first.
  const spaces = spacesOf(old, all, present, say);
  const claimed = Map.groupBy(rooms, ({ person }) => person);
  const planned: PlannedRoom[] = [];
  const people: PlannedPerson[] = [];
  for (const person of [...new Set([...old.users.keys(), ...claimed.keys()])].toSorted()) {
    if (person === world.me || present.damaged.people.has(person)) continue;
    const theirs = claimed.get(person) ?? [];
    const record = present.people.get(person);
    const { of, next } = numbersOf(theirs, record, old.users.get(person)?.nextNumber ?? 1, say);
    const chats: Chat[] = [];
    for (const one of theirs.toSorted(inOrder)) {
      const { number: _, space: __, isListed: ___, ...room } = one;
      const number = of.get(one) ?? null;
      planned.push({ ...room, number, contextId: memories.get(one.room) ?? null });
      if (number !== null && listedIn.get(one.room) === undefined)
        chats.push({ number, room: one.room, name: one.name ?? `C${number}`, archived: one.archived });
      tellOfAgent(one, memories.has(one.room), world, say);
    }
    const change = personChange(person, record, { space: spaces.get(person) ?? null, next, chats }, say);
    if (change !== null) people.push(change);
    if (theirs.length > 0 && !world.isServed(person)) say(person, 'is not served: the configuration refuses them');
  }
  return { people, rooms: planned, known: all.length - unknown.length, lastContextId: old.lastContextId, findings };
}

/** In whose list each room is that the service knows of. */
function chatsOf({ people }: Present): Map<RoomId, { person: UserId; chat: Chat }> {
  const listed = new Map<RoomId, { person: UserId; chat: Chat }>();
  for (const [person, { context }] of people) for (const chat of context.chats) listed.set(chat.room, { person, chat });
  return listed;
}

/** What the service knows counts; where the old bot says otherwise it is told. */
function isKnown({ room, person, number, contextId }: NewRoom, { rooms }: Present, say: Say): boolean {
  const context = rooms.get(room)?.context;
  if (context === undefined) return false;
  const differences = [
    ...(context.person !== person ? [`of ${context.person ?? 'nobody'} here, of ${person} there`] : []),
    ...(typeof number === 'number' && context.number !== number
      ? [`${numberText(context.number)} here, number ${number} there`]
      : []),
    ...(contextId !== null && context.role === 'chat' && context.contextId !== contextId
      ? [`memory ${context.contextId} here, ${contextId} there`]
      : []),
  ];
  if (differences.length > 0) say(room, `is known already, and stays as it is: ${differences.join('; ')}`);
  return true;
}

function numberText(number: number | null): string {
  return number === null ? 'without a number' : `number ${number}`;
}

function spacesIn({ people }: Present): Map<RoomId, UserId> {
  return new Map(
    [...people].flatMap(
      ([
        person,
        {
          context: { space },
        },
      ]) => (space === null ? [] : [[space, person]]),
    ),
  );
}

interface Here extends Present {
  listedIn: ReturnType<typeof chatsOf>;
  spaces: ReturnType<typeof spacesIn>;
}

function mayBeTaken({ room, person }: NewRoom, { damaged, listedIn, spaces }: Here, say: Say): boolean {
  const leaveOut = (why: string) => {
    say(room, `${why}; left out`);
    return false;
  };
  if (damaged.rooms.has(room))
    return leaveOut('the record that the service has of it is damaged: start the service first');
  if (damaged.people.has(person))
    return leaveOut(`the record that the service has of ${person} is damaged: start the service first`);
  const listed = listedIn.get(room);
  if (listed !== undefined && listed.person !== person)
    return leaveOut(`is of ${person} there, but a chat of ${listed.person} here`);
  const owner = spaces.get(room);
  if (owner !== undefined) return leaveOut(`is the Space of ${owner} here`);
  return true;
}

/** Who claims a number first keeps it, the others get the next free ones. */
function numbersOf(
  rooms: readonly NewRoom[],
  record: Envelope<PersonContext> | undefined,
  nextThere: number,
  say: Say,
): { of: Map<NewRoom, number>; next: number } {
  const chats = record?.context.chats ?? [];
  const of = new Map<NewRoom, number>();
  const taken = new Map(chats.map(({ number, room }) => [number, room]));
  const without: NewRoom[] = [];
  for (const one of rooms.filter(({ kind, number }) => kind === 'chat' && number !== 'none').toSorted(inOrder)) {
    const number = chats.find(({ room }) => room === one.room)?.number ?? (one.number as number | null);
    const holder = number === null ? undefined : taken.get(number);
    if (number === null || (holder !== undefined && holder !== one.room)) {
      without.push(one);
    } else {
      taken.set(number, one.room);
      of.set(one, number);
    }
  }
  let next = Math.max(record?.context.nextNumber ?? 1, nextThere, ...[...taken.keys()].map((number) => number + 1));
  for (const one of without) {
    const why =
      one.number === null ? 'has no number' : `has the number ${one.number} as ${taken.get(one.number as number)} has`;
    say(one.room, `${why}; it gets the number ${next}`);
    of.set(one, next++);
  }
  return { of, next };
}

/** Null where the service knows all of it. */
function personChange(
  person: UserId,
  record: Envelope<PersonContext> | undefined,
  { space, next, chats }: { space: RoomId | null; next: number; chats: Chat[] },
  say: Say,
): PlannedPerson | null {
  if (record === undefined)
    return space === null && next === 1 && chats.length === 0
      ? null
      : { person, isNew: true, space, nextNumber: next, chats };
  const { context } = record;
  const [theirs, isMaking] = [context.space, context.job !== null || context.failed !== null];
  if (space !== null && theirs !== null && space !== theirs)
    say(person, `is known already, and stays as they are: the Space ${theirs} here, ${space} there`);
  const found = theirs ?? (isMaking ? null : space);
  if (found === theirs && next === context.nextNumber && chats.length === 0) return null;
  return { person, isNew: false, space: found, nextNumber: next, chats };
}

/** Another agent knows nothing of what was said. */
function tellOfAgent({ room, kind, person, agent }: NewRoom, remembers: boolean, world: PlanWorld, say: Say): void {
  const today = world.registry.agentOf(person);
  if (kind === 'entry' || agent === null || agent === today) return;
  const why = world.registry.has(agent) ? 'the registry gives its person another one' : 'no such agent is configured';
  say(
    room,
    `was answered by the agent ${agent}; ${why}: ${today} answers${remembers ? ', which has not that memory' : ''}`,
  );
}
