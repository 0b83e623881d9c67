import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { AgentId, ContextId } from '../../machines/ids.ts';
import { openLinks } from '../../src/agents/link.ts';
import type { LinkEvent } from '../../src/ports.ts';
import { message } from '../agents/support.ts';
import { silentLog } from '../support/log-book.ts';
import { agentForTest, connectBot, END, greetedBot, textOf, typesOf } from './support.ts';

const route = 'v1/agent_ws/5/';

describe('the connection', () => {
  test.each(['', 'agent_17/', 'some/agent_17/'])('begins with STATUS behind the prefix "%s"', async (prefix) => {
    const { agent } = await agentForTest();
    const bot = await connectBot(`${agent.url}${prefix}${route}`);
    expect(await bot.next()).toEqual({
      type: 'STATUS',
      session: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      capabilities: { idempotent: true, request_id: true, confirmations: true, stop: true, contexts: true },
    });
  });

  test.each(['', 'v1/agent_ws/', 'v1/agent_ws/x/', 'v2/agent_ws/5/', 'v1/agent_ws/5/more'])(
    'is refused at "/%s"',
    async (path) => {
      const { agent } = await agentForTest();
      const error = await new Promise((resolve) => new WebSocket(`${agent.url}${path}`).on('error', resolve));
      expect(error).toEqual(new Error('Unexpected server response: 404'));
    },
  );

  test('a restarted agent has another session', async () => {
    const sessions = [];
    for (const { agent } of [await agentForTest(), await agentForTest()]) {
      sessions.push((await (await connectBot(`${agent.url}${route}`)).next())?.session);
    }
    expect(new Set(sessions).size).toBe(2);
  });

  test('what is no frame is refused, an unknown type is not minded', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const error = { type: 'ERROR', code: 'AGENT_PROTOCOL_ERROR', details: 'The agent could not read a frame.' };
    bot.send([]);
    expect(await bot.next()).toEqual(error);
    bot.send({ type: 'USER_MESSAGE', text: 7 });
    expect(await bot.next()).toEqual(error);
    bot.send({ type: 'NEWS' });
    bot.send({ type: 'STOP' });
    bot.send({ type: 'USER_CONFIRMATION', id: 'q', approved: true });
    expect(typesOf(await bot.ask('table')).at(-1)).toBe(END);
  });

  test('a second message within a turn is refused as busy', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    bot.send({ type: 'USER_MESSAGE', text: 'silent', request_id: 'r1' });
    expect(await bot.ask('hello', { request_id: 'r2' })).toEqual([
      { type: 'ERROR', code: 'AGENT_BUSY', details: 'The agent answers one message at a time.', request_id: 'r2' },
    ]);
    bot.send({ type: 'STOP' });
    expect(await bot.next()).toEqual({ type: END, tokens_used: 2, request_id: 'r1' });
  });
});

describe('a message that comes twice', () => {
  const id = { message_id: '$once' };

  test('is answered again but not run again', async () => {
    const { agent } = await agentForTest();
    const first = await (await greetedBot(`${agent.url}${route}`)).ask('file', { ...id, request_id: 'r1' });
    const bot = await greetedBot(`${agent.url}${route}`);
    const second = await bot.ask('file', { ...id, request_id: 'r2' });
    expect(second).toEqual(first.map((frame) => ({ ...frame, request_id: 'r2' })));
    expect(textOf(await bot.ask('And?'))).toContain('has **3 messages**');
  });

  test('joins its running turn, whose first connection is gone', async () => {
    const { agent } = await agentForTest();
    const lost = await greetedBot(`${agent.url}${route}`);
    lost.send({ type: 'USER_MESSAGE', text: 'confirm', ...id });
    const before = await lost.until('AGENT_EVENT_CUSTOM_UPDATE');
    await lost.close();
    const bot = await greetedBot(`${agent.url}${route}`);
    bot.send({ type: 'USER_MESSAGE', text: 'confirm', ...id });
    const joined = await bot.until('AGENT_EVENT_CUSTOM_UPDATE');
    expect(joined).toEqual(before);
    bot.send({ type: 'USER_CONFIRMATION', id: (joined.at(-1)?.data as { id: string }).id, approved: true });
    const rest = await bot.until(END);
    expect(textOf(rest)).toBe('You said **yes**: I tidy up the workspace.');
    const replayed = await (await greetedBot(`${agent.url}${route}`)).ask('confirm', id);
    expect(replayed).toEqual([...joined.slice(0, -1), ...rest]);
  });

  test.each([
    ['was stopped', 'silent', { type: 'STOP' }],
    ['failed', 'fail', null],
  ])('runs again when its turn %s', async (_, text, stop) => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    bot.send({ type: 'USER_MESSAGE', text, ...id });
    if (stop !== null) bot.send(stop);
    await bot.until(END);
    expect(textOf(await bot.ask('Once more', id))).toContain('You wrote: “Once more”');
  });

  test('is another message in another conversation', async () => {
    const { agent } = await agentForTest();
    await (await greetedBot(`${agent.url}${route}`)).ask('table', id);
    const other = await greetedBot(`${agent.url}v1/agent_ws/6/`);
    expect(textOf(await other.ask('Hello', id))).toContain('You wrote: “Hello”');
  });
});

describe('with the link of the bot', () => {
  async function turn(body: string, react: (event: LinkEvent, link: ReturnType<ReturnType<typeof openLinks>>) => void) {
    const { agent } = await agentForTest();
    const open = openLinks({ baseOf: () => agent.url, now: Date.now, log: silentLog });
    const events: LinkEvent[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const target = { agent: AgentId.parse('a'), contextId: ContextId.parse('5') };
    const link = open(target, (event) => {
      events.push(event);
      if (event.type === 'ready') link.ask({ ...message, text: { ...message.text, body } });
      react(event, link);
      if (event.type === 'ended' || event.type === 'unreachable') resolve();
    });
    await promise;
    return events.filter(({ type }) => type !== 'text');
  }

  test('a question goes through', async () => {
    const events = await turn('confirm', (event, link) => {
      if (event.type === 'question') link.confirm(event.id, true);
    });
    expect(events.map(({ type }) => type)).toEqual(['opened', 'ready', 'question', 'ended']);
    expect(events.at(-1)).toEqual({ type: 'ended', outcome: 'done', tokens: expect.any(Number) as number });
  });

  test('stop goes through', async () => {
    const events = await turn('slow', (event, link) => {
      if (event.type === 'text') link.stop();
    });
    expect(events.at(-1)).toEqual({ type: 'ended', outcome: 'stopped' });
  });

  test('a crash of the agent is a lost connection', async () => {
    const events = await turn('crash', () => undefined);
    expect(events.at(-1)).toEqual({
      type: 'ended',
      outcome: 'failed',
      trouble: 'connection-lost',
      detail: 'closed with 1006',
    });
  });
});

test('a closed agent leaves its port free and no turn behind', async () => {
  const { agent } = await agentForTest();
  const bot = await greetedBot(`${agent.url}${route}`);
  bot.send({ type: 'USER_MESSAGE', text: 'silent' });
  await agent.close();
  expect((await bot.until(END)).filter(({ type }) => type !== END)).toEqual([]);
  const { agent: next } = await agentForTest({ port: agent.port });
  expect(next.port).toBe(agent.port);
});
