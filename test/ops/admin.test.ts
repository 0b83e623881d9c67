import { expect, onTestFinished, test } from 'vitest';
import { AgentId, EventId, RoomId } from '../../machines/ids.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { startOps } from '../../src/ops/server.ts';
import type { Health } from '../../src/ops/health.ts';
import type { OpsDesk, RoomRow, Why } from '../../src/ports/ops.ts';
import { silentLog } from '../support/log-book.ts';
import { facts } from './facts.ts';

const TOKEN = 'a-token-of-many-letters';
const well: Health = {
  ...{
    state: 'running',
    lastSyncAgeMs: 10,
    syncStaleAfterMs: 60_000,
    storeWritable: true,
    registry: null,
    trouble: null,
    suspended: null,
  },
  ...{ parkedRooms: 0, refusedMessages: 0, damagedRecords: 0, workspaces: [] },
};
const ROOM = RoomId.parse('!a:test');
const row: RoomRow = {
  ...{ room: ROOM, state: 'parked', person: null, agent: AgentId.parse('one'), line: 0, outbox: 0, parked: 1 },
};
const why: Why = { event: EventId.parse('$e'), room: ROOM, agent: null, fate: { is: 'in line', place: 1 } };

/** The server with a desk that tells what it is asked. */
async function served(token: string | null, isOpen = true) {
  const asked: unknown[] = [];
  const note = <T>(what: unknown[], answer: T): T => {
    asked.push(what);
    return answer;
  };
  const desk: OpsDesk = {
    facts: () => facts,
    rooms: (query) => note(['rooms', query], { rooms: [row], total: 1, next: null }),
    room: async (room) => note(['room', room], null),
    why: async (event, room) => note(['why', event, room], why),
    parkedEvent: async (...given) => note(['parked', ...given], given[1] === 'gone' ? 'not parked' : 'done'),
    unpark: (room) => note(['unpark', room], 'not there'),
    inWords: () => 'It waits.',
  };
  const ops = await startOps({
    ...{ host: '127.0.0.1', port: 0, token, health: () => well, desk: () => (isOpen ? desk : null) },
    ...{ metrics: createMetrics(), drain: () => void asked.push('drain'), log: silentLog },
  });
  onTestFinished(() => ops.close());
  return {
    asked,
    async ask(path: string, method = 'GET', headers: Record<string, string> = {}) {
      const shown = token === null ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${ops.url}${path}`, { method, headers: { ...shown, ...headers } });
      const text = await response.text();
      return [response.status, text.startsWith('{') ? (JSON.parse(text) as unknown) : text] as const;
    },
  };
}

test.each([null, TOKEN])('rooms, messages and what is done with them, with the token %j', async (token) => {
  const { ask, asked } = await served(token);
  const id = encodeURIComponent(`!a${'x'.repeat(200)}:test`);
  const answers = [
    await ask('/status'),
    await ask('/rooms?state=parked&after=!0&limit=5'),
    await ask('/rooms'),
    await ask(`/rooms/${id}`),
    await ask('/why/$e?room=!a:test'),
    await ask('/rooms/!a:test/parked/$e/retry', 'POST'),
    await ask('/rooms/!a:test/parked/gone/drop', 'POST'),
    await ask('/rooms/!a:test/unpark', 'POST'),
    await ask('/drain', 'POST'),
  ];
  const page = { rooms: [row], total: 1, next: null };
  expect(answers).toEqual([
    ...[
      [200, facts],
      [200, page],
      [200, page],
      [404, { error: 'There is no such room.' }],
    ],
    ...[
      [200, { sentence: 'It waits.', ...why }],
      [200, { done: true }],
      [409, { error: 'That is not parked.' }],
    ],
    ...[
      [404, { error: 'There is no such room.' }],
      [202, { draining: true }],
    ],
  ]);
  expect(asked).toEqual([
    ['rooms', { state: 'parked', after: '!0', most: 5 }],
    ['rooms', { state: null, after: null, most: 100 }],
    ['room', decodeURIComponent(id)],
    ['why', '$e', '!a:test'],
    ['parked', '!a:test', '$e', 'retry'],
    ['parked', '!a:test', 'gone', 'drop'],
    ['unpark', '!a:test'],
    'drain',
  ]);
});

test('what is asked for wrongly is a 400 that says what is wrong', async () => {
  const { ask, asked } = await served(null);
  const wrong = ['/rooms?state=lost', '/rooms?limit=1001', '/rooms?limit=x', '/why/none', `/why/$${'x'.repeat(300)}`];
  const statuses = await Promise.all(wrong.map(async (path) => (await ask(path))[0]));
  expect([statuses, (await ask('/rooms/!a:test/parked/x/burn', 'POST'))[0], asked]).toEqual([
    ...[[400, 400, 400, 400, 400], 400, []],
  ]);
});

test('before the login there is nothing to see, but whether it lives', async () => {
  const { ask } = await served(null, false);
  expect(await Promise.all(['/status', '/rooms', '/healthz'].map((path) => ask(path)))).toEqual([
    ...[
      [503, { error: 'The service is not logged in.' }],
      [503, { error: 'The service is not logged in.' }],
    ],
    [200, { alive: true }],
  ]);
  const [status, page] = await ask('/metrics');
  expect([status, /^roomkeeper_ready \d/m.test(String(page))]).toEqual([200, false]);
});

test('without the token nothing is told but health, not even what there is', async () => {
  const { ask, asked } = await served(TOKEN);
  const wrong = { authorization: 'Bearer wrong' };
  const closed = ['/metrics', '/status', '/rooms', '/why/$e', '/nothing', '/'];
  const answers = await Promise.all(closed.map((path) => ask(path, 'GET', wrong)));
  expect(new Set(answers.map(([status]) => status))).toEqual(new Set([401]));
  expect((await ask('/drain', 'POST', wrong))[0]).toBe(401);
  expect((await ask('/readyz?x=1', 'GET', wrong))[0]).toBe(200);
  expect(asked).toEqual([]);
});

test('a page in a browser drains nothing', async () => {
  const { ask, asked } = await served(null);
  expect((await ask('/drain', 'POST', { origin: 'https://evil.example' }))[0]).toBe(403);
  expect(asked).toEqual([]);
});
