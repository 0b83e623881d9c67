/** Who is let in, and which agent answers whom: as the policy and the registry say, also when they change. */
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { ready, unlinked } from '../support/entry-words.ts';
import { greetingOf } from '../support/greeting.ts';
import type { Person } from '../support/people.ts';
import { chunk, END, scripts, type AgentScript } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

type Mode = 'spaces' | 'dm';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const CONTACT = 'Ask Ann.';
const refusal = words({ key: 'no agent for you', contact: CONTACT });
const greeting = (someone: Person, mode: Mode, agent: string, defaultAgent = false) =>
  greetingOf(someone, agent, { defaultAgent, inSpace: mode === 'spaces' });
const agentIs = (agent: string, configured: boolean) => words({ key: 'your agent', agent, configured });
const changedTo = (agent: string) => words({ key: 'agent changed', agent });
const youAre = ({ userId }: Person) => words({ key: 'you are', person: userId as never });

/** Answers with the name of the agent, whose memory has that name too. */
const named =
  (session: string): AgentScript =>
  async (connection) => {
    connection.send({ type: 'STATUS', session });
    for (;;) {
      const { text } = await connection.next();
      connection.send(chunk(`${session}: ${String(text)}`));
      connection.send(END);
    }
  };

export function describeAccess(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`access on ${name}`, () => {
    const world = createWorld(start);

    /** Says it to the bot, which answers with these words. */
    async function ask(someone: Person, room: string, text: string, answer: string): Promise<void> {
      await someone.say(room, text);
      await someone.message(room, (m) => unlinked(m.body) === unlinked(answer));
    }

    const saidBy = (bot: { userId: string }, someone: Person, room: string) =>
      someone.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));

    async function enter(someone: Person, chat: string): Promise<string> {
      const room = await someone.invite((invited) => invited.name === chat);
      await someone.client.joinRoom(room);
      return room;
    }

    /** Invites the bot and gives the room to talk to it, greeted in: the invite's own, or the first chat. */
    async function meet(someone: Person, bot: { userId: string }, mode: Mode): Promise<string> {
      const entry = await someone.createDm(bot.userId);
      const room = mode === 'dm' ? entry : await enter(someone, 'Chat 1');
      await someone.message(room, (m) => m.sender === bot.userId);
      return room;
    }

    const namedAgents = async (...names: string[]) =>
      Object.fromEntries(await Promise.all(names.map(async (id) => [id, await world.agent(named(id))] as const)));

    const urlsOf = (agents: Record<string, { url: string }>) =>
      Object.fromEntries(Object.entries(agents).map(([id, { url }]) => [id, url]));

    const heardBy = (agents: Record<string, { messages: Record<string, unknown>[] }>) =>
      Object.fromEntries(Object.entries(agents).map(([id, { messages }]) => [id, messages.map(({ text }) => text)]));

    describe.each(['spaces', 'dm'] as const)('in mode %s', (mode) => {
      test.each(['default_agent', 'deny'] as const)(
        'with unmapped: %s everybody gets what the policy says',
        async (unmapped) => {
          const agents = await namedAgents('common', 'own');
          const mapped = await world.person();
          const other = await world.person();
          const stranger = await world.person();
          const bot = await world.bot({
            agents: urlsOf(agents),
            userAgents: { [mapped.userId]: 'own' },
            onboarding: { mode },
            access: { allowed: [other.userId], unmapped, contact: CONTACT },
          });
          const declined = await stranger.createDm(bot.userId);
          const why = await stranger.waitFor(declined, () => stranger.farewell(declined, bot.userId));
          expect(why).toBe(en.farewells['the person may not invite']);
          await stranger.say(declined, 'let me in');

          const room = await meet(mapped, bot, mode);
          await ask(mapped, room, 'hello', 'own: hello');
          await ask(mapped, room, '!agent', agentIs('own', true));
          await mapped.client.invite(room, stranger.userId);
          await stranger.client.joinRoom(room);
          const told = words({ key: 'only for', person: mapped.userId as never });
          await ask(stranger, room, 'me too', told);
          await stranger.say(room, '!clear');
          await ask(mapped, room, 'still mine', 'own: still mine');
          expect(saidBy(bot, mapped, room)).toEqual([
            ...[greeting(mapped, mode, 'own'), 'own: hello', agentIs('own', true), told, 'own: still mine'],
          ]);
          expect(agents['own']?.connections.map(({ contextId }) => contextId)).toEqual(
            Array(2).fill(agents['own']?.connections[0]?.contextId),
          );

          if (unmapped === 'default_agent') {
            const theirs = await meet(other, bot, mode);
            await ask(other, theirs, '!agent', agentIs('common', false));
            await ask(other, theirs, 'one', 'common: one');
            await ask(other, theirs, 'two', 'common: two');
            // The greeting says who answers.
            const first = [greeting(other, mode, 'common', true), agentIs('common', false)];
            expect(saidBy(bot, other, theirs)).toEqual([...first, 'common: one', 'common: two']);
            expect(heardBy(agents)).toEqual({ own: ['hello', 'still mine'], common: ['one', 'two'] });
          } else {
            const theirs = await other.createDm(bot.userId);
            await other.message(theirs, (m) => m.body === refusal);
            await other.say(theirs, 'please');
            await ask(other, theirs, '!whoami', youAre(other));
            await other.say(theirs, '!new');
            await other.waitFor(theirs, () => saidBy(bot, other, theirs).length === 3);
            expect(saidBy(bot, other, theirs)).toEqual([refusal, youAre(other), refusal]);
            expect(other.client.getRooms().map(({ roomId }) => roomId)).toEqual([theirs]);
            expect(heardBy(agents)).toEqual({ own: ['hello', 'still mine'], common: [] });
          }
          expect(agents['common']?.connections.length).toBe(unmapped === 'deny' ? 0 : 2);
          expect(
            stranger.client
              .getRooms()
              .map(({ roomId }) => roomId)
              .sort(),
          ).toEqual([declined, room].sort());
        },
      );
    });

    test('with deny_repeat: always each text is answered with whom to ask', async () => {
      const agents = await namedAgents('common');
      const someone = await world.person();
      const bot = await world.bot({
        agents: urlsOf(agents),
        onboarding: { mode: 'dm' },
        access: { unmapped: 'deny', contact: CONTACT, denyRepeat: 'always' },
      });
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.body === refusal);
      await someone.say(room, 'please');
      await someone.say(room, 'pretty please');
      await ask(someone, room, '!whoami', youAre(someone));
      expect(saidBy(bot, someone, room)).toEqual([refusal, refusal, refusal, youAre(someone)]);
      expect(agents['common']?.connections).toEqual([]);
    });

    test('of a burst of invites only as many are taken as a minute allows', async () => {
      const agents = await namedAgents('common');
      const [eager, patient] = [await world.person(), await world.person()];
      const onboarding = { mode: 'dm' as const, invitesPerMinute: 2 };
      const bot = await world.bot({ agents: urlsOf(agents), onboarding });
      const rooms: string[] = [];
      for (let invite = 1; invite <= 4; invite++) rooms.push(await eager.createDm(bot.userId));
      const fates = () => rooms.map((room) => [eager.farewell(room, bot.userId) ?? saidBy(bot, eager, room)[0]]).sort();
      await eager.waitFor(rooms[0] ?? '', () => fates().every(([fate]) => fate !== undefined));
      const tooMany = en.farewells['the person invites too often'];
      const hello = greeting(eager, 'dm', 'common');
      expect(fates()).toEqual([...[hello, hello], ...[tooMany, tooMany]].map((fate) => [fate]));
      const room = await patient.createDm(bot.userId);
      await ask(patient, room, 'hello', 'common: hello');
    });

    describe.each(['spaces', 'dm'] as const)('when the registry changed, in mode %s', (mode) => {
      test('a person who is mapped to another agent is told, and the next text goes there', async () => {
        const agents = await namedAgents('a', 'b');
        const someone = await world.person();
        const agentOf = (agent: string) => ({ userAgents: { [someone.userId]: agent } });
        const bot = await world.restartableBot({ agents: urlsOf(agents), onboarding: { mode }, ...agentOf('a') });
        await bot.start();
        const room = await meet(someone, bot, mode);
        await ask(someone, room, 'one', 'a: one');
        await bot.stop();
        await bot.start(agentOf('b'));
        await ask(someone, room, 'two', 'b: two');
        await ask(someone, room, '!agent', agentIs('b', true));
        const said = [greeting(someone, mode, 'a'), 'a: one', changedTo('b'), 'b: two', agentIs('b', true)];
        expect(saidBy(bot, someone, room)).toEqual(said);
        expect(heardBy(agents)).toEqual({ a: ['one'], b: ['two'] });
      });

      test('a person whose agent is in the file no longer gets the one that is, and is told', async () => {
        const agents = await namedAgents('a', 'b');
        const someone = await world.person();
        const agentOf = (id: string) => ({ userAgents: { [someone.userId]: id } });
        const bot = await world.restartableBot({ agents: urlsOf(agents), onboarding: { mode }, ...agentOf('b') });
        await bot.start();
        const room = await meet(someone, bot, mode);
        await ask(someone, room, 'one', 'b: one');
        await bot.stop();
        const { b: _gone, ...left } = urlsOf(agents);
        await bot.start({ agents: left, userAgents: {} });
        await ask(someone, room, 'two', 'a: two');
        await bot.stop();
        await bot.start({ agents: urlsOf(agents), ...agentOf('b') });
        await ask(someone, room, 'three', 'b: three');
        const said = [greeting(someone, mode, 'b'), 'b: one', changedTo('a'), 'a: two', changedTo('b'), 'b: three'];
        expect(saidBy(bot, someone, room)).toEqual(said);
        expect(heardBy(agents)).toEqual({ a: ['two'], b: ['one', 'three'] });
      });

      test('a person whom everybody’s agent answered gets their own', async () => {
        const agents = await namedAgents('common', 'own');
        const someone = await world.person();
        const another = { '@another:somewhere.test': 'own' };
        const bot = await world.restartableBot({ agents: urlsOf(agents), onboarding: { mode }, userAgents: another });
        await bot.start();
        const room = await meet(someone, bot, mode);
        await ask(someone, room, 'one', 'common: one');
        await bot.stop();
        await bot.start({ userAgents: { ...another, [someone.userId]: 'own' } });
        await ask(someone, room, 'two', 'own: two');
        await ask(someone, room, '!start', greeting(someone, mode, 'own'));
        expect(saidBy(bot, someone, room)).toEqual([
          ...[greeting(someone, mode, 'common', true), 'common: one'],
          ...[changedTo('own'), 'own: two', greeting(someone, mode, 'own')],
        ]);
      });

      test('a person who is taken out is refused, and goes on where they were once they are back', async () => {
        const agents = await namedAgents('a');
        const someone = await world.person();
        const mapping = { userAgents: { [someone.userId]: 'a' } };
        const access = { unmapped: 'deny' as const, contact: CONTACT };
        const bot = await world.restartableBot({ agents: urlsOf(agents), onboarding: { mode }, access, ...mapping });
        await bot.start();
        const room = await meet(someone, bot, mode);
        await ask(someone, room, 'one', 'a: one');
        await bot.stop();
        await bot.start({ userAgents: {} });
        await ask(someone, room, 'two', refusal);
        await someone.say(room, 'three');
        await ask(someone, room, '!whoami', youAre(someone));
        expect(saidBy(bot, someone, room)).toEqual([greeting(someone, mode, 'a'), 'a: one', refusal, youAre(someone)]);
        await bot.stop();
        await bot.start(mapping);
        await ask(someone, room, 'four', 'a: four');
        expect(saidBy(bot, someone, room).slice(4)).toEqual([greeting(someone, mode, 'a'), 'a: four']);
        expect(heardBy(agents)).toEqual({ a: ['one', 'four'] });
        const [before, after] = agents['a']?.connections ?? [];
        expect(after?.contextId).toBe(before?.contextId);
      });
    });

    test('numbers and what is archived outlast a time without access', async () => {
      const agents = await namedAgents('a');
      const someone = await world.person();
      const mapping = { userAgents: { [someone.userId]: 'a' } };
      const given = { agents: urlsOf(agents), onboarding: { mode: 'spaces' as const } };
      const access = { unmapped: 'deny' as const, contact: CONTACT };
      const bot = await world.restartableBot({ ...given, access, ...mapping });
      await bot.start();
      const entry = await someone.createDm(bot.userId);
      const first = await enter(someone, 'Chat 1');
      await someone.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      await ask(someone, entry, '!new Garden', ready('Garden', 2));
      const second = await enter(someone, 'Garden');
      await ask(someone, second, '!archive', words({ key: 'chat is archived', chat: 'Garden', number: 2 }));
      await bot.stop();
      await bot.start({ userAgents: {} });
      for (const room of [entry, first, second]) await ask(someone, room, '!chats', refusal);
      await bot.stop();
      await bot.start(mapping);
      const line = (number: number, called: string, room: string, archived: boolean) => {
        return { number, name: called, archived, room: room as never };
      };
      const chats = [line(1, 'Chat 1', first, false), line(2, 'Garden', second, true)];
      await ask(someone, first, '!chats all', words({ key: 'chats', chats, archived: 0 }));
      await ask(someone, entry, '!new', ready('Chat 3', 3));
      await ask(someone, await enter(someone, 'Chat 3'), 'hello', 'a: hello');
    });

    test('two people with one agent have memories of their own', async () => {
      const agent = await world.agent(scripts.echo);
      const people = [await world.person(), await world.person()];
      const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'dm' } });
      for (const someone of people) {
        await ask(someone, await someone.createDm(bot.userId), 'hello', 'You said: hello');
      }
      const ids = agent.connections.map(({ contextId }) => contextId);
      expect(ids).toHaveLength(2);
      expect(new Set(ids).size).toBe(2);
    });

    test('with scope: person !clear begins a new memory for all rooms, over a restart and without its folder', async () => {
      const agent = await world.agent(scripts.echo);
      const someone = await world.person();
      const context = { scope: 'person' as const };
      const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'dm' }, context });
      await bot.start();
      const [room, other] = [await someone.createDm(bot.userId), await someone.createDm(bot.userId)];
      const asked = async (where: string, text: string) => {
        await ask(someone, where, text, `You said: ${text}`);
        return agent.connections.at(-1)?.contextId;
      };
      expect([await asked(room, 'one'), await asked(other, 'two')]).toEqual(['0', '0']);
      await ask(someone, room, '!clear', words({ key: 'cleared', waiting: 0, oneMemory: true }));
      await someone.message(other, (m) => m.body === words({ key: 'cleared elsewhere' }));
      const anew = await asked(room, 'three');
      expect([anew === '0', await asked(other, 'four')]).toEqual([false, anew]);

      await bot.stop();
      await bot.start();
      expect([await asked(other, 'five'), await asked(room, 'six')]).toEqual([anew, anew]);
      await bot.stop();
      await rm(bot.stateDir, { recursive: true });
      await bot.start();
      expect([await asked(other, 'seven'), await asked(room, 'eight')]).toEqual([anew, anew]);
      const third = await someone.createDm(bot.userId);
      expect(await asked(third, 'nine')).toBe(anew);
      // Each room was told once, and nobody that the agent lost its memory.
      const told = words({ key: 'cleared elsewhere' });
      const afresh = words({ key: 'agent starts afresh' });
      const count = (where: string, body: string) => saidBy(bot, someone, where).filter((one) => one === body).length;
      expect([room, other, third].map((one) => [count(one, told), count(one, afresh)])).toEqual([
        [0, 0],
        [1, 0],
        [0, 0],
      ]);
    });
  });
}
