/** What goes on while a person waits: the agent's steps in one notice, and `!status` at every stage of a turn. */
import { describe, expect, test } from 'vitest';
import type { Boundary } from '../../src/actors/boundaries.ts';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import type { Person } from '../support/people.ts';
import { chunk, END, scripts, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const says = (notice: Notice) => (m: { body: string }) => m.body === words(notice);
const step = (text: string, number: number) => ({
  type: 'AGENT_EVENT_CUSTOM_UPDATE',
  data: { kind: 'progress', text, step: number, steps: 3 },
});
const working = (on: string, number: number): Notice => ({ key: 'working', on, step: number, steps: 3 });
const isWorking = (m: { body: string }) => m.body.startsWith('Working');
type Connection = Parameters<AgentScript>[0];

export function describeProgress(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`what goes on, on ${name}`, () => {
    const world = createWorld(start);

    async function meet(bot: { userId: string }) {
      const someone = await world.person();
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.body.startsWith('Hello'));
      const fromBot = () =>
        someone
          .timeline(room)
          .filter((m) => m.sender === bot.userId)
          .slice(1)
          .map((m) => m.body)
          .filter((body) => body !== words({ key: 'default agent' }));
      return { someone, room, fromBot, status: asker(someone, room) };
    }

    /** Asks for the status, and waits for an answer that begins so. */
    function asker(someone: Person, room: string) {
      return async (...parts: string[]) => {
        const asked = await someone.say(room, '!status');
        const { body, msgtype } = await someone.message(
          room,
          (m) => m.raw.content?.['org.roomkeeper.answers'] === asked && m.body !== '!status',
        );
        expect(msgtype).toBe('m.notice');
        for (const part of parts) expect(body).toContain(part);
      };
    }

    /** An agent that does what the test says, one connection after the other. */
    async function puppet() {
      const agent = await world.agent(() => undefined);
      return { url: agent.url, next: () => agent.connection() };
    }

    test('!status is answered at every stage of a turn, never behind it', async () => {
      const { url, next } = await puppet();
      const bot = await world.bot({ agents: { a: url }, concurrency: 1 });
      const { someone, room, status } = await meet(bot);
      const other = await meet(bot);
      await status('Nothing is running here.', 'I don’t know of any message');

      await someone.say(room, 'one');
      const connection: Connection = await next();
      await status('I’m connected to the agent and waiting until it’s ready');
      await other.someone.say(other.room, 'me too');
      await other.someone.message(other.room, says({ key: 'agent is busy', position: 1 }));
      await other.status('The agent is busy with other chats, and you’re next.', 'so far.');

      connection.send({ ...STATUS, capabilities: { confirmations: true, stop: true } });
      await connection.next();
      await status('The agent has your message and is working on it. I last heard from it');
      connection.send(chunk('The beginning of an answer. '));
      await someone.message(room, (m) => m.body.startsWith('The beginning'));
      await status('The agent is answering. I last heard from it', 'so far.');
      await someone.say(room, 'two');
      await someone.message(room, says({ key: 'text waits', position: 1 }));
      await status('The agent is answering.', 'Your last message is next.');

      connection.send({
        type: 'AGENT_EVENT_CUSTOM_UPDATE',
        data: { kind: 'confirmation', id: 'q1', text: 'Send it?' },
      });
      await someone.message(room, says({ key: 'agent asks', text: 'Send it?' }));
      await status(
        'The agent is waiting for your answer to its question above',
        'In 1 hour I’ll take silence as a no.',
      );
      await someone.say(room, '!no');
      await connection.next();
      connection.send(END);
      await connection.closed;

      const taken = await next();
      taken.send(STATUS);
      expect((await taken.next()).text).toBe('me too');
      await status('The agent is busy with other chats', 'so far.');
      taken.send({ type: 'ERROR', code: 'E', details: '' });
      await other.someone.message(other.room, says({ key: 'trouble', trouble: 'agent-error' }));
      await other.status('What you last asked for failed', 'Something went wrong on the agent’s side.', '!retry');

      const second = await next();
      second.send(STATUS);
      expect((await second.next()).text).toBe('two');
      await someone.say(room, '!stop');
      await someone.message(room, says({ key: 'stopped' }));
      await status('Nothing is running here. The answer to your last message was stopped', '!retry');
      await someone.say(room, '!retry');
      const third = await next();
      third.send(STATUS);
      await third.next();
      third.send(chunk('Done.'));
      third.send(END);
      await someone.message(room, (m) => m.body === 'Done.');
      await status('Nothing is running here. Your last message was answered');
      const told = bot.log.lines.filter(({ message }) => message === 'status said');
      expect(told.map(({ fields }) => (fields as { is: string }).is)).toEqual([
        ...['not received', 'awaiting status', 'waiting for a place', 'asked', 'answering', 'in line', 'in line'],
        ...['waiting for a place', 'failed', 'stopped', 'answered'],
      ]);
    });

    test('!status says that an agent cannot be reached, and is of no use where nobody answers', async () => {
      const bot = await world.bot({ agents: { a: 'ws://127.0.0.1:9/' }, limits: { connectTries: 100 } });
      const { someone, room, status } = await meet(bot);
      await someone.say(room, 'hello?');
      await someone.waitFor(room, () => bot.log.lines.some(({ message }) => message === 'agent unreachable'));
      await status('the agent', 'so far.');
      await someone.say(room, '!stop');
      await someone.message(room, says({ key: 'stopped' }));
    });

    test('the steps of an agent are one quiet notice, which changes with them and goes with the answer', async () => {
      const { url, next } = await puppet();
      const bot = await world.bot({ agents: { a: url }, reply: { firstEditMs: 1 } });
      const { someone, room, fromBot } = await meet(bot);
      await someone.say(room, 'what is new?');
      const connection = await next();
      connection.send(STATUS);
      await connection.next();
      connection.send({ type: 'AGENT_EVENT_TOOL_CALL_CHUNK', name: 'web_search', arguments: '{"q":"<b>news</b>"}' });
      connection.send(step('Searching **the web** for 4f9a8b7c6d5e4f3a2b1c', 1));
      const { eventId, msgtype, mentions } = await someone.message(
        room,
        says(working('Searching **the web** for …', 1)),
      );
      expect({ msgtype, mentions: mentions ?? [] }).toEqual({ msgtype: 'm.notice', mentions: [] });
      connection.send(step('Reading', 2));
      const changed = await someone.message(room, says(working('Reading', 2)));
      expect(changed.eventId).toBe(eventId);
      connection.send(chunk('There is news, and it is good.'));
      await someone.message(room, (m) => m.body === 'There is news, and it is good.');
      connection.send(step('Reading more', 3));
      await someone.message(room, says(working('Reading more', 3)));
      expect(fromBot()).toEqual([words(working('Reading more', 3)), 'There is news, and it is good.']);
      connection.send(chunk(' There is more.'));
      connection.send(END);
      const answer = 'There is news, and it is good. There is more.';
      await someone.waitFor(room, () => fromBot().length === 1 && fromBot()[0] === answer);
    });

    test('a turn whose steps take only a moment has no notice', async () => {
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        await connection.next();
        connection.send(step('Looking', 1));
        connection.send(chunk('Here it is.'));
        connection.send(END);
        await connection.closed;
      });
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room } = await meet(bot);
      await someone.say(room, 'where is it?');
      await someone.message(room, (m) => m.body === 'Here it is.');
      await someone.say(room, '!status');
      await someone.message(room, (m) => m.body.includes('was answered'));
      const events = someone.view(room).events.filter(({ sender }) => sender === bot.userId);
      expect(events.filter(({ type }) => type === 'm.room.redaction')).toEqual([]);
      // The greeting, the answer, the status.
      expect(events.filter(({ type }) => type === 'm.room.message')).toHaveLength(3);
    });

    test.each<{ at: Boundary | 'once it is seen' }>([
      { at: 'effect about to be sent' },
      { at: 'effect sent' },
      { at: 'effect acknowledged' },
      { at: 'once it is seen' },
    ])('no notice stays behind a kill: $at', async ({ at }) => {
      const answering = Promise.withResolvers<Connection>();
      let connections = 0;
      const agent = await world.agent((connection) => {
        if (++connections > 1) return scripts.echo(connection);
        answering.resolve(connection);
        return undefined;
      });
      const bot = await world.killableBot({ agents: { a: agent.url } });
      const someone = await world.person();
      const first = bot.start();
      await first.running;
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.sender === bot.userId);
      await someone.say(room, 'one');
      const connection = await answering.promise;
      connection.send(STATUS);
      await connection.next();
      if (at !== 'once it is seen') await first.arm({ boundary: at, nth: 1 });
      connection.send(step('Searching', 1));
      if (at === 'once it is seen') {
        await someone.message(room, says(working('Searching', 1)));
        await first.kill();
      }
      expect(await first.ended).toBe('SIGKILL');

      const second = bot.start();
      await second.running;
      await someone.message(room, says({ key: 'interrupted' }), { timeout: 20_000 });
      await someone.say(room, 'two');
      await someone.message(room, (m) => m.body === 'You said: two', { timeout: 20_000 });
      await someone.waitFor(room, ({ messages, events }) => {
        const redactions = events.filter(({ type }) => type === 'm.room.redaction');
        return !messages.some(isWorking) && redactions.length === 1;
      });
      await someone.say(room, '!status');
      await someone.message(room, (m) => m.body.includes('was answered'));
    });
  });
}
