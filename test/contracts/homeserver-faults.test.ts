/** A homeserver that is slow, broken or strict: every answer still arrives once, and the log says what was wrong. */
import { expect, test, vi } from 'vitest';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { LoginRefused } from '../../src/matrix/login.ts';
import { scripts } from '../support/scripted-agent.ts';
import { createWorld } from './world.ts';

let homeserver: Homeserver;
const world = createWorld(async () => {
  homeserver = await startHomeserver({ serverName: 'faulty.test' });
  return {
    url: homeserver.url,
    serverName: homeserver.serverName,
    register: async (localpart, password) => homeserver.register(localpart, password),
    stop: () => homeserver.close(),
  };
});

type Fault = Parameters<Homeserver['faults']['add']>[0];

const limited = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 50 };
const html = '<html><body><h1>502 Bad Gateway</h1></body></html>';

const answers: { title: string; answer: Fault['answer'] }[] = [
  { title: '429 with a time', answer: { kind: 'status', status: 429, body: limited } },
  { title: '500', answer: { kind: 'status', status: 500, body: { errcode: 'M_UNKNOWN', error: 'Internal' } } },
  { title: 'HTML', answer: { kind: 'status', status: 502, body: html, contentType: 'text/html' } },
  { title: 'HTML with status 200', answer: { kind: 'status', status: 200, body: html, contentType: 'text/html' } },
  { title: 'nothing: the request is cut', answer: { kind: 'cut' } },
  { title: 'nothing: the response is lost', answer: { kind: 'lost response' } },
  { title: 'late', answer: { kind: 'delay', ms: 300 } },
];

const requests: { what: string; match: (bot: string) => Fault['match'] }[] = [
  {
    what: 'a message is sent',
    match:
      (bot) =>
      ({ method, path, user }) =>
        user === bot && method === 'PUT' && path.includes('/send/'),
  },
  {
    what: 'the bot syncs',
    match:
      (bot) =>
      ({ path, user }) =>
        user === bot && path.endsWith('/sync'),
  },
  {
    what: 'the bot joins',
    match:
      (bot) =>
      ({ path, user }) =>
        user === bot && path.includes('/join/'),
  },
  {
    what: 'typing is shown',
    match:
      (bot) =>
      ({ path, user }) =>
        user === bot && path.includes('/typing/'),
  },
];

const cases = requests.flatMap(({ what, match }) =>
  answers.map(({ title, answer }) => ({ what, title, match, answer })),
);

test.each(cases)('answers once when $what and the answer is $title', async ({ match, answer }) => {
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ agents: { a: agent.url } });
  const someone = await world.person();
  homeserver.faults.add({ match: match(bot.userId), times: 2, answer });
  const room = await someone.createDm(bot.userId);
  await someone.message(room, (m) => m.sender === bot.userId);
  await someone.say(room, 'one');
  await someone.message(room, (m) => m.body === 'You said: one');
  homeserver.faults.clear();
  await someone.say(room, 'two');
  await someone.message(room, (m) => m.body === 'You said: two');
  const said = someone.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype === 'm.text');
  expect(said.map((m) => m.body)).toEqual(['You said: one', 'You said: two']);
  expect(agent.messages.map(({ text }) => text)).toEqual(['one', 'two']);
});

test('ends with what to do when the access token is no longer good', async () => {
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ agents: { a: agent.url } });
  homeserver.faults.expireTokens(bot.userId as never);
  const problem = await bot.app.ended;
  expect(problem).toBeInstanceOf(LoginRefused);
  expect(problem?.message).toBe('The homeserver no longer accepts the access token. Log in again and restart.');
});

test('says that it is degraded while the homeserver is away, and recovers', async () => {
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ agents: { a: agent.url } });
  const someone = await world.person();
  const room = await someone.createDm(bot.userId);
  await someone.message(room, (m) => m.sender === bot.userId);
  homeserver.faults.add({ match: ({ user }) => user === bot.userId, answer: { kind: 'status', status: 503 } });
  await someone.say(room, 'are you there?');
  await vi.waitFor(() => expect(bot.app.health().state).toBe('degraded'));
  homeserver.faults.clear();
  await someone.message(room, (m) => m.body === 'You said: are you there?');
  await vi.waitFor(() => expect(bot.app.health().state).toBe('running'));
});
