import { expect, test } from 'vitest';
import type { NewFile } from '../../src/ports.ts';
import { Closed } from '../../src/matrix/errors.ts';
import { clientOf, endless, errcode, json, mediaServer, read, type Answer } from './media-support.ts';

const CONFIG = 'GET /_matrix/client/v1/media/config';
const OLD_CONFIG = 'GET /_matrix/media/v3/config';
const UPLOAD = 'POST /_matrix/media/v3/upload?filename=a%20b.txt';
const there = { is: 'there', url: 'mxc://test/abc' };

function file(more: Partial<NewFile> & { parts?: string[] } = {}): NewFile & { reads: number } {
  const { parts = ['Hello ', 'you'], ...rest } = more;
  const one = {
    ...{ name: 'a b.txt', mime: 'text/plain', bytes: Buffer.byteLength(parts.join('')), reads: 0 },
    async *read() {
      one.reads += 1;
      for (const part of parts) yield await Promise.resolve(Buffer.from(part));
    },
    ...rest,
  };
  return one;
}

const taken: Answer = async (response, request) => {
  await read(request as AsyncIterable<Uint8Array>);
  json(response, 200, { content_uri: 'mxc://test/abc' });
};

/** `limit`: what the homeserver says of it. */
async function server(answer: Answer, limit: object | Answer = {}) {
  let uploads = 0;
  const started = await mediaServer((response, request, index) => {
    if (request.method === 'POST') return answer(response, request, uploads++);
    return typeof limit === 'function' ? limit(response, request, index) : json(response, 200, limit);
  });
  const client = clientOf(started.url, { silenceMs: 300, answerMs: 300 });
  client.clock.auto = true;
  return { ...started, ...client };
}

test('a file goes as it is read, and the homeserver says where it is', async () => {
  const bodies: string[] = [];
  const { media, seen, headers, log } = await server(
    async (response, request) => {
      bodies.push(await read(request as AsyncIterable<Uint8Array>));
      json(response, 200, { content_uri: 'mxc://test/abc' });
    },
    { 'm.upload.size': 9 },
  );
  expect(await media.upload(file(), endless)).toEqual(there);
  expect(seen).toEqual([CONFIG, UPLOAD]);
  expect(bodies).toEqual(['Hello you']);
  const { authorization, 'content-type': type, 'content-length': length } = headers[1] ?? {};
  expect([authorization, type, length]).toEqual(['Bearer syt_secret', 'text/plain', '9']);
  expect(log.text()).not.toContain('syt_secret');
});

test('an empty one, of no known type, with a strange name', async () => {
  const { media, seen, headers } = await server(taken);
  expect(await media.upload(file({ parts: [], mime: null, name: 'ü/&\ud800' }), endless)).toEqual(there);
  expect(seen[1]).toBe('POST /_matrix/media/v3/upload?filename=%C3%BC%2F%26%EF%BF%BD');
  expect([headers[1]?.['content-type'], headers[1]?.['content-length']]).toEqual(['application/octet-stream', '0']);
  expect(await media.upload(file({ mime: 'text/plain\r\nX: y' }), endless)).toEqual(there);
  expect(headers[2]?.['content-type']).toBe('application/octet-stream');
});

test('what is too big for the homeserver is not begun; what it says holds for five minutes', async () => {
  let most = 8;
  const { media, seen, clock } = await server(taken, (response: Parameters<Answer>[0]) =>
    json(response, 200, { 'm.upload.size': most }),
  );
  const big = file();
  expect(await media.upload(big, endless)).toEqual({ is: 'not', why: 'too big', limit: 8 });
  expect([seen, big.reads]).toEqual([[CONFIG], 0]);
  most = 9;
  clock.advance(299_999);
  expect(await media.upload(big, endless)).toEqual({ is: 'not', why: 'too big', limit: 8 });
  clock.advance(1);
  expect(await media.upload(big, endless)).toEqual(there);
  expect(seen).toEqual([CONFIG, CONFIG, UPLOAD]);
});

test.each<[string, Answer, string[]]>([
  [
    'on the older path',
    (response, { url = '' }) =>
      url.includes('v1') ? json(response, 404, errcode('M_UNRECOGNIZED')) : json(response, 200, { 'm.upload.size': 8 }),
    [CONFIG, OLD_CONFIG],
  ],
  [
    'after "too many"',
    (response, _, index) =>
      index === 0 ? json(response, 429, errcode('M_LIMIT_EXCEEDED')) : json(response, 200, { 'm.upload.size': 8 }),
    [CONFIG, CONFIG],
  ],
])('the limit is asked for %s', async (_, answer, asked) => {
  const { media, seen } = await server(taken, answer);
  expect(await media.upload(file(), endless)).toEqual({ is: 'not', why: 'too big', limit: 8 });
  expect(seen).toEqual(asked);
});

test.each<[string, object | Answer]>([
  ['says none', {}],
  ['says null', { 'm.upload.size': null }],
  ['says nonsense', { 'm.upload.size': '8' }],
  ['does not say', (response: Parameters<Answer>[0]) => json(response, 500, errcode('M_UNKNOWN'))],
  ['refuses to', (response: Parameters<Answer>[0]) => json(response, 403, errcode('M_FORBIDDEN'))],
])('where the homeserver %s, the file finds out', async (_, limit) => {
  const { media } = await server(taken, limit);
  expect(await media.upload(file(), endless)).toEqual(there);
});

const not = (why: string, code: string) => ({ is: 'not', why, code, detail: 'No' });

test.each<[string, Answer, object]>([
  [
    'a proxy with a limit of its own',
    (response) => response.writeHead(413).end('<html>'),
    { is: 'not', why: 'too big', limit: null },
  ],
  ['a full homeserver', (response) => json(response, 403, errcode('M_FORBIDDEN')), not('refused', 'M_FORBIDDEN')],
  [
    'a refused token',
    (response) => json(response, 401, errcode('M_UNKNOWN_TOKEN')),
    not('unreachable', 'M_UNKNOWN_TOKEN'),
  ],
  ['trouble', (response) => json(response, 500, errcode('M_UNKNOWN')), not('unreachable', 'M_UNKNOWN')],
])('%s', async (_, answer, expected) => {
  const { media } = await server(async (response, request, index) => {
    await read(request as AsyncIterable<Uint8Array>);
    answer(response, request, index);
  });
  expect(await media.upload(file(), endless)).toEqual(expected);
});

test.each<[string, Answer, string]>([
  ['breaks off', (response) => response.destroy(), 'ECONNRESET'],
  [
    'is read, then the connection breaks',
    async (response, request) => {
      await read(request as AsyncIterable<Uint8Array>);
      response.destroy();
    },
    'ECONNRESET',
  ],
  [
    'is read, and never answered',
    async (_, request) => void (await read(request as AsyncIterable<Uint8Array>)),
    'ESOCKETTIMEDOUT',
  ],
  ['is not read', () => undefined, 'ESOCKETTIMEDOUT'],
  [
    'is answered with a page',
    async (response, request) => {
      await read(request as AsyncIterable<Uint8Array>);
      response.writeHead(200).end('<html>');
    },
    'BAD_ANSWER',
  ],
  [
    'is answered with no address',
    async (response, request) => {
      await read(request as AsyncIterable<Uint8Array>);
      json(response, 200, { content_uri: 'https://test/abc' });
    },
    'BAD_ANSWER',
  ],
])('one that %s may be taken later', async (_, answer, code) => {
  const { media } = await server(answer);
  // More than sockets hold.
  const big = file({ parts: Array.from({ length: 200 }, () => 'x'.repeat(100_000)) });
  const result = await media.upload(big, endless);
  const codes = code === 'ECONNRESET' ? /^(?:ECONNRESET|EPIPE)$/ : new RegExp(`^${code}$`);
  expect(result).toEqual({
    is: 'not',
    why: 'unreachable',
    code: expect.stringMatching(codes) as string,
    detail: expect.any(String) as string,
  });
});

test('an answer that comes before the end is heard', async () => {
  const { media } = await server((response, request) => {
    request.once('data', () => json(response, 403, errcode('M_FORBIDDEN')));
  });
  const big = file({ parts: Array.from({ length: 200 }, () => 'x'.repeat(100_000)) });
  expect(await media.upload(big, endless)).toEqual(not('refused', 'M_FORBIDDEN'));
});

test('"too many" is waited out, and the file is read from its beginning', async () => {
  const bodies: string[] = [];
  const { media, clock } = await server(async (response, request, index) => {
    bodies.push(await read(request as AsyncIterable<Uint8Array>));
    if (index === 0) return json(response, 429, errcode('M_LIMIT_EXCEEDED'), { 'retry-after': '7' });
    json(response, 200, { content_uri: 'mxc://test/abc' });
  });
  expect(await media.upload(file(), endless)).toEqual(there);
  expect([bodies, clock.waits]).toEqual([['Hello you', 'Hello you'], [7_000]]);
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield await Promise.reject<Uint8Array>(new Error('ENOENT'));
}

test.each<[string, Partial<NewFile>, string]>([
  ['shorter', { bytes: 10 }, 'It is not as long as it was'],
  ['longer', { bytes: 7 }, 'It is not as long as it was'],
  ['gone', { read: broken }, 'ENOENT'],
])('one that is %s by now is not sent', async (_, more, detail) => {
  const { media } = await server(taken);
  expect(await media.upload(file(more), endless)).toEqual({ is: 'not', why: 'unreadable', code: 'UNREADABLE', detail });
});

test('an abort ends it', async () => {
  const arrived = Promise.withResolvers<void>();
  const { media } = await server(() => arrived.resolve());
  const abort = new AbortController();
  const sending = media.upload(file(), abort.signal);
  await arrived.promise;
  abort.abort();
  await expect(sending).rejects.toEqual(new Closed());
  await expect(media.upload(file(), abort.signal)).rejects.toEqual(new Closed());
});

test('a disk that is slower than the homeserver may be silent is not the homeserver', async () => {
  const slow = Promise.withResolvers<void>();
  const parts = ['Hello ', 'you'];
  async function* inTwo() {
    yield Buffer.from(parts[0]!);
    await slow.promise;
    yield Buffer.from(parts[1]!);
  }
  const { media } = await server((response, request, index) => (index === 0 ? taken(response, request, index) : null));
  const slowly = media.upload(file({ read: inTwo }), endless);
  // So long as two that get no answer are waited for.
  for (const _ of parts) expect((await media.upload(file(), endless)).is).toBe('not');
  slow.resolve();
  expect(await slowly).toEqual(there);
});
