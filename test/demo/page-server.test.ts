import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../machines/commands.ts';
import { createCall } from '../../src/demo/call.ts';
import { openConversation } from '../../src/demo/conversation.ts';
import { acceptFirstChat } from '../../src/demo/first-chat.ts';
import { startPageServer, type PageServer } from '../../src/demo/page-server.ts';
import { createPeople } from '../../src/demo/people.ts';
import { startService, type DemoService } from '../../src/demo/service.ts';
import { createLog } from '../../src/ops/log.ts';
import { until } from '../support/until.ts';

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
  key: string;
  bot: string;
  commands: { name: string; args: string; hint: string }[];
}

async function session(remembered: unknown = null): Promise<Session> {
  const answer = await fetch(`${server.url}demo/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
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
  expect(one.commands.filter(({ args }) => args !== '').map(({ name, args }) => `${name} ${args}`)).toEqual([
    ...['!stop [all]', '!new [name]', '!chats [all]', '!remove <number|all>', '!rename <name>', '!unarchive <number>'],
    ...['!save [name]', '!load [name]', '!branch [name]'],
    '!language [en|ru]',
  ]);
});

test('the homeserver is behind the same address', async () => {
  const { accessToken, userId } = await session();
  const answer = await fetch(`${server.url}_matrix/client/v3/account/whoami`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const { user_id: whoami } = (await answer.json()) as { user_id: string };
  expect(whoami).toBe(userId);
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

/** The named events of a stream, until `last` says that it has seen enough. */
async function streamed(path: string, last: (event: string, data: never) => boolean): Promise<void> {
  const stream = await fetch(`${server.url}${path}`);
  let rest = '';
  for await (const piece of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + piece).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
      if (last(event, JSON.parse(data) as never)) return;
    }
  }
}

interface Change {
  events: string[];
  effects: string[];
  active: string[];
}

test('a room tells live what its machine does', async () => {
  const { accessToken } = await session();
  const call = createCall(service.homeserver.url, accessToken);
  const created = await call('POST', '/createRoom', { preset: 'trusted_private_chat', invite: [service.bot] });
  const { room_id: room } = created as { room_id: string };
  const seen: string[] = [];
  const told = ({ events, effects, active }: Change) =>
    seen.push(`${events.join('+')}: ${effects.join(', ')} -> ${active.join(', ')}`);
  await streamed(
    `demo/machine/events?room=${encodeURIComponent(room)}`,
    (event, data: Change & { changes: Change[] }) => {
      if (event === 'view') data.changes.forEach(told);
      if (event === 'change') told(data);
      return seen.length === 2;
    },
  );
  expect(seen).toEqual([
    'room.invited: join the room -> room.pointing',
    'join the room: done: write the marker, tell the person -> room.pointing',
  ]);
});

/** Somebody new in their first chat, which is greeted. */
async function atHome() {
  const { accessToken, userId, key, bot } = await session();
  const call = createCall(service.homeserver.url, accessToken);
  const chat = await acceptFirstChat(call, bot, 10_000);
  const conversation = openConversation(call, { room: chat, bot });
  await until(async () => (await conversation.hear(1_000)).said.length > 0);
  return { accessToken, userId, key, chat, conversation };
}

test('a person is told of the chats that the bot keeps for them, archived ones too', async () => {
  const { key, chat, conversation } = await atHome();
  await conversation.say('!archive');
  const seen: unknown[] = [];
  await streamed(`demo/machine/events?key=${key}`, (event, data: { archived: boolean }[]) => {
    if (event === 'chats') seen.push(data);
    return event === 'chats' && data[0]?.archived === true;
  });
  expect(seen.at(-1)).toEqual([{ room: chat, number: 1, archived: true }]);
});

interface Waiting {
  event: string;
  name: string;
  bytes: number | null;
}

/** Sends a file as a client does; gives the id of the message. */
async function sendFile(accessToken: string, chat: string, name: string, content: string): Promise<string> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const upload = await fetch(`${server.url}_matrix/media/v3/upload`, { method: 'POST', headers, body: content });
  const { content_uri: url } = (await upload.json()) as { content_uri: string };
  const path = `/rooms/${encodeURIComponent(chat)}/send/m.room.message/${encodeURIComponent(name)}`;
  const sent = await createCall(service.homeserver.url, accessToken)('PUT', path, {
    ...{ msgtype: 'm.file', body: name, url },
  });
  return (sent as { event_id: string }).event_id;
}

test('a person is told of the files that wait in a room, nobody else is', async () => {
  const { accessToken, key, userId, chat, conversation } = await atHome();
  const events = await Promise.all(
    ['one.txt', 'two.txt'].map((name) => sendFile(accessToken, chat, name, `in ${name}`)),
  );
  const room = encodeURIComponent(chat);
  let tray: Waiting[] = [];
  const until = (isSo: () => boolean) =>
    streamed(`demo/machine/events?room=${room}&key=${key}`, (event, data: Waiting[]) => {
      if (event === 'tray') tray = data;
      return event === 'tray' && isSo();
    });
  await until(() => tray.length === 2 && tray.every(({ bytes }) => bytes !== null));
  const [first, second] = tray;
  const shown = (one: Waiting | undefined, number: number) => ({ ...one, number, kind: 'document', bytes: 10 });
  expect(tray).toEqual([shown(first, 1), shown(second, 2)]);
  expect(tray.map(({ name }) => name.replace(/^.*-/, '')).toSorted()).toEqual(['one.txt', 'two.txt']);
  expect(new Set(tray.map(({ event }) => event))).toEqual(new Set(events));
  const other = await session();
  for (const theirs of [other.key, userId, accessToken, '']) {
    const told: unknown[] = [];
    let views = 0;
    const watching = streamed(
      `demo/machine/events?room=${room}&key=${encodeURIComponent(theirs)}`,
      (event, data: unknown) => {
        if (event === 'tray' || event === 'chats') told.push(...(data as unknown[]));
        return event === 'change' && ++views > 0;
      },
    );
    await conversation.say('!list');
    await watching;
    expect(told.filter((one) => JSON.stringify(one).includes('.txt'))).toEqual([]);
  }
  await conversation.say('!remove 1');
  await until(() => tray.length === 1);
  expect(tray).toEqual([{ ...second, number: 1 }]);
});
