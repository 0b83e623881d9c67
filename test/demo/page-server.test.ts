import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../machines/commands.ts';
import { startPageServer, type PageServer } from '../../src/demo/page-server.ts';
import { createPeople } from '../../src/demo/people.ts';
import { startService, type DemoService } from '../../src/demo/service.ts';
import { createLog } from '../../src/ops/log.ts';

let service: DemoService;
let server: PageServer;

beforeAll(async () => {
  const log = createLog({ level: 'error', format: 'json' });
  service = await startService({ state: null, provider: null, log });
  server = await startPageServer({ ...service, people: createPeople(service.homeserver, service.bot) }, '127.0.0.1', 0);
});

afterAll(async () => {
  await server?.close();
  await service?.stop();
});

interface Session {
  userId: string;
  accessToken: string;
  bot: string;
  commands: { name: string; hint: string }[];
}

async function session(remembered: unknown = null): Promise<Session> {
  const answer = await fetch(`${server.url}demo/session`, {
    method: 'POST',
    body: JSON.stringify({ accessToken: remembered }),
  });
  return (await answer.json()) as Session;
}

/** Like `fetch`, which would set these headers itself. */
async function ask(path: string, headers: Record<string, string>): Promise<[number | undefined, string]> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(new URL(path, server.url), { headers }, resolve).once('error', reject).end();
  });
  return [response.statusCode, await text(response)];
}

test('a browser gets a person of its own, and the same one again', async () => {
  const one = await session();
  const other = await session();
  expect(await session(one.accessToken)).toEqual(one);
  expect((await session('made up')).userId).toMatch(/^@you-\d+:demo\.test$/);
  expect(one.userId === other.userId).toBe(false);
  expect({ bot: one.bot, commands: one.commands.map(({ name }) => name) }).toEqual({
    bot: '@roomkeeper:demo.test',
    commands: commands.map(({ name }) => `!${name}`),
  });
  expect(one.commands.filter(({ hint }) => hint === '')).toEqual([]);
});

test('the homeserver is behind the same address', async () => {
  const { accessToken, userId } = await session();
  const answer = await fetch(`${server.url}_matrix/client/v3/account/whoami`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  expect(await answer.json()).toMatchObject({ user_id: userId });
});

test('other sites and other names for this address are turned away', async () => {
  const refusal = [403, 'The demo answers only its own page.\n'];
  expect(await ask('/demo/machine.json', { origin: 'https://example.org' })).toEqual(refusal);
  expect(await ask('/demo/machine.json', { host: 'example.org' })).toEqual(refusal);
  expect(await ask('/_matrix/client/versions', { host: 'example.org:8080' })).toEqual(refusal);
  expect((await ask('/demo/machine.json', { host: 'localhost:8080' }))[0]).toBe(200);
});

test.each(['/../demo.ts', '/%2e%2e/demo.ts', '/page/index.html', '/missing.js', '/demo/session'])(
  '%s is no page',
  async (path) => {
    expect(await ask(path, {})).toEqual([404, 'There is no such page.\n']);
  },
);

test('a room tells live what its machine does', async () => {
  const { accessToken } = await session();
  const authorised = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  const created = await fetch(`${server.url}_matrix/client/v3/createRoom`, {
    method: 'POST',
    headers: authorised,
    body: JSON.stringify({ preset: 'trusted_private_chat', invite: [service.bot] }),
  });
  const { room_id: room } = (await created.json()) as { room_id: string };
  const stream = await fetch(`${server.url}demo/machine/events?room=${encodeURIComponent(room)}`);
  const seen: string[] = [];
  let rest = '';
  for await (const piece of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + piece).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const data = JSON.parse(part.slice(part.indexOf('data: ') + 6)) as Record<'events' | 'changes', unknown>;
      for (const change of (data.changes ?? [data]) as { events: string[]; effects: string[]; active: string[] }[]) {
        seen.push(`${change.events.join('+')}: ${change.effects.join(', ')} -> ${change.active[2]}`);
      }
    }
    if (seen.length === 2) break;
  }
  expect(seen).toEqual([
    'room.invited: join the room -> room.serving.conversation.idle',
    'join the room: done: say -> room.serving.conversation.idle',
  ]);
});
