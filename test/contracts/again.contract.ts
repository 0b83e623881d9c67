/** What is asked again, taken back, or was written while the bot was away, on whatever homeserver `start` gives. */
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import type { Boundary } from '../../src/actors/boundaries.ts';
import { openStore } from '../../src/store/store.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import type { Person } from '../support/people.ts';
import type { Message } from '../support/room-view.ts';
import { chunk, END, scripts, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld, type RestartableBot } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const says = (notice: Notice) => (m: Message) => m.body === words(notice);
const HOUR = 3_600_000;

const { echo } = scripts;

/** Answers each message by how often it was asked. */
function counting(): AgentScript {
  const times = new Map<string, number>();
  return async (connection) => {
    connection.send(STATUS);
    for (;;) {
      const text = String((await connection.next()).text);
      const now = (times.get(text) ?? 0) + 1;
      times.set(text, now);
      connection.send(chunk(`${text}: answer ${now}`));
      connection.send(END);
    }
  };
}

export function describeAskingAgain(name: string, start: () => Promise<TestHomeserver>): void {
  const world = createWorld(start);

  async function meet(bot: { userId: string }): Promise<{ someone: Person; room: string; fromBot: () => string[] }> {
    const someone = await world.person();
    const room = await someone.createDm(bot.userId);
    await someone.message(room, (m) => m.sender === bot.userId);
    const greeting = someone.timeline(room).filter((m) => m.sender === bot.userId).length;
    const fromBot = () => {
      const all = someone.timeline(room).filter((m) => m.sender === bot.userId);
      return all
        .slice(greeting)
        .map((m) => m.body)
        .filter((body) => body !== words({ key: 'default agent' }));
    };
    return { someone, room, fromBot };
  }

  async function replies(someone: Person, room: string, to: string, body: string): Promise<void> {
    const content = { msgtype: 'm.text', body, 'm.relates_to': { 'm.in_reply_to': { event_id: to } } };
    await someone.client.sendEvent(room as never, 'm.room.message' as never, content as never);
  }

  describe(`what is asked again on ${name}`, () => {
    test('is an answer with 🔁, the question of it, and each of two that failed', async () => {
      const agent = await world.agent(counting());
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room, fromBot } = await meet(bot);
      const first = await someone.say(room, 'one');
      const answer = await someone.message(room, (m) => m.body === 'one: answer 1');
      await someone.say(room, 'two');
      await someone.message(room, (m) => m.body === 'two: answer 1');

      const reaction = await someone.react(room, answer.eventId, '🔁');
      const again = await someone.message(room, (m) => m.body === 'one: answer 2');
      expect(again.raw.content?.['m.relates_to']).toEqual({ 'm.in_reply_to': { event_id: first } });
      await replies(someone, room, first, '!retry');
      await someone.message(room, (m) => m.body === 'one: answer 3');
      const stranger = await someone.react(room, first, '👀');
      await someone.say(room, 'three');
      await someone.message(room, (m) => m.body === 'three: answer 1');
      const asked = words({ key: 'asked again', others: 0, later: false });
      expect(fromBot()).toEqual([
        ...['one: answer 1', 'two: answer 1', asked, 'one: answer 2', asked, 'one: answer 3', 'three: answer 1'],
      ]);
      expect(agent.messages.map(({ text }) => text)).toEqual(['one', 'two', 'one', 'one', 'three']);
      expect(agent.messages[2]?.['message_id']).toBe(reaction);
      expect(stranger).not.toBe(reaction);
    });

    test('is each of two that failed one after the other', async () => {
      let broken = true;
      const agent = await world.agent((connection) => (broken ? scripts.closeMidAnswer(connection) : echo(connection)));
      const bot = await world.bot({ agents: { a: agent.url } });
      const { someone, room, fromBot } = await meet(bot);
      const lost = says({ key: 'trouble', trouble: 'connection-lost' });
      await someone.say(room, 'one');
      const notice = await someone.message(room, lost);
      await someone.say(room, 'two');
      await someone.waitFor(room, ({ messages }) => messages.filter(lost).length === 2);
      broken = false;
      await someone.say(room, '!retry');
      await someone.message(room, (m) => m.body === 'You said: two');
      await replies(someone, room, notice.eventId, '!retry');
      await someone.message(room, (m) => m.body === 'You said: one');
      expect(fromBot().filter((body) => body.startsWith('You said'))).toEqual(['You said: two', 'You said: one']);
    });
  });

  test(`a reaction that is taken back before the agent was told takes the word back on ${name}`, async () => {
    const finish = Promise.withResolvers<void>();
    let turns = 0;
    const agent = await world.agent(async (connection) => {
      connection.send(STATUS);
      const { text } = await connection.next();
      if (++turns === 1) {
        connection.send({
          type: 'AGENT_EVENT_CUSTOM_UPDATE',
          data: { kind: 'confirmation', id: 'q1', text: 'Send it?' },
        });
        await finish.promise;
        connection.send(chunk('I wait.'));
      } else connection.send(chunk(`You said: ${String(text)}`));
      connection.send(END);
      await connection.closed;
    });
    const bot = await world.bot({ agents: { a: agent.url } });
    const { someone, room, fromBot } = await meet(bot);
    await someone.say(room, 'write to Ann');
    const question = await someone.message(room, says({ key: 'agent asks', text: 'Send it?' }));
    const yes = await someone.react(room, question.eventId, '👍');
    await someone.message(room, says({ key: 'word is taken', approved: true, later: true }));
    await someone.client.redactEvent(room, yes);
    await someone.message(room, says({ key: 'word is taken back', open: true }));
    const no = await someone.react(room, question.eventId, '👎');
    await someone.message(room, says({ key: 'word is taken', approved: false, later: true }));
    finish.resolve();
    await someone.message(room, (m) => m.body === 'You said: No, to your question: "Send it?"');
    await someone.client.redactEvent(room, no);
    await someone.message(room, says({ key: 'word was passed on' }));
    expect(agent.messages.map(({ text }) => text)).toEqual(['write to Ann', 'No, to your question: "Send it?"']);
    expect(fromBot().slice(-2)).toEqual([
      'You said: No, to your question: "Send it?"',
      words({ key: 'word was passed on' }),
    ]);
  });

  describe(`what was written while the bot was away on ${name}`, () => {
    /** Starts it as if so much later, by its own clock. */
    const later = (bot: RestartableBot, ms: number) => bot.start({}, { now: () => Date.now() + ms });

    test.each([
      { texts: 'notify', away: 3 * HOUR },
      { texts: 'answer', away: 25 * HOUR },
    ] as const)('is told of in one notice, and asked by !retry: $texts, $away ms', async ({ texts, away }) => {
      const agent = await world.agent(echo);
      const bot = await world.restartableBot({ agents: { a: agent.url }, missed: { texts } });
      await bot.start();
      const { someone, room, fromBot } = await meet(bot);
      await bot.stop();
      const one = await someone.say(room, 'one');
      await someone.say(room, '!help');
      await someone.say(room, 'two');
      await later(bot, away);
      const notice = await someone.message(room, (m) => m.body.startsWith('I was away for '));
      const awayMs = texts === 'notify' ? away : 25 * HOUR;
      expect([notice.body, notice.mentions]).toEqual([
        ...[words({ key: 'you were missed', awayMs, messages: 2, again: true }), [someone.userId]],
      ]);
      await someone.say(room, '!retry');
      await someone.message(room, (m) => m.body === 'You said: two');
      await replies(someone, room, one, '!retry');
      await someone.message(room, (m) => m.body === 'You said: one');
      const others = { key: 'asked again', later: false } as const;
      const help = words({ key: 'help', inSpace: false });
      expect(fromBot()).toEqual([
        ...[help, notice.body, words({ ...others, others: 1 }), 'You said: two', 'You said: one'],
      ]);
      await bot.stop();
      await later(bot, away);
      await someone.say(room, 'three');
      await someone.message(room, (m) => m.body === 'You said: three');
      expect(fromBot().at(-1)).toBe('You said: three');
      expect(fromBot()).toHaveLength(6);
    });

    test('is answered after a time that is short, and after a restart', async () => {
      const agent = await world.agent(echo);
      const bot = await world.restartableBot({ agents: { a: agent.url } });
      await bot.start();
      const { someone, room, fromBot } = await meet(bot);
      await bot.stop();
      await someone.say(room, 'one');
      await later(bot, 23 * HOUR);
      await someone.message(room, (m) => m.body === 'You said: one');
      await bot.stop();
      await someone.say(room, 'two');
      await bot.start({ missed: { texts: 'notify' } }, { now: () => Date.now() + 23 * HOUR + 60_000 });
      await someone.message(room, (m) => m.body === 'You said: two');
      await bot.stop();
      await someone.say(room, 'three');
      // Its clock was set back by a day.
      await bot.start();
      await someone.message(room, (m) => m.body === 'You said: three');
      expect(fromBot()).toEqual(['You said: one', 'You said: two', 'You said: three']);
    });

    test('is passed over where nobody wants it', async () => {
      const agent = await world.agent(echo);
      const bot = await world.restartableBot({ agents: { a: agent.url }, missed: { texts: 'ignore' } });
      await bot.start();
      const { someone, room, fromBot } = await meet(bot);
      await bot.stop();
      for (const text of ['one', '!help', '!nonsense']) await someone.say(room, text);
      await later(bot, 3 * HOUR);
      await someone.say(room, 'two');
      await someone.message(room, (m) => m.body === 'You said: two');
      expect([fromBot(), agent.messages.map(({ text }) => text)]).toEqual([['You said: two'], ['two']]);
    });

    const boundaries: Boundary[] = [
      ...(['events handed to rooms', 'record written', 'effect sent', 'sync position written'] as const),
    ];

    test.each(boundaries)('is told of once, wherever the bot is killed: %s', async (boundary) => {
      const agent = await world.agent(echo);
      const bot = await world.killableBot({ agents: { a: agent.url }, missed: { texts: 'notify' } });
      const first = bot.start();
      await first.running;
      const { someone, room, fromBot } = await meet(bot);
      await first.kill();
      await wasThere(bot.stateDir, Date.now() - 3 * HOUR);
      await someone.say(room, 'one');
      await someone.say(room, 'two');
      expect(await bot.start({ boundary, nth: 1 }).ended).toBe('SIGKILL');
      await bot.start().running;
      await someone.message(room, (m) => m.body.startsWith('I was away for '));
      await someone.say(room, 'three');
      await someone.message(room, (m) => m.body === 'You said: three');
      const away = fromBot().filter((body) =>
        body.startsWith('I was away for 3 hours and didn’t pass on your 2 messages'),
      );
      expect([away.length, fromBot().length, agent.messages.map(({ text }) => text)]).toEqual([1, 2, ['three']]);
    });
  });
}

/** Sets back when the service was last known to be there. */
async function wasThere(folder: string, lastSyncAt: number): Promise<void> {
  const store = await openStore(folder, { fsync: false });
  await store.host.update({ lastSyncAt });
  await store.close();
}
