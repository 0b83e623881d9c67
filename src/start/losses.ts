/** What is told of records and letters that are damaged: nothing of it is lost without a word. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Directory } from '../actors/directory.ts';
import type { Household } from '../compose/household.ts';
import { lossOf } from '../compose/surroundings.ts';
import { Letter, type Input } from '../durable/definition.ts';
import type { Log, Now, Store } from '../ports.ts';
import type { Remembered } from './remembered.ts';

export interface LossWorld {
  store: Store;
  household: Household;
  directory: Directory;
  now: Now;
  log: Log;
}

/**
 * Tells each person whose record is damaged, in a room of theirs. It is told before the record is replaced, under the
 * number of its copy: killed in between, the next start tells nothing twice.
 */
export async function tellPeople(world: LossWorld, remembered: Remembered): Promise<void> {
  await Promise.all([...remembered.damaged.people].map(([person, copy]) => tell(world, remembered, person, copy)));
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

/** Hands out the letters that an earlier process kept; of what cannot be read a copy is kept, and it is told. */
export async function redeliver(world: LossWorld, remembered: Remembered): Promise<void> {
  const { store, household, now } = world;
  for await (const [key, letters] of store.deadLetters.entries()) {
    const { inputs, copies } = await readLetters(world, key, letters);
    if (key.startsWith('@')) {
      for (const copy of copies) await tell(world, remembered, key as UserId, copy);
      household.people.redeliver(key as UserId, inputs);
    } else {
      household.rooms.redeliver(key as RoomId, [...copies.map((copy) => lossOf(now(), copy)), ...inputs]);
    }
  }
}

async function readLetters({ store, log }: LossWorld, key: string, letters: readonly unknown[]) {
  const inputs: Input[] = [];
  const copies: number[] = [];
  for (const [index, letter] of letters.entries()) {
    const { data, error } = Letter.safeParse(letter);
    if (data !== undefined) {
      inputs.push(data);
    } else {
      const copy = await store.deadLetters.keepCopy(key, index, letter === undefined ? 'it is no JSON' : error.message);
      log.error({ actor: key, copy, error }, 'dead letter is damaged, a copy is kept');
      copies.push(copy);
    }
  }
  return { inputs, copies };
}

/** In the room where they met the bot, or in a chat of theirs. */
async function tell(
  { household, directory, now }: LossWorld,
  { rooms }: Remembered,
  person: UserId,
  copy: number,
): Promise<void> {
  const theirs = [...rooms].find(([, { context }]) => context.person === person && context.role === 'chat');
  const room = directory.roomOf(person, null) ?? theirs?.[0];
  if (room !== undefined) await household.rooms.deliver(room, [lossOf(now(), copy)], 'woken');
}
