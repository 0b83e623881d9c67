/** What an idle room weighs while it is live, and after it left memory. Needs --expose-gc. */
import { setImmediate as breath } from 'node:timers/promises';
import { work } from './alone.ts';
import type { Figure } from './figures.ts';
import { idleRecord, inParallel, openRooms, personOf, roomOf, type Rooms } from './rooms.ts';

const ROOMS = 10_000;
const TARGET_BYTES = 8 * 1024;
/** Enough to fill what a record remembers of its inputs. */
const TEXTS = 250;

await work(async ({ folder }: { folder: string }): Promise<Figure[]> => {
  const rooms = await openRooms(folder, false);
  await invite(rooms, 100);
  await rooms.evict();
  const base = await heap();
  const perRoom = async () => ((await heap()) - base) / ROOMS;

  await invite(rooms, ROOMS);
  const fresh = await perRoom();
  await rooms.evict();
  const evicted = await perRoom();

  for (let number = 0; number < ROOMS; number++) rooms.children.wake(roomOf(number), idleRecord(roomOf(number), TEXTS));
  const used = await perRoom();
  await rooms.evict();
  const evictedAgain = await perRoom();
  await rooms.close();

  const target = { below: TARGET_BYTES };
  return [
    { name: 'live idle room, just greeted', value: fresh, unit: 'B', target, note: `heap of ${ROOMS} rooms after gc` },
    { name: `live idle room, ${TEXTS} texts later`, value: used, unit: 'B', target },
    { name: 'evicted room, left behind', value: Math.max(evicted, evictedAgain), unit: 'B' },
  ];
});

/** The way every room goes: invited, joined, greeted. */
async function invite({ children }: Rooms, count: number): Promise<void> {
  await inParallel(count, 64, (number) =>
    children.deliver(roomOf(number), [
      {
        kind: 'event',
        id: null,
        at: Date.now(),
        event: { type: 'room.invited', person: personOf(), agent: 'a', contextId: '1790000000000000' },
      },
    ]),
  );
  await children.quiet();
}

async function heap(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await breath();
  }
  return process.memoryUsage().heapUsed;
}
