import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { promptOf } from '../../src/actors/effects/task-words.ts';
import { readFrame } from '../../src/reference-agent/frames.ts';
import type { RunningAgent } from '../../src/reference-agent/server.ts';
import { MOST_BYTES } from '../../src/workspace/saves.ts';
import { personFolder } from '../../src/workspace/person-folder.ts';
import { agentForTest, connectBot, END, greetedBot, textOf, typesOf, type Bot } from './support.ts';

const ann = '@ann:example.org';
const bob = '@bob:example.org';
const of = { name: 'plan', user_id: ann };
const done = [{ type: END, tokens_used: 0 }];
const gone = [{ type: 'ERROR', code: 'CONTEXT_NOT_FOUND', details: 'There is no such save.' }];

const chat = (agent: RunningAgent, id: number) => greetedBot(`${agent.url}v1/agent_ws/${id}/`);

function send(bot: Bot, type: string, fields: object = {}) {
  bot.send({ type, ...of, ...fields });
  return bot.until(END);
}

/** What it remembers, as its script says it. */
async function recall(bot: Bot): Promise<string[]> {
  return [...textOf(await bot.ask('recall')).matchAll(/^- “(.*)”$/gm)].map(([, said = '']) => said);
}

describe('the script', () => {
  test('says what it remembers', async () => {
    const { agent } = await agentForTest();
    const bot = await chat(agent, 5);
    expect(textOf(await bot.ask('recall'))).toBe('I remember nothing that you said.\n');
    await bot.ask('My cat is *Tom*');
    expect(await recall(bot)).toEqual(['recall', 'My cat is \\*Tom\\*']);
  });
});

describe('by frames', () => {
  test('a save is loaded into any number of conversations, which go their own ways', async () => {
    const { agent } = await agentForTest();
    const [first, second, third] = await Promise.all([5, 6, 7].map((id) => chat(agent, id)));
    await first!.ask('My cat is Tom');
    expect(await send(first!, 'CONTEXT_SAVE')).toEqual(done);
    await first!.ask('My dog is Rex');
    await second!.ask('I am here');
    expect(await send(second!, 'CONTEXT_LOAD')).toEqual(done);
    expect(await send(third!, 'CONTEXT_LOAD')).toEqual(done);
    await third!.ask('My bird is Flo');
    expect(await recall(first!)).toEqual(['My cat is Tom', 'My dog is Rex']);
    expect(await recall(second!)).toEqual(['I am here', 'My cat is Tom']);
    expect(await recall(third!)).toEqual(['My cat is Tom', 'My bird is Flo']);
  });

  test('a save takes the place of the one of that name', async () => {
    const { agent } = await agentForTest();
    const [first, second] = await Promise.all([5, 6].map((id) => chat(agent, id)));
    await send(first!, 'CONTEXT_SAVE');
    await first!.ask('table');
    await send(first!, 'CONTEXT_SAVE');
    await send(second!, 'CONTEXT_LOAD');
    expect(await recall(second!)).toEqual(['table']);
  });

  test('a branch is a true copy, from which both go on', async () => {
    const { agent } = await agentForTest();
    const [first, second] = await Promise.all([5, 6].map((id) => chat(agent, id)));
    await first!.ask('My cat is Tom');
    expect(await send(first!, 'CONTEXT_BRANCH', { from: '5', to: '6' })).toEqual(done);
    await first!.ask('My dog is Rex');
    await second!.ask('My bird is Flo');
    expect(await recall(first!)).toEqual(['My cat is Tom', 'My dog is Rex']);
    expect(await recall(second!)).toEqual(['My cat is Tom', 'My bird is Flo']);
  });

  test('a branch goes from the conversation at hand to another', async () => {
    const { agent } = await agentForTest();
    const bot = await chat(agent, 5);
    for (const way of [
      { from: '6', to: '7' },
      { from: '5', to: '5' },
    ]) {
      expect(await send(bot, 'CONTEXT_BRANCH', way)).toEqual([
        {
          type: 'ERROR',
          code: 'AGENT_PROTOCOL_ERROR',
          details: 'A branch goes from the conversation at hand to another one.',
        },
      ]);
    }
  });

  test('nobody has the saves of somebody else', async () => {
    const { agent } = await agentForTest();
    const [first, second] = await Promise.all([5, 6].map((id) => chat(agent, id)));
    await first!.ask('My cat is Tom');
    await send(first!, 'CONTEXT_SAVE');
    expect(await send(second!, 'CONTEXT_LOAD', { user_id: bob })).toEqual(gone);
    await send(second!, 'CONTEXT_SAVE', { user_id: bob });
    await send(first!, 'CONTEXT_LOAD', { message_id: '$load' });
    expect(await recall(first!)).toEqual(['My cat is Tom', 'My cat is Tom']);
  });

  test('a save outlives the agent', async () => {
    const { agent, workspace } = await agentForTest();
    const bot = await chat(agent, 5);
    await bot.ask('My cat is Tom');
    await send(bot, 'CONTEXT_SAVE');
    const { agent: next } = await agentForTest({ workspace });
    const later = await chat(next, 5);
    await send(later, 'CONTEXT_LOAD');
    expect(await recall(later)).toEqual(['My cat is Tom']);
    expect(readdirSync(path.join(workspace, 'contexts', personFolder(UserId.parse(ann))))).toEqual(['plan.json']);
  });

  test('a frame that comes twice does its work once, and is answered twice', async () => {
    const { agent } = await agentForTest();
    const bot = await chat(agent, 5);
    await bot.ask('My cat is Tom');
    await send(bot, 'CONTEXT_SAVE');
    const once = { message_id: '$load', request_id: 'r1' };
    expect(await send(bot, 'CONTEXT_LOAD', once)).toEqual([{ ...done[0], request_id: 'r1' }]);
    const again = await chat(agent, 5);
    expect(await send(again, 'CONTEXT_LOAD', once)).toEqual([{ ...done[0], request_id: 'r1' }]);
    expect(await recall(again)).toEqual(['My cat is Tom', 'My cat is Tom']);
  });

  test('a memory that is too large is not kept', async () => {
    const { agent, workspace } = await agentForTest();
    const bot = await chat(agent, 5);
    await bot.ask('x'.repeat(MOST_BYTES));
    const tooBig = { type: 'ERROR', code: 'CONTEXT_TOO_BIG', details: 'This conversation is too long to be kept.' };
    expect(await send(bot, 'CONTEXT_SAVE')).toEqual([tooBig]);
    expect(readdirSync(workspace)).toEqual([]);
  });

  test.each<[string, (file: string) => void, string]>([
    ['is damaged', (file) => writeFileSync(file, '[{"role":"king"}]'), 'CONTEXT_UNREADABLE'],
    ['is no JSON', (file) => writeFileSync(file, '}{'), 'CONTEXT_UNREADABLE'],
    ['is a link', (file) => symlinkSync('/etc/hostname', file), 'CONTEXT_NOT_FOUND'],
    ['is a folder', (file) => mkdirSync(file), 'CONTEXT_NOT_FOUND'],
  ])('a save that %s is not loaded', async (_, put, code) => {
    const { agent, workspace } = await agentForTest();
    const folder = path.join(workspace, 'contexts', personFolder(UserId.parse(ann)));
    mkdirSync(folder, { recursive: true });
    put(path.join(folder, 'plan.json'));
    expect((await send(await chat(agent, 5), 'CONTEXT_LOAD')).map((frame) => frame.code)).toEqual([code]);
  });

  test.each([
    { name: '../plan' },
    { name: '' },
    { name: 'x'.repeat(65) },
    { name: 7 },
    { user_id: 'ann' },
    { user_id: undefined },
    { to: 'six' },
    { to: '7'.repeat(31) },
  ])('a frame with %j is none', async (fields) => {
    const { agent } = await agentForTest();
    const frames = await send(await chat(agent, 5), 'CONTEXT_BRANCH', { from: '5', to: '6', ...fields });
    expect(frames.map(({ code }) => code)).toEqual(['AGENT_PROTOCOL_ERROR']);
  });

  test('whatever comes, a frame on the memory names what a save may be called', () => {
    const anything = fc.oneof(fc.json({ maxDepth: 2 }), fc.constantFrom('"plan"', `"${ann}"`, '"5"'));
    fc.assert(
      fc.property(
        fc.constantFrom('SAVE', 'LOAD', 'BRANCH'),
        fc.array(fc.tuple(fc.constantFrom('name', 'user_id', 'message_id', 'from', 'to', '__proto__'), anything)),
        (type, fields) => {
          const more = fields.map(([field, json]) => `,"${field}":${json}`).join('');
          const frame = readFrame(`{"type":"CONTEXT_${type}","name":"a","user_id":"${ann}"${more}}`);
          const name = frame !== null && 'name' in frame ? frame.name : 'none';
          expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('by words', () => {
  const file = 'contexts/plan.md';

  test('it says that it has no frames, and minds none', async () => {
    const { agent } = await agentForTest({ contexts: 'words' });
    const bot = await connectBot(`${agent.url}v1/agent_ws/5/`);
    expect((await bot.next())?.capabilities).toEqual({
      ...{ idempotent: true, request_id: true, confirmations: true, stop: true, contexts: false },
    });
    bot.send({ type: 'CONTEXT_SAVE', ...of });
    expect(typesOf(await bot.ask('table')).at(-1)).toBe(END);
  });

  test.each([file, `contexts/${personFolder(UserId.parse(bob))}/plan.md`])('it writes and reads %s', async (save) => {
    const { agent, workspace } = await agentForTest({ contexts: 'words' });
    const [first, second] = await Promise.all([5, 6].map((id) => chat(agent, id)));
    await first!.ask('My cat is Tom');
    expect(textOf(await first!.ask(promptOf('save', save)))).toBe('Saved');
    expect(readFileSync(path.join(workspace, save), 'utf8')).toContain('My cat is Tom');
    expect(textOf(await second!.ask(promptOf('load', save)))).toBe('Loaded');
    expect(await recall(second!)).toEqual(['My cat is Tom']);
    rmSync(path.join(workspace, save));
    expect(await second!.ask(promptOf('load', save))).toEqual(gone);
  });

  test.each(['contexts/../plan.md', '/etc/plan.md', 'contexts/a/b/plan.md', 'contexts/plan.txt'])(
    'it takes what names %s for a text like any other',
    async (save) => {
      const { agent, workspace } = await agentForTest({ contexts: 'words' });
      expect(textOf(await (await chat(agent, 5)).ask(promptOf('save', save)))).toContain('You wrote:');
      expect(readdirSync(workspace)).toEqual([]);
    },
  );
});

test('an agent that has heard of neither answers the prompt, and writes nothing', async () => {
  const { agent, workspace } = await agentForTest({ contexts: 'none' });
  const bot = await chat(agent, 5);
  expect(textOf(await bot.ask(promptOf('save', 'contexts/plan.md')))).toContain('You wrote:');
  expect(readdirSync(workspace)).toEqual([]);
});
