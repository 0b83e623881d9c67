/** How a person gets a Space with chats, keeps it over invites, restarts and losses, and what others get. */
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { ID_KEY } from '../../src/matrix/content.ts';
import { markOf } from '../../src/matrix/room-templates.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { sql } from '../store/support.ts';
import { startCommand } from '../support/command.ts';
import { ready, restored, unlinked } from '../support/entry-words.ts';
import { greetingOf } from '../support/greeting.ts';
import type { Person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const greeting = (someone: Person, facts = {}) => greetingOf(someone, 'a', { inSpace: true, ...facts });
const words = (notice: Notice, via?: string) => renderNotice(en, via)(notice).body;

export function describeOnboarding(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`people and rooms on ${name}`, () => {
    const world = createWorld(start);
    const serverName = () => world.homeserver().serverName;

    /** The Spaces and the other rooms that the person is in or invited to, besides the entry rooms. */
    function roomsOf(someone: Person, entries: string[]) {
      const rooms = someone.client.getRooms().filter((room) => !entries.includes(room.roomId));
      const spaces = rooms.filter((room) => room.isSpaceRoom());
      const chats = rooms.filter((room) => !room.isSpaceRoom());
      return { spaces, chats, names: chats.map((room) => room.name).sort() };
    }

    /** Accepts the invite to a room of that name and gives its id. */
    async function enter(someone: Person, chat: string): Promise<string> {
      const room = await someone.invite((invited) => invited.name === chat);
      await someone.client.joinRoom(room);
      return room;
    }

    test('a new person gets a Space, a first chat and a greeting; !new makes another', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      await someone.client.setDisplayName('Ann  of the Garden\u202e');
      const entry = await someone.createDm(bot.userId);
      await someone.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      const chat = await enter(someone, 'Chat 1');
      await someone.message(chat, (m) => m.body === greeting(someone, { name: 'Ann of the Garden' }));
      await someone.say(chat, 'hello');
      await someone.message(chat, (m) => m.body === 'You said: hello');
      await someone.say(chat, '!new Holidays\n\nWhere shall we go?');
      await someone.message(chat, (m) => unlinked(m.body) === ready('Holidays', 2));
      const holidays = await enter(someone, 'Holidays');
      await someone.message(holidays, (m) => m.body === 'You said: Where shall we go?');
      await someone.say(holidays, 'sea or mountains?');
      await someone.message(holidays, (m) => m.body === 'You said: sea or mountains?');
      const [first, second] = agent.connections.map(({ contextId }) => contextId);
      expect(second).not.toBe(first);
      const { spaces } = roomsOf(someone, [entry]);
      expect(spaces.map(({ name }) => name)).toEqual(["Ann of the Garden's agents"]);
    });

    test('a second invite and words in the entry room restore access and make nothing new', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const entry = await someone.createDm(bot.userId);
      const chat = await enter(someone, 'Chat 1');
      await someone.message(entry, (m) => m.sender === bot.userId);
      await someone.client.leave(chat);
      await someone.say(entry, 'where is my chat?');
      await someone.message(entry, (m) => unlinked(m.body) === restored(1, ['Chat 1']));
      await enter(someone, 'Chat 1');
      const again = await someone.createDm(bot.userId);
      await someone.message(again, (m) => unlinked(m.body) === restored(0, ['Chat 1']));
      const { spaces, names } = roomsOf(someone, [entry, again]);
      expect({ spaces: spaces.length, names }).toEqual({ spaces: 1, names: ['Chat 1'] });
    });

    test('an entry room says what can be written there, and who answers in the chats', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const entry = await someone.createDm(bot.userId);
      const { body } = await someone.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      const chat = (await enter(someone, 'Chat 1')) as never;
      expect(body).toBe(words({ key: 'chat is ready', chat: 'Chat 1', number: 1, room: chat }, serverName()));
      expect(body).toContain(`?via=${encodeURIComponent(serverName())})`);
      await someone.say(entry, '!help');
      const help = words({ key: 'help', inSpace: true, entry: true });
      await someone.message(entry, (m) => m.body === help);
      expect(help).not.toMatch(/just write|!stop/i);
      await someone.say(entry, '!agent');
      const answers = { key: 'your agent', agent: 'a', configured: true, entry: true } as const;
      await someone.message(entry, (m) => m.body === words(answers));
      await someone.say(entry, 'hello?');
      const where = await someone.message(entry, (m) => unlinked(m.body) === restored(0, ['Chat 1']));
      expect(where.body).toContain(`?via=${encodeURIComponent(serverName())})`);
      expect(where.body).not.toMatch(/invit/i);
      expect(agent.messages).toEqual([]);
    });

    test('an encrypted entry room leads to the chat, and offers nothing that could not be read', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const algorithm = { algorithm: 'm.megolm.v1.aes-sha2' };
      const entry = await someone.createRoom({
        invite: [bot.userId],
        is_direct: true,
        initial_state: [{ type: 'm.room.encryption', state_key: '', content: algorithm }],
      });
      const { body } = await someone.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1, true));
      const chat = await enter(someone, 'Chat 1');
      const made = { key: 'chat is ready', chat: 'Chat 1', number: 1, room: chat as never, encrypted: true } as const;
      expect(body).toBe(words(made, serverName()));
      expect(body).not.toContain('`!new` here');
      await someone.say(chat, 'hello');
      await someone.message(chat, (m) => m.body === 'You said: hello');
      expect(someone.timeline(entry).filter((m) => m.sender === bot.userId)).toHaveLength(1);
    });

    test('chats are listed, renamed, archived and brought back', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      await someone.createDm(bot.userId);
      const chat = await enter(someone, 'Chat 1');
      await someone.message(chat, (m) => m.sender === bot.userId);
      await someone.say(chat, '!rename Garden');
      await someone.message(chat, (m) => m.body === words({ key: 'chat is renamed', chat: 'Garden' }));
      await someone.say(chat, '!chats');
      const line = { number: 1, name: 'Garden', archived: false, room: chat as never };
      await someone.message(chat, (m) => m.body === words({ key: 'chats', chats: [line], archived: 0 }, serverName()));
      await someone.say(chat, '!archive');
      await someone.message(chat, (m) => m.body === words({ key: 'chat is archived', chat: 'Garden', number: 1 }));
      await someone.say(chat, '!chats all');
      await someone.message(
        chat,
        (m) => m.body === words({ key: 'chats', chats: [{ ...line, archived: true }], archived: 0 }, serverName()),
      );
      await someone.say(chat, '!unarchive 1');
      await someone.message(chat, (m) => m.body === words({ key: 'chat is unarchived', chat: 'Garden', number: 1 }));
      await someone.say(chat, '!unarchive 9');
      await someone.message(chat, (m) => m.body === words({ key: 'no such chat' }));
      await someone.say(chat, '!whoami');
      await someone.message(chat, (m) => m.body === words({ key: 'you are', person: someone.userId as never }));
      await someone.say(chat, '!agent');
      await someone.message(chat, (m) => m.body === words({ key: 'your agent', agent: 'a', configured: true }));
    });

    test('a stranger is declined, a bystander is told once, a refused person hears whom to ask', async () => {
      const agent = await world.agent(scripts.echo);
      const someone = await world.person();
      const stranger = await world.person();
      const refused = await world.person();
      const bot = await world.bot({
        agents: { a: agent.url },
        userAgents: { [someone.userId]: 'a' },
        access: { allowed: [refused.userId], unmapped: 'deny', contact: 'Ask Ann.', denyRepeat: 'once' },
      });
      const declined = await stranger.createDm(bot.userId);
      await stranger.waitFor(
        declined,
        () => stranger.client.getRoom(declined)?.getMember(bot.userId)?.membership === 'leave',
      );
      const closed = await refused.createDm(bot.userId);
      await refused.message(closed, (m) => m.body === words({ key: 'no agent for you', contact: 'Ask Ann.' }));
      await refused.say(closed, 'please');
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.body === greeting(someone, { inSpace: false }));
      await someone.client.invite(room, stranger.userId);
      await stranger.client.joinRoom(room);
      await stranger.say(room, 'let me in');
      await someone.message(room, (m) => m.body === words({ key: 'only for', person: someone.userId as never }));
      await stranger.say(room, 'please');
      await someone.say(room, 'hello');
      await someone.message(room, (m) => m.body === 'You said: hello');
      expect(agent.messages.map(({ text }) => text)).toEqual(['hello']);
      expect(someone.timeline(room).filter((m) => m.sender === bot.userId)).toHaveLength(3);
    });

    test('a guest who gives their own chat the next aliases does not get the new chat of the host', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const [host, guest] = [await world.person('host'), await world.person('guest')];
      await guest.createDm(bot.userId);
      const theirs = await enter(guest, 'Chat 1');
      await guest.message(theirs, (m) => m.body === greeting(guest));
      const entry = await host.createDm(bot.userId);
      await host.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      const chat = await enter(host, 'Chat 1');
      await host.client.invite(chat, guest.userId);
      await guest.client.joinRoom(chat);
      await host.say(chat, '!whoami');
      const { raw } = await guest.message(
        chat,
        (m) => m.body === words({ key: 'you are', person: host.userId as never }),
      );
      const [, origin, sequence] = /^(.*)\.(\d+)$/.exec(String(raw.content?.[ID_KEY])) ?? [];
      for (let next = Number(sequence) + 1; next <= Number(sequence) + 9; next++) {
        const alias = `#${markOf(`${origin}.${next}`)}:${world.homeserver().serverName}`;
        await guest.client.createAlias(alias, theirs);
      }
      const asked = await host.say(chat, '!new Holidays');
      await host.message(chat, (m) => m.raw.content?.['org.roomkeeper.answers'] === asked, { timeout: 50_000 });
      await guest.say(theirs, 'is anybody else here?');
      await guest.message(theirs, (m) => m.body === 'You said: is anybody else here?');
      const members = guest.client.getRoom(theirs)?.getMembers() ?? [];
      expect(members.map(({ userId }) => userId).sort()).toEqual([bot.userId, guest.userId].sort());
      expect(host.client.getRoom(theirs)).toBeNull();
    });

    /** Every process dies at its n-th such moment, so that the work goes on by few steps each time, some done twice. */
    test.each([
      { boundary: 'effect acknowledged', nths: [1], least: 8 },
      { boundary: 'effect sent', nths: [1, 2, 3, 8], least: 3 },
    ] as const)(
      'a bot that is killed again and again, at $boundary, ends with one Space and one chat',
      async ({ boundary, nths, least }) => {
        const agent = await world.agent(scripts.echo);
        const bot = await world.killableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
        const someone = await world.person();
        const first = bot.start();
        await first.running;
        let kills = 0;
        const crash = () => ({ boundary, nth: nths[kills % nths.length] ?? 1 });
        await first.arm(crash());
        const entry = await someone.createDm(bot.userId);
        const isMade = someone
          .message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1), {
            timeout: 120_000,
          })
          .then(() => 'ready');
        let current = first;
        while ((await Promise.race([current.ended, isMade])) === 'SIGKILL') {
          expect(++kills).toBeLessThan(40);
          current = bot.start(crash());
        }
        await current.kill();
        expect(kills).toBeGreaterThanOrEqual(least);
        const last = bot.start();
        await last.running;
        const chat = await enter(someone, 'Chat 1');
        await someone.message(chat, (m) => m.body === greeting(someone));
        await someone.say(chat, 'hello');
        await someone.message(chat, (m) => m.body === 'You said: hello');
        const said = someone.timeline(chat).filter((m) => m.sender === bot.userId);
        expect(said.map(({ body }) => body)).toEqual([greeting(someone), 'You said: hello']);
        await someone.say(chat, '!new');
        await enter(someone, 'Chat 2');
        const { spaces, names } = roomsOf(someone, [entry]);
        expect({ spaces: spaces.length, names }).toEqual({ spaces: 1, names: ['Chat 1', 'Chat 2'] });
      },
      180_000,
    );

    test('the loss of the whole state folder leaves one Space, the same numbers and working chats', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.killableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const first = bot.start();
      await first.running;
      const entry = await someone.createDm(bot.userId);
      const chat = await enter(someone, 'Chat 1');
      await someone.say(chat, '!new');
      const two = await enter(someone, 'Chat 2');
      await someone.say(chat, '!archive');
      await someone.message(chat, (m) => m.body === words({ key: 'chat is archived', chat: 'Chat 1', number: 1 }));
      await someone.say(two, 'before');
      await someone.message(two, (m) => m.body === 'You said: before');
      const before = agent.connections.at(-1)?.contextId;
      await first.kill();
      await rm(bot.stateDir, { recursive: true });
      await someone.say(two, 'while it was away');
      const second = bot.start();
      await second.running;
      await someone.message(two, (m) => m.body === words({ key: 'memory was lost' }));
      await someone.say(two, 'after');
      await someone.message(two, (m) => m.body === 'You said: after');
      expect(agent.connections.at(-1)?.contextId).toBe(before);
      await someone.say(two, '!chats all');
      await someone.message(two, (m) => m.body.includes('Chat 1') && m.body.includes('Chat 2'));
      await someone.say(two, '!new');
      await someone.message(two, (m) => unlinked(m.body) === ready('Chat 3', 3));
      await enter(someone, 'Chat 3');
      const { spaces, names } = roomsOf(someone, [entry]);
      expect({ spaces: spaces.length, names }).toEqual({ spaces: 1, names: ['Chat 1', 'Chat 2', 'Chat 3'] });
    });

    test('the loss of what is known of people alone leaves one Space and the same numbers', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.killableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const first = bot.start();
      await first.running;
      const entry = await someone.createDm(bot.userId);
      const chat = await enter(someone, 'Chat 1');
      await someone.message(chat, (m) => m.body === greeting(someone));
      await first.kill();
      sql(bot.stateDir, 'DELETE FROM people');
      const second = bot.start();
      await second.running;
      await someone.say(chat, '!new');
      await enter(someone, 'Chat 2');
      const { spaces, names } = roomsOf(someone, [entry]);
      expect({ spaces: spaces.length, names }).toEqual({ spaces: 1, names: ['Chat 1', 'Chat 2'] });
    });

    test('a state folder serves one account only', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.killableBot({ agents: { a: agent.url } });
      const first = bot.start();
      await first.running;
      await first.kill('SIGTERM');
      const other = world.bot({ agents: { a: agent.url }, stateDir: bot.stateDir });
      await expect(other).rejects.toThrow(`belongs to ${bot.userId}`);
    });

    test('a homeserver that forgot how far the bot has read loses no word unnoticed', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.killableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      const someone = await world.person();
      const first = bot.start();
      await first.running;
      await someone.createDm(bot.userId);
      const chat = await enter(someone, 'Chat 1');
      await someone.message(chat, (m) => m.body === greeting(someone));
      expect(await first.kill('SIGTERM')).toBe('0');
      await someone.say(chat, 'while it was away');
      sql(bot.stateDir, "UPDATE host SET record = json_set(record, '$.syncPosition', 'of another homeserver')");
      const service = startCommand(['start'], {
        MATRIX_HOMESERVER: world.homeserver().url,
        MATRIX_USER_ID: bot.userId,
        MATRIX_PASSWORD: 'secret',
        MATRIX_PLATFORM_BACKEND: 'mock',
        STATE_DIR: bot.stateDir,
      });
      world.later(() => service.kill('SIGKILL'));
      await someone.message(chat, (m) => m.body === words({ key: 'memory was lost' }));
      await someone.say(chat, '!chats');
      await someone.message(chat, (m) => m.body.startsWith('Your chats:'));
      service.kill('SIGTERM');
      expect((await service.finished).code).toBe(0);
    });
  });
}
