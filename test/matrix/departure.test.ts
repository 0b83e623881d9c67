import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../../src/matrix/client.ts';
import { createDeparture, MAX_TRIES, type Departure } from '../../src/matrix/departure.ts';
import { Closed, MatrixFailure } from '../../src/matrix/errors.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, keptLog, limited, me, room, startServer } from './support.ts';

let server: ScriptedServer;
let clock: Clock;
let departure: Departure;
let closing: AbortController;
let log: ReturnType<typeof keptLog>;
beforeEach(() => {
  clock = new Clock();
  log = keptLog();
  closing = new AbortController();
});
afterEach(() => server.close());

async function start(reply: (seen: Seen, index: number) => Reply | Promise<Reply>): Promise<void> {
  server = await startServer(reply);
  const api = createClient({ homeserver: server.url, accessToken: 'secret-token', me, log });
  departure = createDeparture({ api, signal: closing.signal, reason: 'Reset', chance: () => 1, log, wait: clock.wait });
}

const refused = (status: number, errcode: string): Reply => ({ status, json: { errcode, error: 'No' } });
const calls = () =>
  server.seen.map(({ method, path }) => `${method} ${decodeURIComponent(path).replace('/_matrix/client/v3', '')}`);
const named = (name: unknown) => ({ events: [{}, { type: 'm.room.name', state_key: '', content: { name } }] });

test('rooms and invites are listed, with the names that they have', async () => {
  const rooms = {
    join: { '!b': { state: named('Chat 2') }, '!a': { state: { events: [null] } }, '!gone': { state: named('x') } },
    invite: { '!d': { invite_state: named('Come') }, '!c': {}, odd: { invite_state: named('y') } },
  };
  await start(({ path }) =>
    path.endsWith('/sync') ? { json: { rooms } } : { json: { joined_rooms: ['!b', '!a', '!silent'] } },
  );
  expect(await departure.rooms()).toEqual([
    { room: '!a', membership: 'join', name: null },
    { room: '!b', membership: 'join', name: 'Chat 2' },
    { room: '!silent', membership: 'join', name: null },
    { room: '!c', membership: 'invite', name: null },
    { room: '!d', membership: 'invite', name: 'Come' },
  ]);
  expect(server.seen[1]?.query.get('set_presence')).toBe('offline');
});

test('a bot that is nowhere has no rooms', async () => {
  await start(({ path }) => ({ json: path.endsWith('/sync') ? {} : { joined_rooms: [] } }));
  expect(await departure.rooms()).toEqual([]);
});

test('a listing that is refused is told', async () => {
  await start(() => refused(401, 'M_UNKNOWN_TOKEN'));
  await expect(departure.rooms()).rejects.toEqual(
    new MatrixFailure({ kind: 'refused', status: 401, code: 'M_UNKNOWN_TOKEN', detail: 'No' }),
  );
  expect(calls()).toEqual(['GET /joined_rooms']);
});

test('a room is left, then forgotten; the homeserver is waited for as long as it asks', async () => {
  clock.auto = true;
  const replies: Reply[] = [limited({ 'Retry-After': '90' }), {}, limited({ 'Retry-After': '7' })];
  await start((_, index) => replies[index] ?? {});
  expect(await departure.leave(room('a'))).toEqual({ ok: true });
  expect(clock.waits).toEqual([90_000, 7_000]);
  const [leave, forget] = ['POST /rooms/!a:test/leave', 'POST /rooms/!a:test/forget'];
  expect(calls()).toEqual([leave, leave, forget, forget]);
  expect(server.seen[1]?.body).toEqual({ reason: 'Reset' });
});

test('a limit holds back the other rooms too', async () => {
  await start((_, index) => (index < 4 ? limited({ 'Retry-After': '60' }) : {}));
  const all = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => departure.leave(room(name))));
  await clock.waited(4);
  expect(server.seen).toHaveLength(4);
  clock.advance(60_000);
  expect(await all).toEqual(Array(6).fill({ ok: true }));
});

test('a room that the bot is already out of counts as left', async () => {
  await start(({ path }) => (path.endsWith('/leave') ? refused(403, 'M_FORBIDDEN') : {}));
  expect(await departure.leave(room('a'))).toEqual({ ok: true });
});

test('a refusal is told, and the next room is left', async () => {
  await start(({ path }) => (path.includes('bad') ? refused(403, 'M_FORBIDDEN') : {}));
  expect(await departure.leave(room('bad'))).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'No' });
  expect(await departure.leave(room('good'))).toEqual({ ok: true });
});

test('a room that is left but not forgotten is told', async () => {
  await start(({ path }) => (path.endsWith('/forget') ? refused(400, 'M_UNKNOWN') : {}));
  expect(await departure.leave(room('a'))).toEqual({ ok: false, code: 'M_UNKNOWN', detail: 'No' });
});

test('a room whose leave always fails is given up; the others are left', async () => {
  clock.auto = true;
  await start(({ path }) => (path.includes('bad') ? { status: 502, text: '' } : {}));
  const answers = await Promise.all(['bad', 'a', 'b'].map((name) => departure.leave(room(name))));
  expect(answers).toEqual([
    { ok: false, code: 'HTTP_502', detail: expect.any(String) as string },
    { ok: true },
    { ok: true },
  ]);
  expect(calls().filter((call) => call.endsWith('bad:test/leave'))).toHaveLength(MAX_TRIES);
});

test('a homeserver that is gone is not asked for every room', async () => {
  clock.auto = true;
  await start(() => 'drop');
  const names = Array.from({ length: 50 }, (_, index) => `r${index}`);
  const answers = await Promise.all(names.map((name) => departure.leave(room(name))));
  expect(answers.filter(({ ok }) => ok)).toEqual([]);
  expect(server.seen.length).toBeLessThanOrEqual(8 * MAX_TRIES);
});

test('a token that is gone ends it at once', async () => {
  await start(() => refused(401, 'M_UNKNOWN_TOKEN'));
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => departure.leave(room(name))));
  expect(answers).toEqual(Array(6).fill({ ok: false, code: 'M_UNKNOWN_TOKEN', detail: 'No' }));
  expect(server.seen).toHaveLength(4);
  expect(clock.waits).toEqual([]);
  expect(log.text()).not.toContain('secret-token');
});

test('the signal ends leaving, not logging out', async () => {
  await start(({ path }) => (path.endsWith('/logout') ? {} : 'hang'));
  const leaving = departure.leave(room('a'));
  await server.arrived(1);
  closing.abort();
  await expect(leaving).rejects.toThrow(Closed);
  expect(await departure.logout()).toBe(true);
});

test('a session that cannot be ended is told', async () => {
  await start(() => refused(401, 'M_UNKNOWN_TOKEN'));
  expect(await departure.logout()).toBe(false);
});
