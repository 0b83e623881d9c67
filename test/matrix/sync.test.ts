import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Arrival } from '../../src/ports.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createSync, type Sync } from '../../src/matrix/sync.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, keptLog, me, room, startServer } from './support.ts';

let server: ScriptedServer;
let clock: Clock;
let sync: Sync;
let log: ReturnType<typeof keptLog>;
/** What the service is told, in order. */
let told: string[];
let received: Arrival[];
let position: string | null;
let onLost: () => void;

beforeEach(() => {
  clock = new Clock();
  log = keptLog();
  told = [];
  received = [];
  position = 'old';
  onLost = () => {};
});
afterEach(async () => {
  await sync.stop();
  await server.close();
});

async function start(reply: (seen: Seen, index: number) => Reply | Promise<Reply>): Promise<void> {
  server = await startServer(reply);
  sync = createSync({
    api: createClient({ homeserver: server.url, accessToken: 'secret-token', me, log }),
    me,
    receive: async (arrivals) => void received.push(...arrivals),
    position: {
      read: () => position,
      write: async (next) => void (position = next),
    },
    onSucceeded: () => told.push('succeeded'),
    onFailed: ({ code }) => told.push(`failed ${code}`),
    onUnauthorised: () => told.push('unauthorised'),
    onPositionLost() {
      told.push('position lost');
      onLost();
    },
    onDropped: () => {},
    now: clock.now,
    chance: () => 1,
    log,
    wait: clock.wait,
  });
  sync.start();
}

const since = () => server.seen.map(({ query }) => query.get('since'));
const unknown: Reply = { status: 400, json: { errcode: 'M_UNKNOWN_POS', error: 'Unknown position' } };
const said = (next: string): Reply => ({
  json: {
    next_batch: next,
    rooms: {
      join: {
        [room('a')]: {
          timeline: {
            events: [
              {
                ...{ type: 'm.room.message', event_id: `$${next}`, sender: '@anna:test', origin_server_ts: 1 },
                content: { msgtype: 'm.text', body: next },
              },
            ],
          },
        },
      },
    },
  },
});

test('a position that the homeserver no longer knows ends the loop, and nothing is passed over', async () => {
  const lost = Promise.withResolvers<void>();
  onLost = lost.resolve;
  await start((_, index) => (index === 0 ? unknown : index === 1 ? said('next') : 'hang'));
  await lost.promise;
  expect({ told, received, position, seen: since() }).toEqual({
    ...{ told: ['position lost'], received: [], position: 'old', seen: ['old'] },
  });
  position = 'new';
  sync.start();
  await server.arrived(3);
  expect(since()).toEqual(['old', 'new', 'next']);
  expect(told).toEqual(['position lost', 'succeeded']);
  expect(received.map(({ id }) => id)).toEqual(['$next']);
});

test('the first answer is asked for at once, the others may be held back for 30 s; without a position neither', async () => {
  position = null;
  await start((_, index) => (index < 2 ? said(`p${index}`) : 'hang'));
  await server.arrived(3);
  expect(server.seen.map(({ query }) => [query.get('since'), query.get('timeout')])).toEqual([
    ...[
      [null, '0'],
      ['p0', '30000'],
    ],
    ['p1', '30000'],
  ]);
});

test('who answers to every position that it is unknown is asked later and later', async () => {
  clock.auto = true;
  let losses = 0;
  const enough = Promise.withResolvers<void>();
  onLost = () => {
    losses++;
    if (losses === 4) enough.resolve();
    else sync.start();
  };
  await start(() => unknown);
  await enough.promise;
  expect(clock.waits).toEqual([500, 1_000, 2_000]);
  expect(since()).toEqual(['old', 'old', 'old', 'old']);
});

test('another refusal is no lost position', async () => {
  await start((_, index) => (index === 0 ? { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } } : 'hang'));
  await clock.waited(1);
  clock.advance(500);
  await server.arrived(2);
  expect(told).toEqual(['failed M_FORBIDDEN']);
});

test('without a position there is none to lose', async () => {
  position = null;
  await start((_, index) => (index === 0 ? unknown : 'hang'));
  await clock.waited(1);
  expect(told).toEqual(['failed M_UNKNOWN_POS']);
});
