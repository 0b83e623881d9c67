import { afterEach, expect, test, vi } from 'vitest';
import { LogService } from 'matrix-bot-sdk';
import type { RequestParams } from '../../src/matrix/http.ts';
import { MAX_RESPONSE_BYTES, request, withLimits } from '../../src/matrix/http.ts';
import { otherSide } from '../support/standstill.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { startServer } from './support.ts';

let server: ScriptedServer;
afterEach(() => server.close());

const serve = async (reply: (seen: Seen, index: number) => Reply | Promise<Reply>) =>
  (server = await startServer(reply));

/** The answer as `status body`, or the code of the error. */
function ask(params: Partial<RequestParams>): Promise<string> {
  return new Promise((resolve) => {
    request({ uri: `${server.url}/path`, method: 'GET', ...params }, (error, response, body) => {
      if (error) resolve(`error ${(error as NodeJS.ErrnoException).code}`);
      else resolve(`${response?.statusCode} ${Buffer.isBuffer(body) ? `bytes ${body.toString('hex')}` : body}`);
    });
  });
}

test('queries repeat arrays, leave out what is undefined, and keep what is in the address', async () => {
  await serve((seen) => ({ text: seen.query.toString() }));
  const qs = { one: 'a b', many: ['x', 'y'], number: 3, yes: true, none: undefined, nil: null };
  expect(await ask({ uri: `${server.url}/path?own=1`, qs })).toBe('200 own=1&one=a+b&many=x&many=y&number=3&yes=true');
});

test('a body arrives whole, with its length in bytes', async () => {
  await serve((seen) => ({ json: [seen.headers['content-length'], seen.headers['x-test'], seen.body] }));
  const body = JSON.stringify({ text: 'Grüße 🐙' });
  expect(await ask({ method: 'PUT', body, headers: { 'X-Test': 'yes' } })).toBe(
    `200 ${JSON.stringify([String(Buffer.byteLength(body)), 'yes', { text: 'Grüße 🐙' }])}`,
  );
});

test('with encoding null the body is a Buffer', async () => {
  await serve(() => ({ text: 'ÿ' }));
  expect(await ask({ encoding: null })).toBe('200 bytes c3bf');
});

test('an error status is an answer, not an error', async () => {
  await serve(() => ({ status: 502, text: '<html>' }));
  expect(await ask({})).toBe('502 <html>');
});

test('connections are kept, and one that was closed meanwhile is replaced without a word', async () => {
  await serve((_, index) => (index === 2 ? 'drop' : { text: String(index) }));
  expect(await ask({})).toBe('200 0');
  expect(await ask({})).toBe('200 1');
  expect(server.connections()).toBe(1);
  expect(await ask({})).toBe('200 3');
  expect(server.connections()).toBe(2);
});

test('a POST is not repeated on its own', async () => {
  await serve((_, index) => (index === 1 ? 'drop' : { text: String(index) }));
  expect(await ask({})).toBe('200 0');
  expect(await ask({ method: 'POST', body: '{}' })).toBe('error ECONNRESET');
  expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'POST']);
});

test('an answer that breaks off is an error', async () => {
  await serve(() => 'cut');
  expect(await ask({})).toBe('error ECONNRESET');
});

test('no answer within the timeout is an error', async () => {
  await serve(() => 'hang');
  expect(await ask({ timeout: 20 })).toBe('error ESOCKETTIMEDOUT');
  const short = withLimits({ timeoutMs: 20 }, () => ask({ timeout: 60_000 }));
  expect(await short).toBe('error ESOCKETTIMEDOUT');
});

test('an answer larger than the limit is an error', async () => {
  const text = 'x'.repeat(MAX_RESPONSE_BYTES + 1);
  await serve((_, index) => ({ text: index === 0 ? text : 'x' }));
  expect(await ask({})).toBe('error ERESPONSETOOLARGE');
  expect(await ask({})).toBe('200 x');
});

test('an abort ends the requests that were started under its signal, and no other', async () => {
  const held = Promise.withResolvers<Reply>();
  await serve((seen) => (seen.query.has('free') ? held.promise : 'hang'));
  const abort = new AbortController();
  const bound = withLimits({ signal: abort.signal }, () => ask({}));
  const free = withLimits({}, () => ask({ qs: { free: 1 } }));
  await server.arrived(2);
  abort.abort();
  expect(await bound).toBe('error ABORT_ERR');
  held.resolve({ text: 'here' });
  expect(await free).toBe('200 here');
  expect(await withLimits({ signal: abort.signal }, () => ask({}))).toBe('error ABORT_ERR');
  expect(server.seen.length).toBe(2);
});

test('the exchange tells the request, the status and the Retry-After header', async () => {
  await serve(() => ({ status: 429, headers: { 'Retry-After': '7' }, text: '' }));
  const facts = await withLimits({}, async (exchange) => {
    await ask({ method: 'PUT', qs: { secret: 1 } });
    return exchange;
  });
  expect(facts).toEqual({ request: 'PUT /path', status: 429, retryAfter: '7' });
});

test('what cannot be put into a request is an error', async () => {
  await serve(() => ({}));
  expect(await ask({ uri: 'not an address' })).toBe('error ERR_INVALID_URL');
  expect(await ask({ headers: { Authorization: 'Bearer a\nb' } })).toBe('error ERR_INVALID_CHAR');
});

test('matrix-bot-sdk logs nothing by itself', async () => {
  await serve(() => ({}));
  const spies = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
  LogService.error('MatrixHttpClient', 'secret');
  LogService.info('MatrixClientLite', 'secret');
  expect(spies.map((spy) => spy.mock.calls)).toEqual([[], [], [], []]);
  vi.restoreAllMocks();
});

test('an answer that came while the process stood still is no late one', async () => {
  await serve(() => 'hang');
  const there = await otherSide();
  const answer = withLimits({ timeoutMs: 100 }, () => ask({ uri: there.homeserver }));
  setImmediate(() => setImmediate(() => there.standStill(250)));
  expect(await answer).toBe('200 {"all":"of it"}');
});
