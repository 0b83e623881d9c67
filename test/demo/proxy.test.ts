import { once } from 'node:events';
import { createServer, request, type ClientRequest, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { homeserverBehind } from '../../src/demo/proxy.ts';
import { startHomeserver } from '../../src/homeserver/index.ts';

/** The way to the address, on a port of its own; gives what sends a request on it, whose body is still to come. */
async function wayTo(url: string, maxUpload = 1000) {
  const server = fastify({ forceCloseConnections: true });
  await server.register(homeserverBehind({ url, maxUpload }));
  await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  return (method: string, path: string, headers: Record<string, string> = {}): ClientRequest =>
    request({ host: '127.0.0.1', port, method, path, headers });
}

/** Somebody behind the way who can be watched at each piece. */
async function otherSide(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function homeserver(maxUpload?: number) {
  const started = await startHomeserver(maxUpload === undefined ? {} : { maxUpload });
  onTestFinished(() => started.close());
  const { token } = started.login(started.register('ann', 'secret'));
  return { send: await wayTo(started.url, started.maxUpload), login: { authorization: `Bearer ${token}` } };
}

const answerTo = async (sent: ClientRequest): Promise<IncomingMessage> =>
  ((await once(sent, 'response')) as [IncomingMessage])[0];

const UPLOAD = '/_matrix/media/v3/upload';

describe('piece by piece', () => {
  test('what is sent arrives before all of it is sent', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<IncomingMessage>();
    const base = await otherSide((asked, answer) => {
      resolve(asked);
      asked.on('end', () => answer.end('{}'));
    });
    const sent = (await wayTo(base))('POST', UPLOAD, { 'content-type': 'text/plain', 'content-length': '10' });
    sent.write('first');
    const asked = await arrived;
    expect(String((await once(asked, 'data'))[0])).toBe('first');
    expect([asked.headers['content-type'], asked.headers['content-length']]).toEqual(['text/plain', '10']);
    sent.end('after');
    expect(await text(await answerTo(sent))).toBe('{}');
  });

  test('what is answered arrives before all of it is answered', async () => {
    const { promise: seen, resolve: see } = Promise.withResolvers<void>();
    const base = await otherSide((_asked, answer) => {
      answer.write('first');
      void seen.then(() => answer.end('last'));
    });
    const answer = await answerTo((await wayTo(base))('GET', '/_matrix/client/v1/media/download/a/b').end());
    expect(String((await once(answer, 'data'))[0])).toBe('first');
    see();
    expect(await text(answer)).toBe('last');
  });

  test('what is broken off is broken off on the other side', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<boolean>();
    const base = await otherSide((asked) => {
      asked.once('close', () => resolve(asked.complete)).resume();
      asked.once('data', () => sent.destroy());
    });
    const sent = (await wayTo(base))('POST', UPLOAD);
    sent.once('error', () => undefined).write('first');
    expect(await ended).toBe(false);
  });
});

describe('no more is taken than the homeserver takes', () => {
  const MOST = 100_000;

  test('which it tells beforehand', async () => {
    const { send, login } = await homeserver(MOST);
    const told = await answerTo(send('GET', '/_matrix/client/v1/media/config', login).end());
    expect(JSON.parse(await text(told))).toEqual({ 'm.upload.size': MOST });
  });

  test('by what a request announces', async () => {
    const { send, login } = await homeserver(MOST);
    const sent = send('POST', UPLOAD, { ...login, 'content-length': String(MOST + 1) });
    sent.flushHeaders();
    const { statusCode } = await answerTo(sent);
    sent.destroy();
    expect(statusCode).toBe(413);
  });

  test('by what comes of one that announces nothing', async () => {
    const { send, login } = await homeserver(MOST);
    const sent = send('POST', UPLOAD, login);
    const isSent = once(sent, 'close');
    const answer = answerTo(sent);
    // Many times as much as fits into what lies between.
    for (let piece = 0; piece < 100; piece++) sent.write(Buffer.alloc(MOST));
    sent.end();
    const answered = await answer;
    await text(answered);
    expect(answered.statusCode).toBe(413);
    // Who sends on is not kept waiting.
    await isSent;
  });

  test('and all of what is not too much', async () => {
    const { send, login } = await homeserver(MOST);
    const content = Buffer.from(Array.from({ length: MOST }, (_, at) => at % 251));
    const sent = await answerTo(send('POST', UPLOAD, { ...login, 'content-type': 'image/png' }).end(content));
    const { content_uri: address } = JSON.parse(await text(sent)) as { content_uri: string };
    const path = `/_matrix/client/v1/media/download/${address.slice('mxc://'.length)}`;
    expect((await buffer(await answerTo(send('GET', path, login).end()))).equals(content)).toBe(true);
  });
});

test.each([
  ['image/png', 'image/png'],
  ['IMAGE/JPEG; q=1', 'image/jpeg'],
  ['image/webp', 'image/webp'],
  ['audio/wav', 'audio/wav'],
  ['video/mp4; codecs="avc1"', 'video/mp4'],
  ['image/svg+xml', 'application/octet-stream'],
  ['text/html', 'application/octet-stream'],
  ['application/xhtml+xml', 'application/octet-stream'],
  ['text/xml; image/png', 'application/octet-stream'],
  ['application/javascript', 'application/octet-stream'],
  ['application/pdf', 'application/octet-stream'],
  ['application/json', 'application/octet-stream'],
  ['text/plain', 'application/octet-stream'],
])('a file of the type %s is saved, as %s, and can act for nobody', async (type, answered) => {
  const { send, login } = await homeserver();
  const upload = await answerTo(send('POST', `${UPLOAD}?filename=a.html`, { ...login, 'content-type': type }).end('x'));
  const { content_uri: address } = JSON.parse(await text(upload)) as { content_uri: string };
  const path = `/_matrix/client/v1/media/download/${address.slice('mxc://'.length)}`;
  const file = await answerTo(send('GET', path, login).end());
  const { statusCode, headers } = file;
  expect([
    ...[statusCode, await text(file), headers['content-type'], headers['content-disposition']],
    ...[headers['content-security-policy'], headers['x-content-type-options']],
  ]).toEqual([200, 'x', answered, 'attachment; filename=a.html', "sandbox; default-src 'none'", 'nosniff']);
});

test('a file is for those who are logged in', async () => {
  const { send } = await homeserver();
  const { statusCode } = await answerTo(send('GET', '/_matrix/client/v1/media/download/demo.test/x').end());
  expect(statusCode).toBe(401);
});

test.each([
  '/_matrix/../_synapse/admin/v1/server_version',
  '/_matrix/%2e%2e/_synapse/admin/v1/server_version',
  '/_matrix/a/.%2E/../..\\_synapse/admin/v1/server_version',
  '/_matrix/..',
])('nothing of the homeserver but /_matrix/ is reached by %s', async (path) => {
  const asked: (string | undefined)[] = [];
  const send = await wayTo(
    await otherSide(({ url }, answer) => {
      asked.push(url);
      answer.end('{}');
    }),
  );
  expect((await answerTo(send('GET', path).end())).statusCode).toBe(404);
  expect(asked).toEqual([]);
});

test.each(['GET', 'DELETE', 'OPTIONS', 'POST'])('what is the body of a %s is no request of its own', async (method) => {
  const bodies: string[] = [];
  const base = await otherSide((asked, answer) => {
    void text(asked).then((body) => {
      bodies.push(`${asked.method} ${asked.url} ${body}`);
      answer.end('{}');
    });
  });
  const send = await wayTo(base);
  const hidden = 'POST /hidden HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n';
  const sent = send(method, '/_matrix/a', { 'transfer-encoding': 'chunked' }).end(hidden);
  expect(await text(await answerTo(sent))).toBe('{}');
  // Another person's, on the same connection.
  expect(await text(await answerTo(send('GET', '/_matrix/b', { authorization: 'Bearer theirs' }).end()))).toBe('{}');
  expect(bodies).toEqual([`${method} /_matrix/a ${hidden}`, 'GET /_matrix/b ']);
});
