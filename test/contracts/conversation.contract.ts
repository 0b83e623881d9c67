/** The whole path, person → Matrix → room → agent → person, on whatever homeserver `start` gives. */
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { greetingOf } from '../support/greeting.ts';
import type { LogLine } from '../support/log-book.ts';
import type { Person } from '../support/people.ts';
import type { Message } from '../support/room-view.ts';
import { chunk, END, scripts, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { until } from '../support/until.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const says = (notice: Notice) => (m: Message) => m.body === words(notice);

const { echo } = scripts;
type ScriptedConnection = Parameters<AgentScript>[0];

/** The first connection misbehaves, all later ones echo. */
function onceThenEcho(misbehave: AgentScript): AgentScript {
  let first = true;
  return (connection) => {
    if (!first) return echo(connection);
    first = false;
    return misbehave(connection);
  };
}

export function describeConversation(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a conversation on ${name}`, () => {
    const world = createWorld(start);

    /** A person in a room with the bot, welcomed. */
    async function meet(bot: { userId: string }): Promise<{ someone: Person; room: string; fromBot: () => string[] }> {
      const someone = await world.person();
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.body.startsWith('Hello '));
      const fromBot = () =>
        someone
          .timeline(room)
          .filter((m) => m.sender === bot.userId)
          .slice(1)
          .map((m) => m.body)
          .filter((body) => body !== words({ key: 'default agent' }));
      return { someone, room, fromBot };
    }

    test('streams an answer in by edits into one message with the full text', async () => {
      const pieces = 'The quick brown fox jumps over the lazy dog again and again.'.split(/(?<= )/);
      const steps = Promise.withResolvers<ScriptedConnection>();
      const agent = await world.agent((connection) => steps.resolve(connection));
      const bot = await world.bot({ agents: { a: agent.url }, reply: { firstEditMs: 1 } });
      const { someone, room, fromBot } = await meet(bot);
      const eventId = await someone.say(room, 'tell me a story');
      const connection = await steps.promise;
      connection.send(STATUS);
      expect(await connection.next()).toEqual({
        type: 'USER_MESSAGE',
        text: 'tell me a story',
        message_id: eventId,
        user_id: someone.userId,
        room_id: room,
      });
      await someone.waitFor(room, ({ typing }) => typing.includes(bot.userId));
      let said = '';
      for (const piece of pieces) {
        said += piece;
        connection.send(chunk(piece));
        if (said.length > 12) await someone.message(room, (m) => m.body.trim() === said.trim());
      }
      connection.send(END);
      const answer = await someone.message(room, (m) => m.body === said && m.edited > pieces.length - 5);
      const { msgtype, mentions, formattedBody } = answer;
      expect({ msgtype, mentions, formattedBody }).toEqual({ msgtype: 'm.text', mentions: [], formattedBody: null });
      expect(answer.raw.content?.['org.roomkeeper.answers']).toBe(eventId);
      await someone.waitFor(room, ({ typing }) => !typing.includes(bot.userId));
      expect(fromBot()).toEqual([said]);
    });

    test('an agent reads what a reply answers, also an answer of its own that grew', async () => {
      const replies: unknown[] = [];
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        const { reply_to: of, reply_quote: quote } = await connection.next();
        replies.push([of, quote]);
        connection.send(chunk('The beginning.'));
        connection.send(chunk(' The end.'));
        connection.send(END);
      });
      const bot = await world.bot({ agents: { a: agent.url }, reply: { firstEditMs: 1 } });
      const { someone, room } = await meet(bot);
      await someone.say(room, 'tell me a story');
      const { eventId: id } = await someone.message(room, (m) => m.body === 'The beginning. The end.');
      const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: id } } };
      await someone.client.sendEvent(
        room,
        'm.room.message' as never,
        { msgtype: 'm.text', body: 'Why?', ...relation } as never,
      );
      const gone = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$nothing' } } };
      await someone.client.sendEvent(
        room,
        'm.room.message' as never,
        { msgtype: 'm.text', body: 'And?', ...gone } as never,
      );
      await someone.waitFor(room, () => replies.length === 3);
      const quote = { user_id: bot.userId, text: 'The beginning. The end.' };
      expect(replies).toEqual([
        [undefined, undefined],
        [id, quote],
        ['$nothing', undefined],
      ]);
    });

    test('serves two rooms with two agents at the same time', async () => {
      const slow = await world.agent(scripts.hang);
      const quick = await world.agent(echo);
      const two = await world.person();
      const bot = await world.bot({
        agents: { slow: slow.url, quick: quick.url },
        userAgents: { [two.userId]: 'quick' },
      });
      const { someone: one, room: first, fromBot } = await meet(bot);
      await one.say(first, 'are you there?');
      await slow.connection();
      const second = await two.createDm(bot.userId);
      await two.message(second, (m) => m.body === greetingOf(two, 'quick'));
      await two.say(second, 'hello');
      await two.message(second, (m) => m.body === 'You said: hello');
      expect(fromBot()).toEqual([]);
    });

    test('keeps texts in order while the agent works, and stops at a word', async () => {
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        const { text } = await connection.next();
        connection.send(chunk(`Beginning of ${String(text)}`));
        if (text !== 'one') connection.send(END);
        await connection.closed;
      });
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room, fromBot } = await meet(bot);
      await someone.say(room, 'one');
      await someone.message(room, (m) => m.body === 'Beginning of one');
      await someone.say(room, 'two');
      await someone.say(room, 'three');
      await someone.message(room, says({ key: 'text waits', position: 2 }));
      await someone.say(room, '!stop');
      await someone.message(room, (m) => m.body === 'Beginning of three');
      // The notice of what waited is gone with the line.
      await someone.waitFor(room, () => !fromBot().some((body) => body.startsWith('Got it')));
      expect(fromBot()).toEqual([
        'Beginning of one',
        words({ key: 'stopped' }),
        'Beginning of two',
        'Beginning of three',
      ]);
      await someone.say(room, '!retry');
      await someone.waitFor(room, () => fromBot().filter((body) => body === 'Beginning of one').length === 2);
    });

    test('answers commands: help, unknown, retry of what was stopped, clear', async () => {
      const agent = await world.agent(onceThenEcho(scripts.hang));
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room } = await meet(bot);
      await someone.say(room, '!help');
      await someone.message(room, says({ key: 'help', inSpace: false }));
      await someone.say(room, '!halp');
      await someone.message(room, says({ key: 'unknown command', name: 'halp' }));
      await someone.say(room, 'remember me');
      const { contextId } = await agent.connection();
      await someone.say(room, '!stop');
      await someone.message(room, says({ key: 'stopped' }));
      await someone.say(room, '!retry');
      await someone.message(room, (m) => m.body === 'You said: remember me');
      expect((await agent.connection()).contextId).toBe(contextId);
      await someone.say(room, '!clear');
      await someone.message(room, says({ key: 'cleared', waiting: 0 }));
      await someone.say(room, 'who am I?');
      await someone.message(room, (m) => m.body === 'You said: who am I?');
      expect(BigInt((await agent.connection()).contextId)).toBeGreaterThan(BigInt(contextId));
    });

    test('takes a question of the agent to the person and back', async () => {
      const agent = await world.agent(async (connection) => {
        connection.send({ ...STATUS, capabilities: { confirmations: true } });
        await connection.next();
        connection.send({
          type: 'AGENT_EVENT_CUSTOM_UPDATE',
          data: { kind: 'confirmation', id: 'q1', text: 'Send it?' },
        });
        connection.send(chunk(JSON.stringify(await connection.next())));
        connection.send(END);
        await connection.closed;
      });
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room } = await meet(bot);
      await someone.say(room, 'write to Ann');
      await someone.message(room, says({ key: 'agent asks', text: 'Send it?' }));
      await someone.say(room, 'hm');
      await someone.message(room, says({ key: 'text waits for your word' }));
      await someone.say(room, '!yes');
      await someone.message(room, (m) => m.body.includes('"USER_CONFIRMATION"') && m.body.includes('"approved":true'));
    });

    test('takes a plain word and a reaction for the word, and goes on below the question', async () => {
      const ask = (id: string, text: string) => ({
        type: 'AGENT_EVENT_CUSTOM_UPDATE',
        data: { kind: 'confirmation', id, text },
      });
      const agent = await world.agent(async (connection) => {
        connection.send({ ...STATUS, capabilities: { confirmations: true } });
        await connection.next();
        connection.send(chunk('I looked.'));
        connection.send(ask('q1', 'Send it?'));
        connection.send(chunk(`Sent: ${String((await connection.next()).approved)}.`));
        connection.send(ask('q2', 'Tell Ann?'));
        connection.send(chunk(`Told: ${String((await connection.next()).approved)}.`));
        connection.send(END);
        await connection.closed;
      });
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room, fromBot } = await meet(bot);
      const asked = await someone.say(room, 'write to Ann');
      await someone.message(room, says({ key: 'agent asks', text: 'Send it?' }));
      await someone.say(room, 'Ja, bitte!'.replace(', ', ' '));
      const second = await someone.message(room, says({ key: 'agent asks', text: 'Tell Ann?' }));
      await someone.client.sendEvent(
        room as never,
        'm.reaction' as never,
        { 'm.relates_to': { rel_type: 'm.annotation', event_id: second.eventId, key: '👎' } } as never,
      );
      const last = await someone.message(room, (m) => m.body === 'Told: false.');
      expect(fromBot()).toEqual([
        'I looked.',
        words({ key: 'agent asks', text: 'Send it?' }),
        words({ key: 'word is taken', approved: true, later: false }),
        'Sent: true.',
        words({ key: 'agent asks', text: 'Tell Ann?' }),
        words({ key: 'word is taken', approved: false, later: false }),
        'Told: false.',
      ]);
      expect([second.msgtype, second.mentions, last.msgtype]).toEqual(['m.text', [someone.userId], 'm.text']);
      expect(last.raw.content?.['org.roomkeeper.answers']).toBe(asked);
    });

    test('starts no turn by notices and edits', async () => {
      const agent = await world.agent(echo);
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room, fromBot } = await meet(bot);
      await someone.client.sendNotice(room, 'I am a bot too');
      const first = await someone.say(room, 'first');
      await someone.message(room, (m) => m.body === 'You said: first');
      await someone.edit(room, first, 'first, better');
      await someone.say(room, 'last');
      await someone.message(room, (m) => m.body === 'You said: last');
      expect(fromBot()).toEqual(['You said: first', words({ key: 'edit came too late' }), 'You said: last']);
      await someone.say(room, '!clear Begin anew');
      await someone.message(room, (m) => m.body === 'You said: Begin anew');
    });

    test('asks what waits with its newest words, and nothing that was removed', async () => {
      const begun = Promise.withResolvers<ScriptedConnection>();
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        const { text } = await connection.next();
        if (text === 'one') begun.resolve(connection);
        connection.send(chunk(`Beginning of ${String(text)}`));
        if (text !== 'one') connection.send(END);
        await connection.closed;
      });
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room, fromBot } = await meet(bot);
      const one = await someone.say(room, 'one');
      const connection = await begun.promise;
      await someone.message(room, (m) => m.body === 'Beginning of one');
      const two = await someone.say(room, 'two');
      const three = await someone.say(room, 'three');
      await someone.message(room, says({ key: 'text waits', position: 2 }));
      await someone.edit(room, three, 'four');
      await someone.client.redactEvent(room, two);
      await someone.client.redactEvent(room, one);
      await connection.closed;
      await someone.message(room, (m) => m.body === 'Beginning of four');
      await someone.say(room, '!retry');
      await someone.waitFor(room, () => fromBot().filter((body) => body === 'Beginning of four').length === 2);
      await someone.waitFor(room, () => !fromBot().some((body) => body.startsWith('Got it')));
      const again = words({ key: 'asked again', others: 0, later: false });
      expect(fromBot()).toEqual(['Beginning of one', ...['Beginning of four', again, 'Beginning of four']]);
    });

    test('hears what is no plain text, and commands in any usual dress', async () => {
      const agent = await world.agent(echo);
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room } = await meet(bot);
      const send = (type: string, content: object) => someone.client.sendEvent(room, type as never, content as never);
      await send('m.sticker', { body: 'a cat', info: {}, url: 'mxc://x/y' });
      await someone.message(room, (m) => /couldn’t take/.test(m.body));
      await send('org.matrix.msc3381.poll.start', { 'org.matrix.msc3381.poll.start': {} });
      await someone.message(room, says({ key: 'thing is not taken', thing: 'poll' }));
      await send('m.room.message', { msgtype: 'nic.custom.confetti', body: 'it works!' });
      await someone.message(room, (m) => m.body === 'You said: it works!');
      await someone.say(room, '**！Stop.**');
      await someone.message(room, says({ key: 'nothing runs' }));
      await someone.say(room, `${bot.userId}: \u200b!archive 3`);
      await someone.message(room, says({ key: 'words are left', command: 'archive', words: '3', done: false }));
    });

    test('delivers a long answer whole, in parts at block boundaries', async () => {
      const table = [
        '| n | square |',
        '| --- | --- |',
        ...Array.from({ length: 300 }, (_, n) => `| ${n} | ${n * n} |`),
      ].join('\n');
      const code = [
        '```ts',
        ...Array.from({ length: 600 }, (_, n) => `const value${n} = ${n}; // <b>&</b>`),
        '```',
      ].join('\n');
      const prose = Array.from({ length: 400 }, (_, n) => `Paragraph ${n}: ${'all work and no play '.repeat(12)}`).join(
        '\n\n',
      );
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        await connection.next();
        for (const piece of [table, code, prose]) connection.send(chunk(`${piece}\n\n`));
        connection.send(END);
        await connection.closed;
      });
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room, fromBot } = await meet(bot);
      await someone.say(room, 'everything, please');
      await someone.message(room, (m) => m.body.includes('Paragraph 399:'), { timeout: 30_000 });
      const whole = fromBot().join('\n');
      for (let n = 0; n < 300; n++) expect(whole).toContain(`| ${n} | ${n * n} |`);
      for (let n = 0; n < 600; n++) expect(whole).toContain(`const value${n} = ${n};`);
      for (let n = 0; n < 400; n++) expect(whole.match(new RegExp(`Paragraph ${n}:`, 'g'))).toHaveLength(1);
      const bytes = fromBot().map((body) => Buffer.byteLength(body));
      expect(bytes.filter((size) => size > 26_000)).toEqual([]);
      // The greeting, and 130 kB in as few messages as events carry.
      expect(bytes.length).toBeLessThanOrEqual(8);
    });

    test('answers what was said while it was away, oldest first, also behind a gap in the timeline', async () => {
      const agent = await world.agent(echo);
      const bot = await world.killableBot({ agents: { a: agent.url } });
      const first = bot.start();
      await first.running;
      const { someone, room, fromBot } = await meet(bot);
      const guest = await world.person();
      await someone.client.invite(room, guest.userId);
      await guest.client.joinRoom(room);
      await someone.say(room, 'zero');
      await someone.message(room, (m) => m.body === 'You said: zero');
      await first.kill();
      for (const text of ['one', 'two', 'three']) await someone.say(room, text);
      for (let n = 0; n < 120; n++) await guest.client.sendNotice(room, `noise ${n}`);
      const second = bot.start();
      await second.running;
      await someone.message(room, (m) => m.body === 'You said: three', { timeout: 20_000 });
      expect(fromBot().filter((body) => body.startsWith('You said'))).toEqual(
        ['zero', 'one', 'two', 'three'].map((text) => `You said: ${text}`),
      );
    });

    test('refuses none of many texts that were written while it was away', async () => {
      const agent = await world.agent(echo);
      const bot = await world.restartableBot({ agents: { a: agent.url } });
      await bot.start();
      const { someone, room, fromBot } = await meet(bot);
      await bot.stop();
      const texts = Array.from({ length: 25 }, (_, n) => `text ${n + 1}`);
      for (const text of texts) await someone.say(room, text);
      await bot.start();
      await someone.message(room, (m) => m.body === 'You said: text 25', { timeout: 30_000 });
      const notices = fromBot().filter((body) => !body.startsWith('You said') && !body.startsWith('Got it'));
      expect([agent.messages.map(({ text }) => text), notices]).toEqual([texts, []]);
    });

    describe('with an agent that misbehaves says so in plain words, and the next message works:', () => {
      const misbehaviours: {
        title: string;
        script: AgentScript;
        notice: Notice;
        said?: string;
        logged?: 'agent unreachable' | 'turn failed';
      }[] = [
        {
          title: 'never says STATUS',
          script: scripts.neverStatus,
          notice: { key: 'trouble', trouble: 'no-status' },
          logged: 'agent unreachable',
        },
        {
          title: 'says garbage first',
          script: scripts.garbage,
          notice: { key: 'trouble', trouble: 'protocol' },
          logged: 'agent unreachable',
        },
        {
          title: 'closes in the middle of an answer',
          script: scripts.closeMidAnswer,
          notice: { key: 'trouble', trouble: 'connection-lost' },
          said: 'The beginning of',
          logged: 'turn failed',
        },
        { title: 'hangs', script: scripts.hang, notice: { key: 'trouble', trouble: 'silent' }, logged: 'turn failed' },
        {
          title: 'reports an error',
          script: async (connection) => {
            connection.send(STATUS);
            await connection.next();
            connection.send({ type: 'ERROR', code: 'BOOM', details: 'Traceback (most recent call last): secret.py' });
          },
          notice: { key: 'trouble', trouble: 'agent-error' },
          logged: 'turn failed',
        },
        {
          title: 'ends without a word',
          script: async (connection) => {
            connection.send(STATUS);
            await connection.next();
            connection.send(END);
          },
          notice: { key: 'empty answer' },
        },
        {
          title: 'closes because a frame is too big',
          script: async (connection) => {
            connection.send(STATUS);
            await connection.next();
            connection.close(1009);
          },
          notice: { key: 'trouble', trouble: 'too-big' },
          logged: 'turn failed',
        },
        {
          title: 'reports an error so deeply nested that nobody can write it down',
          script: async (connection) => {
            connection.send(STATUS);
            await connection.next();
            connection.sendRaw(`{"type":"ERROR","code":"x","details":${'['.repeat(5_000)}${']'.repeat(5_000)}}`);
          },
          notice: { key: 'trouble', trouble: 'protocol' },
          logged: 'turn failed',
        },
      ];

      test.each(misbehaviours)('$title', async ({ script, notice, said, logged }) => {
        const agent = await world.agent(onceThenEcho(script));
        const bot = await world.bot({
          agents: { a: agent.url },
          limits: { statusMs: 300, silenceMs: 500, connectTries: 1 },
        });
        const { someone, room, fromBot } = await meet(bot);
        const asked = await someone.say(room, 'hello?');
        await someone.message(room, says(notice));
        await someone.say(room, 'and now?');
        await someone.message(room, (m) => m.body === 'You said: and now?');
        expect(fromBot()).toEqual([...(said === undefined ? [] : [said]), words(notice), 'You said: and now?']);
        const warnings = bot.log.lines.filter(({ level }) => level === 'warn');
        const facts = {
          room,
          turn: 1,
          agent: 'a',
          event: asked,
          tries: 1,
          ms: expect.any(Number) as number,
          trouble: 'trouble' in notice ? notice.trouble : null,
        };
        // What the agent said stands in the log too, under a name that is hidden there.
        expect(warnings.map(({ message, fields }) => ({ message, ...fields, said: null }))).toEqual(
          logged === undefined ? [] : [{ message: logged, ...facts, said: null }],
        );
        const isOver = (turn: number) => (line: LogLine) =>
          line.message === 'turn over' && (line.fields as { turn: number }).turn === turn;
        expect(bot.log.lines.find(isOver(1))).toEqual({
          level: 'info',
          message: 'turn over',
          fields: {
            ...facts,
            outcome: logged === undefined ? 'empty' : facts.trouble === 'connection-lost' ? 'interrupted' : 'failed',
            waitMs: logged === 'agent unreachable' ? null : (expect.any(Number) as number),
            firstTextMs: said === undefined ? null : (expect.any(Number) as number),
            characters: said?.length ?? 0,
            tokens: logged === undefined ? 7 : 0,
          },
        });
        const lineOfTheNext = await until(() => bot.log.lines.find(isOver(2)));
        expect(lineOfTheNext.fields).toEqual(expect.objectContaining({ outcome: 'answered', tokens: 7 }) as object);
      });

      test('cannot be reached', async () => {
        const agent = await world.agent(echo);
        const bot = await world.bot({ agents: { a: 'ws://127.0.0.1:9/' }, limits: { connectTries: 2 } });
        const { someone, room } = await meet(bot);
        await someone.say(room, 'hello?');
        await someone.message(room, says({ key: 'trouble', trouble: 'unreachable' }));
        await someone.say(room, '!help');
        await someone.message(room, says({ key: 'help', inSpace: false }));
        expect(agent.messages).toEqual([]);
      });
    });
  });
}
