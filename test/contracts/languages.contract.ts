/** In which language people are spoken to: what the operator says, and what each of them chooses. */
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Language } from '../../machines/language.ts';
import type { Notice } from '../../machines/notices.ts';
import { catalogue } from '../../src/text/catalogue.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { greetingOf } from '../support/greeting.ts';
import { operator } from '../support/operator.ts';
import type { Person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import { until } from '../support/until.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const { en, ru } = catalogue;

export function describeLanguages(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`languages on ${name}`, () => {
    const world = createWorld(start);
    const words = (language: Language, notice: Notice) =>
      renderNotice(catalogue[language], world.homeserver().serverName)(notice).body;

    async function ask(someone: Person, room: string, text: string, answer: string): Promise<void> {
      await someone.say(room, text);
      await someone.message(room, (m) => m.body === answer);
    }

    async function enter(someone: Person, called: string): Promise<string> {
      const room = await someone.invite((invited) => invited.name === called);
      await someone.client.joinRoom(room);
      return room;
    }

    /** Resolves when the bot has noted on the homeserver what is spoken in these rooms. */
    async function spoken(bot: string, language: Language, ...rooms: string[]): Promise<void> {
      const boss = await operator(world.homeserver().url, bot, 'secret');
      for (const room of rooms) await until(async () => (await boss.marker(room))?.['language'] === language);
    }

    const ready = (language: Language, chat: string, number: number, room: string) =>
      words(language, { key: 'chat is ready', chat, number, room: room as never });

    test('who chooses one reads it in all rooms, those of before and those made later, and nobody else does', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
      await bot.start();
      const [ann, bob] = [await world.person('ann'), await world.person('bob')];
      const entry = await ann.createDm(bot.userId);
      const chat = await enter(ann, 'Chat 1');
      await ann.message(chat, (m) => m.body === greetingOf(ann, 'a', { inSpace: true }));
      await ask(ann, chat, '!language', words('en', { key: 'language is' }));
      await ask(ann, chat, '!lang русский', words('ru', { key: 'language is chosen' }));
      await spoken(bot.userId, 'ru', chat, entry);
      await ask(ann, entry, '!help', words('ru', { key: 'help', inSpace: true, entry: true }));
      await ann.say(chat, '!new');
      const second = await enter(ann, 'Чат 2');
      await ann.message(chat, (m) => m.body === ready('ru', 'Чат 2', 2, second));
      expect(ann.client.getRoom(second)?.currentState.getStateEvents('m.room.topic', '')?.getContent()['topic']).toBe(
        ru.topics.chat(2, 'a'),
      );
      await ask(ann, second, '!start', greetingOf(ann, 'a', { inSpace: true }, ru));
      await ask(ann, second, 'привет', 'You said: привет');
      await bob.createDm(bot.userId);
      const bobs = await enter(bob, 'Chat 1');
      await bob.message(bobs, (m) => m.body === greetingOf(bob, 'a', { inSpace: true }));

      await bot.stop();
      await bot.start();
      for (const room of [chat, second]) await ask(ann, room, '!stop', words('ru', { key: 'nothing runs' }));
      await ask(bob, bobs, '!stop', words('en', { key: 'nothing runs' }));

      await bot.stop();
      await rm(bot.stateDir, { recursive: true });
      await bot.start();
      await ask(ann, second, '!retry', words('ru', { key: 'nothing to retry' }));
      await ask(ann, entry, '!whoami', words('ru', { key: 'you are', person: ann.userId as never }));
      await ann.say(entry, '!new');
      const third = await enter(ann, 'Чат 3');
      await ann.message(entry, (m) => m.body === ready('ru', 'Чат 3', 3, third));
      await ask(bob, bobs, '!retry', words('en', { key: 'nothing to retry' }));
    });

    test('the operator says which one it is for who has not chosen', async () => {
      const agent = await world.agent(scripts.echo);
      const [ann, stranger] = [await world.person('ann'), await world.person('stranger')];
      const bot = await world.bot({
        agents: { a: agent.url },
        onboarding: { mode: 'spaces' },
        language: 'ru',
        access: { allowed: [ann.userId] },
      });
      const declined = await stranger.createDm(bot.userId);
      const why = await stranger.waitFor(declined, () => stranger.farewell(declined, bot.userId));
      expect(why).toBe(ru.farewells['the person may not invite']);
      await ann.client.setDisplayName('Аня');
      const entry = await ann.createDm(bot.userId);
      await enter(ann, 'Аня: агенты');
      const chat = await enter(ann, 'Чат 1');
      await ann.message(entry, (m) => m.body === ready('ru', 'Чат 1', 1, chat));
      await ann.message(chat, (m) => m.body === greetingOf(ann, 'a', { inSpace: true, name: 'Аня' }, ru));
      await ask(ann, chat, '!language de', words('ru', { key: 'no such language', language: 'de' }));
      await ask(ann, entry, '!language en', words('en', { key: 'language is chosen' }));
      await spoken(bot.userId, 'en', chat, entry);
      await ann.say(chat, '!new');
      const second = await enter(ann, 'Chat 2');
      await ann.message(chat, (m) => m.body === ready('en', 'Chat 2', 2, second));
    });

    test('without a Space it holds in all rooms too', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.bot({ agents: { a: agent.url } });
      const ann = await world.person('ann');
      const [first, other] = [await ann.createDm(bot.userId), await ann.createDm(bot.userId)];
      for (const room of [first, other]) await ann.message(room, (m) => m.body === greetingOf(ann, 'a'));
      await ask(ann, first, '!language ru', words('ru', { key: 'language is chosen' }));
      await spoken(bot.userId, 'ru', first, other);
      await ask(ann, other, '!stop', words('ru', { key: 'nothing runs' }));
      const third = await ann.createDm(bot.userId);
      await ann.message(third, (m) => m.body === greetingOf(ann, 'a', {}, ru));
      expect(greetingOf(ann, 'a', {}, ru)).not.toBe(greetingOf(ann, 'a', {}, en));
    });
  });
}
