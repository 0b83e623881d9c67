/** What is told of records and letters that are damaged or missing: nothing of it is lost without a word. */
import pMap from 'p-map';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Directory } from '../actors/directory.ts';
import type { Household } from '../compose/household.ts';
import { lossOf } from '../compose/surroundings.ts';
import { Letter, type Input } from '../durable/definition.ts';
import type { Attendance } from '../matrix/attendance.ts';
import { isRefusal } from '../matrix/errors.ts';
import type { HostState, Log, Now, RoomWork, Store } from '../ports.ts';
import { missingPeople, type Remembered } from './remembered.ts';

export interface LossWorld {
  host: Pick<HostState, 'read'>;
  store: Store;
  household: Household;
  directory: Directory;
  now: Now;
  log: Log;
}

/**
 * Lets a room of each person whose record is damaged or missing know of it, by a letter. It is there before the record is
 * replaced, under the number of its copy: killed in between, the next start tells nothing twice.
 */
export async function tellPeople(world: LossWorld, remembered: Remembered): Promise<void> {
  const damaged = [...remembered.damaged.people].map(([person, copy]) => [person, idOf(copy)] as const);
  const missing = [...missingPeople(remembered)].map((person) => [person, 'missing person'] as const);
  const post = async ([person, id]: readonly [UserId, string]) => {
    const room = roomOf(world, remembered, person);
    // No actor runs yet: what it remembers is still to be brought up to date.
    if (room !== undefined) await world.store.deadLetters.add(room, lossOf(world.now(), id));
  };
  await Promise.all([...damaged, ...missing].map(post));
}

/** Begins each room anew whose record is damaged, and tells it so. Where the bot no longer is, nobody is told. */
export async function beginAnew(
  { household, store, now }: LossWorld,
  { damaged }: Remembered,
  joined: ReadonlySet<RoomId>,
): Promise<void> {
  const begun = [...damaged.rooms.keys()].map((room) =>
    joined.has(room) ? household.rooms.deliver(room, [lossOf(now())], 'woken') : store.rooms.remove(room),
  );
  await Promise.all(begun);
}

/** Rooms without a record that are asked about at once. */
const LOOKS_AT_ONCE = 8;

export interface LookWorld extends LossWorld {
  work: Pick<RoomWork, 'readMarker'>;
  attendance: Pick<Attendance, 'isReplaced'>;
}

/** Finds the rooms whose record is missing, by their markers, and tells them so. Never rejects. */
export async function lookForMissing(
  world: LookWorld,
  { rooms, damaged }: Remembered,
  joined: ReadonlySet<RoomId>,
): Promise<void> {
  const { household, directory, now, log } = world;
  const isKnown = (room: RoomId) => rooms.has(room) || damaged.rooms.has(room);
  const isOfAPerson = (room: RoomId) => directory.ownerOf(room) !== undefined || directory.inTheMaking(room) !== null;
  const unknown = [...joined].filter((room) => !isKnown(room) && !isOfAPerson(room));
  const look = async (room: RoomId) => {
    if (await hadARecord(world, room)) await household.rooms.deliver(room, [lossOf(now())], 'woken');
  };
  await pMap(unknown, look, { concurrency: LOOKS_AT_ONCE }).catch((error: unknown) =>
    log.error({ error }, 'rooms without a record could not be looked for'),
  );
}

/** Where the homeserver does not say it the room finds out itself, for as long as that takes. */
async function hadARecord({ work, attendance }: LookWorld, room: RoomId): Promise<boolean> {
  try {
    const marker = await work.readMarker(room);
    return marker !== null && marker.kind !== 'space' && !(await attendance.isReplaced(room));
  } catch (error) {
    return !isRefusal(error);
  }
}

/** Hands out the letters that an earlier process kept; of what cannot be read a copy is kept, and it is told. */
export async function redeliver(world: LossWorld, remembered: Remembered): Promise<void> {
  const { store, household, now } = world;
  for await (const [key, letters] of store.deadLetters.entries()) {
    const { inputs, copies } = await readLetters(world, key, letters);
    if (key.startsWith('@')) {
      const room = roomOf(world, remembered, key as UserId);
      const losses = copies.map((copy) => lossOf(now(), idOf(copy)));
      if (room !== undefined) await household.rooms.deliver(room, losses, 'woken');
      household.people.redeliver(key as UserId, inputs);
    } else {
      household.rooms.redeliver(key as RoomId, [...copies.map((copy) => lossOf(now(), idOf(copy))), ...inputs]);
    }
  }
}

async function readLetters({ host, store, log }: LossWorld, key: string, letters: readonly unknown[]) {
  const { syncPosition } = host.read();
  const inputs: Input[] = [];
  const copies: number[] = [];
  for (const [index, letter] of letters.entries()) {
    const { data, error } = Letter.safeParse(letter);
    if (data !== undefined) {
      inputs.push(whileItMayComeAgain(data, syncPosition));
    } else {
      const copy = await store.deadLetters.keepCopy(key, index, letter === undefined ? 'it is no JSON' : error.message);
      log.error({ actor: key, copy, error }, 'dead letter is damaged, a copy is kept');
      copies.push(copy);
    }
  }
  return { inputs, copies };
}

/** From behind an earlier position it comes no more; said to be from there, it would set that of its record back. */
function whileItMayComeAgain(letter: Input, position: string | null): Input {
  if (letter.kind !== 'event' || letter.behind === undefined || letter.behind === position) return letter;
  const { behind: _, ...rest } = letter;
  return rest;
}

/** The room where they met the bot, or a chat of theirs. */
function roomOf({ directory }: LossWorld, { rooms }: Remembered, person: UserId): RoomId | undefined {
  const theirs = [...rooms].find(([, { context }]) => context.person === person && context.role === 'chat');
  return directory.roomOf(person, null) ?? theirs?.[0];
}

/** What the loss is called of which this copy is kept. */
function idOf(copy: number): string {
  return `damaged:${copy}`;
}
