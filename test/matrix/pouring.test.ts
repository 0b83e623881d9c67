/** A large file goes to an open file in a thread of its own. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { OpenFile, Poured } from '../../src/ports/media.ts';
import { clientOf, endless, mediaServer, mxc, type Answer } from './media-support.ts';

const large = Buffer.alloc(9 * 1024 * 1024, 'a large file ');

const whole: Answer = (response) => response.writeHead(200, { 'content-length': large.length }).end(large);
/** Half of it, and then nothing, or the end. */
const half =
  (then: 'silence' | 'end'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': large.length });
    response.write(large.subarray(0, large.length / 2), () => then === 'end' && response.destroy());
  };

/** `answers`: to the first request, which only looks, and to the thread's. */
async function opened(answers: [Answer, Answer], signal = endless) {
  const server = await mediaServer((response, request, index) =>
    answers[Math.min(index, 1)]!(response, request, index),
  );
  const { media } = clientOf(server.url, { silenceMs: 300 });
  const found = await media.open(mxc('test', 'abc'), signal);
  return { ...server, found: found as OpenFile };
}

function vessel() {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouring-'));
  const file = path.join(folder, 'file');
  const fd = openSync(file, 'wx');
  onTestFinished(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  return { fd, content: () => readFileSync(file) };
}

const pour = ({ content }: OpenFile, fd: number): Promise<Poured> => {
  const poured = content.pour?.into(fd) ?? null;
  if (poured === null) throw new Error('it is not poured');
  return poured;
};

test('it is asked for again, with the token, and all of it is there', async () => {
  const { found, seen, tokens } = await opened([whole, whole]);
  const { fd, content } = vessel();
  expect(found.content.pour?.bytes).toBe(large.length);
  expect(await pour(found, fd)).toEqual({ is: 'there' });
  expect(content().equals(large)).toBe(true);
  expect(seen).toEqual(['GET /_matrix/client/v1/media/download/test/abc', seen[0]]);
  expect(tokens).toEqual(['Bearer syt_secret', 'Bearer syt_secret']);
});

const longer: Answer = (response) =>
  response.writeHead(200, { 'content-length': large.length + 1 }).end(Buffer.concat([large, Buffer.from('x')]));
const shorter: Answer = (response) => response.writeHead(200).end(large.subarray(1));
const refused: Answer = (response) => response.writeHead(403).end('{}');

test.each<[string, Answer, RegExp]>([
  ['breaks off', half('end'), /aborted|ECONNRESET/],
  ['falls silent', half('silence'), /nothing came for 300 ms/],
  ['is longer by then', longer, /more than 9437184 bytes/],
  ['is shorter by then', shorter, /9437183 bytes, not 9437184/],
  ['is refused by then', refused, /HTTP 403/],
])('one that %s is broken off', async (_, answer, detail) => {
  const { found } = await opened([whole, answer]);
  const done = await pour(found, vessel().fd);
  expect([done.is, 'detail' in done && detail.test(done.detail)]).toEqual(['broken off', true]);
});

test('a full disk is said by its code', async () => {
  const { found } = await opened([whole, whole]);
  const fd = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(fd));
  expect(await pour(found, fd)).toEqual({
    is: 'not written',
    code: 'ENOSPC',
    detail: expect.stringMatching('ENOSPC') as string,
  });
});

test('a service that closes ends it', async () => {
  const closing = new AbortController();
  const { found, seen } = await opened([whole, half('silence')], closing.signal);
  const done = pour(found, vessel().fd);
  await expect.poll(() => seen.length).toBe(2);
  closing.abort();
  expect((await done).is).toBe('broken off');
});

test('beyond two at once the next one is read, and a small one is', async () => {
  const { found } = await opened([whole, half('silence')]);
  const files = [vessel(), vessel(), vessel()];
  const [first, second, third] = files.map(({ fd }) => found.content.pour?.into(fd) ?? null);
  expect(third).toBe(null);
  expect((await Promise.all([first, second])).map((done) => done?.is)).toEqual(['broken off', 'broken off']);
  const small = await opened([(response) => response.writeHead(200, { 'content-length': 5 }).end('small'), whole]);
  expect(small.found.content.pour).toBe(undefined);
});

test('what is not wanted closes its connection, also before it was read', async () => {
  const closed = Promise.withResolvers<void>();
  const server = await mediaServer((response) => {
    response.on('close', closed.resolve);
    response.writeHead(200, { 'content-length': 1e9 }).write('x');
  });
  const { media } = clientOf(server.url);
  const found = (await media.open(mxc('test', 'abc'), endless)) as OpenFile;
  await found.content[Symbol.asyncIterator]().return?.();
  await closed.promise;
});
