import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { AgentId } from '../../machines/ids.ts';
import type { Pushed, Taking } from '../../src/ports/pushes.ts';
import { startPushes } from '../../src/pushes/server.ts';
import { logBook } from '../support/log-book.ts';
import { post, TOKEN, tokenFile } from '../support/pushing.ts';

const body = { event_id: 'e1', kind: 'done', text: 'Done.' };

async function start(takes: Taking | (() => Promise<Taking>) = 'taken', requestMs = 10_000) {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushes-'));
  const file = tokenFile(folder);
  const other = path.join(folder, 'other');
  writeFileSync(other, 'of the other');
  const taken: Pushed[] = [];
  let time = 0;
  const log = logBook();
  const server = await startPushes({
    ...{ host: '127.0.0.1', port: 0, log, now: () => time, requestMs },
    agents: () => [
      { id: AgentId.parse('a'), pushTokenFile: file },
      { id: AgentId.parse('agent/with Ü'), pushTokenFile: file },
      { id: AgentId.parse('b'), pushTokenFile: other },
      { id: AgentId.parse('none') },
    ],
    async take(pushed) {
      taken.push(pushed);
      return typeof takes === 'string' ? takes : takes();
    },
  });
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { url: server.url, taken, log, pass: (ms: number) => void (time += ms) };
}

test.each<[Taking, number, object]>([
  ['taken', 202, { event_id: 'e1', duplicate: false }],
  ['known', 200, { event_id: 'e1', duplicate: true }],
  ['known otherwise', 409, { event_id: 'e1', error: 'This event_id was taken before, with other words.' }],
  ['over', 410, { event_id: 'e1', error: 'This conversation is over: its person cleared it.' }],
  ['unknown', 404, { event_id: 'e1', error: 'This agent has no such conversation.' }],
  ['of somebody else', 400, { event_id: 'e1', error: 'user_id is not whose conversation this is.' }],
  ['not now', 503, { event_id: 'e1', error: 'It cannot be taken now. Push it again.' }],
])('what became of a push: %s', async (became, status, says) => {
  const { url } = await start(became);
  expect(await post(url, { chat: '7' }, body)).toEqual({ status, body: says });
});

test('what cannot be taken now says when to try again', async () => {
  const { url } = await start('not now');
  const response = await fetch(`${url}/agents/a/chats/7/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  expect([response.headers.get('retry-after'), response.headers.get('cache-control')]).toEqual(['5', 'no-store']);
});

test('it is answered only when it is taken', async () => {
  const { promise, resolve } = Promise.withResolvers<Taking>();
  const { url, taken } = await start(() => promise);
  let isAnswered = false;
  const answer = post(url, { chat: '7' }, body).then((said) => {
    isAnswered = true;
    return said.status;
  });
  await expect.poll(() => taken.length).toBe(1);
  expect(isAnswered).toBe(false);
  resolve('taken');
  expect(await answer).toBe(202);
});

test('a token is for its own agent, and nothing says which agents and conversations there are', async () => {
  const { url, taken } = await start();
  const none = await post(url, { chat: '7', token: null }, body);
  expect(none.status).toBe(401);
  const refused = { status: 403, body: { error: 'This token may not push here.' } };
  expect(await post(url, { chat: '7', token: 'wrong' }, body)).toEqual(refused);
  expect(await post(url, { chat: '7', agent: 'b' }, body)).toEqual(refused);
  expect(await post(url, { chat: '7', agent: 'none' }, body)).toEqual(refused);
  expect(await post(url, { chat: '7', agent: 'nobody' }, body)).toEqual(refused);
  expect(await post(url, { chat: '7', agent: 'nobody', token: null }, body)).toEqual(none);
  expect(await post(url, { chat: 'no number' }, body)).toEqual({
    ...{ status: 404, body: { error: 'This agent has no such conversation.' } },
  });
  expect(taken).toEqual([]);
  expect((await post(url, { chat: '7', agent: 'agent/with Ü' }, body)).status).toBe(202);
  expect(taken.map(({ agent }) => agent)).toEqual(['agent/with Ü']);
});

test('an agent that pushes too often waits, and no other agent does', async () => {
  const { url, pass, taken } = await start();
  const statuses: number[] = [];
  for (let n = 0; n < 61; n++) statuses.push((await post(url, { chat: '7' }, { ...body, event_id: n })).status);
  expect([statuses.filter((status) => status === 202).length, statuses.at(-1)]).toEqual([60, 429]);
  expect((await post(url, { chat: '7', agent: 'agent/with Ü' }, body)).status).toBe(202);
  pass(1_000);
  expect((await post(url, { chat: '7' }, body)).status).toBe(202);
  expect(taken).toHaveLength(62);
});

test.each<[string, object | string, number]>([
  ['too large', { ...body, text: 'x'.repeat(256 * 1024) }, 413],
  ['as large as it may be', { ...body, text: 'x'.repeat(256 * 1024 - 60) }, 202],
  ['nested too deep', `{"event_id":"e","kind":"done","x":${'['.repeat(32)}${']'.repeat(32)}}`, 400],
  ['as deep as it may be', `{"event_id":"e","kind":"done","x":${'['.repeat(31)}${']'.repeat(31)}}`, 202],
  ['no JSON', '{', 400],
  ['empty', '', 400],
  ['a list', '[]', 400],
  ['no push', '{"event_id":"e"}', 400],
  ['with keys that mean something elsewhere', '{"event_id":"e","kind":"done","__proto__":{"kind":"x"}}', 202],
])('a body that is %s', async (_, sent, status) => {
  const { url } = await start();
  expect((await post(url, { chat: '7' }, sent)).status).toBe(status);
});

test('only JSON is read, and there is nothing else', async () => {
  const { url } = await start();
  const headers = { authorization: `Bearer ${TOKEN}` };
  const form = { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: '{}' };
  expect((await fetch(`${url}/agents/a/chats/7/messages`, form)).status).toBe(415);
  expect((await fetch(`${url}/agents/a/chats/7/messages`, { headers })).status).toBe(404);
  expect((await fetch(`${url}/healthz`)).status).toBe(404);
  expect((await fetch(`${url}/agents/${'x'.repeat(4_000)}/chats/7/messages`, { ...form })).status).toBe(414);
});

test('a client that never ends its body is let go', async () => {
  const { url, taken } = await start('taken', 200);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = ['POST /agents/a/chats/7/messages HTTP/1.1', 'host: x', `authorization: Bearer ${TOKEN}`];
  socket.write(`${[...head, 'content-type: application/json', 'content-length: 100'].join('\r\n')}\r\n\r\n{"event_id"`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /);
  expect(taken).toEqual([]);
  socket.destroy();
});

test('nothing of a token or of what is said stands in the log', async () => {
  const { url, log } = await start();
  await post(url, { chat: '7' }, { ...body, text: 'a secret text' });
  await post(url, { chat: '7', token: 'wrong-token' }, body);
  const text = JSON.stringify(log.lines);
  expect([TOKEN, 'wrong-token', 'a secret text'].filter((one) => text.includes(one))).toEqual([]);
  expect(log.lines.map(({ message }) => message)).toContain('push');
});

test('a port that is taken is named', async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  const second = startPushes({
    ...{ host: '127.0.0.1', port, agents: () => [], take: async () => 'taken', log: logBook() },
  });
  await expect(second).rejects.toThrow(
    `The push server cannot listen on 127.0.0.1 port ${port}: another program listens there (EADDRINUSE); see PUSH_HOST and PUSH_PORT.`,
  );
});

test('whatever is posted is answered with a sentence or taken, and never with a failure', async () => {
  const { url, pass } = await start();
  const anyBody = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((text) => `{"event_id":"e","kind":"done","x":${text}}`),
  );
  await fc.assert(
    fc.asyncProperty(anyBody, fc.constantFrom('7', '0', '-1', '%00', '..', '7/8'), async (sent, chat) => {
      pass(2_000);
      const { status } = await post(url, { chat }, sent);
      expect([202, 400, 404]).toContain(status);
    }),
    { numRuns: 150 },
  );
});
