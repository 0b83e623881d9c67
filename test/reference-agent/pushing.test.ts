import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPusher, pushesFrom } from '../../src/reference-agent/pushing.ts';
import { logBook } from '../support/log-book.ts';
import { agentForTest, greetedBot, textOf } from './support.ts';

interface Heard {
  url: string | undefined;
  token: string | undefined;
  body: { event_id: string; text?: string };
}

/** A service that answers with these, one after the other, the last one again and again. */
async function service(...statuses: number[]) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const { url, headers } = request;
      heard.push({ url, token: headers.authorization, body: JSON.parse(text) as Heard['body'] });
      response.writeHead(statuses.length > 1 ? (statuses.shift() ?? 202) : (statuses[0] ?? 202)).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/agents/a` };
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

test('later answers at once, and pushes after the turn', async () => {
  const { heard, url } = await service(202);
  const { agent } = await agentForTest({ pushes: { url, token: 'secret' } });
  const bot = await greetedBot(`${agent.url}v1/agent_ws/5/`);
  expect(textOf(await bot.ask('later 0.01'))).toBe('I have begun, and tell you when it is done.');
  await expect.poll(() => heard.length).toBe(1);
  expect(heard).toEqual([
    {
      url: '/agents/a/chats/5/messages',
      token: 'Bearer secret',
      body: { event_id: expect.any(String) as string, kind: 'done', text: 'It took 0.01 seconds: **42**.' },
    },
  ]);
});

test('later says that it cannot where it may not push', async () => {
  const { agent } = await agentForTest();
  const bot = await greetedBot(`${agent.url}v1/agent_ws/5/`);
  expect(textOf(await bot.ask('later'))).toContain('PUSH_URL and PUSH_TOKEN are not set');
});

test('it tries under the same id until the service has it', async () => {
  const { heard, url } = await service(503, 429, 202);
  const pusher = createPusher({ url, token: 'secret', log: logBook(), pauseMs: 1 });
  onTestFinished(() => pusher.close());
  pusher.later('5', 0, { kind: 'done' });
  await expect.poll(() => heard.length).toBe(3);
  expect(new Set(heard.map(({ body }) => body.event_id)).size).toBe(1);
});

test('what the service does not want is not tried again', async () => {
  const { heard, url } = await service(410);
  const log = logBook();
  const pusher = createPusher({ url, token: 'secret', log, pauseMs: 1 });
  onTestFinished(() => pusher.close());
  pusher.later('5', 0, { kind: 'done' });
  pusher.later('6', 20, { kind: 'done' });
  await expect.poll(() => heard.length).toBe(2);
  expect(heard.map((one) => one.url)).toEqual(['/agents/a/chats/5/messages', '/agents/a/chats/6/messages']);
});

test('where it pushes to stands in the environment', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'push-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'token');
  writeFileSync(file, 'of the file\n');
  const url = 'http://bot:7071/agents/a';
  expect(pushesFrom({})).toBeNull();
  expect(pushesFrom({ PUSH_URL: `${url}/`, PUSH_TOKEN: 'secret' })).toEqual({ url, token: 'secret' });
  expect(pushesFrom({ PUSH_URL: url, PUSH_TOKEN_FILE: file })).toEqual({ url, token: 'of the file' });
  expect(() => pushesFrom({ PUSH_URL: url })).toThrow('PUSH_URL is set: set PUSH_TOKEN or PUSH_TOKEN_FILE too.');
});
