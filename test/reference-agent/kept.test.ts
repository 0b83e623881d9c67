/** What a hosted agent remembers outlives it: turns are not run twice, nothing half is kept, others are not let in. */
import { once } from 'node:events';
import { setImmediate as breathe } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Conversation, Keep } from '../../src/reference-agent/memory.ts';
import { delta, lastWords, says, SSE, startModelProvider, wordsOf } from '../support/model-provider.ts';
import { agentForTest, connectBot, greetedBot, textOf, typesOf } from './support.ts';

const ROUTE = 'v1/agent_ws/5/';

/** A store that only this test has. */
function keepForTest(): Keep & { documents: Map<string, unknown>; aside: string[]; fails: boolean } {
  const documents = new Map<string, unknown>();
  const aside: string[] = [];
  return {
    ...{ documents, aside, fails: false },
    read: (chat) => (documents.has(chat) ? { conversation: documents.get(chat) } : null),
    async write(chat, conversation) {
      if (this.fails) throw new Error('disk full');
      documents.set(chat, structuredClone(conversation));
    },
    async putAside(chat) {
      aside.push(chat);
    },
  };
}

async function modelForTest() {
  const provider = await startModelProvider();
  onTestFinished(() => provider.close());
  return provider;
}

/** An agent with this memory, and a bot that is connected to it. */
async function agentWith(url: string, keep: Keep, contextTokens = 8_000) {
  const { agent } = await agentForTest({ keep, provider: { url, model: 'small', contextTokens } });
  return { agent, bot: await greetedBot(`${agent.url}${ROUTE}`), address: `${agent.url}${ROUTE}` };
}

const memoryOf = (keep: { documents: Map<string, unknown> }) => keep.documents.get('5') as Conversation;

test('another process goes on from it; END tells how much there is', async () => {
  const { url, requests } = await modelForTest();
  const keep = keepForTest();
  const first = await agentWith(url, keep);
  const frames = await first.bot.ask('blue', { message_id: '$1' });
  expect(frames.at(-1)).toEqual({
    ...{ type: 'AGENT_EVENT_END', tokens_used: 42 },
    memory: { messages: 2, tokens: 5, most: 8000, forgotten: 0 },
  });
  await first.agent.close();
  const second = await agentWith(url, keep);
  await second.bot.ask('which?', { message_id: '$2' });
  expect(requests.at(-1)?.body.messages.slice(1)).toEqual([
    { role: 'user', content: 'blue' },
    { role: 'assistant', content: 'You said: blue' },
    { role: 'user', content: 'which?' },
  ]);
});

test('a turn that is answered is not run again by another process, its answer is given once more', async () => {
  const { url, requests } = await modelForTest();
  const keep = keepForTest();
  const first = await agentWith(url, keep);
  await first.bot.ask('blue', { message_id: '$1' });
  await first.agent.close();
  const second = await agentWith(url, keep);
  const frames = await second.bot.ask('blue', { message_id: '$1' });
  expect([textOf(frames), frames.at(-1)]).toEqual([
    'You said: blue',
    {
      ...{ type: 'AGENT_EVENT_END', tokens_used: 42 },
      memory: { messages: 2, tokens: 5, most: 8000, forgotten: 0 },
    },
  ]);
  expect(requests).toHaveLength(1);
  expect(memoryOf(keep).said).toHaveLength(2);
});

test('of a turn that the end of the process broke off nothing is kept', async () => {
  const { url, replies } = await modelForTest();
  const keep = keepForTest();
  const { agent, bot } = await agentWith(url, keep);
  replies((response) => response.writeHead(200, SSE).write(delta('It begins')));
  bot.send({ type: 'USER_MESSAGE', text: 'tell me', message_id: '$1' });
  expect((await bot.next())?.type).toBe('AGENT_EVENT_TEXT_CHUNK');
  await agent.close();
  expect(keep.documents.size).toBe(0);
});

test('an answer that cannot be kept fails, and the next one goes on without it', async () => {
  const { url, requests } = await modelForTest();
  const keep = keepForTest();
  const { bot } = await agentWith(url, keep);
  keep.fails = true;
  expect((await bot.ask('blue', { message_id: '$1' })).at(-1)).toEqual({
    ...{ type: 'ERROR', code: 'AGENT_MEMORY_FAILED', details: 'The agent could not keep what was said.' },
  });
  keep.fails = false;
  await bot.ask('red', { message_id: '$2' });
  expect(requests.at(-1)?.body.messages.slice(1)).toEqual([{ role: 'user', content: 'red' }]);
});

test('a memory that cannot be read is put aside, and the session is another one from then on', async () => {
  const { url } = await modelForTest();
  const keep = keepForTest();
  const sessionOf = async (address: string) => {
    const bot = await connectBot(address);
    const status = await bot.next();
    return { bot, session: status?.['session'] };
  };
  const { address } = await agentWith(url, keep);
  const { session: before } = await sessionOf(address);
  keep.documents.set('6', { version: 1 });
  const other = address.replace('/5/', '/6/');
  const { bot, session } = await sessionOf(other);
  await bot.ask('blue', { message_id: '$1' });
  await bot.close();
  const { session: later } = await sessionOf(other);
  expect([before, session === before, later === session, keep.aside]).toEqual(['kept', false, true, ['6']]);
});

test('two turns of one conversation at the same time are both remembered', async () => {
  const { url } = await modelForTest();
  const keep = keepForTest();
  const { bot, address } = await agentWith(url, keep);
  const another = await greetedBot(address);
  await Promise.all([bot.ask('one', { message_id: '$1' }), another.ask('two', { message_id: '$2' })]);
  const asked = memoryOf(keep).said.filter(({ role }) => role === 'user');
  expect(asked.map(({ content }) => content).toSorted()).toEqual(['one', 'two']);
});

test('a branch has a copy of it, which goes its own way', async () => {
  const { url, requests } = await modelForTest();
  const keep = keepForTest();
  const { bot, address } = await agentWith(url, keep);
  await bot.ask('blue', { message_id: '$1' });
  const branch = { type: 'CONTEXT_BRANCH', name: 'copy', from: '5', to: '7', user_id: '@ann:test', message_id: '$2' };
  bot.send(branch);
  expect(typesOf(await bot.until('AGENT_EVENT_END'))).toEqual(['AGENT_EVENT_END']);
  const other = await greetedBot(address.replace('/5/', '/7/'));
  await other.ask('and here?', { message_id: '$3' });
  expect(
    requests
      .at(-1)
      ?.body.messages.slice(1)
      .map(({ content }) => wordsOf(content)),
  ).toEqual(['blue', 'You said: blue', 'and here?']);
  expect(memoryOf(keep).said).toHaveLength(2);
});

test('an exchange that is larger than the budget is remembered by its beginnings', async () => {
  const { url, requests, replies } = await modelForTest();
  const keep = keepForTest();
  const { bot } = await agentWith(url, keep, 500);
  replies((response, request) => says(`${lastWords(request).slice(0, 3)}${'y'.repeat(2_000)}`)(response));
  await bot.ask(`one${'ü'.repeat(2_000)}`, { message_id: '$1' });
  await bot.ask('two', { message_id: '$2' });
  const told = requests.at(-1)?.body.messages.map(({ role, content }) => [role, wordsOf(content)]);
  expect(told).toEqual([
    ['system', expect.any(String)],
    ['user', expect.stringMatching(/^oneü+ \[…\]$/)],
    ['assistant', expect.stringMatching(/^oney+ \[…\]$/)],
    ['user', 'two'],
  ]);
  expect(Buffer.byteLength((told ?? []).flat().join())).toBeLessThan(2_000);
});

test.each(['', '?key=wrong', '?key='])('nobody is let in with %j', async (query) => {
  const { url } = await modelForTest();
  const { agent } = await agentForTest({ key: 'right', provider: { url, model: 'small' } });
  const base = agent.url.replace('?key=right', '');
  const socket = new WebSocket(`${base}${ROUTE}${query}`);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toBe('Unexpected server response: 403');
  const bot = await connectBot(`${base}${ROUTE}?key=right`);
  expect((await bot.next())?.type).toBe('STATUS');
  await breathe();
});
