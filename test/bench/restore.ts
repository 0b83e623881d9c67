/** Records on disk → live actors, the way a start goes. */
import { work } from './alone.ts';
import type { Figure } from './figures.ts';
import { idleRecord, inParallel, openRooms, roomOf } from './rooms.ts';
import { readRoomRecord } from '../../src/actors/room.ts';
import type { RoomId } from '../../machines/ids.ts';

const RECORDS = 10_000;
/** How many texts each of the rooms has answered. */
const TEXTS = 50;

await work(async ({ folder }: { folder: string }): Promise<Figure[]> => {
  const rooms = await openRooms(folder, false);
  const writing = performance.now();
  await inParallel(RECORDS, 64, (number) => rooms.records.write(roomOf(number), idleRecord(roomOf(number), TEXTS)));
  const wrote = performance.now() - writing;
  const started = performance.now();
  for await (const [room, stored] of rooms.records.entries()) {
    rooms.children.wake(new Map([[room as RoomId, readRoomRecord(stored)]]));
  }
  const seconds = (performance.now() - started) / 1000;
  const { live } = rooms.counts();
  await rooms.close();
  if (live !== RECORDS) throw new Error(`${live} of ${RECORDS} rooms came back`);
  return [
    {
      name: 'rooms restored per second',
      value: RECORDS / seconds,
      unit: '/s',
      note: `${RECORDS} records in the page cache; written at ${Math.round((RECORDS * 1000) / wrote)} /s`,
    },
  ];
});
