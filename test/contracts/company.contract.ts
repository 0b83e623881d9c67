/** Rooms that are public or have others in them when the bot comes: nobody's chat, unless the operator lets them be. */
import { Preset } from 'matrix-js-sdk';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { greetingOf } from '../support/greeting.ts';
import { operator } from '../support/operator.ts';
import type { Person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const goElsewhere = words({ key: 'others are here' });

/** What makes a room one of several, by what its person does when they make it. */
const kinds = {
  'anybody may join': (_: Person) => ({ preset: Preset.PublicChat }),
  'anybody may read': (_: Person) => ({
    initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } }],
  }),
  'somebody else is invited': (friend: Person) => ({ invite: [friend.userId] }),
};

export function describeCompany(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`rooms of several on ${name}`, () => {
    const world = createWorld(start);

    async function service(groups: 'decline' | 'accept', mode: 'spaces' | 'dm' = 'dm') {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode, groups } });
      const [ann, friend] = await Promise.all([world.person(), world.person()]);
      const said = (by: Person, room: string) =>
        by.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));
      return { agent, bot, ann, friend, said };
    }

    async function isOut(person: Person, room: string, bot: string) {
      return person.waitFor(room, () => person.client.getRoom(room)?.getMember(bot)?.membership === 'leave');
    }

    test.each(Object.entries(kinds))(
      '%s: the bot says where to go and leaves, and nobody is asked',
      async (_, kind) => {
        const { bot, ann, friend, said, agent } = await service('decline', 'spaces');
        const room = await ann.createRoom({ ...kind(friend), name: 'Ours' });
        await ann.say(room, 'not for the bot');
        await ann.client.invite(room, bot.userId);
        await isOut(ann, room, bot.userId);
        const member = await ann.client.getStateEvent(room, 'm.room.member', bot.userId);
        expect(member['reason']).toBe(en.farewells['others are in the room']);
        expect(said(ann, room).every((body) => body === goElsewhere)).toBe(true);
        // No Space was made for it: that comes with a room of their own.
        const own = await ann.createDm(bot.userId);
        await ann.message(own, (m) => m.sender === bot.userId);
        expect(said(ann, own)[0]).toContain('Chat 1');
        expect(agent.messages).toEqual([]);
      },
    );

    test('a public room of somebody who has a chat: they read why there', async () => {
      const { bot, ann, said } = await service('decline');
      const home = await ann.createDm(bot.userId);
      await ann.message(home, (m) => m.sender === bot.userId);
      const room = await ann.createRoom({ preset: Preset.PublicChat, invite: [bot.userId] });
      await ann.message(home, (m) => m.body.includes('didn’t join'));
      expect(said(ann, room)).toEqual([]);
    });

    test('a room that the bot is put into by nobody known says once where to go', async () => {
      const { bot, ann, friend, said, agent } = await service('decline');
      const room = await ann.createRoom({ preset: Preset.PublicChat });
      const boss = await operator(world.homeserver().url, bot.userId, 'secret');
      await boss.post(`/join/${encodeURIComponent(room)}`);
      await friend.client.joinRoom(room);
      await ann.say(room, 'hello all');
      await ann.message(room, (m) => m.body === goElsewhere);
      await friend.say(room, 'hello Ann');
      await friend.say(room, '!help');
      await ann.say(room, `${bot.userId}: and you?`);
      await ann.say(room, `last`);
      await friend.say(room, `${bot.userId}: hello?`);
      await ann.message(room, (m) => m.body === goElsewhere && said(ann, room).length === 2);
      expect(said(ann, room)).toEqual([goElsewhere, goElsewhere]);
      expect(agent.messages).toEqual([]);
    });

    test('where the operator lets it be, the bot hears what its person says to it, and nothing else', async () => {
      const { bot, ann, friend, said, agent } = await service('accept');
      const room = await ann.createRoom({ invite: [bot.userId, friend.userId] });
      await friend.client.joinRoom(room);
      const greeting = greetingOf(ann, 'a', { company: true });
      await ann.message(room, (m) => m.body === greeting);
      await ann.say(room, 'what do you think, friend?');
      await friend.say(room, '!stop');
      await friend.say(room, 'no idea');
      await ann.say(room, `${bot.userId}: what do you think?`);
      await ann.message(room, (m) => m.body === 'You said: what do you think?');
      await ann.say(room, '!whoami');
      await ann.message(room, (m) => m.body === words({ key: 'you are', person: ann.userId as never }));
      await friend.say(room, `${bot.userId}: and I?`);
      await ann.message(room, (m) => m.body === words({ key: 'only for', person: ann.userId as never }));
      expect(said(ann, room)).toHaveLength(4);
      expect(agent.messages).toHaveLength(1);
      const { eventId } = await ann.message(room, (m) => m.body === 'You said: what do you think?');
      const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: eventId } } };
      await ann.client.sendEvent(
        room,
        'm.room.message' as never,
        { msgtype: 'm.text', body: 'why?', ...reply } as never,
      );
      await ann.message(room, (m) => m.body === 'You said: why?');
    });

    test('where the chats of its person are is said among others without what they are called', async () => {
      const { bot, ann, friend, said } = await service('accept', 'spaces');
      const room = await ann.createRoom({ invite: [bot.userId, friend.userId] });
      await friend.client.joinRoom(room);
      await ann.message(room, (m) => m.body.includes('Chat 1'));
      await ann.say(room, '!new Divorce');
      await ann.message(room, (m) => m.body.includes('number 2'));
      await ann.say(room, `${bot.userId}: where was that?`);
      await ann.message(room, (m) => m.body.includes('I don’t answer here'));
      expect(said(ann, room).at(-1)).toBe(
        'I don’t answer here, but in your chats, over in your Space. Want another one? Write `!new` here.',
      );
    });

    test.each<object>([{}, { history_visibility: null }, { history_visibility: ['world_readable'] }])(
      'a room whose rules say nothing that can be read is its person’s: %j',
      async (content) => {
        const { bot, ann } = await service('decline');
        const initial_state = [{ type: 'm.room.history_visibility', content }];
        const room = await ann.createRoom({ invite: [bot.userId], initial_state });
        await ann.say(room, 'hello?');
        await ann.message(room, (m) => m.body === 'You said: hello?');
      },
    );

    test('a chat that is shared with others later stays one', async () => {
      const { bot, ann, friend } = await service('decline');
      const room = await ann.createDm(bot.userId);
      await ann.message(room, (m) => m.sender === bot.userId);
      await ann.client.invite(room, friend.userId);
      await friend.client.joinRoom(room);
      await ann.say(room, 'still here?');
      await ann.message(room, (m) => m.body === 'You said: still here?');
    });
  });
}
