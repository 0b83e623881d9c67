import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Actions } from '../../src/matrix/actions.ts';
import { MAX_AT_ONCE, createActions } from '../../src/matrix/actions.ts';
import { createClient } from '../../src/matrix/client.ts';
import { Closed } from '../../src/matrix/errors.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, eventId, keptLog, limited, me, room, startServer } from './support.ts';

let server: ScriptedServer;
let clock: Clock;
let actions: Actions;
beforeEach(() => {
  clock = new Clock();
});
afterEach(async () => {
  actions.close();
  await server.close();
});

async function start(reply: (seen: Seen, index: number) => Reply | Promise<Reply>): Promise<void> {
  server = await startServer(reply);
  const log = keptLog();
  const api = createClient({ homeserver: server.url, accessToken: 't', log });
  actions = createActions({ api, me, chance: () => 1, log, wait: clock.wait });
}

const joined: Reply = { json: { room_id: '!a:test' } };
const done: Reply = { json: {} };
const bodies = () => server.seen.map(({ body }) => body);

test('a join is tried until it is answered', async () => {
  clock.auto = true;
  const replies: Reply[] = [
    { status: 502, text: '<html>' },
    limited({ 'Retry-After': '7' }),
    { status: 401, json: { errcode: 'M_UNKNOWN_TOKEN', error: 'Bye' } },
    'drop',
    'drop',
  ];
  await start((_, index) => replies[index] ?? joined);
  expect(await actions.joinRoom(room('a'))).toEqual({ ok: true });
  expect(clock.waits).toEqual([500, 7_000, 1_000, 2_000, 4_000]);
});

test('a refused join is final', async () => {
  await start(() => ({ status: 403, json: { errcode: 'M_FORBIDDEN', error: 'Not invited' } }));
  expect(await actions.joinRoom(room('a'))).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'Not invited' });
  expect(clock.waits).toEqual([]);
});

test('a room that keeps failing does not stand in the way of others', async () => {
  await start((seen) => (seen.path.includes('dead') ? { status: 502, text: '' } : joined));
  const dead = Promise.allSettled(
    Array.from({ length: MAX_AT_ONCE }, (_, index) => actions.joinRoom(room(`dead${index}`))),
  );
  await clock.waited(MAX_AT_ONCE);
  expect(await actions.joinRoom(room('a'))).toEqual({ ok: true });
  actions.close();
  expect(await dead).toEqual(Array(MAX_AT_ONCE).fill({ status: 'rejected', reason: new Closed() }));
});

test('only so many joins are under way, and closing ends them all', async () => {
  await start(() => 'hang');
  const joins = Promise.allSettled(
    Array.from({ length: MAX_AT_ONCE + 3 }, (_, index) => actions.joinRoom(room(`r${index}`))),
  );
  await server.arrived(MAX_AT_ONCE);
  actions.close();
  expect(await joins).toEqual(Array(MAX_AT_ONCE + 3).fill({ status: 'rejected', reason: new Closed() }));
  expect(server.seen.length).toBe(MAX_AT_ONCE);
  await expect(actions.joinRoom(room('a'))).rejects.toEqual(new Closed());
});

test('typing is shown and hidden, the newest word last, and nothing in between', async () => {
  const first = Promise.withResolvers<Reply>();
  await start((_, index) => (index === 0 ? first.promise : done));
  const shown = actions.showTyping(room('a'), 30_000);
  await Promise.all([actions.showTyping(room('a'), 20_000), actions.showTyping(room('a'), 0)]);
  await actions.showTyping(room('b'), 10_000);
  expect(bodies()).toEqual([
    { typing: true, timeout: 30_000 },
    { typing: true, timeout: 10_000 },
  ]);
  first.resolve(done);
  await shown;
  await actions.showTyping(room('a'), 5_000);
  expect(bodies().slice(2)).toEqual([{ typing: false }, { typing: true, timeout: 5_000 }]);
});

test.each<Reply>([limited(), 'drop', { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } }])(
  'typing and receipts get one try and never reject: %j',
  async (reply) => {
    await start(() => reply);
    await actions.showTyping(room('a'), 30_000);
    await actions.sendReadReceipt(room('a'), eventId('e'));
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'POST']);
    actions.close();
    await actions.showTyping(room('a'), 0);
    await actions.sendReadReceipt(room('a'), eventId('e'));
    expect(server.seen.length).toBe(2);
  },
);
