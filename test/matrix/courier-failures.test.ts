/** What the homeserver, or the way to it, does to messages: who waits, who does not, and what is told. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Priority } from '../../src/ports.ts';
import { createClient } from '../../src/matrix/client.ts';
import type { MatrixApi } from '../../src/matrix/client.ts';
import { withCounted } from '../../src/matrix/counted.ts';
import { createCourier, SUSPENDED_PAUSE_MS, type Courier } from '../../src/matrix/courier.ts';
import { MOST_REPLIES, MOST_TWINS, REPLIES_BEFORE_TWINS } from '../../src/matrix/crowd.ts';
import { TRIES_OF_A_ROOM, TRIES_OF_THE_HOPELESS } from '../../src/matrix/patience.ts';
import { createStanding, type Suspension } from '../../src/matrix/standing.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, eventId, keptLog, limited, me, message, room, sent, startServer } from './support.ts';

let server: ScriptedServer;
let clock: Clock;
let courier: Courier;
let log: ReturnType<typeof keptLog>;
let suspensions: (Suspension | null)[];
let unauthorised: number;

beforeEach(() => {
  clock = new Clock();
  clock.auto = true;
  log = keptLog();
  suspensions = [];
  unauthorised = 0;
});
afterEach(async () => {
  await courier.close();
  await server.close();
});

async function start(
  reply: (seen: Seen, index: number) => Reply | Promise<Reply>,
  api: (real: MatrixApi) => MatrixApi = (real) => real,
): Promise<MatrixApi> {
  server = await startServer(reply);
  const real = createClient({ homeserver: server.url, accessToken: 'syt_secret', me, log });
  const standing = createStanding({
    log,
    onUnauthorised: () => (unauthorised += 1),
    onSuspended: (state) => suspensions.push(state),
  });
  const { now, wait } = clock;
  courier = createCourier({ api: api(real), device: 'OURS', me, now, chance: () => 1, log, standing, wait });
  return real;
}

const send = (roomName: string, transaction: string, priority: Priority = 'notice') =>
  courier.send(message(roomName, transaction), priority);
const ok = (name: string) => ({ ok: true, eventId: `$${name}` });
const isTyping = ({ path }: Seen) => path.includes('/typing/');
const suspended = (status: number, errcode: string): Reply => ({ status, json: { errcode, error: 'Not now' } });

test.each([
  [403, 'M_CONSENT_NOT_GIVEN'],
  [403, 'M_USER_SUSPENDED'],
  [401, 'M_USER_LOCKED'],
  [403, 'M_USER_DEACTIVATED'],
  [403, 'M_RESOURCE_LIMIT_EXCEEDED'],
  [403, 'ORG_MATRIX_EXPIRED_ACCOUNT'],
])('%i %s is told once, everything waits and is sent when it ends', async (status, errcode) => {
  await start((seen, index) => (index < 6 ? suspended(status, errcode) : sent(seen)));
  const names = ['a', 'b', 'c', 'd'];
  expect(await Promise.all(names.map((name) => send(name, `${name}1`, 'final')))).toEqual(
    names.map((name) => ok(`${name}1`)),
  );
  expect(suspensions).toEqual([{ code: errcode, detail: 'Not now' }, null]);
  expect(unauthorised).toBe(0);
  expect(log.lines.filter((line) => /^(info|error)/.test(line))).toEqual([
    'error homeserver lets the account send nothing: everything waits',
    'info homeserver lets the account send again',
  ]);
  expect(new Set(clock.waits)).toEqual(new Set([SUSPENDED_PAUSE_MS]));
});

const tooLarge: Reply = { status: 400, text: '<html>Request Entity</html>' };
const poison = (roomName: string) => (seen: Seen) => seen.path.includes(encodeURIComponent(room(roomName)));

test.each<[string, Reply]>([
  ['400 in HTML', tooLarge],
  ['403 of a firewall', { status: 403, text: '<html>Blocked</html>' }],
  ['200 in HTML', { text: '<html>Sign in</html>' }],
  ['a 405 without a word', { status: 405, text: '' }],
])('what meets %s for ever is given up while others pass, and the next of its room goes', async (_name, reply) => {
  const isPoison = poison('a');
  const others: Promise<unknown>[] = [];
  await start((seen) => {
    if (!isPoison(seen) || !seen.path.endsWith('a1')) return sent(seen);
    others.push(send('b', `b${others.length}`));
    return reply;
  });
  const [first, second] = await Promise.all([send('a', 'a1'), send('a', 'a2')]);
  await Promise.all(others);
  expect(first).toEqual({ ok: false, code: expect.any(String) as string, detail: expect.any(String) as string });
  expect(second).toEqual(ok('a2'));
  expect(server.puts().filter((put) => put === 'a a1')).toHaveLength(TRIES_OF_THE_HOPELESS);
  expect(courier.givenUp).toBe(1);
  expect(log.lines).toContain('error message given up: others pass, it does not');
});

test('where nobody else sends, something harmless shows that the way is free', async () => {
  await start((seen) => (isTyping(seen) ? { json: {} } : seen.path.endsWith('a1') ? tooLarge : sent(seen)));
  const [first, second] = await Promise.all([send('a', 'a1'), send('a', 'a2')]);
  expect([first.ok, second.ok]).toEqual([false, true]);
  expect(server.seen.filter(isTyping)).toHaveLength(1);
});

test('a way that lets nothing through is waited for', async () => {
  await start((seen, index) => (index < 60 ? { status: 403, text: '<html>Maintenance</html>' } : sent(seen)));
  expect(await Promise.all([send('a', 'a1'), send('b', 'b1')])).toEqual([ok('a1'), ok('b1')]);
  expect(courier.givenUp).toBe(0);
});

test('a message that cannot be put into a request is given up, and the next of its room goes', async () => {
  await start(sent, (real) => ({
    ...real,
    putEvent: (...args) =>
      args[2] === 'a1' ? Promise.reject(new TypeError('Invalid character')) : real.putEvent(...args),
  }));
  expect(await Promise.all([send('a', 'a1'), send('a', 'a2')])).toEqual([
    { ok: false, code: 'TypeError', detail: 'Invalid character' },
    ok('a2'),
  ]);
});

test('a part of the homeserver that is away for one room is waited for much longer, though others pass', async () => {
  const others: Promise<unknown>[] = [];
  await start((seen) => {
    if (!seen.path.endsWith('a1') || others.length === TRIES_OF_A_ROOM - 1) return sent(seen);
    others.push(send('b', `b${others.length}`));
    return { status: 502, text: '<html>' };
  });
  expect(await send('a', 'a1')).toEqual(ok('a1'));
  await Promise.all(others);
});

test('a "too many" without a time makes that message wait, and is no measure for the others', async () => {
  await start((seen, index) => (index === 0 ? limited() : sent(seen)));
  const names = Array.from({ length: 60 }, (_, index) => `r${index}`);
  const began = clock.ms;
  const receipts = await Promise.all(names.map((name) => send(name, `${name}.1`)));
  expect(receipts.every((receipt) => receipt.ok)).toBe(true);
  expect(clock.ms - began).toBeLessThan(3_000);
});

test('rooms take turns within a priority: a flood in one room is behind nobody else', async () => {
  clock.auto = false;
  const first = Promise.withResolvers<Reply>();
  await start((seen, index) =>
    index === 0 ? first.promise : index === 1 ? limited({ 'Retry-After': '1' }) : sent(seen),
  );
  const flood = Array.from({ length: 60 }, (_, index) => send('flood', `f${index}`, 'command'));
  const bystander = send('quiet', 'q0', 'command').then((receipt) => ({ receipt, before: server.puts().length }));
  await server.arrived(2);
  await clock.waited(1);
  first.resolve({ json: { event_id: '$f0' } });
  clock.auto = true;
  clock.advance(1_000);
  const { receipt, before } = await bystander;
  expect(receipt).toEqual(ok('q0'));
  expect(before).toBeLessThan(6);
  await Promise.all(flood);
});

test('replies that wait for one room are bounded: the same words once, and no more than a hundred', async () => {
  const gate = Promise.withResolvers<void>();
  await start(async (seen) => (await gate.promise, sent(seen)));
  const same = Array.from({ length: 300 }, (_, index) =>
    courier.send(message('a', `same${index}`, { content: { body: 'Help' } }), 'command'),
  );
  const different = Array.from({ length: 300 }, (_, index) => send('b', `b${index}`, 'notice'));
  const answers = Array.from({ length: 150 }, (_, index) => send('c', `c${index}`, 'final'));
  gate.resolve();
  expect((await Promise.all(same)).every((receipt) => receipt.ok)).toBe(true);
  const refused = (await Promise.all(different)).filter((receipt) => !receipt.ok);
  expect(refused).toEqual(
    Array.from({ length: 300 - MOST_REPLIES - 1 }, () => ({
      ok: false,
      code: 'TOO_MANY_REPLIES',
      detail: 'Too many wait',
    })),
  );
  expect((await Promise.all(answers)).every((receipt) => receipt.ok)).toBe(true);
  expect(server.puts().filter((put) => put.startsWith('a '))).toHaveLength(REPLIES_BEFORE_TWINS + 1);
});

test('of the same words no more than a thousand wait for one message; beyond them they are refused', async () => {
  const gate = Promise.withResolvers<void>();
  await start(async (seen) => (await gate.promise, sent(seen)));
  const same = Array.from({ length: 30_000 }, (_, index) =>
    courier.send(message('a', `same${index}`, { content: { body: 'Help' } }), 'command'),
  );
  gate.resolve();
  const refused = (await Promise.all(same)).filter((receipt) => !receipt.ok);
  expect(refused).toHaveLength(30_000 - REPLIES_BEFORE_TWINS - MOST_TWINS);
});

test('the state of rooms waits its turn in the same budget, behind the answers', async () => {
  const real = await start((seen, index) => (index === 0 ? limited({ 'Retry-After': '1' }) : sent(seen)));
  const api = withCounted(real, courier);
  const began = clock.ms;
  const results = Promise.all([
    api.putState(room('a'), 'm.room.name', '', { name: 'A' }),
    send('b', 'b1', 'final'),
    send('c', 'c1', 'final'),
  ]);
  expect((await results).length).toBe(3);
  expect(clock.ms - began).toBeGreaterThanOrEqual(1_000);
});

test('what makes, joins or leaves rooms and invites waits its turn too, behind the answers', async () => {
  const real = await start((seen, index) => (index === 0 ? limited({ 'Retry-After': '1' }) : sent(seen)));
  const api = withCounted(real, courier);
  clock.auto = false;
  const first = send('a', 'a1', 'final');
  await clock.waited(1);
  const others = Promise.allSettled([
    ...[api.createRoom({}), api.leave(room('c'), 'bye'), api.invite(room('d'), me)],
    ...[api.join(room('b')), send('e', 'e1', 'final')],
  ]);
  // One a second is what the homeserver allows.
  for (let count = 2; count <= 7; count++) {
    expect(server.seen.length).toBe(count - 1);
    clock.advance(1_000);
    await server.arrived(count);
    if (count < 7) await clock.waited(count);
  }
  await Promise.all([first, others]);
  const calls = server.seen.map(({ path }) => decodeURIComponent(path).split('/').slice(4));
  expect(calls.map((parts) => parts.filter((part) => !part.startsWith('m.')).join(' '))).toEqual([
    ...['rooms !a:test send a1', 'rooms !a:test send a1', 'rooms !e:test send e1'],
    ...['createRoom', 'join !b:test', 'rooms !c:test leave', 'rooms !d:test invite'],
  ]);
});

test('a limit that only the making or joining of rooms has slows down no message', async () => {
  const real = await start((seen) =>
    isTyping(seen) || seen.method === 'PUT' ? sent(seen) : limited({ 'Retry-After': '333' }),
  );
  const api = withCounted(real, courier);
  await expect(api.createRoom({})).rejects.toHaveProperty('retryAfterMs', 333_000);
  await expect(api.invite(room('a'), me)).rejects.toHaveProperty('retryAfterMs', 333_000);
  expect(await send('a', 'a1')).toEqual(ok('a1'));
  expect(clock.waits).toEqual([]);
});

test('how to exempt the account is said once, whatever met the limit first', async () => {
  const real = await start((seen, index) => (index % 2 === 0 ? limited({ 'Retry-After': '1' }) : sent(seen)));
  const api = withCounted(real, courier);
  await expect(api.join(room('a'))).rejects.toThrow('M_LIMIT_EXCEEDED');
  await api.leave(room('a'), 'bye');
  for (const name of ['a1', 'a2', 'a3']) expect(await send('a', name)).toEqual(ok(name));
  const hints = log.lines.filter(
    (line) => line === 'warn homeserver limits this account: people wait for their answers',
  );
  expect(hints).toHaveLength(1);
  expect(log.text()).toContain(`POST /_synapse/admin/v1/users/${me}/override_ratelimit`);
});

test('a refused state is its maker’s to judge, and closing rejects what waits', async () => {
  const real = await start(() => ({ status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } }));
  const api = withCounted(real, courier);
  await expect(api.putState(room('a'), 'm.room.name', '', {})).rejects.toThrow('M_FORBIDDEN: No');
  await courier.close();
  await expect(api.putState(room('a'), 'm.room.name', '', {})).rejects.toThrow('Closed before it was done');
});

test('each line of the log names the message: room, transaction, what it answers, tries and time; never its words', async () => {
  const replies: Reply[] = [
    { status: 502, text: '<html>' },
    { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } },
  ];
  await start((seen, index) => replies[index] ?? sent(seen));
  await courier.send(message('a', 'a1', { content: { body: 'a secret' }, answers: eventId('asked') }), 'final');
  const named = { room: room('a'), transaction: 'a1', event: '$asked' };
  const lines = (JSON.parse(log.text()) as { level: string; message: string }[]).filter(
    ({ level }) => level === 'warn',
  );
  expect(lines).toEqual([
    {
      ...{ level: 'warn', message: 'message not sent, trying again', ...named, tries: 1, ms: 0, waitMs: 500 },
      ...{
        status: 502,
        code: 'HTTP_502',
        detail: 'An answer with status 502 that is not of a Matrix homeserver',
        class: 'of the homeserver',
      },
    },
    { level: 'warn', message: 'message refused', ...named, tries: 2, ms: 500, code: 'M_FORBIDDEN', detail: 'No' },
  ]);
  expect(log.text()).not.toContain('secret');
});
