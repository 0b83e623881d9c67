import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Priority } from '../../src/ports.ts';
import type { MatrixApi } from '../../src/matrix/client.ts';
import { createClient } from '../../src/matrix/client.ts';
import type { Courier, CourierOptions } from '../../src/matrix/courier.ts';
import { MAX_IN_FLIGHT, UNAUTHORISED_PAUSE_MS, createCourier } from '../../src/matrix/courier.ts';
import { QUIET_MS } from '../../src/matrix/budget.ts';
import { TRANSACTION_MEMORY_MS } from '../../src/matrix/putting.ts';
import { Closed } from '../../src/matrix/errors.ts';
import { createStanding, type Suspension } from '../../src/matrix/standing.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, eventId, keptLog, limited, me, message, room, sent, startServer } from './support.ts';

let server: ScriptedServer;
let clock: Clock;
let courier: Courier;
let log: ReturnType<typeof keptLog>;
let unauthorised: number;
let suspensions: (Suspension | null)[];

beforeEach(() => {
  clock = new Clock();
  log = keptLog();
  unauthorised = 0;
  suspensions = [];
});
afterEach(async () => {
  const closed = courier.close();
  clock.advance(1e9);
  await closed;
  await server.close();
});

async function start(
  reply: (seen: Seen, index: number) => Reply | Promise<Reply>,
  more: Partial<CourierOptions> = {},
): Promise<MatrixApi> {
  server = await startServer(reply);
  const api = createClient({ homeserver: server.url, accessToken: 'syt_secret', me, log });
  courier = createCourier({
    api,
    device: 'OURS',
    me,
    now: clock.now,
    chance: () => 1,
    log,
    standing: standing(),
    wait: clock.wait,
    ...more,
  });
  return api;
}

const standing = () =>
  createStanding({
    log,
    onUnauthorised: () => (unauthorised += 1),
    onSuspended: (state) => suspensions.push(state),
  });

const send = (roomName: string, transaction: string, priority: Priority = 'notice') =>
  courier.send(message(roomName, transaction), priority);
const ok = (name: string) => ({ ok: true, eventId: `$${name}` });
const internal: Reply = { status: 500, json: { errcode: 'M_UNKNOWN', error: 'Oops' } };
const noToken: Reply = { status: 401, json: { errcode: 'M_UNKNOWN_TOKEN', error: 'Bye' } };

test('a message is on its way before send returns, with its content', async () => {
  const calls: string[] = [];
  const api = await start(sent);
  const counted = {
    ...api,
    putEvent: (...args: Parameters<MatrixApi['putEvent']>) => (calls.push(args[2]), api.putEvent(...args)),
  };
  const other = createCourier({
    api: counted,
    device: 'OURS',
    me,
    now: clock.now,
    chance: () => 1,
    log,
    standing: standing(),
  });
  const receipt = other.send(message('a', 'a1', { answers: eventId('q') }), 'final');
  expect(calls).toEqual(['a1']);
  expect(await receipt).toEqual(ok('a1'));
  expect(server.seen.map(({ body }) => body)).toEqual([
    { msgtype: 'm.text', body: 'a1', 'm.mentions': {}, 'org.roomkeeper.id': 'a1', 'org.roomkeeper.answers': '$q' },
  ]);
  await other.close();
});

test('in order within a room, rooms side by side', async () => {
  const first = Promise.withResolvers<Reply>();
  await start((seen, index) => (index === 0 ? first.promise : sent(seen)));
  const receipts = [send('a', 'a1', 'edit'), send('a', 'a2', 'final'), send('a', 'a3'), send('b', 'b1')];
  expect(await receipts[3]).toEqual(ok('b1'));
  expect(server.puts()).toEqual(['a a1', 'b b1']);
  first.resolve({ json: { event_id: '$a1' } });
  expect(await Promise.all(receipts)).toEqual([ok('a1'), ok('a2'), ok('a3'), ok('b1')]);
  expect(server.puts()).toEqual(['a a1', 'b b1', 'a a2', 'a a3']);
  expect(clock.waits).toEqual([]);
});

test('only so many are under way at once', async () => {
  const gate = Promise.withResolvers<void>();
  await start(async (seen) => (await gate.promise, sent(seen)));
  const receipts = Array.from({ length: MAX_IN_FLIGHT + 8 }, (_, index) => send(`r${index}`, `t${index}`));
  await server.arrived(MAX_IN_FLIGHT);
  expect(server.seen.length).toBe(MAX_IN_FLIGHT);
  gate.resolve();
  expect(await Promise.all(receipts)).toEqual(receipts.map((_, index) => ok(`t${index}`)));
});

test('a "too many" pauses the whole account; then the urgent go first, at a pace', async () => {
  await start((seen, index) => (index === 0 ? limited({ 'Retry-After': '2' }) : sent(seen)));
  const receipts = [send('a', 'a1', 'notice')];
  await clock.waited(1);
  receipts.push(
    send('b', 'b1', 'edit'),
    send('c', 'c1', 'notice'),
    send('d', 'd1', 'command'),
    send('e', 'e1', 'final'),
  );
  clock.advance(1_999);
  expect(server.puts()).toEqual(['a a1']);
  clock.advance(1);
  for (const count of [2, 3, 4, 5]) {
    await server.arrived(count);
    await clock.waited(count);
    clock.advance(2_000);
  }
  expect(await Promise.all(receipts)).toEqual([ok('a1'), ok('b1'), ok('c1'), ok('d1'), ok('e1')]);
  expect(server.puts()).toEqual(['a a1', 'e e1', 'd d1', 'a a1', 'c c1', 'b b1']);
  expect(clock.waits.slice(0, 2)).toEqual([2_000, 2_000]);
  clock.advance(QUIET_MS);
  expect(await courier.sendDisposable(edit('a', 'e1'))).toEqual(ok('e1'));
});

test('a message that is not refused is sent again under its transaction id, later and later', async () => {
  const replies: Reply[] = [internal, { status: 502, text: '<html>' }, 'drop', 'drop', { text: '<html>' }, 'cut'];
  await start((seen) => (seen.path.includes('!a') ? replies.shift() : undefined) ?? sent(seen));
  const receipt = send('a', 'a1');
  const waits = [500, 1_000, 2_000, 4_000, 8_000];
  for (const [index, ms] of waits.entries()) {
    await clock.waited(index + 1);
    expect(await send('b', `b${index}`).then((other) => other.ok)).toBe(true);
    clock.advance(ms);
  }
  expect(await receipt).toEqual(ok('a1'));
  expect(clock.waits).toEqual(waits);
  expect(new Set(server.puts().filter((put) => put.startsWith('a')))).toEqual(new Set(['a a1']));
  expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual(['warn message not sent, trying again']);
});

test('the wait between tries is at most twenty seconds', async () => {
  clock.auto = true;
  await start((seen, index) => (index < 12 ? internal : sent(seen)));
  expect(await send('a', 'a1')).toEqual(ok('a1'));
  expect(clock.waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, ...Array<number>(6).fill(20_000)]);
});

test('a refusal is final, and the next of the room goes on', async () => {
  const refusal: Reply = { status: 413, json: { errcode: 'M_TOO_LARGE', error: 'event too large' } };
  await start((seen, index) => (index === 0 ? refusal : sent(seen)));
  const receipts = [send('a', 'a1'), send('a', 'a2')];
  expect(await Promise.all(receipts)).toEqual([
    { ok: false, code: 'M_TOO_LARGE', detail: 'event too large' },
    ok('a2'),
  ]);
  expect(clock.waits).toEqual([]);
});

test('a refused access token is told once; everything waits, and one try finds out when it is good again', async () => {
  let good = false;
  await start((seen) => (good ? sent(seen) : noToken));
  const receipts = [send('a', 'a1'), send('b', 'b1'), send('c', 'c1')];
  await clock.waited(1);
  expect(await courier.sendDisposable(message('d', 'd1', { replaces: eventId('x') }))).toEqual({
    ok: false,
    code: 'skipped',
    detail: 'The account is busy or closed',
  });
  await server.arrived(3);
  clock.advance(UNAUTHORISED_PAUSE_MS);
  await server.arrived(4);
  await clock.waited(2);
  expect(server.seen.length).toBe(4);
  expect(unauthorised).toBe(1);
  good = true;
  clock.advance(UNAUTHORISED_PAUSE_MS);
  expect(await Promise.all(receipts)).toEqual([ok('a1'), ok('b1'), ok('c1')]);
  expect(unauthorised).toBe(1);
  clock.advance(QUIET_MS);
  expect(await courier.sendDisposable(edit('d', 'd2'))).toEqual(ok('d2'));
  expect(log.text()).not.toContain('syt_secret');
});

const found: Reply = {
  json: {
    chunk: [
      { event_id: '$there', sender: me, origin_server_ts: 1_700_000_000_000, content: { 'org.roomkeeper.id': 'a1' } },
    ],
  },
};
const old = 1_700_000_000_000 - TRANSACTION_MEMORY_MS - 1;

test.each([
  ['older than the memory of the homeserver', { since: old }],
  ['of another device', { device: 'OTHER' }],
])('a message %s is looked for first', async (_name, more) => {
  await start((seen) => (seen.method === 'GET' ? found : sent(seen)));
  expect(await courier.send(message('a', 'a1', more), 'final')).toEqual(ok('there'));
  expect(server.seen.map(({ method }) => method)).toEqual(['GET']);
});

test.each([
  ['just within that memory', { since: old + 1 }],
  ['of our device', { device: 'OURS' }],
  ['of no device', { device: null }],
])('a message %s is not looked for', async (_name, more) => {
  await start((seen) => (seen.method === 'GET' ? found : sent(seen)));
  expect(await courier.send(message('a', 'a1', more), 'final')).toEqual(ok('a1'));
  expect(server.seen.map(({ method }) => method)).toEqual(['PUT']);
});

test('a message that is not found is sent, and looked for again only when that became long ago', async () => {
  const replies: Reply[] = [internal, { json: { chunk: [] } }, internal, internal, { json: { chunk: [] } }];
  await start((seen, index) => replies[index] ?? sent(seen));
  const receipt = courier.send(message('a', 'a1', { device: 'OTHER' }), 'final');
  await clock.waited(1);
  clock.advance(500);
  await clock.waited(2);
  clock.advance(1_000);
  await clock.waited(3);
  clock.advance(TRANSACTION_MEMORY_MS + 1);
  expect(await receipt).toEqual(ok('a1'));
  expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT', 'PUT', 'GET', 'PUT']);
});

test('a room whose history is closed to us refuses the message', async () => {
  await start(() => ({ status: 403, json: { errcode: 'M_FORBIDDEN', error: 'Not in room' } }));
  const receipt = await courier.send(message('a', 'a1', { since: old }), 'final');
  expect(receipt).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'Not in room' });
});

const edit = (roomName: string, transaction: string) =>
  message(roomName, transaction, { replaces: eventId('preview') });

test('a disposable message gets one try with a short time', async () => {
  const timeouts: unknown[] = [];
  const api = await start(sent);
  const watched = {
    ...api,
    putEvent: (...args: Parameters<MatrixApi['putEvent']>) => (
      timeouts.push(args[4]?.timeoutMs),
      api.putEvent(...args)
    ),
  };
  const other = createCourier({
    api: watched,
    device: 'OURS',
    me,
    now: clock.now,
    chance: () => 1,
    log,
    standing: standing(),
  });
  expect(await other.sendDisposable(edit('a', 'e1'))).toEqual(ok('e1'));
  expect(timeouts).toEqual([5_000]);
  await other.close();
});

test.each<[string, Reply, object]>([
  ['lost', 'drop', { ok: false, code: 'unknown', detail: 'ECONNRESET: socket hang up' }],
  ['met by an error', internal, { ok: false, code: 'unknown', detail: 'M_UNKNOWN: Oops' }],
  ['limited', limited(), { ok: false, code: 'skipped', detail: 'M_LIMIT_EXCEEDED: Too Many Requests' }],
  [
    'refused',
    { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } },
    { ok: false, code: 'M_FORBIDDEN', detail: 'No' },
  ],
  ['met by a refused token', noToken, { ok: false, code: 'skipped', detail: 'M_UNKNOWN_TOKEN: Bye' }],
])('a disposable message that is %s is not sent again', async (_name, reply, expected) => {
  await start(() => reply);
  expect(await courier.sendDisposable(edit('a', 'e1'))).toEqual(expected);
  expect(server.puts()).toEqual(['a e1']);
});

test('a disposable message never waits: not behind its room, not for the budget', async () => {
  const first = Promise.withResolvers<Reply>();
  await start((seen, index) =>
    index === 0 ? first.promise : index === 1 ? limited({ 'Retry-After': '5' }) : sent(seen),
  );
  const receipts = [send('a', 'a1')];
  const behind = { ok: false, code: 'skipped', detail: 'Another message to the room is under way' };
  expect(await courier.sendDisposable(edit('a', 'e1'))).toEqual(behind);
  await server.arrived(1);
  receipts.push(send('b', 'b1'));
  await clock.waited(1);
  const busy = { ok: false, code: 'skipped', detail: 'The account is busy or closed' };
  expect(await courier.sendDisposable(edit('c', 'e2'))).toEqual(busy);
  first.resolve({ json: { event_id: '$a1' } });
  clock.advance(5_000);
  expect(await Promise.all(receipts)).toEqual([ok('a1'), ok('b1')]);
  expect(await courier.sendDisposable(edit('c', 'e3'))).toEqual(busy);
  clock.advance(QUIET_MS);
  expect(await courier.sendDisposable(edit('c', 'e4'))).toEqual(ok('e4'));
  expect(server.puts()).toEqual(['a a1', 'b b1', 'b b1', 'c e4']);
});

test('a message waits for the disposable one that is under way in its room', async () => {
  const first = Promise.withResolvers<Reply>();
  await start((seen, index) => (index === 0 ? first.promise : sent(seen)));
  const disposable = courier.sendDisposable(edit('a', 'e1'));
  const final = send('a', 'a1', 'final');
  expect(await send('b', 'b1')).toEqual(ok('b1'));
  expect(server.puts()).toEqual(['a e1', 'b b1']);
  first.resolve('drop');
  expect((await disposable).ok).toBe(false);
  expect(await final).toEqual(ok('a1'));
});

test('closing lets what is under way end, and rejects the rest', async () => {
  const first = Promise.withResolvers<Reply>();
  await start((seen, index) => (index === 0 ? first.promise : index === 1 ? internal : sent(seen)));
  const [a1, a2] = [send('a', 'a1'), send('a', 'a2')];
  await server.arrived(1);
  const b1 = send('b', 'b1');
  await clock.waited(1);
  const outcomes = Promise.allSettled([a1, a2, b1]);
  const closed = courier.close();
  const [late] = await Promise.allSettled([send('c', 'c1')]);
  const skipped = await courier.sendDisposable(edit('d', 'e1'));
  first.resolve({ json: { event_id: '$a1' } });
  await closed;
  expect(await outcomes).toEqual([
    { status: 'fulfilled', value: ok('a1') },
    { status: 'rejected', reason: new Closed() },
    { status: 'rejected', reason: new Closed() },
  ]);
  expect(late).toEqual({ status: 'rejected', reason: new Closed() });
  expect(skipped).toEqual({ ok: false, code: 'skipped', detail: 'The account is busy or closed' });
  expect(server.puts()).toEqual(['a a1', 'b b1']);
});

test('closing aborts what hangs, after a moment', async () => {
  await start(() => 'hang', { graceMs: 700 });
  const outcomes = Promise.allSettled([send('a', 'a1'), courier.sendDisposable(edit('b', 'e1')), send('b', 'b1')]);
  await server.arrived(2);
  const closed = courier.close();
  await clock.waited(1);
  expect(clock.waits).toEqual([700]);
  clock.advance(700);
  await closed;
  expect(await outcomes).toEqual([
    { status: 'rejected', reason: new Closed() },
    { status: 'fulfilled', value: { ok: false, code: 'unknown', detail: 'ABORTED: The request was aborted' } },
    { status: 'rejected', reason: new Closed() },
  ]);
});

test('whatever the homeserver does, every message arrives once and in the order of its room', async () => {
  clock.auto = true;
  const arrived = new Map<string, string[]>();
  let seed = 7;
  const chance = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  await start((seen) => {
    const dice = chance();
    if (dice < 0.15) return internal;
    if (dice < 0.25) return limited({ 'Retry-After': '1' });
    const [, , , , , roomId = '', , , transaction = ''] = seen.path.split('/');
    const known = arrived.get(roomId) ?? [];
    if (!known.includes(transaction)) arrived.set(roomId, [...known, transaction]);
    return dice < 0.4 ? 'drop' : sent(seen);
  });
  const priorities: Priority[] = ['final', 'command', 'notice', 'edit'];
  const rooms = Array.from({ length: 12 }, (_, index) => `r${index}`);
  const names = Array.from({ length: 10 }, (_, index) => `t${index}`);
  const receipts = names.flatMap((name) =>
    rooms.map((roomName) => send(roomName, name, priorities[Math.floor(chance() * 4)] ?? 'final')),
  );
  expect((await Promise.all(receipts)).every((receipt) => receipt.ok)).toBe(true);
  expect(Object.fromEntries(arrived)).toEqual(
    Object.fromEntries(rooms.map((roomName) => [encodeURIComponent(room(roomName)), names])),
  );
});
