import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Closed, MatrixFailure } from '../../src/matrix/errors.ts';
import { MAX_REFUSAL_BYTES } from '../../src/matrix/streaming.ts';
import { clientOf, endless, errcode, json, mediaServer, mxc, read, type Answer } from './media-support.ts';

const V1 = 'GET /_matrix/client/v1/media/download';
const V3 = 'GET /_matrix/media/v3/download';
const url = mxc('test', 'abc');

const picture: Answer = (response) =>
  response.writeHead(200, { 'content-type': 'image/png', 'content-length': 7 }).end('picture');

/** What is opened, its content read; else what is said instead. */
async function opening(answer: Answer, address = url, silenceMs = 5_000) {
  const server = await mediaServer(answer);
  const { media, clock, log } = clientOf(server.url, { silenceMs });
  clock.auto = true;
  const found = await media.open(address, endless);
  expect(log.text()).not.toContain('syt_secret');
  const what = found.is === 'open' ? { ...found, content: await read(found.content) } : found;
  return { what, server, clock };
}

/** A homeserver that says no says so in these words. */
const no = (why: string, code: string) => ({ is: 'not', why, code, detail: 'No' });

test('a file comes as the homeserver has it', async () => {
  const { what, server } = await opening(picture, mxc('matrix.example.org:8448', 'a_B-1'));
  expect(what).toEqual({ is: 'open', bytes: 7, mime: 'image/png', content: 'picture' });
  expect(server.seen).toEqual([`${V1}/matrix.example.org%3A8448/a_B-1`]);
  expect(server.tokens).toEqual(['Bearer syt_secret']);
});

test('how long it is may be left unsaid', async () => {
  const { what } = await opening((response) => response.writeHead(200).end('picture'.repeat(100_000)));
  expect(what).toEqual({ is: 'open', bytes: null, mime: null, content: 'picture'.repeat(100_000) });
});

test.each<[string, Answer]>([
  ['says so', (response) => json(response, 404, errcode('M_UNRECOGNIZED'))],
  ['says so otherwise', (response) => json(response, 405, errcode('M_UNRECOGNIZED'))],
  ['has a proxy that says so', (response) => response.writeHead(404).end('<html>')],
])('a homeserver that does not know the newer path, and %s, is asked on the older one', async (_, unknown) => {
  const { what, server } = await opening((response, request, index) =>
    (index === 0 ? unknown : picture)(response, request, index),
  );
  expect(what).toEqual({ is: 'open', bytes: 7, mime: 'image/png', content: 'picture' });
  expect(server.seen).toEqual([`${V1}/test/abc`, `${V3}/test/abc`]);
});

test.each<[number, string, string]>([
  [404, 'M_NOT_FOUND', 'gone'],
  [410, 'M_GONE', 'gone'],
  [404, 'M_UNRECOGNIZED', 'refused'],
  [403, 'M_FORBIDDEN', 'refused'],
  [413, 'M_TOO_LARGE', 'refused'],
  // They say nothing of the file.
  [401, 'M_UNKNOWN_TOKEN', 'unreachable'],
  [403, 'M_USER_SUSPENDED', 'unreachable'],
  [500, 'M_UNKNOWN', 'unreachable'],
  [504, 'M_NOT_YET_UPLOADED', 'unreachable'],
])('%i %s: it is %s', async (status, code, why) => {
  const { what } = await opening((response) => json(response, status, errcode(code)));
  expect(what).toEqual(no(why, code));
});

test.each<[string, Answer, string]>([
  ['a proxy that has none', (response) => response.writeHead(502).end('<html>'), 'HTTP_502'],
  ['a cut connection', (response) => response.destroy(), 'ECONNRESET'],
  ['no answer', () => undefined, 'ESOCKETTIMEDOUT'],
  ['a redirect to nowhere', (response) => response.writeHead(307).end(), 'HTTP_307'],
  [
    'a redirect to a file',
    (response) => response.writeHead(307, { location: 'file:///etc/passwd' }).end(),
    'BAD_ANSWER',
  ],
  ['a redirect without end', (response) => response.writeHead(302, { location: '/again' }).end(), 'BAD_ANSWER'],
])('%s: it is not reached', async (_, answer, code) => {
  const { what } = await opening(answer, url, 200);
  expect(what).toEqual({ is: 'not', why: 'unreachable', code, detail: expect.any(String) as string });
});

test('nobody there', async () => {
  const { media } = clientOf('http://127.0.0.1:1');
  const detail = expect.any(String) as string;
  expect(await media.open(url, endless)).toEqual({ is: 'not', why: 'unreachable', code: 'ECONNREFUSED', detail });
});

test('of what says no, no more is read than it takes to know why', async () => {
  const { what } = await opening((response) =>
    json(response, 403, { ...errcode('M_FORBIDDEN'), more: 'x'.repeat(MAX_REFUSAL_BYTES) }),
  );
  expect(what).toEqual(expect.objectContaining({ why: 'unreachable', code: 'HTTP_403' }));
});

test('what says no drop by drop is not waited for', async () => {
  const trickle: Answer = (response) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    const drops = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(drops));
  };
  const { what } = await opening(trickle, url, 300);
  expect(what).toEqual(expect.objectContaining({ why: 'unreachable', code: 'HTTP_403' }));
});

test('"too many" is waited out, as long as it says', async () => {
  const { what, server, clock } = await opening((response, request, index) => {
    if (index === 0) return json(response, 429, errcode('M_LIMIT_EXCEEDED'), { 'retry-after': '7' });
    return picture(response, request, index);
  });
  expect(what).toEqual(expect.objectContaining({ content: 'picture' }));
  expect([server.seen.length, clock.waits]).toEqual([2, [7_000]]);
});

test('it is followed to where it is said to be, the token only within the homeserver', async () => {
  const store = await mediaServer(picture);
  const { what, server } = await opening((response, _, index) =>
    response.writeHead(307, { location: index === 0 ? '/elsewhere' : `${store.url}/bucket/abc?signed=1` }).end('moved'),
  );
  expect(what).toEqual({ is: 'open', bytes: 7, mime: 'image/png', content: 'picture' });
  expect([server.seen, server.tokens]).toEqual([
    [`${V1}/test/abc`, 'GET /elsewhere'],
    ['Bearer syt_secret', 'Bearer syt_secret'],
  ]);
  expect([store.seen, store.tokens]).toEqual([['GET /bucket/abc?signed=1'], [undefined]]);
});

/** How the reading ends. */
const ending = (content: AsyncIterable<Uint8Array>): Promise<unknown> =>
  read(content).catch((error: unknown) => (error instanceof MatrixFailure ? `${error.kind} ${error.code}` : error));

test.each<[string, Answer, string]>([
  ['breaks off', (response) => response.write('pict', () => response.destroy()), 'unavailable ECONNRESET'],
  ['stops without an end', (response) => response.write('pict'), 'unavailable ESOCKETTIMEDOUT'],
])('one that %s throws while it is read', async (_, rest, expected) => {
  const server = await mediaServer((response, request, index) => {
    response.writeHead(200, { 'content-length': 7 });
    rest(response, request, index);
  });
  const found = await clientOf(server.url, { silenceMs: 200 }).media.open(url, endless);
  if (found.is === 'not') throw new Error(found.code);
  expect([found.bytes, await ending(found.content)]).toEqual([7, expected]);
});

test('a reader that has enough ends the connection', async () => {
  const gone = Promise.withResolvers<unknown>();
  const server = await mediaServer((response) => {
    response.writeHead(200, { 'content-length': 1_000 }).write('x');
    gone.resolve(once(response, 'close'));
  });
  const found = await clientOf(server.url).media.open(url, endless);
  if (found.is === 'not') throw new Error(found.code);
  for await (const _chunk of found.content) break;
  await gone.promise;
});

test('an abort ends what is asked, and what is read', async () => {
  const arrived = Promise.withResolvers<void>();
  const server = await mediaServer((response, _, index) => {
    if (index === 0) return response.writeHead(200).write('x');
    arrived.resolve();
  });
  const { media } = clientOf(server.url);
  const abort = new AbortController();
  const found = await media.open(url, abort.signal);
  if (found.is === 'not') throw new Error(found.code);
  const reading = ending(found.content);
  const asking = media.open(url, abort.signal).catch((error: unknown) => error);
  await arrived.promise;
  abort.abort();
  expect(await asking).toEqual(new Closed());
  expect(await reading).toMatch(/^(?:aborted|unavailable) /);
  await expect(media.open(url, abort.signal)).rejects.toEqual(new Closed());
  expect(server.seen.length).toBe(2);
});

test('nothing is asked while it is in doubt whether the service may speak', async () => {
  const server = await mediaServer(picture);
  const sure = Promise.withResolvers<void>();
  const opening = clientOf(server.url, { sure: () => sure.promise }).media.open(url, endless);
  await new Promise(setImmediate);
  expect(server.seen).toEqual([]);
  sure.resolve();
  expect(await opening).toEqual(expect.objectContaining({ is: 'open' }));
});
