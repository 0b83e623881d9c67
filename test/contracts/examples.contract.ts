/** The shipped examples of the registry file, each with its whole story: what its comments promise, people get. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import type { RoomId, UserId } from '../../machines/ids.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { folderOf } from '../../src/workspace/layouts.ts';
import { temporaryFolder } from '../support/bot.ts';
import { ready, restored, unlinked } from '../support/entry-words.ts';
import { greetingOf } from '../support/greeting.ts';
import type { Person } from '../support/people.ts';
import { chunk, END, type AgentScript, scripts, STATUS, type ScriptedAgent } from '../support/scripted-agent.ts';
import { contentOf, sendFile } from '../support/sent-files.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const examples = path.join(import.meta.dirname, '../../config/examples');
const words = (notice: Notice, via?: string) => renderNotice(en, via)(notice).body;

export function describeExamples(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`the shipped examples on ${name}`, () => {
    const world = createWorld(start);
    const agents = (count: number) => Promise.all(Array.from({ length: count }, () => world.agent(scripts.echo)));

    /**
     * A bot set up by the file as it is shipped, but for these texts. There is one homeserver here only: the ids of the
     * people whom the file lets in by their homeserver begin with a word instead.
     */
    function botOf(file: string, here: Record<string, string>) {
      let registry = readFileSync(path.join(examples, file), 'utf8');
      for (const [shipped, text] of Object.entries(here)) {
        expect(registry).toContain(shipped);
        registry = registry.replaceAll(shipped, text);
      }
      return world.bot({ agents: {}, registry });
    }

    describe('spaces.yaml', () => {
      async function service({ ann, bob }: { ann?: Person; bob?: Person }) {
        const [shared, one, two] = (await agents(3)) as [ScriptedAgent, ScriptedAgent, ScriptedAgent];
        const { serverName } = world.homeserver();
        const bot = await botOf('spaces.yaml', {
          'http://proxy:7000/agent_0/': shared.url,
          'http://proxy:7000/agent_1/': one.url,
          'http://proxy:7000/agent_2/': two.url,
          '@ann:example.org': ann?.userId ?? `@nobody1:${serverName}`,
          '@bob:partner.example': bob?.userId ?? `@nobody2:${serverName}`,
          '@*:example.org': `@home-*:${serverName}`,
          '@*:chat.example.org': `@chat-*:${serverName}`,
        });
        return { bot, shared, one, two };
      }

      test('a named person gets a Space of chats with an agent of her own', async () => {
        const ann = await world.person('ann-');
        await ann.client.setDisplayName('Ann');
        const { bot, shared, one } = await service({ ann });
        const entry = await ann.createDm(bot.userId);
        await ann.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
        const chat = await enter(ann, 'Chat 1');
        const space = await enter(ann, "Ann's agents");
        await ann.message(chat, (m) => m.body === greetingOf(ann, "Ann's assistant", { inSpace: true, name: 'Ann' }));
        await ann.say(chat, 'hello');
        await ann.message(chat, (m) => m.body === 'You said: hello');
        await ann.say(chat, '!agent');
        await ann.message(chat, (m) => m.body === yourAgent("Ann's assistant", true));

        await ann.say(chat, '!new Holidays');
        await ann.message(chat, (m) => unlinked(m.body) === ready('Holidays', 2));
        const second = await enter(ann, 'Holidays');
        await ann.say(second, 'where to?');
        await ann.message(second, (m) => m.body === 'You said: where to?');
        await ann.say(second, '!rename Sea');
        await ann.message(second, (m) => m.body === words({ key: 'chat is renamed', chat: 'Sea' }));
        await ann.waitFor(second, () => ann.client.getRoom(second)?.name === 'Sea');

        await ann.say(second, '!archive');
        await ann.message(second, (m) => m.body === words({ key: 'chat is archived', chat: 'Sea', number: 2 }));
        const listed = { number: 1, name: 'Chat 1', archived: false, room: chat as RoomId };
        await ann.say(chat, '!chats');
        await ann.message(
          chat,
          (m) => m.body === words({ key: 'chats', chats: [listed], archived: 1 }, world.homeserver().serverName),
        );
        await ann.say(chat, '!unarchive 2');
        await ann.message(chat, (m) => m.body === words({ key: 'chat is unarchived', chat: 'Sea', number: 2 }));
        await ann.say(second, 'when?');
        await ann.message(second, (m) => m.body === 'You said: when?');

        await ann.say(entry, '!new');
        await ann.message(entry, (m) => unlinked(m.body) === ready('Chat 3', 3));
        await enter(ann, 'Chat 3');
        const again = await ann.createDm(bot.userId);
        await ann.message(again, (m) => unlinked(m.body) === restored(0, ['Chat 1', 'Sea', 'Chat 3']));

        expect(one.messages.map(({ text }) => text)).toEqual(['hello', 'where to?', 'when?']);
        const [ofFirst, ofSecond, later] = one.connections.map(({ contextId }) => contextId);
        expect([ofFirst === ofSecond, ofSecond === later]).toEqual([false, true]);
        expect(shared.messages).toEqual([]);
        expect(roomNames(ann, [entry, again, space])).toEqual(['Chat 1', 'Chat 3', 'Sea']);
      });

      test('a person of another homeserver who is named, and one who is not, get theirs', async () => {
        const bob = await world.person('bob-');
        const cleo = await world.person('chat-');
        const { bot, shared, one, two } = await service({ bob });
        await bob.createDm(bot.userId);
        const bobs = await enter(bob, 'Chat 1');
        await bob.say(bobs, 'for two');
        await bob.message(bobs, (m) => m.body === 'You said: for two');

        await cleo.createDm(bot.userId);
        const cleos = await enter(cleo, 'Chat 1');
        await cleo.message(
          cleos,
          (m) => m.body === greetingOf(cleo, 'Shared assistant', { inSpace: true, defaultAgent: true }),
        );
        await cleo.say(cleos, 'for all');
        await cleo.message(cleos, (m) => m.body === 'You said: for all');
        await cleo.say(cleos, 'once more');
        await cleo.message(cleos, (m) => m.body === 'You said: once more');
        await cleo.say(cleos, '!agent');
        await cleo.message(cleos, (m) => m.body === yourAgent('Shared assistant', false));
        expect(saidBy(bot, cleo, cleos)).toEqual([
          greetingOf(cleo, 'Shared assistant', { inSpace: true, defaultAgent: true }),
          'You said: for all',
          'You said: once more',
          yourAgent('Shared assistant', false),
        ]);
        const texts = [shared, one, two].map(({ messages }) => messages.map(({ text }) => text));
        expect(texts).toEqual([['for all', 'once more'], [], ['for two']]);
      });

      test('an invite of anybody else is declined, and nothing of theirs reaches an agent', async () => {
        const home = await world.person('home-');
        const stranger = await world.person('stranger-');
        const { bot, shared, one, two } = await service({});
        await isDeclined(stranger, bot);
        await home.createDm(bot.userId);
        const chat = await enter(home, 'Chat 1');
        await home.client.invite(chat, stranger.userId);
        await stranger.client.joinRoom(chat);
        await stranger.say(chat, 'let me in');
        const onlyFor = words({ key: 'only for', person: home.userId as UserId });
        await home.message(chat, (m) => m.body === onlyFor);
        await stranger.say(chat, '!new');
        await stranger.say(chat, 'please');
        await home.say(chat, 'hello');
        await home.message(chat, (m) => m.body === 'You said: hello');
        const texts = [shared, one, two].map(({ messages }) => messages.map(({ text }) => text));
        expect(texts).toEqual([['hello'], [], []]);
        expect(saidBy(bot, home, chat).filter((body) => body === onlyFor)).toHaveLength(1);
        expect(stranger.client.getRooms().filter((room) => room.getMyMembership() === 'invite')).toEqual([]);
      });
    });

    describe('dm-single.yaml', () => {
      const contact =
        'To get an agent, write to [the help desk](mailto:help@example.org)\n' +
        'and name your Matrix id; `!whoami` shows it.';

      async function service() {
        const ann = await world.person('home-ann-');
        const bob = await world.person('home-bob-');
        const [one, two] = (await agents(2)) as [ScriptedAgent, ScriptedAgent];
        const bot = await botOf('dm-single.yaml', {
          'http://proxy:7000/agent_1/': one.url,
          'http://proxy:7000/agent_2/': two.url,
          '@ann:example.org': ann.userId,
          '@bob:example.org': bob.userId,
          '@*:example.org': `@home-*:${world.homeserver().serverName}`,
        });
        return { ann, bob, bot, one, two };
      }

      test('a named person is greeted once and talks in that room, with one memory in all her rooms', async () => {
        const { ann, bob, bot, one, two } = await service();
        const room = await ann.createDm(bot.userId);
        await ann.message(room, (m) => m.body === greetingOf(ann, "Ann's assistant", { oneMemory: true }));
        await ann.say(room, 'hello');
        await ann.message(room, (m) => m.body === 'You said: hello');
        const cleared = words({ key: 'cleared', waiting: 0, oneMemory: true });
        await ann.say(room, '!clear');
        await ann.message(room, (m) => m.body === cleared);
        const onlyChat = words({ key: 'this is your only chat' });
        await ann.say(room, '!new');
        await ann.message(room, (m) => m.body === onlyChat);
        await ann.say(room, 'do you know me?');
        await ann.message(room, (m) => m.body === 'You said: do you know me?');
        expect(saidBy(bot, ann, room)).toEqual([
          greetingOf(ann, "Ann's assistant", { oneMemory: true }),
          'You said: hello',
          cleared,
          onlyChat,
          'You said: do you know me?',
        ]);

        const other = await ann.createDm(bot.userId);
        await ann.message(other, (m) => m.body === greetingOf(ann, "Ann's assistant", { oneMemory: true }));
        await ann.say(other, 'and here?');
        await ann.message(other, (m) => m.body === 'You said: and here?');
        expect(saidBy(bot, ann, other)).toEqual([
          greetingOf(ann, "Ann's assistant", { oneMemory: true }),
          'You said: and here?',
        ]);
        const bobs = await bob.createDm(bot.userId);
        await bob.say(bobs, 'hi');
        await bob.message(bobs, (m) => m.body === 'You said: hi');
        const [first, ...afterwards] = one.connections.map(({ contextId }) => contextId);
        expect([first, new Set(afterwards).size, afterwards.includes('0')]).toEqual(['0', 1, false]);
        expect(two.connections.map(({ contextId }) => contextId)).toEqual(['0']);
        expect(roomNames(ann, [room, other])).toEqual([]);
      });

      test('others of the homeserver hear once whom to ask, a second member once whose room it is', async () => {
        const { ann, bot, one, two } = await service();
        const cleo = await world.person('home-');
        const closed = await cleo.createDm(bot.userId);
        await cleo.message(closed, (m) => m.body === words({ key: 'no agent for you', contact }));
        await cleo.say(closed, 'please');
        await cleo.say(closed, 'pretty please');
        const you = words({ key: 'you are', person: cleo.userId as UserId });
        await cleo.say(closed, '!whoami');
        await cleo.message(closed, (m) => m.body === you);
        expect(saidBy(bot, cleo, closed)).toEqual([words({ key: 'no agent for you', contact }), you]);

        const room = await ann.createDm(bot.userId);
        await ann.message(room, (m) => m.body === greetingOf(ann, "Ann's assistant", { oneMemory: true }));
        await ann.client.invite(room, cleo.userId);
        await cleo.client.joinRoom(room);
        await cleo.say(room, 'may I?');
        const onlyFor = words({ key: 'only for', person: ann.userId as UserId });
        await ann.message(room, (m) => m.body === onlyFor);
        await cleo.say(room, '!clear');
        await cleo.say(room, 'may I now?');
        await ann.say(room, 'hello');
        await ann.message(room, (m) => m.body === 'You said: hello');
        expect(saidBy(bot, ann, room)).toEqual([
          greetingOf(ann, "Ann's assistant", { oneMemory: true }),
          onlyFor,
          'You said: hello',
        ]);
        const texts = [one, two].map(({ messages }) => messages.map(({ text }) => text));
        expect(texts).toEqual([['hello'], []]);
      });

      test('an invite of a stranger is declined', async () => {
        const { bot, one, two } = await service();
        const stranger = await world.person('stranger-');
        await isDeclined(stranger, bot);
        expect([...one.connections, ...two.connections]).toEqual([]);
      });
    });

    describe('shared-inbox.yaml', () => {
      const content = Buffer.from('milk, bread\n');

      async function service() {
        const folder = await temporaryFolder();
        world.later(() => folder.remove());
        const workspace = path.join(folder.path, 'workspace');
        mkdirSync(workspace);
        const agent = await world.agent(sendsWhatItIsTold);
        const [ann, bob] = [await world.person('ann-'), await world.person('bob-')];
        const bot = await botOf('shared-inbox.yaml', {
          'http://proxy:7000/agent_0/': agent.url,
          'workspace_path: /agents/0': `workspace_path: ${workspace}`,
          '@ann:example.org': ann.userId,
          '@bob:example.org': bob.userId,
        });
        return { ann, bob, bot, agent, workspace };
      }

      async function chatOf(someone: Person, bot: { userId: string }): Promise<string> {
        await someone.createDm(bot.userId);
        const chat = await enter(someone, 'Chat 1');
        await someone.message(chat, (m) => m.body === greetingOf(someone, 'Team assistant', { inSpace: true }));
        return chat;
      }

      /** Where a file of theirs lies, and what comes before its name. */
      const inboxOf = (someone: Person, room: string) =>
        `surfaces/matrix/${folderOf(someone.userId as UserId)}/${folderOf(room as RoomId)}/inbox/`;

      test('what a person sends is in their inbox, and the agent is told at once', async () => {
        const { ann, bob, bot, agent, workspace } = await service();
        const chats = await Promise.all([chatOf(ann, bot), chatOf(bob, bot)]);
        await sendFile(ann, chats[0], { name: 'list.txt', content });
        await ann.message(chats[0], (m) => m.body === 'You said: (A file: list.txt)');
        await sendFile(bob, chats[1], { name: 'list.txt', content: Buffer.from('tea'), caption: 'what is missing?' });
        await bob.message(chats[1], (m) => m.body === 'You said: what is missing?');

        const came = agent.messages.map(({ text, attachments }) => ({ text, files: attachments as string[] }));
        const stamp = /\d{8}-\d{6}-(?=list\.txt$)/;
        expect(came.map(({ text, files }) => [text, files.map((file) => file.replace(stamp, ''))])).toEqual([
          ['(A file: list.txt)', [`${inboxOf(ann, chats[0])}list.txt`]],
          ['what is missing?', [`${inboxOf(bob, chats[1])}list.txt`]],
        ]);
        const found = came.flatMap(({ files }) =>
          files.map((file) => readFileSync(path.join(workspace, file), 'utf8')),
        );
        expect(found).toEqual([content.toString(), 'tea']);
      });

      test('it stays theirs: nobody else is sent it, also where the agent wants that', async () => {
        const { ann, bob, bot, agent } = await service();
        const chats = await Promise.all([chatOf(ann, bot), chatOf(bob, bot)]);
        await sendFile(ann, chats[0], { name: 'list.txt', content });
        await ann.message(chats[0], (m) => m.body === 'You said: (A file: list.txt)');
        const [file] = agent.messages[0]?.attachments as [string];

        await bob.say(chats[1], `send ${file}`);
        const refused = words({ key: 'files were not sent', files: [{ path: file, why: 'outside' }] });
        await bob.message(chats[1], (m) => m.body === refused);
        await ann.say(chats[0], `send ${file}`);
        const sent = await ann.message(chats[0], (m) => m.sender === bot.userId && m.msgtype === 'm.file');
        expect(await contentOf(ann, sent)).toEqual(content);
        const files = bob.timeline(chats[1]).filter(({ msgtype }) => msgtype !== 'm.text' && msgtype !== 'm.notice');
        expect(files).toEqual([]);
      });
    });
  });
}

/** Answers a message with its own text; `send <path>`: sends that file too. */
const sendsWhatItIsTold: AgentScript = async (connection) => {
  connection.send(STATUS);
  const { text } = await connection.next();
  const [, file = null] = /^send (.*)$/.exec(String(text)) ?? [];
  connection.send(chunk(`You said: ${String(text)}`));
  if (file !== null) connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: file });
  connection.send(END);
};

const yourAgent = (agent: string, configured: boolean) => words({ key: 'your agent', agent, configured });

/** Accepts the invite to a room of that name and gives its id. */
async function enter(someone: Person, name: string): Promise<string> {
  const room = await someone.invite((invited) => invited.name === name);
  await someone.client.joinRoom(room);
  return room;
}

/** The bot leaves the room of the invite without a word. */
async function isDeclined(stranger: Person, bot: { userId: string }): Promise<void> {
  const room = await stranger.createDm(bot.userId);
  await stranger.waitFor(room, () => stranger.client.getRoom(room)?.getMember(bot.userId)?.membership === 'leave');
  expect(saidBy(bot, stranger, room)).toEqual([]);
}

/** What the bot said in the room, oldest first. */
function saidBy(bot: { userId: string }, someone: Person, room: string): string[] {
  return someone.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));
}

/** The rooms that the person is in or invited to besides these, sorted. */
function roomNames(someone: Person, besides: string[]): string[] {
  return someone.client
    .getRooms()
    .flatMap(({ roomId, name }) => (besides.includes(roomId) ? [] : [name]))
    .sort();
}
