/** Answers to a sync that no homeserver should give: whoever is not concerned is served. */
import { expect, test } from 'vitest';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { until } from '../support/until.ts';
import { scripts } from '../support/scripted-agent.ts';
import { createWorld } from './world.ts';

let homeserver: Homeserver;
const world = createWorld(async () => {
  homeserver = await startHomeserver({ serverName: 'strange.test' });
  return {
    url: homeserver.url,
    serverName: homeserver.serverName,
    register: async (localpart, password) => homeserver.register(localpart, password),
    stop: () => homeserver.close(),
  };
});

async function talk(onAnswer: (bot: string, someone: string) => object) {
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ agents: { a: agent.url } });
  const someone = await world.person();
  const room = await someone.createDm(bot.userId);
  await someone.message(room, (m) => m.sender === bot.userId);
  const asked: string[] = [];
  homeserver.faults.add({
    match({ path, user }) {
      if (user === bot.userId) asked.push(path);
      return false;
    },
    answer: { kind: 'cut' },
  });
  const position = someone.client.store.getSyncToken() ?? '';
  homeserver.faults.add({
    match: ({ path, user }) => user === bot.userId && path.endsWith('/sync'),
    times: 1,
    answer: {
      kind: 'status',
      status: 200,
      body: { next_batch: position, rooms: onAnswer(bot.userId, someone.userId) },
    },
  });
  await someone.say(room, 'before');
  await someone.say(room, 'hello');
  await someone.message(room, (m) => m.body === 'You said: hello');
  return { bot, agent, asked, someone };
}

test('rooms that are null, or have nulls in them, keep nobody else from being heard', async () => {
  const { agent } = await talk(() => ({
    join: {
      '!a:strange.test': null,
      '!b:strange.test': { timeline: null },
      '!c:strange.test': { timeline: { events: null } },
      '!d:strange.test': { timeline: { events: [], prev_batch: null } },
    },
    invite: { '!e:strange.test': { invite_state: {} }, '!f:strange.test': { invite_state: { events: null } } },
    leave: null,
  }));
  expect(agent.messages.at(-1)?.text).toBe('hello');
});

test('an invite that names an allowed person in front of who really invites is declined', async () => {
  const member = (sender: string, me: string) => ({
    ...{ type: 'm.room.member', state_key: me, sender },
    content: { membership: 'invite' },
  });
  const { bot, asked } = await talk((me, someone) => ({
    invite: {
      '!forged:evil.example': { invite_state: { events: [member(someone, me), member('@mallory:evil.example', me)] } },
    },
  }));
  await until(() => asked.some((path) => path.includes('!forged:evil.example/leave')));
  expect(asked.filter((path) => path.includes('/join/'))).toEqual([]);
  expect(bot.log.lines.filter(({ message }) => message === 'invite declined')).toHaveLength(1);
});
