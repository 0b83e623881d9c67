/**
 * A burst for many rooms, from decoded sync response to sync position on disk: reception, the heart, the real store.
 * Every room's agent is busy, so that each text is put into the queue and a notice into the outbox.
 */
import { quantile, median, type Figure } from './figures.ts';
import { work } from './alone.ts';
import { eventOf, openRooms, personOf, roomOf } from './rooms.ts';
import type { Arrival } from '../../src/ports.ts';

const ROOMS = 200;
const RESPONSES = 12;
const WARM_UP = 4;

await work(async ({ folder, fsync }: { folder: string; fsync: boolean }): Promise<Figure[]> => {
  const rooms = await openRooms(folder, fsync);
  const times: number[] = [];
  for (let response = 0; response < WARM_UP + RESPONSES; response++) {
    const arrivals = Array.from({ length: ROOMS }, (_, number) => text(number, response));
    const started = performance.now();
    const inputs = await rooms.reception.inputsOf(arrivals, `s${response - 1}`);
    await Promise.all([...inputs].map(([room, batch]) => rooms.children.deliver(room, batch, 'spoken to')));
    await rooms.host.update({ syncPosition: `s${response}`, lastSyncAt: Date.now() });
    if (response >= WARM_UP) times.push(performance.now() - started);
  }
  await rooms.close();
  const total = times.reduce((sum, ms) => sum + ms, 0);
  return [
    {
      name: `admissions per second, fsync ${fsync ? 'on' : 'off'}`,
      value: (ROOMS * RESPONSES * 1000) / total,
      unit: '/s',
      note: `a response for ${ROOMS} rooms: p50 ${median(times).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`,
    },
  ];
});

function text(number: number, response: number): Arrival {
  const eventId = eventOf(`text-${response}-of-${number}-`);
  const said = { eventId, sender: personOf(), body: `and what about number ${response}?`, replyTo: null };
  return { room: roomOf(number), id: eventId, heard: { type: 'text.received', text: said } };
}
