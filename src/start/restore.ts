/** Rebuilds records from the homeserver when there is no position to go on from: a new installation, or a lost state folder. */
import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import type { EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { newPersonRecord } from '../actors/person.ts';
import { markerOf } from './reconcile/facts.ts';
import { reconcile, type Known, type PersonFacts, type Repair, type RoomFacts } from './reconcile.ts';
import { newOrigin, wasSeen, type Envelope } from '../durable/record.ts';
import type { Directory } from '../actors/directory.ts';
import type { Reception } from '../actors/reception.ts';
import { newRoomRecord, readRoomRecord } from '../actors/room.ts';
import type { Alarm } from '../durable/timers.ts';
import type { Arrival, Log, Now, Registry, RoomWork, Store, Survey } from '../ports.ts';
import type { Remembered } from './remembered.ts';

export interface RestoreWorld {
  store: Store;
  /** What the records say. */
  remembered: Remembered;
  /** The sync goes on where it was: where a record is missing, more than the record may be lost. */
  goesOn: boolean;
  survey: Survey;
  work: RoomWork;
  reception: Reception;
  registry: Registry;
  directory: Pick<Directory, 'note'>;
  mode: 'spaces' | 'dm';
  /** Whether people have one memory for all their rooms, or each room its own. */
  scope: 'room' | 'person';
  me: UserId;
  alarm: Pick<Alarm, 'set'>;
  now: Now;
  log: Log;
}

export interface Restored {
  arrivals: Arrival[];
  position: string;
  unheard: { room: RoomId; eventId: EventId }[];
}

/** Repairs begun at once. */
const REPAIRS_AT_ONCE = 32;
/** Nobody is served before them, ms: those that take longer go on meanwhile. */
const LONGEST_REPAIRS_MS = 30_000;

/**
 * Looks at everything the bot is in, writes the records that are missing, corrects those that say otherwise and mends Space
 * links and markers. Never creates, invites or leaves; doing it twice changes nothing more. Gives the invites that wait,
 * the position to sync from, and the chats whose person spoke last, where no record says that they were heard.
 */
export async function restore(world: RestoreWorld): Promise<Restored> {
  const { store, work, registry, mode, scope, me, log, directory } = world;
  const { remembered, goesOn } = world;
  const known = factsOf(remembered);
  const { rooms, arrivals, position } = await world.survey();
  const {
    people,
    rooms: found,
    repairs,
    report,
  } = reconcile(rooms, known, { me, mode, scope, agentOf: registry.agentOf });
  for (const facts of people) {
    // The steps under way are in that Space: where it is lost, `space.gone` tells their actor.
    if (known.busy.has(facts.person)) facts.space = known.people.get(facts.person)?.space ?? facts.space;
  }
  const persons = people.flatMap((facts) => personRecord(facts, remembered.people.get(facts.person)));
  await store.people.writeAll(persons);
  for (const [, record] of persons) directory.note(record);
  const isOfScope = ({ contextId, person }: RoomFacts) =>
    contextId !== null && world.reception.isOfScope(contextId, person);
  // What a room goes on with is what its record says; its marker may be of before, where the state came from elsewhere.
  const remarked = new Set(found.filter((facts) => takeMemoryOf(remembered.rooms.get(facts.room), facts)));
  const backfilled = found.filter((facts) => !isOfScope(facts));
  for (const { contextId } of found) if (contextId !== null) world.reception.noteContextId(contextId);
  for (const facts of backfilled) facts.contextId = await world.reception.contextFor(facts.person);
  // A room whose record is damaged or missing begins anew by itself, from its marker, and hears of it first.
  const marked = new Set(rooms.flatMap(({ room, marker }) => (marker === null ? [] : [room])));
  const beginsAnew = (room: RoomId) =>
    remembered.damaged.rooms.has(room) || (goesOn && marked.has(room) && !remembered.rooms.has(room));
  const written = found.filter(({ room }) => !beginsAnew(room));
  await store.rooms.writeAll(
    written.flatMap((facts) => roomRecord(world.reception, facts, remembered.rooms.get(facts.room))),
  );
  for (const facts of backfilled) remarked.add(facts);
  const isRemarked = new Set([...remarked].map(({ room }) => room));
  const other = repairs.filter((repair) => !(repair.kind === 'write marker' && isRemarked.has(repair.room)));
  const markings = [...remarked].map((facts): Repair => ({
    kind: 'write marker',
    room: facts.room,
    marker: markerOf(facts),
  }));
  const time = { isLate: false };
  const repaired = async (repair: Repair) => {
    const asItIs = time.isLate ? await byNow(repair, store).catch(() => null) : repair;
    return asItIs === null ? { ok: false } : mend(work, asItIs);
  };
  const mending = pMap([...other, ...markings], repaired, { concurrency: REPAIRS_AT_ONCE });
  const told = mending.then((mended) => {
    const failedRepairs = mended.filter(({ ok }) => !ok).length;
    log.info({ ...report, backfilled: backfilled.length, failedRepairs }, 'reconciled with the homeserver');
  });
  await notForLong(told, time, world);
  const askers = new Map(found.filter(({ kind }) => kind === 'chat').map(({ room, person }) => [room, person]));
  const unheard = rooms.flatMap(({ room, lastWord }) => {
    if (lastWord === null || lastWord.sender !== askers.get(room)) return [];
    const { eventId } = lastWord;
    return wasSeen(remembered.rooms.get(room)?.seen ?? '', eventId) ? [] : [{ room, eventId }];
  });
  return { arrivals, position, unheard };
}

/** Whether the record of the room says another memory than its marker, which the facts then say too. */
function takeMemoryOf(record: Envelope<RoomContext> | undefined, facts: RoomFacts): boolean {
  if (record === undefined || record.context.person !== facts.person) return false;
  const { contextId } = record.context;
  if (facts.contextId === null || facts.contextId === contextId) return false;
  facts.contextId = contextId;
  return true;
}

/** Resolves when the repairs are done, or take long; rejects with what ends them before that. */
async function notForLong(
  repairs: Promise<void>,
  time: { isLate: boolean },
  { alarm, now, log }: RestoreWorld,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancel = alarm.set(now() + LONGEST_REPAIRS_MS, () => {
    time.isLate = true;
    log.warn({}, 'repairs on the homeserver take long, going on without them');
    resolve();
  });
  repairs.catch((error: unknown) => {
    if (time.isLate) log.warn({ error }, 'repairs on the homeserver were not finished');
  });
  await Promise.race([repairs, late]).finally(cancel);
}

/** Beside the service rooms have changed: what their records say by now, or they would be set back; null where nobody is known. */
async function byNow(repair: Repair, store: Store): Promise<Repair | null> {
  if (repair.kind === 'write marker' && repair.marker.kind === 'space') return repair;
  const stored = await store.rooms.read(repair.room);
  if (stored === null) return null;
  const { person, number, name, agent, contextId, archived, language } = readRoomRecord(stored).context;
  if (person === null) return null;
  if (repair.kind === 'link child') return { ...repair, number, archived };
  const { language: _, ...marker } = { ...repair.marker, person, number, name, agent, contextId, archived };
  return { ...repair, marker: language === null ? marker : { ...marker, language } };
}

function factsOf({ people, rooms }: Remembered): Known {
  const known = {
    people: new Map<UserId, PersonFacts>(),
    busy: new Set<UserId>(),
    rooms: new Map<RoomId, RoomFacts>(),
  };
  for (const [person, { context }] of people) {
    const { space, nextNumber, chats, language, contextId, job } = context;
    known.people.set(person, { person, space, nextNumber, chats, language, contextId });
    if (job !== null) known.busy.add(person);
  }
  for (const [room, { context }] of rooms) {
    const { person, role, number, name, agent, contextId, archived, company, language } = context;
    if (person === null || (role === 'refused' && number === null)) continue;
    const kind = role === 'entry' ? 'entry' : 'chat';
    const facts = { room, person, kind, number, name, agent, contextId, archived } as const;
    const besides = { ...(company && { company }), ...(language !== null && { language }) };
    known.rooms.set(room, { ...facts, ...besides });
  }
  return known;
}

/** What is to be written of a person: nothing where the record says the same. */
function personRecord(
  facts: PersonFacts,
  record: Envelope<PersonContext> | undefined,
): [UserId, Envelope<PersonContext>][] {
  if (record === undefined) return [[facts.person, newPersonRecord(facts.person, newOrigin(), facts)]];
  const context = { ...record.context, ...facts };
  return isDeepStrictEqual(context, record.context) ? [] : [[facts.person, { ...record, context }]];
}

/** Of a room that is known only what the person's list says is corrected: the rest its own record knows best. */
function roomRecord(
  reception: Reception,
  facts: RoomFacts,
  record: Envelope<RoomContext> | undefined,
): [RoomId, Envelope<RoomContext>][] {
  if (record === undefined || record.context.person === null) {
    if (facts.contextId === null) throw new Error('the room has no context id');
    const context = reception.restored(facts.room, markerOf(facts), facts.contextId);
    return [[facts.room, newRoomRecord(context, newOrigin())]];
  }
  const { number, name, archived, language = record.context.language } = facts;
  const context = { ...record.context, number, name, archived, language };
  return isDeepStrictEqual(context, record.context) ? [] : [[facts.room, { ...record, context }]];
}

function mend(work: RoomWork, repair: Repair): Promise<{ ok: boolean }> {
  if (repair.kind === 'write marker') return work.writeMarker(repair.room, repair.marker);
  const { kind: _, space, ...child } = repair;
  return work.linkChild(space, child);
}
