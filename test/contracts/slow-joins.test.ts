/** Invitations to rooms that never let the bot in, and strangers whose homeservers never answer: everybody else is served. */
import { expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { scripts } from '../support/scripted-agent.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;

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

/** What the bot asks for about any room but these is never answered. */
function hang(bot: string, path: RegExp, besides: readonly string[]): void {
  homeserver.faults.add({
    match: (request) =>
      request.user === bot && path.test(request.path) && !besides.some((room) => request.path.includes(room)),
    answer: { kind: 'hang' },
  });
}

test('30 invites of one person to rooms whose join never answers keep nobody waiting', async () => {
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ agents: { a: agent.url }, onboarding: { mode: 'dm' } });
  const [eager, patient] = [await world.person('eager'), await world.person('patient')];
  const room = await patient.createRoom({});
  hang(bot.userId, /\/join\//, [room]);
  const rooms = await Promise.all(Array.from({ length: 31 }, () => eager.createRoom({ invite: [bot.userId] })));
  const declined = () => rooms.map((one) => eager.farewell(one, bot.userId)).filter((reason) => reason !== null);
  await eager.waitFor(rooms[0] ?? '', () => declined().length > 0);
  expect(declined()).toEqual([en.farewells['the person invites too often']]);
  await patient.client.invite(room, bot.userId);
  await patient.say(room, 'hello');
  await patient.message(room, (m) => m.body === 'You said: hello');
});

test('a stranger whose rooms are never left keeps no other invitation from being declined', async () => {
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ agents: { a: agent.url }, access: { allowed: ['@nobody:slow.test'] } });
  const [eager, patient] = [await world.person('eager'), await world.person('patient')];
  const room = await patient.createRoom({});
  hang(bot.userId, /\/leave$/, [room]);
  await Promise.all(Array.from({ length: 5 }, () => eager.createRoom({ invite: [bot.userId] })));
  await patient.client.invite(room, bot.userId);
  const farewell = await patient.waitFor(room, () => patient.farewell(room, bot.userId));
  expect(farewell).toBe(en.farewells['the person may not invite']);
});

test('a room that lets nobody in for a day is given up, and its person reads so where they are', async () => {
  const agent = await world.agent(scripts.echo);
  const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'dm' } });
  await bot.start();
  const someone = await world.person();
  const home = await someone.createDm(bot.userId);
  await someone.message(home, (m) => m.sender === bot.userId);
  const body = { errcode: 'M_UNKNOWN', error: 'Failed to reach their server' };
  let joins = 0;
  homeserver.faults.add({
    match: ({ path, user }) => user === bot.userId && path.includes('/join/') && ++joins > 0,
    answer: { kind: 'status', status: 502, body },
  });
  const closed = await someone.createRoom({ invite: [bot.userId] });
  await expect.poll(() => joins).toBeGreaterThan(0);
  await bot.stop();
  await bot.start({}, { now: () => Date.now() + 24 * 3_600_000 });
  await someone.message(home, (m) => m.body === words({ key: 'room could not be entered', room: closed as never }));
  const farewell = await someone.waitFor(closed, () => someone.farewell(closed, bot.userId));
  expect(farewell).toBe(en.farewells['it could not be entered']);
});
