/**
 * Actors of idle rooms made and ended, a thousand and ten thousand of them: the time has to grow with their number only.
 * Needs --expose-gc: what making the records left behind is no part of it.
 */
import { work } from './alone.ts';
import { median, type Figure } from './figures.ts';
import { idleRecord, openRooms, roomOf } from './rooms.ts';

const FEW = 1_000;
const MANY = 10_000;
const TARGET_RATIO = 13;

await work(async ({ folder }: { folder: string }): Promise<Figure[]> => {
  const rooms = await openRooms(folder, false);

  async function round(count: number) {
    const records = new Map(
      Array.from({ length: count }, (_, number) => [roomOf(number), idleRecord(roomOf(number), 0)]),
    );
    globalThis.gc?.();
    const started = performance.now();
    rooms.children.wake(records);
    const spawn = performance.now() - started;
    const stop = await rooms.evict();
    return { spawn, stop };
  }
  async function rounds(count: number, times: number) {
    const all: Awaited<ReturnType<typeof round>>[] = [];
    for (let n = 0; n < times; n++) all.push(await round(count));
    const of = (name: 'spawn' | 'stop') => median(all.map((one) => one[name]));
    return { spawn: of('spawn'), stop: of('stop') };
  }

  await rounds(FEW, 5);
  const few = await rounds(FEW, 15);
  const many = await rounds(MANY, 5);
  await rooms.close();
  return [
    { name: `spawn ${MANY} rooms`, value: many.spawn, unit: 'ms', note: `${FEW}: ${few.spawn.toFixed(1)} ms` },
    { name: `stop ${MANY} rooms`, value: many.stop, unit: 'ms CPU', note: `${FEW}: ${few.stop.toFixed(1)} ms` },
    {
      name: `spawn ${MANY} / spawn ${FEW}`,
      value: many.spawn / few.spawn,
      unit: '×',
      target: { below: TARGET_RATIO },
    },
    { name: `stop ${MANY} / stop ${FEW}`, value: many.stop / few.stop, unit: '×' },
  ];
});
