import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Health } from '../../src/ops/health.ts';
import { createLog } from '../../src/ops/log.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { startOps } from '../../src/ops/server.ts';

const unwritable = { agent: 'one', folder: '/agents/1', code: 'not written', says: '/agents/1 cannot be written.' };
const closed = { token: null, desk: () => null, drain: () => {}, metrics: createMetrics() };
const well: Health = {
  state: 'running',
  lastSyncAgeMs: 10,
  syncStaleAfterMs: 60_000,
  storeWritable: true,
  parkedRooms: 2,
  trouble: null,
  suspended: null,
  refusedMessages: 1,
  damagedRecords: 3,
  workspaces: [unwritable],
  registry: null,
};

async function start(health: () => Health, lines: string[] = [], requestMs = 10_000) {
  const log = createLog({ level: 'info', format: 'json', destination: { write: (line) => lines.push(line) } });
  const ops = await startOps({ host: '127.0.0.1', port: 0, health, requestMs, ...closed, log });
  onTestFinished(() => ops.close());
  return ops;
}

async function get(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  const type = response.headers.get('content-type');
  return {
    status: response.status,
    type,
    cache: response.headers.get('cache-control'),
    body: await response.json(),
  };
}

const json = { type: 'application/json; charset=utf-8', cache: 'no-store' };

test('readiness follows the facts, liveness does not', async () => {
  let health = well;
  const { url } = await start(() => health);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await get(`${url}/readyz`)).toEqual({
    ...json,
    status: 200,
    body: {
      ready: true,
      missing: [],
      state: 'running',
      lastSyncAgeMs: 10,
      storeWritable: true,
      parkedRooms: 2,
      trouble: null,
      suspended: null,
      refusedMessages: 1,
      damagedRecords: 3,
      workspaces: [unwritable],
      registry: null,
    },
  });
  health = { ...well, state: 'draining', storeWritable: false };
  expect(await get(`${url}/readyz`)).toEqual({
    ...json,
    status: 503,
    body: {
      ready: false,
      missing: ['The service is shutting down.', 'The state folder cannot be written.'],
      state: 'draining',
      lastSyncAgeMs: 10,
      storeWritable: false,
      parkedRooms: 2,
      trouble: null,
      suspended: null,
      refusedMessages: 1,
      damagedRecords: 3,
      workspaces: [unwritable],
      registry: null,
    },
  });
  expect(await get(`${url}/healthz`)).toEqual({ ...json, status: 200, body: { alive: true } });
});

test('who may not ask for more reads no folder and nothing of a file in it, but that something is wrong', async () => {
  const problems = [
    'agents.yaml: agents[0].api_key_file "sk-secret" does not exist',
    'agents.yaml: user_agents["@ann:x"]',
  ];
  const { url } = await start(() => ({ ...well, registry: { since: 'then', problems, atNextStart: ['language'] } }));
  const { body } = await get(`${url}/readyz`);
  expect(body).toEqual(
    expect.objectContaining({
      workspaces: [unwritable],
      registry: { since: 'then', problems, atNextStart: ['language'] },
    }),
  );
  const { body: afar } = await get(`${url}/readyz`, { headers: { 'x-forwarded-for': '10.0.0.7' } });
  const short = { since: 'then', problems: 2, atNextStart: ['language'] };
  expect(afar).toEqual({ ...(body as object), workspaces: 1, registry: short });
});

test('what is not there is a 404 in JSON', async () => {
  const { url } = await start(() => well);
  const nothing = { ...json, status: 404, body: { error: 'There is nothing here.' } };
  expect(await get(`${url}/`)).toEqual(nothing);
  expect(await get(`${url}/healthz/x`)).toEqual(nothing);
  expect(await get(`${url}/healthz`, { method: 'POST', body: 'x' })).toEqual(nothing);
  const message = "'/%ff' is not a valid url component";
  expect(await get(`${url}/%ff`)).toEqual({
    status: 400,
    type: 'application/json',
    cache: null,
    body: { error: 'Bad Request', code: 'FST_ERR_BAD_URL', message, statusCode: 400 },
  });
});

test('facts that cannot be had are a 500 that says nothing, and a line in the log', async () => {
  const lines: string[] = [];
  const { url } = await start(() => {
    throw new Error('inner secret');
  }, lines);
  const answer = await get(`${url}/readyz`);
  expect(answer).toEqual({ ...json, status: 500, body: { error: 'The answer could not be made; the log says why.' } });
  expect(lines.join('')).toContain('inner secret');
});

test('a port that is taken is told in a sentence', async () => {
  const { url } = await start(() => well);
  const { port } = new URL(url);
  const log = createLog({ level: 'silent', format: 'json' });
  await expect(startOps({ host: '127.0.0.1', port: Number(port), health: () => well, ...closed, log })).rejects.toThrow(
    `The ops server cannot listen on 127.0.0.1 port ${port}: another program listens there (EADDRINUSE); see OPS_HOST and OPS_PORT.`,
  );
});

test.each([
  ['no line at all', ''],
  ['half a head', 'GET /readyz HTTP/1.1\r\nhost: x\r\nx-slow: '],
  ['half a body', 'POST /drain HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\nhalf'],
])('a client that sends %s and then nothing is let go', async (_, sent) => {
  const { url } = await start(() => well, [], 200);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const closed = once(socket, 'close');
  socket.resume().write(sent);
  await closed;
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('closing does not wait for connections that stay open', async () => {
  const ops = await start(() => well);
  const { port } = new URL(ops.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  await ops.close();
  await closed;
  await expect(fetch(`${ops.url}/healthz`)).rejects.toThrow();
});
