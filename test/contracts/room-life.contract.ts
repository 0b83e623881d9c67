/** What becomes of a person's rooms when people leave, are removed, rename, replace, encrypt or delete them. */
import type { IEvent } from 'matrix-js-sdk';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { greetingOf } from '../support/greeting.ts';
import { http } from '../support/matrix-http.ts';
import { operator } from '../support/operator.ts';
import { EventType, type Person } from '../support/people.ts';
import { chunk, END, scripts, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { until } from '../support/until.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { ready, restored, unlinked } from '../support/entry-words.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice, via?: string) => renderNotice(en, via)(notice).body;
const greeting = (someone: Person) => greetingOf(someone, 'a', { inSpace: true });
const line = (number: number, name: string, room: string) => ({ number, name, archived: false, room: room as never });
const LONG = 'take your time';

/** Answers with the text itself, but for one text only begins. */
const slowOnce: AgentScript = async (connection) => {
  connection.send(STATUS);
  for (;;) {
    const { text } = await connection.next();
    connection.send(chunk(`You said: ${String(text)}`));
    if (text !== LONG) connection.send(END);
  }
};

/** The event that a message of the bot answers. */
const answered = (event: Partial<IEvent>) => event.content?.['org.roomkeeper.answers'] as unknown;

/** `roomVersion`: of the rooms that this homeserver makes; `presences`: where the bot is when something happens. */
export function describeRoomLife(
  name: string,
  roomVersion: '11' | '12',
  presences: ('there' | 'away')[],
  start: () => Promise<TestHomeserver>,
): void {
  describe(`the life of a room on ${name}`, () => {
    const world = createWorld(start);

    async function enter(someone: Person, chat: string): Promise<string> {
      const room = await someone.invite((invited) => invited.name === chat);
      await someone.client.joinRoom(room);
      return room;
    }

    /** Says it to the bot, which answers with these words. */
    async function ask(someone: Person, room: string, text: string, answer: string): Promise<void> {
      await someone.say(room, text);
      await someone.message(room, (m) => unlinked(m.body) === unlinked(answer));
    }

    /** Of the bot's own in the room, oldest first. */
    const saidBy = (bot: { userId: string }, someone: Person, room: string) =>
      someone.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));

    /** A person with a Space and one chat in it, and whoever has the bot's account besides. */
    async function settle(script: AgentScript = scripts.echo) {
      const agent = await world.agent(script);
      const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      await bot.start();
      const someone = await world.person();
      const boss = await operator(world.homeserver().url, bot.userId, 'secret');
      const entry = await someone.createDm(bot.userId);
      const space = await someone.invite((room) => room.isSpaceRoom());
      await someone.client.joinRoom(space);
      const chat = await enter(someone, 'Chat 1');
      await someone.message(chat, (m) => m.body === greeting(someone));
      await someone.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      return { agent, bot, someone, boss, entry, space, chat };
    }

    /** The person removes the bot; where nobody is above a room's creator it leaves at another client. */
    async function removeBot({ bot, boss, someone }: Pick<Home, 'bot' | 'boss' | 'someone'>, room: string) {
      if (roomVersion === '12') return boss.post(`/rooms/${encodeURIComponent(room)}/leave`);
      await boss.setPower(room, { [someone.userId]: 100, [bot.userId]: 0 });
      return someone.client.kick(room, bot.userId);
    }

    type Home = Awaited<ReturnType<typeof settle>>;

    describe.each(presences)('while the bot is %s', (presence) => {
      /** The bot sees `change` happen, or finds it when it comes back and syncs on. */
      async function meanwhile({ bot }: Pick<Home, 'bot'>, change: () => Promise<unknown>) {
        if (presence === 'there') return void (await change());
        await bot.stop();
        await change();
        await bot.start();
      }

      test('a person who leaves a chat is not invited again until they come to the entry room', async () => {
        const home = await settle(slowOnce);
        const { agent, someone, boss, entry, chat } = home;
        await someone.say(chat, LONG);
        await until(() => agent.messages.length === 1);
        await meanwhile(home, () => someone.client.leave(chat));
        await agent.connections[0]?.closed;
        await ask(someone, entry, 'where is my chat?', restored(1, ['Chat 1']));
        expect(await enter(someone, 'Chat 1')).toBe(chat);
        await ask(someone, chat, 'hello', 'You said: hello');
        expect(agent.messages.map(({ text }) => text)).toEqual([LONG, 'hello']);
        expect(await boss.memberships(chat, someone.userId)).toEqual(['invite', 'join', 'leave', 'invite', 'join']);
      });

      test('a person who is banned from a chat stays out of it until the ban is lifted', async () => {
        const home = await settle(slowOnce);
        const { agent, someone, boss, entry, chat } = home;
        const moderator = await world.person();
        await someone.client.invite(chat, moderator.userId);
        await moderator.client.joinRoom(chat);
        await boss.setPower(chat, { [moderator.userId]: 100 });
        await someone.say(chat, LONG);
        await until(() => agent.messages.length === 1);
        await meanwhile(home, () => moderator.client.ban(chat, someone.userId));
        await agent.connections[0]?.closed;
        await ask(someone, entry, '!new', ready('Chat 2', 2));
        await ask(someone, await enter(someone, 'Chat 2'), 'still here', 'You said: still here');
        expect(await boss.memberships(chat, someone.userId)).toEqual(['invite', 'join', 'ban']);
        await moderator.client.unban(chat, someone.userId);
        await ask(someone, entry, 'and the first?', restored(1, ['Chat 1', 'Chat 2']));
        expect(await enter(someone, 'Chat 1')).toBe(chat);
        await ask(someone, chat, 'hello', 'You said: hello');
      });

      // Nobody is above the creator of a room of version 12, and what its account does elsewhere is found at a start.
      test.runIf(roomVersion === '11' || presence === 'away')(
        'a chat that the bot is removed from drops out of the list, and its number is not given again',
        async () => {
          const home = await settle();
          const { someone, entry, chat } = home;
          await meanwhile(home, () => removeBot(home, chat));
          await ask(someone, entry, '!new', ready('Chat 2', 2));
          const second = await enter(someone, 'Chat 2');
          await ask(
            someone,
            second,
            '!chats',
            words({ key: 'chats', chats: [line(2, 'Chat 2', second)], archived: 0 }),
          );
        },
      );

      test('a bot that is removed from the Space makes another for all chats when it next makes one', async () => {
        const home = await settle();
        const { someone, boss, space, chat } = home;
        await meanwhile(home, () => removeBot(home, space));
        await ask(someone, chat, 'hello', 'You said: hello');
        await ask(someone, chat, '!new', ready('Chat 2', 2));
        const another = await someone.invite((room) => room.isSpaceRoom());
        await someone.client.joinRoom(another);
        const second = await enter(someone, 'Chat 2');
        await until(async () => (await boss.childrenOf(another)).length === 2);
        expect(await boss.childrenOf(another)).toEqual([chat, second].sort());
        await ask(someone, second, '!new', ready('Chat 3', 3));
        const third = await enter(someone, 'Chat 3');
        expect(await boss.childrenOf(another)).toEqual([chat, second, third].sort());
      });

      test('a bot that is removed from the entry room comes back on a new invite', async () => {
        const home = await settle();
        const { bot, someone, chat } = home;
        const there = restored(0, ['Chat 1']);
        const entry = await someone.createRoom({ invite: [bot.userId] });
        await someone.message(entry, (m) => unlinked(m.body) === there);
        const inviteAgain = () => someone.client.invite(entry, bot.userId);
        await meanwhile(home, async () => {
          await someone.client.kick(entry, bot.userId);
          if (presence === 'away') await inviteAgain();
        });
        await ask(someone, chat, 'hello', 'You said: hello');
        if (presence === 'there') await inviteAgain();
        await someone.waitFor(entry, () => saidBy(bot, someone, entry).length === 2);
        expect(saidBy(bot, someone, entry).map(unlinked)).toEqual([there, there]);
        const other = await someone.createDm(bot.userId);
        await someone.message(other, (m) => unlinked(m.body) === there);
      });

      test('a chat that its person renames has that name in the list and the marker', async () => {
        const home = await settle();
        const { someone, boss, chat } = home;
        await meanwhile(home, () => someone.client.setRoomName(chat, 'Garden'));
        await until(async () => (await boss.marker(chat))?.['name'] === 'Garden');
        const list = (called: string) => words({ key: 'chats', chats: [line(1, called, chat)], archived: 0 });
        await ask(someone, chat, '!chats', list('Garden'));
        await ask(someone, chat, '!rename Pond', words({ key: 'chat is renamed', chat: 'Pond' }));
        await until(async () => (await boss.marker(chat))?.['name'] === 'Pond');
        await someone.waitFor(chat, () => someone.client.getRoom(chat)?.name === 'Pond');
        await ask(someone, chat, '!chats', list('Pond'));
      });

      test.each(['at once', 'when it waits at the door'] as const)(
        'a room that replaces a chat, to which the bot is invited %s, goes on as that chat',
        async (when) => {
          const home = await settle();
          const { agent, bot, someone, boss, space, chat } = home;
          await ask(someone, chat, 'before', 'You said: before');
          const before = await boss.marker(chat);
          await boss.setPower(chat, { [someone.userId]: 100 });
          let replacement = '';
          const letIn = () => someone.client.invite(replacement, bot.userId);
          await meanwhile(home, async () => {
            ({ replacement_room: replacement } = await someone.client.upgradeRoom(chat, '12'));
            if (when === 'at once') await letIn();
          });
          if (when !== 'at once') {
            await until(() => bot.lines().some(({ fields }) => 'call' in fields && fields.call === 'join'));
            await letIn();
          }
          await someone.message(replacement, (m) => m.body === greeting(someone));
          await ask(someone, replacement, 'after', 'You said: after');
          const contexts = agent.connections.map(({ contextId }) => contextId);
          expect(contexts).toEqual([before?.['contextId'], before?.['contextId']]);
          expect(await boss.marker(replacement)).toEqual(before);
          const list = words(
            { key: 'chats', chats: [line(1, 'Chat 1', replacement)], archived: 0 },
            world.homeserver().serverName,
          );
          await ask(someone, replacement, '!chats', list);
          expect(saidBy(bot, someone, replacement)).toEqual([greeting(someone), 'You said: after', list]);
          expect(await boss.childrenOf(space)).toContain(replacement);
          expect((await boss.state(chat, 'm.room.tombstone'))?.['replacement_room']).toBe(replacement);
        },
      );

      test.runIf(roomVersion === '11')(
        'a bot that loses its power says that it cannot rename, and the conversation goes on',
        async () => {
          const home = await settle();
          const { bot, someone, boss, chat } = home;
          const { events } = (await boss.state(chat, 'm.room.power_levels')) as { events: object };
          const more = { events: { ...events, 'm.room.name': 50 } };
          await meanwhile(home, () => boss.setPower(chat, { [someone.userId]: 100, [bot.userId]: 0 }, more));
          await ask(someone, chat, '!rename Garden', words({ key: 'name could not be set', code: 'M_FORBIDDEN' }));
          await ask(someone, chat, 'hello', 'You said: hello');
          await ask(someone, chat, '!chats', words({ key: 'chats', chats: [line(1, 'Chat 1', chat)], archived: 0 }));
        },
      );

      test('a room that gets encrypted, or was when the bot came, is told plainly and once', async () => {
        const home = await settle();
        const { agent, bot, someone, boss, chat } = home;
        const algorithm = { algorithm: 'm.megolm.v1.aes-sha2' as const };
        // Without means to encrypt js-sdk refuses to write into these rooms.
        const wire = http(world.homeserver().url, someone.client.getAccessToken() ?? '');
        let sent = 0;
        const send = (room: string, type: string, content: object) =>
          wire.put(`/rooms/${encodeURIComponent(room)}/send/${type}/e${++sent}`, content);
        const notice = words({ key: 'room is encrypted' });
        const you = words({ key: 'you are', person: someone.userId as never });
        await boss.setPower(chat, { [someone.userId]: 100 });
        let closed = '';
        await meanwhile(home, async () => {
          await someone.client.sendStateEvent(chat, EventType.RoomEncryption, algorithm);
          await send(chat, 'm.room.encrypted', { ...algorithm, ciphertext: 'unreadable' });
          const encryption = { type: 'm.room.encryption', state_key: '', content: algorithm };
          closed = await someone.createRoom({ invite: [bot.userId], initial_state: [encryption] });
        });
        await someone.message(closed, (m) => m.sender === bot.userId);
        // An entry room leads to the chat instead.
        const told: [string, string[]][] = [
          [chat, [greeting(someone), notice, you]],
          [closed, [restored(0, ['Chat 1'], true), you]],
        ];
        for (const [room, said] of told) {
          await send(room, 'm.room.encrypted', { ...algorithm, ciphertext: 'unreadable' });
          await send(room, 'm.room.encrypted', { ...algorithm, ciphertext: 'unreadable' });
          await send(room, 'm.room.message', { msgtype: 'm.text', body: '!whoami' });
          await someone.message(room, (m) => m.body === you);
          expect(saidBy(bot, someone, room).map(unlinked)).toEqual(said);
        }
        expect(agent.connections).toEqual([]);
      });

      test('a bystander is told once whose room it is, and the agent hears nothing of them', async () => {
        const home = await settle();
        const { agent, bot, someone, chat } = home;
        const guest = await world.person();
        await meanwhile(home, async () => {
          await someone.client.invite(chat, guest.userId);
          await guest.client.joinRoom(chat);
          await guest.say(chat, 'may I?');
          await guest.say(chat, '!clear');
          await guest.client.leave(chat);
        });
        await ask(someone, chat, 'hello', 'You said: hello');
        const told = words({ key: 'only for', person: someone.userId as never });
        expect(saidBy(bot, someone, chat)).toEqual([greeting(someone), told, 'You said: hello']);
        expect(agent.messages.map(({ text }) => text)).toEqual(['hello']);
      });
    });

    /** Asks until the chat server is not in the way; gives what the bot says at last. */
    async function makeAnother({ userId }: { userId: string }, someone: Person, entry: string): Promise<string> {
      const refused = words({ key: 'chat could not be made', code: 'M_FORBIDDEN' });
      for (;;) {
        const asked = await someone.say(entry, '!new');
        const { body } = await someone.message(entry, (m) => m.sender === userId && answered(m.raw) === asked);
        if (body !== refused) return body;
      }
    }

    test('a Space that everybody leaves at any step of the making of a chat is replaced by another', async () => {
      const { bot, someone, boss, entry, ...first } = await settle();
      await bot.stop();
      let atStep = 0;
      let leaving: Promise<unknown> = Promise.resolve();
      let { space } = first;
      await bot.start(
        {},
        {
          reach(boundary) {
            if (boundary !== 'effect about to be sent' || --atStep !== 0) return;
            leaving = Promise.all([
              boss.post(`/rooms/${encodeURIComponent(space)}/leave`),
              someone.client.leave(space),
            ]);
          },
        },
      );
      const chats = [first.chat];
      const make = async () => {
        const number = chats.length + 1;
        expect(unlinked(await makeAnother(bot, someone, entry))).toBe(ready(`Chat ${number}`, number));
        await leaving;
        chats.push(await enter(someone, `Chat ${number}`));
      };
      const invitedTo = () =>
        someone.client.getRooms().find((room) => room.isSpaceRoom() && room.getMyMembership() === 'invite')?.roomId;
      for (const step of [1, 2, 3, 4, 5, 6]) {
        atStep = step;
        await make();
        // Lost when nothing of the chat needed it any more: the next one does.
        if (invitedTo() === undefined) await make();
        space = invitedTo() ?? '';
        await someone.client.joinRoom(space);
        await until(async () => (await boss.childrenOf(space)).length === chats.length);
        expect(await boss.childrenOf(space)).toEqual(chats.toSorted());
      }
      const { joined_rooms: joined } = await boss.get<{ joined_rooms: string[] }>('/joined_rooms');
      expect(joined.toSorted()).toEqual([entry, space, ...chats].sort());
    });
  });
}
