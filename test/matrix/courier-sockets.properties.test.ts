/** The same on real sockets, where an answer may also be garbage, cut off, or never come: a sick room holds no other. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClient } from '../../src/matrix/client.ts';
import type { MatrixApi } from '../../src/matrix/client.ts';
import { createCourier } from '../../src/matrix/courier.ts';
import { createStanding } from '../../src/matrix/standing.ts';
import type { Priority, Receipt } from '../../src/ports.ts';
import { Clock, keptLog, limited, me, message, sent, startServer, type Reply } from './support.ts';

/** How long a request of the sick message waits for its answer, ms. */
const IMPATIENCE_MS = 60;

/** What concerns one message only, and passes. */
const troubles: Reply[] = [
  ...['drop', 'cut', 'hang'].map((reply) => reply as Reply),
  ...[500, 502, 503, 504].map((status): Reply => ({ status, json: { errcode: 'M_UNKNOWN', error: 'Oops' } })),
  ...[200, 302, 404, 408, 502].map((status): Reply => ({ status, text: '<html>Not now</html>' })),
  ...[{ text: '{"event_id":' }, { json: { event_id: 7 } }, { json: [] }, { text: 'null' }, { json: {} }],
  ...[limited(), { status: 429, text: '' }],
];
/** What ends a message for good. */
const finals: Reply[] = [
  { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } },
  { status: 413, json: { errcode: 'M_TOO_LARGE', error: 'No' } },
  { status: 400, json: { errcode: 'M_BAD_JSON', error: 'No' } },
];

const worlds = fc.record({
  /** What the first message of the sick room meets, one try after the other; then its end. */
  sickness: fc.array(fc.constantFrom<Reply[]>(...troubles), { minLength: 4, maxLength: 7 }),
  end: fc.constantFrom<('yes' | Reply)[]>('yes', 'yes', ...finals),
  behind: fc.integer({ min: 0, max: 3 }),
  others: fc.array(
    fc.record({
      room: fc.constantFrom('b', 'c', 'd'),
      priority: fc.constantFrom<Priority[]>('final', 'command', 'notice', 'edit'),
    }),
    { minLength: 1, maxLength: 9 },
  ),
});

test('a room whose messages meet anything holds no other; each message arrives once, or is refused with a code', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ sickness, end, behind, others }) => {
      const clock = new Clock();
      const log = keptLog();
      const arrived: string[] = [];
      let tries = 0;
      const server = await startServer((seen) => {
        const name = decodeURIComponent(seen.path.split('/').at(-1) ?? '');
        if (seen.method !== 'PUT' || seen.path.includes('/typing/')) return { json: {} };
        const reply = name === 'a0' ? (sickness[tries++] ?? end) : 'yes';
        if (reply !== 'yes') return reply;
        if (!arrived.includes(name)) arrived.push(name);
        return sent(seen);
      });
      const real = createClient({ homeserver: server.url, accessToken: 'syt_secret', me, log });
      const api: MatrixApi = {
        ...real,
        putEvent: (...[to, type, transaction, content, limits]) =>
          real.putEvent(to, type, transaction, content, {
            ...limits,
            ...(transaction === 'a0' && { timeoutMs: IMPATIENCE_MS }),
          }),
      };
      const standing = createStanding({ log, onUnauthorised: () => {}, onSuspended: () => {} });
      const { now, wait } = clock;
      const courier = createCourier({ api, device: 'OURS', me, now, chance: () => 0.5, log, standing, wait });
      try {
        const outcomes = new Map<string, Receipt>();
        const send = async (roomName: string, transaction: string, priority: Priority): Promise<void> => {
          outcomes.set(transaction, await courier.send(message(roomName, transaction), priority));
        };
        const sick = Array.from({ length: behind + 1 }, (_, index) => send('a', `a${index}`, 'final'));
        await server.arrived(1);
        // Time stands still but for what a "too many" without a time asks of all: nobody waits for the sick one's next try.
        const passing = setInterval(() => clock.advance(1), 1);
        await Promise.all(others.map(({ room: name, priority }, index) => send(name, `${name}.${index}`, priority)));
        expect([...outcomes.keys()].filter((name) => name.startsWith('a'))).toEqual([]);
        clearInterval(passing);
        clock.auto = true;
        clock.advance(60_000);
        await Promise.all(sick);

        const isRefusal = end !== 'yes';
        expect(outcomes.get('a0')?.ok).toBe(!isRefusal);
        for (const [name, outcome] of outcomes) {
          expect(outcome).toEqual(
            name === 'a0' && isRefusal
              ? { ok: false, code: expect.stringMatching(/^M_/) as string, detail: 'No' }
              : { ok: true, eventId: `$${name}` },
          );
        }
        for (const name of ['a', 'b', 'c', 'd']) {
          const ours = [...outcomes].filter(([key, { ok }]) => ok && key.startsWith(name)).map(([key]) => key);
          const there = arrived.filter((key) => key.startsWith(name));
          expect(there.toSorted(byNumber)).toEqual(ours.toSorted(byNumber));
          expect(there).toEqual(there.toSorted(byNumber));
        }
      } finally {
        const closed = courier.close();
        clock.auto = true;
        clock.advance(1e9);
        await closed;
        await server.close();
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

function byNumber(one: string, two: string): number {
  return Number(one.replace(/\D/g, '')) - Number(two.replace(/\D/g, ''));
}
