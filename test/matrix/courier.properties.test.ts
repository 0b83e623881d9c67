/** Whatever a homeserver, and what stands in front of it, answers: rooms take turns, and each message ends. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MatrixError } from 'matrix-bot-sdk';
import type { EventId } from '../../machines/ids.ts';
import type { Priority } from '../../src/ports.ts';
import type { MatrixApi } from '../../src/matrix/client.ts';
import { createCourier } from '../../src/matrix/courier.ts';
import { toFailure } from '../../src/matrix/errors.ts';
import { createLanes } from '../../src/matrix/lanes.ts';
import { TRIES_OF_A_ROOM } from '../../src/matrix/patience.ts';
import { createStanding, type Suspension } from '../../src/matrix/standing.ts';
import { Clock, keptLog, me, message } from './support.ts';

const priorities: Priority[] = ['final', 'command', 'notice', 'edit'];

/** What becomes of one request; `lost`: it arrived, and nobody hears so. */
type Answer = 'yes' | 'lost' | { thrown: unknown; retryAfter?: string };

const matrix = (status: number, errcode: string, more: object = {}): Answer => ({
  thrown: new MatrixError({ errcode, error: 'No', ...more } as { errcode: string; error: string }, status),
});
const foreign = (statusCode: number, retryAfter?: string): Answer => ({
  thrown: { statusCode, headers: {}, body: '<html>' },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
const refusals = [matrix(413, 'M_TOO_LARGE'), matrix(403, 'M_FORBIDDEN'), matrix(400, 'M_BAD_JSON'), foreign(413)];
const passing: Answer[] = [
  ...['M_CONSENT_NOT_GIVEN', 'M_USER_SUSPENDED', 'M_RESOURCE_LIMIT_EXCEEDED'].map((code) => matrix(403, code)),
  ...[matrix(401, 'M_USER_LOCKED'), matrix(401, 'M_UNKNOWN_TOKEN')],
  ...[matrix(429, 'M_LIMIT_EXCEEDED', { retry_after_ms: 300 }), matrix(429, 'M_LIMIT_EXCEEDED'), foreign(429, '1')],
  ...[matrix(500, 'M_UNKNOWN'), matrix(502, 'M_UNKNOWN'), foreign(502), foreign(503), foreign(404), foreign(302)],
  { thrown: Object.assign(new Error('gone'), { code: 'ECONNRESET' }) },
  { thrown: new TypeError('Invalid character') },
  { thrown: 'nonsense' },
  { thrown: null },
  'lost',
];

/** What no wait will change. */
const hopeless: Answer[] = [
  ...[foreign(400), foreign(403), foreign(404), foreign(405), foreign(302)],
  ...[{ thrown: new TypeError('Invalid character') }, { thrown: 'nonsense' }, { thrown: null }],
];

const answers = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Answer>('yes') },
  { weight: 5, arbitrary: fc.constantFrom<Answer[]>(...passing) },
  { weight: 1, arbitrary: fc.constantFrom<Answer[]>(...refusals) },
);
const sends = fc.array(
  fc.record({ room: fc.constantFrom('a', 'b', 'c', 'd'), priority: fc.constantFrom(...priorities) }),
  { minLength: 1, maxLength: 30 },
);
/** What the whole account meets first, and what a single message meets for ever. */
const worlds = fc.record({
  sends,
  script: fc.array(answers, { maxLength: 60 }),
  poisoned: fc.option(fc.record({ index: fc.nat(29), answer: fc.constantFrom<Answer[]>(...hopeless) })),
});

interface Homeserver {
  api: MatrixApi;
  /** The transactions of each room, as they arrived. */
  arrived: Map<string, string[]>;
  requests: string[];
}

function homeserver(script: readonly Answer[], poison: { transaction: string; answer: Answer } | null): Homeserver {
  const arrived = new Map<string, string[]>();
  const requests: string[] = [];
  let next = 0;

  async function answered(room: string, transaction: string, answer: Answer): Promise<EventId> {
    await Promise.resolve();
    requests.push(transaction);
    const known = arrived.get(room) ?? [];
    if ((answer === 'yes' || answer === 'lost') && !known.includes(transaction))
      arrived.set(room, [...known, transaction]);
    if (answer === 'yes') return `$${transaction}` as EventId;
    const { thrown, retryAfter = null } = answer === 'lost' ? { thrown: new Error('socket hang up') } : answer;
    throw toFailure(thrown, { retryAfter, now: 0 });
  }

  const api = {
    putEvent: (room: string, _type: string, transaction: string) =>
      answered(room, transaction, transaction === poison?.transaction ? poison.answer : (script[next++] ?? 'yes')),
    typing: async () => undefined,
  } as unknown as MatrixApi;
  return { api, arrived, requests };
}

test('each message ends, once and in the order of its room, and what holds the account is told and taken back', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ sends: wanted, script, poisoned }) => {
      const clock = new Clock();
      clock.auto = true;
      const names = wanted.map((_, index) => `t${index}`);
      const target = poisoned === null ? undefined : names[poisoned.index];
      const poison =
        poisoned === null || target === undefined ? null : { transaction: target, answer: poisoned.answer };
      const { api, arrived, requests } = homeserver(script, poison);
      const [told, log] = [[] as (Suspension | null)[], keptLog()];
      const standing = createStanding({ log, onUnauthorised: () => {}, onSuspended: (state) => void told.push(state) });
      const { now, wait } = clock;
      const courier = createCourier({ api, device: 'OURS', me, now, chance: () => 0.5, log, standing, wait });
      const receipts = await Promise.all(
        wanted.map(({ room, priority }, index) => courier.send(message(room, `t${index}`), priority)),
      );
      const isSent = (_: unknown, index: number) => receipts[index]?.ok === true;
      for (const room of new Set(wanted.map((one) => one.room))) {
        const inOrder = (arrived.get(message(room, '').room) ?? []).map((name) => Number(name.slice(1)));
        expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
        const ours = names.filter((name, index) => isSent(name, index) && wanted[index]?.room === room);
        expect(inOrder.map((index) => `t${index}`)).toEqual(expect.arrayContaining(ours));
      }
      expect(told.filter((state) => state !== null).length - told.filter((state) => state === null).length).toBe(0);
      expect(requests.length).toBeLessThanOrEqual(script.length + names.length + 2 * TRIES_OF_A_ROOM);
      await courier.close();
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('of equals, no line is served twice while another waits', () => {
  const items = fc.array(
    fc.record({ lane: fc.constantFrom('a', 'b', 'c', 'd', 'e'), priority: fc.constant<Priority>('command') }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(items, (all) => {
      const lanes = createLanes<(typeof all)[number]>();
      for (const item of all) lanes.add(item);
      const left = new Map<string, number>();
      for (const { lane } of all) left.set(lane, (left.get(lane) ?? 0) + 1);
      const served: string[] = [];
      for (let item = lanes.take(); item !== undefined; item = lanes.take()) {
        const { lane } = item;
        const since = served.slice(served.lastIndexOf(lane) + 1);
        const wait = [...left].filter(([other, count]) => other !== lane && count > 0).map(([other]) => other);
        if (served.includes(lane)) expect(since).toEqual(expect.arrayContaining(wait));
        served.push(lane);
        left.set(lane, (left.get(lane) ?? 0) - 1);
        lanes.finish(item);
      }
      expect(served).toHaveLength(all.length);
    }),
  );
});
