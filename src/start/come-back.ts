/** What a start does before it syncs: brings the records up to date, then wakes and tells whom it concerns. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { PersonContext, PersonEvent } from '../../machines/person.model.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Directory } from '../actors/directory.ts';
import type { Door } from '../actors/door.ts';
import type { Reception } from '../actors/reception.ts';
import { personRest, roomRest } from '../actors/rest.ts';
import type { Household } from '../compose/household.ts';
import type { Envelope } from '../durable/record.ts';
import type { Attendance } from '../matrix/attendance.ts';
import type { HostState, Now } from '../ports.ts';
import { sweepAnswers } from './answers.ts';
import { sweepConversations } from './conversations.ts';
import { beginAnew, lookForMissing, redeliver, tellPeople } from './losses.ts';
import { isIncomplete, readRemembered, type Remembered } from './remembered.ts';
import { restore, type RestoreWorld } from './restore.ts';

export interface ComeBackWorld extends Omit<RestoreWorld, 'remembered' | 'goesOn'> {
  host: HostState;
  household: Household;
  door: Door;
  directory: Directory;
  attendance: Attendance;
  /** The time of day. */
  wall: Now;
}

/** Rebuilds what is lost of the records, and gives what they say then. Rejects with a MatrixFailure or `Closed`. */
export async function bringUpToDate(world: ComeBackWorld, remembered: Remembered): Promise<Remembered> {
  recall(world, remembered);
  if (world.host.read().syncPosition !== null && !isIncomplete(remembered)) return remembered;
  await tellPeople(world, remembered);
  await rebuild(world, remembered);
  return recall(world, await readRemembered(world.store, world.log));
}

/**
 * Wakes what was under way and tells what changed; resolves when all of it is on disk, but for what rooms without a
 * record are told. Rejects like `bringUpToDate`.
 */
export async function wakeUp(world: ComeBackWorld, remembered: Remembered): Promise<void> {
  await sweepAnswers(world.store, remembered, world.log);
  await sweepConversations(world.store, remembered, world.log);
  const joined = await world.attendance.joinedRooms();
  // The letters first: an actor that crashes at its waking would write its own in their place.
  await redeliver(world, remembered);
  await beginAnew(world, remembered, joined);
  void lookForMissing(world, remembered, joined);
  await catchUp(world, remembered, joined);
}

function recall({ directory }: ComeBackWorld, remembered: Remembered): Remembered {
  for (const record of remembered.people.values()) directory.note(record);
  for (const record of remembered.rooms.values()) directory.noteRoom(record);
  return remembered;
}

async function rebuild(world: ComeBackWorld, remembered: Remembered): Promise<void> {
  const { host, door, household, now, wall } = world;
  const goesOn = host.read().syncPosition !== null;
  const { arrivals, position, unheard } = await restore({ ...world, remembered, goesOn });
  // From a known position on, invites and words come again by themselves.
  if (goesOn) return;
  const told = unheard.map(({ room, eventId }) => {
    const event: RoomEvent = { type: 'memory.lost', eventId };
    return household.rooms.deliver(room, [{ kind: 'event', id: `lost:${eventId}`, at: now(), event }], 'reconciled');
  });
  await Promise.all([...(await door.admit(arrivals, null)), ...told]);
  // Whoever was not heard was told: from here on nothing is missed.
  await host.update({ syncPosition: position, lastSyncAt: wall() });
}

async function catchUp(
  world: ComeBackWorld,
  { people, rooms }: Remembered,
  joined: ReadonlySet<RoomId>,
): Promise<void> {
  const { household } = world;
  household.people.wake(filtered(people, personRest.mustBeWoken));
  household.rooms.wake(filtered(rooms, roomRest.mustBeWoken));
  const lostSpaces = [...people].map(([person, { context }]) => tellOfSpace(world, person, context, joined));
  const changed = [...rooms].map(([room, record]) => tellOfRoom(world, room, record, joined));
  await Promise.all([...lostSpaces, ...changed]);
}

function filtered<Key, Context>(
  records: ReadonlyMap<Key, Envelope<Context>>,
  isWanted: (record: Envelope<Context>) => boolean,
): Map<Key, Envelope<Context>> {
  return new Map([...records].filter(([, record]) => isWanted(record)));
}

async function tellOfSpace(
  { household, now }: ComeBackWorld,
  person: UserId,
  { space }: PersonContext,
  joined: ReadonlySet<RoomId>,
): Promise<void> {
  if (space === null || joined.has(space)) return;
  const event: PersonEvent = { type: 'space.gone', room: space };
  await household.people.deliver(person, [{ kind: 'event', id: null, at: now(), event }], 'woken');
}

/** Of a room that is gone, or that has another memory by now. */
async function tellOfRoom(
  { household, reception, now }: ComeBackWorld,
  room: RoomId,
  record: Envelope<RoomContext>,
  joined: ReadonlySet<RoomId>,
): Promise<void> {
  const tell = (event: RoomEvent) =>
    household.rooms.deliver(room, [{ kind: 'event', id: null, at: now(), event }], 'woken');
  if (roomRest.mayBeToldItLeft(record) && !joined.has(room)) await tell({ type: 'room.left' });
  else await inScope(record, reception, tell);
}

/** Where the operator changed `policy.context.scope`: no two people may end in one memory; or where its person cleared theirs. */
async function inScope(
  { context, outbox }: Envelope<RoomContext>,
  reception: Reception,
  tell: (event: RoomEvent) => Promise<unknown>,
): Promise<void> {
  const { person, contextId, oneMemory } = context;
  const shared = reception.sharedBy(person);
  const isAsBefore = oneMemory === (shared !== null);
  if (isAsBefore && reception.isOfScope(contextId, person)) return;
  // It tells its person of a memory that they have not heard of yet.
  if (isAsBefore && outbox.some(isOfItsMemory)) return;
  if (isAsBefore && shared !== null) return void (await tell({ type: 'context.chosen', contextId: shared }));
  const assigned = await reception.contextFor(person);
  await tell({ type: 'context.assigned', contextId: assigned, oneMemory: shared !== null });
}

function isOfItsMemory({ params }: Envelope['outbox'][number]): boolean {
  const { wish } = params as { wish?: { type?: unknown } };
  return wish?.type === 'context.chosen';
}
