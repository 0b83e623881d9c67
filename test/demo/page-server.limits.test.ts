import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { watchMachines } from '../../src/demo/machine-watch.ts';
import { startPageServer } from '../../src/demo/page-server.ts';
import { createPeople } from '../../src/demo/people.ts';
import { MAX_UPLOAD, startHomeserver } from '../../src/homeserver/index.ts';

interface Answer {
  status: number | undefined;
  body: string;
  headers: IncomingMessage['headers'];
}

/** A page server on a homeserver of its own, where no bot is at work. */
async function demo(mostPeople = 10) {
  const homeserver = await startHomeserver();
  const bot = homeserver.register('roomkeeper', 'secret');
  const people = createPeople(homeserver, bot, mostPeople);
  const server = await startPageServer({ homeserver, bot, people, machines: watchMachines() }, '127.0.0.1', 0);
  onTestFinished(async () => {
    await server.close();
    await homeserver.close();
  });
  const { hostname, port } = new URL(server.url);
  return {
    homeserver,
    server,
    /** Sends the target as it is written, which `fetch` would not. */
    async ask(method: string, target: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ hostname, port, method, path: target, headers }, resolve).once('error', reject).end(body);
      });
      return { status: response.statusCode, body: await text(response), headers: response.headers };
    },
  };
}

/** A web server of somebody else; gives its address without the scheme, and what it was asked for. */
async function otherServer() {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.setHeader('content-type', 'text/html').end('<script>steal()</script>');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { other: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = { 'content-type': 'application/json' };

test.each([
  ['//OTHER/_matrix/x.html', 400],
  ['http://OTHER/_matrix/x.html', 400],
  ['/\\OTHER/_matrix/x.html', 400],
  ['\\\\OTHER/_matrix/x.html', 400],
  ['/.//OTHER/_matrix/x.html', 404],
  ['/_matrix/..//OTHER/x.html', 404],
  ['/_matrix/..\\\\OTHER/x.html', 404],
  ['/_matrix/@OTHER/x.html', 404],
])('no other host is reached by %s', async (target, status) => {
  const { ask } = await demo();
  const { other, asked } = await otherServer();
  const answer = await ask('GET', target.replace('OTHER', other));
  expect({ status: answer.status, asked, script: answer.body.includes('steal') }).toEqual({
    status,
    asked: [],
    script: false,
  });
});

test('what somebody uploaded cannot act as the page', async () => {
  const { ask, homeserver } = await demo();
  const { token } = homeserver.login(homeserver.register('mallory', 'secret'));
  const login = { authorization: `Bearer ${token}` };
  const html = '<script>alert(1)</script>';
  const upload = await ask('POST', '/_matrix/media/v3/upload', { ...login, 'content-type': 'text/html' }, html);
  const { content_uri: address } = JSON.parse(upload.body) as { content_uri: string };
  const file = await ask('GET', `/_matrix/client/v1/media/download/${address.slice('mxc://'.length)}`, login);
  const missing = await ask('GET', '/_matrix/nothing');
  expect([file.status, file.body, missing.status]).toEqual([200, html, 404]);
  expect([upload, file, missing].map(({ headers }) => confinement(headers))).toEqual(
    Array(3).fill(["sandbox; default-src 'none'", 'nosniff']),
  );
});

const confinement = (headers: Answer['headers']) => [
  headers['content-security-policy'],
  headers['x-content-type-options'],
];

test('a homeserver that is away is said', async () => {
  const { ask, homeserver } = await demo();
  await homeserver.close();
  const { status, body, headers } = await ask('GET', '/_matrix/client/versions');
  expect([status, body, ...confinement(headers)]).toEqual([
    502,
    'The homeserver of the demo is away.\n',
    ...["sandbox; default-src 'none'", 'nosniff'],
  ]);
});

test.each([
  ['/demo/session', { ...json, 'content-length': '4097' }, 413],
  ['/_matrix/media/v3/upload', { ...json, 'content-length': String(MAX_UPLOAD + 1) }, 413],
  ['/demo/session', json, 400],
  ['/demo/session', { 'content-type': 'text/plain' }, 415],
])('%s takes no body that is too long or unreadable: %j', async (target, headers, status) => {
  const { ask } = await demo();
  const answer = await ask('POST', target, headers, '{');
  expect([answer.status, answer.body]).toEqual([status, 'The demo cannot take this request.\n']);
});

test('only so many people are let in; those who are stay', async () => {
  const { ask } = await demo(1);
  const come = (accessToken: string | null) => ask('POST', '/demo/session', json, JSON.stringify({ accessToken }));
  const first = await come(null);
  const { accessToken } = JSON.parse(first.body) as { accessToken: string };
  const second = await come(null);
  expect([second.status, second.body]).toEqual([
    503,
    'This demo is full: it takes 1 person. Start it again to begin with an empty one.\n',
  ]);
  expect((await come(accessToken)).body).toBe(first.body);
});

test('those who still listen do not hold up its end', async () => {
  const { server } = await demo();
  const events = await fetch(`${server.url}demo/machine/events?room=x`);
  const reader = events.body!.getReader();
  await reader.read();
  await server.close();
  await expect(reader.read()).rejects.toThrow('terminated');
});

test('the page and its library are served with a policy that lets nothing else in', async () => {
  const { ask } = await demo();
  const kept = [
    'content-type',
    'content-security-policy',
    'x-content-type-options',
    'referrer-policy',
    'cache-control',
  ];
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; " +
    "media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  const files: [string, string][] = [
    ['/', 'text/html; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/app.js', 'application/javascript; charset=utf-8'],
    ['/vendor/purify.js', 'application/javascript; charset=utf-8'],
  ];
  const seen = await Promise.all(files.map(async ([target]) => ask('GET', target)));
  expect(seen.map(({ status, headers }) => [status, ...kept.map((name) => headers[name])])).toEqual(
    files.map(([, type]) => [200, type, policy, 'nosniff', 'no-referrer', 'no-cache']),
  );
  expect((await ask('GET', '/tsconfig.json')).status).toBe(404);
});
