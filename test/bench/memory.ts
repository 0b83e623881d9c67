/** What an idle room weighs while it is live, and after it left memory. Needs --expose-gc. */
import { setImmediate as breath } from 'node:timers/promises';
import { work } from './alone.ts';
import type { Figure } from './figures.ts';
import { idleRecord, inParallel, openRooms, personOf, roomOf, type Rooms } from './rooms.ts';

const ROOMS = 10_000;
/** Rooms that come in the way of all rooms: by an invite, with every write. */
const INVITED = 1_000;
const TARGET_BYTES = 8 * 1024;
/** Enough to fill what a record remembers of its inputs. */
const TEXTS = 250;

await work(async ({ folder }: { folder: string }): Promise<Figure[]> => {
  const rooms = await openRooms(folder, false);
  const target = { below: TARGET_BYTES };

  /** Live and evicted bytes for each of `count` rooms. */
  async function weigh(count: number, fill: (count: number) => Promise<void> | void) {
    const base = await heap();
    await fill(count);
    const live = ((await heap()) - base) / count;
    await rooms.evict();
    return { live, left: ((await heap()) - base) / count };
  }
  const wake = (texts: number) => (count: number) => {
    for (let n = 0; n < count; n++) rooms.children.wake(new Map([[roomOf(n), idleRecord(roomOf(n), texts)]]));
  };

  const first = await weigh(ROOMS, wake(0));
  const fresh = await weigh(ROOMS, wake(0));
  const used = await weigh(ROOMS, wake(TEXTS));
  await weigh(INVITED, (count) => invite(rooms, count));
  const invited = await weigh(INVITED, (count) => invite(rooms, count));
  await rooms.close();

  return [
    {
      name: 'live idle room, just greeted',
      value: fresh.live,
      unit: 'B',
      target,
      note: `heap of ${ROOMS} rooms after gc`,
    },
    {
      name: `live idle room, ${TEXTS} texts later`,
      value: used.live,
      unit: 'B',
      target,
      note: `heap of ${ROOMS} rooms after gc`,
    },
    {
      name: 'live idle room, invited right now',
      value: invited.live,
      unit: 'B',
      target,
      note: `heap of ${INVITED} rooms after gc`,
    },
    {
      name: 'evicted room, left behind',
      value: Math.max(0, fresh.left, used.left),
      unit: 'B',
      note: `the first ${ROOMS} ever: ${Math.round(first.left)} B, which later ones use again`,
    },
  ];
});

/** The way every room goes: invited, joined, greeted. */
async function invite({ children }: Rooms, count: number): Promise<void> {
  const event = { type: 'room.invited', person: personOf(), agent: 'a', contextId: '1790000000000000' };
  await inParallel(count, 64, (number) =>
    children.deliver(roomOf(number), [{ kind: 'event', id: null, at: Date.now(), event: { ...event } }], 'invited'),
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
