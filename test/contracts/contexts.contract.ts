/** What an agent remembers of a conversation: saved here, loaded there, copied, told of, cleared (seed stories 002 and 003). */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { startAgent, type AgentOptions } from '../../src/reference-agent/server.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { temporaryFolder } from '../support/bot.ts';
import { ready, unlinked } from '../support/entry-words.ts';
import type { Person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const example = path.join(import.meta.dirname, '../../config/examples/contexts.yaml');

/** How the agent does what is asked of its memory. */
const ways = ['frames', 'words'] as const;

export function describeContexts(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`what an agent remembers on ${name}`, () => {
    const world = createWorld(start);

    async function agentThat(contexts: NonNullable<AgentOptions['contexts']>) {
      const folder = await temporaryFolder();
      const workspace = path.join(folder.path, 'workspace');
      mkdirSync(workspace);
      const agent = await startAgent({ port: 0, workspace, pace: 0, contexts });
      world.later(async () => {
        await agent.close();
        await folder.remove();
      });
      return { ...agent, workspace };
    }

    /** The service as the example sets it up, for this agent. */
    function registryFor({ url, workspace }: { url: string; workspace: string }): string {
      const shipped = readFileSync(example, 'utf8');
      for (const part of ['http://proxy:7000/agent_1/', '/agents/1']) expect(shipped).toContain(part);
      return shipped.replace('http://proxy:7000/agent_1/', url).replace('/agents/1', workspace);
    }

    /** In their first chat, which greets them. */
    async function inTheFirstChat(person: Person, bot: { userId: string }): Promise<{ entry: string; chat: string }> {
      const entry = await person.createDm(bot.userId);
      await person.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      return { entry, chat: await enter(person, 'Chat 1') };
    }

    async function enter(person: Person, called: string): Promise<string> {
      const room = await person.invite(({ name: itsName }) => itsName === called);
      await person.client.joinRoom(room);
      return room;
    }

    /** Says it and waits for what the bot says to it. */
    async function hears(person: Person, room: string, text: string, like: string | RegExp): Promise<string> {
      const known = new Set(person.timeline(room).map(({ eventId }) => eventId));
      await person.say(room, text);
      const { body } = await person.message(room, (m) => {
        const isNew = !known.has(m.eventId) && m.sender !== person.userId;
        return isNew && (typeof like === 'string' ? m.body === like : like.test(m.body));
      });
      return body;
    }

    /** What the agent says that it was told in this chat. */
    async function recalled(person: Person, room: string): Promise<string[]> {
      const body = await hears(person, room, 'recall', /^- “|nothing/m);
      return [...body.matchAll(/^- “(.*)”$/gm)].map(([, said = '']) => said).filter((said) => said !== 'recall');
    }

    test.each(ways)('by %s: saved here, loaded into two rooms, which then go their own ways', async (contexts) => {
      const agent = await agentThat(contexts);
      const bot = await world.bot({ agents: {}, registry: registryFor(agent) });
      const ann = await world.person();
      const { chat: first } = await inTheFirstChat(ann, bot);
      expect(await hears(ann, first, '!load', words({ key: 'no saves' }))).not.toBe('');
      await hears(ann, first, 'the trip goes to Oslo', /You wrote/);
      await hears(ann, first, '!save no good', words({ key: 'save cannot be called so' }));
      await hears(ann, first, '!save trip', words({ key: 'conversation is saved', save: 'trip' }));

      await ann.say(first, '!new Hotels');
      const second = await enter(ann, 'Hotels');
      await ann.message(second, (m) => m.sender === bot.userId).catch(() => undefined);
      expect(await recalled(ann, second)).toEqual([]);
      const list = await hears(ann, second, '!load', /Which one should the agent read\?/);
      expect(list).toMatch(/^1\. `trip`, \d+ \w+ \d{4}, \d\d:\d\d UTC$/m);
      await hears(ann, second, '7', words({ key: 'save number is wrong', count: 1 }));
      await hears(ann, second, '1', words({ key: 'save is loaded', save: 'trip' }));
      await hears(ann, second, 'two nights', /You wrote/);

      await ann.say(first, '!new Trains');
      const third = await enter(ann, 'Trains');
      await hears(ann, third, '!load trip', words({ key: 'save is loaded', save: 'trip' }));
      await hears(ann, third, 'by night', /You wrote/);

      const own = async (room: string) => (await recalled(ann, room)).filter((said) => !said.startsWith('!'));
      if (contexts === 'frames') {
        expect([await own(first), await own(second), await own(third)]).toEqual([
          ['the trip goes to Oslo'],
          ['the trip goes to Oslo', 'two nights'],
          ['the trip goes to Oslo', 'by night'],
        ]);
      } else {
        expect((await recalled(ann, second)).join()).toContain('Oslo');
        expect((await recalled(ann, third)).join()).not.toContain('two nights');
      }
      const told = await hears(ann, second, '!context', /What the agent knows here/);
      expect(told).toMatch(/^- Chat: `Hotels`, number 2$/m);
      expect(told).toMatch(/^- Agent: `Scribe`$/m);
      expect(told).toMatch(/^- Memory: `\d+`$/m);
      expect(told).toMatch(/^- Loaded: `trip`, /m);
      expect(told).toMatch(/^- Tokens: \d+ for the last answer, \d+ in all$/m);
      expect(told).toMatch(/^- Save: `trip`, /m);
    });

    test.each(ways)('by %s: a branch begins as a copy in a chat of its own', async (contexts) => {
      const agent = await agentThat(contexts);
      const bot = await world.bot({ agents: {}, registry: registryFor(agent) });
      const ann = await world.person();
      const { chat: first } = await inTheFirstChat(ann, bot);
      await hears(ann, first, 'the trip goes to Oslo', /You wrote/);
      await hears(ann, first, '!branch Plan B', words({ key: 'conversation is copied' }));
      const second = await enter(ann, 'Plan B');
      await ann.message(first, (m) => unlinked(m.body) === ready('Plan B', 2));
      await hears(ann, second, 'by train', /You wrote/);
      await hears(ann, first, 'by plane', /You wrote/);
      const [one, two] = [(await recalled(ann, first)).join(), (await recalled(ann, second)).join()];
      expect([/Oslo/.test(one), /by plane/.test(one), /by train/.test(one)]).toEqual([true, true, false]);
      expect([/Oslo/.test(two), /by train/.test(two), /by plane/.test(two)]).toEqual([true, true, false]);
    });

    test('an agent that saves nothing is not believed, and leaves no chat behind', async () => {
      const agent = await agentThat('none');
      const bot = await world.bot({ agents: {}, registry: registryFor(agent) });
      const ann = await world.person();
      const { chat } = await inTheFirstChat(ann, bot);
      const failed = { key: 'task failed', save: 'trip', trouble: 'not-saved' } as const;
      await hears(ann, chat, '!save trip', words({ ...failed, what: 'save' }));
      await hears(ann, chat, '!load', words({ key: 'no saves' }));
      await hears(ann, chat, '!branch', words({ ...failed, what: 'branch' }));
      const chats = await hears(ann, chat, '!chats', /Your chats/);
      expect(chats).not.toContain('**2**');
    });

    test('an overwrite and a clear are asked for, over a kill, by words and reactions', async () => {
      const agent = await agentThat('frames');
      const bot = await world.killableBot({ agents: {}, registry: registryFor(agent) });
      const process = bot.start();
      await process.running;
      const ann = await world.person();
      const { chat } = await inTheFirstChat(ann, bot);
      await hears(ann, chat, 'the trip goes to Oslo', /You wrote/);
      await hears(ann, chat, '!save trip', words({ key: 'conversation is saved', save: 'trip' }));
      await hears(ann, chat, '!save trip', words({ key: 'save is there already', save: 'trip' }));
      await process.kill();
      const next = bot.start();
      await next.running;
      await hears(ann, chat, '!no', words({ key: 'dialog is closed', about: 'an overwrite' }));
      await hears(ann, chat, '!clear', words({ key: 'clear is meant?' }));
      await hears(ann, chat, 'no', words({ key: 'dialog is closed', about: 'a clear' }));
      expect((await recalled(ann, chat)).join()).toContain('Oslo');

      await hears(ann, chat, '!clear', words({ key: 'clear is meant?' }));
      await hears(ann, chat, '!save before', words({ key: 'conversation is saved', save: 'before', cleared: true }));
      expect((await recalled(ann, chat)).join()).not.toContain('Oslo');
      await hears(ann, chat, '!clear', words({ key: 'clear is meant?' }));
      const asked = ann.timeline(chat).findLast((m) => m.body === words({ key: 'clear is meant?' }));
      await ann.react(chat, asked?.eventId ?? '', '👍');
      await ann.message(chat, (m) => m.body === words({ key: 'cleared', waiting: 0 }));
      await hears(ann, chat, '!load before', words({ key: 'save is loaded', save: 'before' }));
      expect((await recalled(ann, chat)).join()).toContain('Oslo');
    });

    test('people who share an agent do not see what the other saved', async () => {
      const agent = await agentThat('frames');
      const bot = await world.bot({ agents: {}, registry: registryFor(agent) });
      const [ann, bob] = await Promise.all([world.person(), world.person()]);
      const { chat: anns } = await inTheFirstChat(ann, bot);
      const { chat: bobs } = await inTheFirstChat(bob, bot);
      await hears(ann, anns, 'a secret', /You wrote/);
      await hears(ann, anns, '!save mine', words({ key: 'conversation is saved', save: 'mine' }));
      await hears(bob, bobs, '!load', words({ key: 'no saves' }));
      await hears(bob, bobs, '!load mine', words({ key: 'no saves' }));
      await hears(bob, bobs, '!save mine', words({ key: 'conversation is saved', save: 'mine' }));
      await hears(bob, bobs, '!load mine', words({ key: 'save is loaded', save: 'mine' }));
      expect((await recalled(bob, bobs)).join()).not.toContain('secret');
    });

    test('in the one room of a person it works as well', async () => {
      const agent = await agentThat('frames');
      const bot = await world.bot({ agents: { a: agent.url } });
      const ann = await world.person();
      const room = await ann.createDm(bot.userId);
      await ann.message(room, (m) => m.sender === bot.userId);
      await hears(ann, room, 'the trip goes to Oslo', /You wrote/);
      await hears(ann, room, '!save trip', words({ key: 'conversation is saved', save: 'trip' }));
      await hears(ann, room, '!clear', words({ key: 'cleared', waiting: 0 }));
      await hears(ann, room, '!load trip', words({ key: 'save is loaded', save: 'trip' }));
      expect((await recalled(ann, room)).join()).toContain('Oslo');
      await hears(ann, room, '!branch', words({ key: 'this is your only chat' }));
    });

    test('a save waits behind the answer, and ends by !stop', async () => {
      const agent = await world.agent(scripts.hang);
      const bot = await world.bot({ agents: { a: agent.url } });
      const ann = await world.person();
      const room = await ann.createDm(bot.userId);
      await ann.message(room, (m) => m.sender === bot.userId);
      await ann.say(room, 'are you there?');
      await agent.connection();
      await hears(ann, room, '!save trip', words({ key: 'task waits', what: 'save', save: 'trip' }));
      await hears(ann, room, '!stop all', words({ key: 'stopped' }));
      await hears(ann, room, '!load', words({ key: 'no saves' }));
    });
  });
}
