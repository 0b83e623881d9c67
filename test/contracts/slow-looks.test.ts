/** A homeserver that takes its time to say who is in a room: what is said there meanwhile waits for it. */
import { expect, test } from 'vitest';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import type { Person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import { createWorld } from './world.ts';

let homeserver: Homeserver;
const world = createWorld(async () => {
  homeserver = await startHomeserver({ serverName: 'slow.test' });
  return {
    url: homeserver.url,
    serverName: homeserver.serverName,
    register: async (localpart, password) => homeserver.register(localpart, password),
    stop: () => homeserver.close(),
  };
});

/** A room of Ann's with these in it that the bot is in, and does not know yet who else is. */
async function slowRoom(groups: 'decline' | 'accept', ...others: Person[]) {
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'dm', groups } });
  const ann = await world.person('ann');
  homeserver.faults.clear();
  homeserver.faults.add({
    match: ({ path, user }) => user === bot.userId && path.endsWith('/members'),
    answer: { kind: 'delay', ms: 2_000 },
  });
  const room = await ann.createRoom({ invite: [bot.userId, ...others.map(({ userId }) => userId)] });
  await ann.waitFor(room, () => ann.client.getRoom(room)?.getMember(bot.userId)?.membership === 'join');
  return { agent, bot, ann, room };
}

test('what people say to each other before it is known that they are several reaches no agent', async () => {
  const friend = await world.person('friend');
  const { agent, bot, ann, room } = await slowRoom('decline', friend);
  await ann.say(room, 'Friend, are you there?');
  await ann.waitFor(room, () => ann.client.getRoom(room)?.getMember(bot.userId)?.membership === 'leave');
  const said = ann.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));
  expect(said).toEqual([renderNotice(en)({ key: 'others are here' }).body]);
  expect(agent.messages).toEqual([]);
});

test('where the operator lets several be, only what is said to the bot is asked', async () => {
  const friend = await world.person('friend');
  const { agent, bot, ann, room } = await slowRoom('accept', friend);
  await ann.say(room, 'Friend, are you there?');
  await ann.say(room, `${bot.userId}: and you?`);
  await ann.message(room, (m) => m.body === 'You said: and you?');
  expect(agent.messages).toHaveLength(1);
});

test('who turns out to be alone is answered', async () => {
  const { ann, room } = await slowRoom('decline');
  await ann.say(room, 'hello');
  await ann.message(room, (m) => m.body === 'You said: hello');
});
