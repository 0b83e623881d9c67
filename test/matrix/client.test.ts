import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createClient, type MatrixApi } from '../../src/matrix/client.ts';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import type { RoomId } from '../../machines/ids.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { eventId, keptLog, limited, me, room, sent, startServer } from './support.ts';

let server: ScriptedServer;
afterEach(() => server.close());

async function clientOf(reply: (seen: Seen, index: number) => Reply | Promise<Reply>, log = keptLog()) {
  server = await startServer(reply);
  return createClient({ homeserver: server.url, accessToken: 'syt_secret', me, log });
}

/** The failure as `kind status code`. */
async function failing(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => 'no failure',
    (thrown: unknown) => thrown,
  );
  return error instanceof MatrixFailure ? `${error.kind} ${error.status} ${error.code}` : String(error);
}

test('the calls say what the specification says', async () => {
  const id = room('a/b');
  const answers: Record<string, object> = {
    messages: { chunk: [{ any: 'thing' }], end: 'e' },
    whoami: { user_id: me, device_id: 'D' },
    joined_rooms: { joined_rooms: [id] },
    createRoom: { room_id: id },
    [encodeURIComponent('!a/b:test')]: { room_id: id },
    [encodeURIComponent('#x:test')]: { room_id: id, servers: [] },
    [encodeURIComponent(me)]: { displayname: 'Bot', avatar_url: 'mxc://test/a' },
    key: { via: ['test'], type: 'constructor' },
    'm.marker': { version: 1 },
  };
  const api = await clientOf((seen) => {
    if (seen.method === 'PUT' && /send|state/.test(seen.path)) return sent(seen);
    return { json: answers[seen.path.split('/').at(-1) ?? ''] ?? {} };
  });
  const results = [
    await api.putEvent(id, 'm.room.message', 't 1', { body: 'x' }),
    await api.whoami(),
    await api.profile(me),
    await api.joinedRooms(),
    await api.createRoom({ name: 'x' }),
    await api.join(id),
    await api.leave(id, 'Bye'),
    await api.forget(id),
    await api.invite(id, me),
    await api.state(z.unknown(), id, 'm.space.child', 'key'),
    await api.putState(id, 'm.room.name', '', { name: 'x' }),
    await api.putState(id, 'm.space.child', 'key', { via: [] }),
    await api.roomData(id, 'm.marker'),
    await api.putRoomData(id, 'm.marker', { version: 1 }),
    await api.typing(id, 9000),
    await api.typing(id, 0),
    await api.markRead(id, eventId('e')),
    await api.messages(id, { dir: 'b', limit: 5, filter: { senders: [me] } }),
  ];
  const v3 = '/_matrix/client/v3';
  const base = `${v3}/rooms/!a%2Fb%3Atest`;
  const data = `${v3}/user/%40bot%3Atest/rooms/!a%2Fb%3Atest/account_data/m.marker`;
  expect(
    server.seen.map(({ method, path, query, body }, index) => [
      `${method} ${path}`,
      query.toString(),
      body,
      results[index],
    ]),
  ).toEqual([
    [`PUT ${base}/send/m.room.message/t%201`, '', { body: 'x' }, '$t 1'],
    [`GET ${v3}/account/whoami`, '', null, answers.whoami],
    [`GET ${v3}/profile/%40bot%3Atest`, '', null, { displayname: 'Bot' }],
    [`GET ${v3}/joined_rooms`, '', null, [id]],
    [`POST ${v3}/createRoom`, '', { name: 'x' }, id],
    [`POST ${v3}/join/!a%2Fb%3Atest`, '', {}, id],
    [`POST ${base}/leave`, '', { reason: 'Bye' }, undefined],
    [`POST ${base}/forget`, '', null, undefined],
    [`POST ${base}/invite`, '', { user_id: me }, undefined],
    [`GET ${base}/state/m.space.child/key`, '', null, answers.key],
    [`PUT ${base}/state/m.room.name/`, '', { name: 'x' }, '$'],
    [`PUT ${base}/state/m.space.child/key`, '', { via: [] }, '$key'],
    [`GET ${data}`, '', null, { version: 1 }],
    [`PUT ${data}`, '', { version: 1 }, undefined],
    [`PUT ${base}/typing/%40bot%3Atest`, '', { typing: true, timeout: 9000 }, undefined],
    [`PUT ${base}/typing/%40bot%3Atest`, '', { typing: false, timeout: 0 }, undefined],
    [`POST ${base}/receipt/m.read/%24e`, '', {}, undefined],
    [
      `GET ${base}/messages`,
      'dir=b&limit=5&filter=%7B%22senders%22%3A%5B%22%40bot%3Atest%22%5D%7D',
      null,
      answers.messages,
    ],
  ]);
  expect(new Set(server.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer syt_secret']));
});

test.each<[string, (api: MatrixApi, limits: object) => Promise<unknown>]>([
  ['of the library', (api, limits) => api.leave(room('a'), 'Bye', limits)],
  ['of our own', (api, limits) => api.putEvent(room('a'), 't', 't', {}, limits)],
])('a call %s ends after its time, and with its signal', async (_, call) => {
  const api = await clientOf(() => 'hang');
  expect(await failing(call(api, { timeoutMs: 20 }))).toBe('unavailable null ESOCKETTIMEDOUT');
  const abort = new AbortController();
  const failed = failing(call(api, { signal: abort.signal }));
  await server.arrived(2);
  abort.abort();
  expect(await failed).toBe('aborted null ABORTED');
});

test.each<[string, (api: MatrixApi) => Promise<unknown>]>([
  ['a room', (api) => api.createRoom({})],
  ['rooms', (api) => api.joinedRooms()],
  ['an event', (api) => api.putState(room('a'), 't', '', {})],
  ['nothing', (api) => api.forget(room('a'))],
])('an answer with %s is not taken from a captive portal', async (_, call) => {
  const api = await clientOf(() => ({ text: '<html>Log in to the hotel</html>' }));
  expect(await failing(call(api))).toBe('unavailable 200 BAD_ANSWER');
});

test('without a token there is no authorization', async () => {
  await clientOf(() => ({ json: {} }));
  await createClient({ homeserver: server.url, accessToken: null, me, log: keptLog() }).call(z.object({}), 'GET', '/x');
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test.each<[string, Reply, string]>([
  ['HTML with 200', { text: '<html>Log in to the hotel</html>' }, 'unavailable 200 BAD_ANSWER'],
  ['nothing with 200', { text: '' }, 'unavailable 200 BAD_ANSWER'],
  ['JSON of another form', { json: { event_id: 'no dollar' } }, 'unavailable 200 BAD_ANSWER'],
  ['null', { text: 'null' }, 'unavailable null TypeError'],
  ['HTML with 502', { status: 502, text: '<html>' }, 'unavailable 502 HTTP_502'],
  ['JSON with 500', { status: 500, json: { errcode: 'M_UNKNOWN', error: 'Oops' } }, 'unavailable 500 M_UNKNOWN'],
  ['a refusal', { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } }, 'refused 403 M_FORBIDDEN'],
  [
    'an unknown token',
    { status: 401, json: { errcode: 'M_UNKNOWN_TOKEN', error: 'No' } },
    'unauthorised 401 M_UNKNOWN_TOKEN',
  ],
  ['a lost answer', 'drop', 'unavailable null ECONNRESET'],
  ['half an answer', 'cut', 'unavailable null ECONNRESET'],
  ['no answer', 'hang', 'unavailable null ESOCKETTIMEDOUT'],
])('%s is a failure', async (_name, reply, expected) => {
  const log = keptLog();
  const api = await clientOf(() => reply, log);
  const call = api.putEvent(
    room('a'),
    'm.room.message',
    't',
    { body: 'a private word' },
    { timeoutMs: reply === 'hang' ? 20 : 10_000 },
  );
  expect(await failing(call)).toBe(expected);
  expect(log.text()).not.toMatch(/private|syt_secret|hotel/);
});

test.each<[string, Reply, number | null]>([
  ['a header', limited({ 'Retry-After': '3' }, { retry_after_ms: 10 }), 3000],
  ['the old field', limited({}, { retry_after_ms: 1500 }), 1500],
  ['no word', limited(), null],
  ['a header beside HTML', { status: 429, headers: { 'Retry-After': '2' }, text: '<html>' }, 2000],
])('429 with %s', async (_name, reply, ms) => {
  const api = await clientOf(() => reply);
  const failure: unknown = await api.whoami().catch((error: unknown) => error);
  expect(failure instanceof MatrixFailure && [failure.kind, failure.retryAfterMs]).toEqual(['limited', ms]);
});

test('nobody there is a failure', async () => {
  const api = await clientOf(() => ({}));
  await server.close();
  expect(await failing(api.whoami())).toBe('unavailable null ECONNREFUSED');
});

test('an id that is no well-formed text does not throw', async () => {
  const api = await clientOf((seen) => ({ json: { room_id: decodeURIComponent(seen.path.split('/')[5] ?? '') } }));
  expect(await api.join('!\ud800:test' as RoomId)).toBe('!\ufffd:test');
});
