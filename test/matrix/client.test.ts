import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createClient } from '../../src/matrix/client.ts';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import type { RoomId } from '../../machines/ids.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { eventId, keptLog, limited, me, room, sent, startServer } from './support.ts';

let server: ScriptedServer;
afterEach(() => server.close());

async function clientOf(reply: (seen: Seen, index: number) => Reply | Promise<Reply>, log = keptLog()) {
  server = await startServer(reply);
  return createClient({ homeserver: server.url, accessToken: 'syt_secret', log });
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
  const api = await clientOf((seen) =>
    seen.path.endsWith('/messages')
      ? { json: { chunk: [{ any: 'thing' }], start: 's', end: 'e' } }
      : seen.path.endsWith('/join')
        ? { json: { room_id: '!a/b:test' } }
        : seen.path.endsWith('/whoami')
          ? { json: { user_id: me, device_id: 'D' } }
          : seen.path.includes('/send/')
            ? sent(seen)
            : { json: {} },
  );
  const id = room('a/b');
  expect(await api.putEvent(id, 'm.room.message', 't 1', { body: 'x' })).toBe('$t 1');
  expect(await api.join(id)).toBe('!a/b:test');
  await api.leave(id);
  await api.typing(id, me, 9000);
  await api.typing(id, me, 0);
  await api.markRead(id, eventId('e'));
  expect(await api.whoami()).toEqual({ user_id: '@bot:test', device_id: 'D' });
  expect(await api.messages(id, { dir: 'b', limit: 5, filter: { senders: [me] } })).toEqual({
    chunk: [{ any: 'thing' }],
    start: 's',
    end: 'e',
  });
  const base = '/_matrix/client/v3/rooms/!a%2Fb%3Atest';
  expect(server.seen.map(({ method, path, query, body }) => [method, path, query.toString(), body])).toEqual([
    ['PUT', `${base}/send/m.room.message/t%201`, '', { body: 'x' }],
    ['POST', `${base}/join`, '', {}],
    ['POST', `${base}/leave`, '', {}],
    ['PUT', `${base}/typing/%40bot%3Atest`, '', { typing: true, timeout: 9000 }],
    ['PUT', `${base}/typing/%40bot%3Atest`, '', { typing: false }],
    ['POST', `${base}/receipt/m.read/%24e`, '', {}],
    ['GET', '/_matrix/client/v3/account/whoami', '', null],
    ['GET', `${base}/messages`, 'dir=b&limit=5&filter=%7B%22senders%22%3A%5B%22%40bot%3Atest%22%5D%7D', null],
  ]);
  expect(new Set(server.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer syt_secret']));
});

test('without a token there is no authorization', async () => {
  await clientOf(() => ({ json: {} }));
  await createClient({ homeserver: server.url, accessToken: null, log: keptLog() }).call(z.object({}), 'GET', '/x');
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

test.each<[string, Reply, number]>([
  ['a header', limited({ 'Retry-After': '3' }, { retry_after_ms: 10 }), 3000],
  ['the old field', limited({}, { retry_after_ms: 1500 }), 1500],
  ['no word', limited(), 5000],
  ['a header beside HTML', { status: 429, headers: { 'Retry-After': '2' }, text: '<html>' }, 2000],
])('429 with %s', async (_name, reply, ms) => {
  const api = await clientOf(() => reply);
  const failure: unknown = await api.whoami().catch((error: unknown) => error);
  expect(failure instanceof MatrixFailure && [failure.kind, failure.retryAfterMs]).toEqual(['limited', ms]);
});

test('an abort ends a call', async () => {
  const api = await clientOf(() => 'hang');
  const abort = new AbortController();
  const failed = failing(api.whoami({ signal: abort.signal }));
  await server.arrived(1);
  abort.abort();
  expect(await failed).toBe('aborted null ABORTED');
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
