/** What a start does before it syncs: rebuilds what is lost, wakes what was under way, catches up with what changed. */
import type { PersonContext, PersonEvent } from '../../machines/person.model.ts';
import type { RoomContext, RoomEvent } from '../../machines/room.model.ts';
import type { RoomId } from '../../machines/ids.ts';
import type { Directory } from '../actors/directory.ts';
import type { Door } from '../actors/door.ts';
import { isPersonAtRest } from '../actors/person.ts';
import { isAtRest } from '../actors/room.ts';
import { DeadLetters } from '../durable/step.ts';
import type { Household } from '../compose.ts';
import type { Attendance } from '../matrix/attendance.ts';
import type { HostState, Now } from '../ports.ts';
import { isIncomplete, readRemembered, type Remembered } from './remembered.ts';
import { restore, type RestoreWorld } from './restore.ts';

export interface ComeBackWorld extends Omit<RestoreWorld, 'remembered'> {
  host: HostState;
  household: Household;
  door: Door;
  directory: Directory;
  attendance: Attendance;
  now: Now;
}

/** Resolves when all of it is on disk; rejects with a MatrixFailure or `Closed`. */
export async function comeBack(world: ComeBackWorld): Promise<void> {
  const { store, log, attendance, directory, household } = world;
  let remembered = await readRemembered(store, log);
  for (const record of remembered.people.values()) directory.note(record);
  if (world.host.read().syncPosition === null || isIncomplete(remembered)) {
    await rebuild(world, remembered);
    remembered = await readRemembered(store, log);
    for (const record of remembered.people.values()) directory.note(record);
  }
  await catchUp(world, remembered, await attendance.joinedRooms());
  for await (const [key, letters] of store.deadLetters.entries()) {
    const found = DeadLetters.safeParse(letters);
    if (found.success) household.of(key).redeliver(key, found.data);
    else log.error({ key, error: found.error }, 'dead letters cannot be read, they are left out');
  }
}

async function rebuild(world: ComeBackWorld, remembered: Remembered): Promise<void> {
  const { host, door, household, now } = world;
  const { arrivals, position, unheard } = await restore({ ...world, remembered });
  // From a known position on, invites and words come again by themselves.
  if (host.read().syncPosition !== null) return;
  const told = unheard.map(({ room, eventId }) => {
    const event: RoomEvent = { type: 'memory.lost', eventId };
    return household.rooms.deliver(room, [{ kind: 'event', id: `lost:${eventId}`, at: now(), event }]);
  });
  await Promise.all([...(await door.admit(arrivals)), ...told]);
  await host.update({ syncPosition: position });
}

async function catchUp(
  world: ComeBackWorld,
  { people, rooms }: Remembered,
  joined: ReadonlySet<RoomId>,
): Promise<void> {
  const { household, reception } = world;
  const changes: Promise<void>[] = [];
  for (const [person, record] of people) {
    const { space } = record.context as PersonContext;
    if (!isPersonAtRest(record)) household.people.wake(person, record);
    if (space === null || joined.has(space)) continue;
    const event: PersonEvent = { type: 'space.gone', room: space };
    changes.push(household.people.deliver(person, [{ kind: 'event', id: null, at: world.now(), event }]));
  }
  for (const [room, record] of rooms) {
    const { contextId } = record.context as RoomContext;
    const isBusy = !isAtRest(record);
    if (isBusy) household.rooms.wake(room, record);
    if (!isBusy && !joined.has(room)) changes.push(tell(world, room, { type: 'room.left' }));
    else if (!reception.isOfScope(contextId)) changes.push(assignContext(world, room));
  }
  await Promise.all(changes);
}

/** The operator changed `policy.context.scope`: no two people may end in one memory. */
async function assignContext(world: ComeBackWorld, room: RoomId): Promise<void> {
  await tell(world, room, { type: 'context.assigned', contextId: await world.reception.mintContextId() });
}

function tell({ household, now }: ComeBackWorld, room: RoomId, event: RoomEvent): Promise<void> {
  return household.rooms.deliver(room, [{ kind: 'event', id: null, at: now(), event }]);
}
