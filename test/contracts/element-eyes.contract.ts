/** What people see in a client that knows nothing of the bot: what rings, where it stands, what is left of what they removed. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/config.ts';
import { en } from '../../src/text/en.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import type { Person } from '../support/people.ts';
import type { RoomView } from '../support/room-view.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

/** Answers with its words; the end of an answer to "wait" comes when the test says so. */
function agentThatWaits() {
  const held: (() => void)[] = [];
  const script: AgentScript = async (connection) => {
    connection.send({ ...STATUS, capabilities: { stop: true } });
    const { text } = await connection.next();
    connection.send(chunk(`You said: ${String(text)}. `));
    if (text === 'wait') await new Promise<void>((resolve) => held.push(resolve));
    connection.send(END);
    await connection.closed;
  };
  return { script, goOn: () => held.splice(0).forEach((end) => end()) };
}

type Seen = RoomView['events'][number];

/** The first event that this one names: what it answers, replaces or belongs to. */
const namesOf = ({ content = {} }: Seen) => JSON.stringify(content['m.relates_to'] ?? {});

export function describeElementEyes(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`in the eyes of a client of ${name}`, () => {
    const world = createWorld(start);

    /** A person in a room with the bot, greeted. */
    async function meet(agent: string, reply: Partial<Policy['reply']> = {}) {
      const bot = await world.bot({ agents: { a: agent }, reply });
      const someone = await world.person();
      const room = await someone.createDm(bot.userId);
      const greeting = await someone.message(room, (m) => m.sender === bot.userId);
      return { bot, someone, room, greeting };
    }

    test('a removed text is never answered: neither one that waits nor one that is being answered', async () => {
      const { script, goOn } = agentThatWaits();
      const agent = await world.agent(script);
      const { bot, someone, room } = await meet(agent.url);
      const running = await someone.say(room, 'wait');
      await someone.message(room, (m) => m.body.startsWith('You said: wait'));
      const waiting = await someone.say(room, 'removed while it waits');
      const kept = await someone.say(room, 'kept');
      await someone.waitFor(room, () => someone.client.getRoom(room)?.hasUserReadEvent(bot.userId, kept));
      await someone.client.redactEvent(room, waiting);
      await someone.client.redactEvent(room, running);
      await someone.message(room, (m) => m.body.startsWith('You said: kept'));
      goOn();
      await someone.say(room, 'last');
      await someone.message(room, (m) => m.body.startsWith('You said: last'));
      expect(agent.messages.map(({ text }) => text)).toEqual(['wait', 'kept', 'last']);
      const { messages, events } = someone.view(room);
      const answers = messages.filter((m) => m.sender === bot.userId && m.msgtype === 'm.text');
      expect(answers.map(({ body }) => body.trim())).toEqual(['You said: wait.', 'You said: kept.', 'You said: last.']);
      // Nothing of the bot names what was removed, and what was shown of it by then grows no more.
      const removedAt = events.findLastIndex(({ type }) => type === 'm.room.redaction');
      const later = events.slice(removedAt).filter(({ sender }) => sender === bot.userId);
      const about = [running, waiting, answers[0]?.eventId ?? ''];
      expect(later.filter((event) => about.some((one) => namesOf(event).includes(one)))).toEqual([]);
    });

    /** What a client does with a message by the person's push rules. */
    const rings = (someone: Person, room: string, eventId: string) => {
      const event = someone.client.getRoom(room)?.findEventById(eventId);
      const { notify = false, tweaks } = (event && someone.client.getPushActionsForEvent(event)) ?? {};
      return { notify, highlight: tweaks?.['highlight'] === true };
    };

    test('a question rings and a failure rings, a notice does not', async () => {
      const agent = await world.agent(async (connection) => {
        connection.send({ ...STATUS, capabilities: { confirmations: true } });
        await connection.next();
        connection.send({
          type: 'AGENT_EVENT_CUSTOM_UPDATE',
          data: { kind: 'confirmation', id: 'q', text: 'Send it?' },
        });
        await connection.next();
        connection.send({ type: 'ERROR', code: 'x', message: 'no' });
        await connection.closed;
      });
      const { someone, room, greeting } = await meet(agent.url);
      await someone.say(room, 'write to Ann');
      const question = await someone.message(room, (m) => m.body.includes('Send it?'));
      await someone.say(room, 'yes');
      const taken = await someone.message(room, (m) => m.body.includes('I told the agent'));
      const failure = await someone.message(room, (m) => m.body.includes('!retry'));
      expect([greeting, question, taken, failure].map(({ eventId }) => rings(someone, room, eventId))).toEqual([
        { notify: false, highlight: false },
        { notify: true, highlight: true },
        { notify: false, highlight: false },
        { notify: true, highlight: true },
      ]);
    });

    test('a thread stays a thread: answers, notices and commands', async () => {
      const { script } = agentThatWaits();
      const agent = await world.agent(script);
      const { bot, someone, room } = await meet(agent.url);
      const root = await someone.say(room, 'one');
      await someone.message(room, (m) => m.body.startsWith('You said: one'));
      const inThread = async (body: string) => {
        const { event_id: id } = await someone.client.sendMessage(room, {
          ...{ msgtype: 'm.text', body },
          'm.relates_to': {
            ...{ rel_type: 'm.thread', event_id: root, is_falling_back: true },
            'm.in_reply_to': { event_id: root },
          },
        } as never);
        return id;
      };
      const two = await inThread('two');
      const answer = await someone.message(room, (m) => m.body.startsWith('You said: two'));
      const stop = await inThread('!stop');
      const notice = await someone.message(
        room,
        (m) => m.sender === bot.userId && m.body === en.notices['nothing runs']({}),
      );
      const relation = (to: string) => ({
        ...{ rel_type: 'm.thread', event_id: root, is_falling_back: true, 'm.in_reply_to': { event_id: to } },
      });
      expect([answer, notice].map(({ raw }) => raw.content?.['m.relates_to'])).toEqual([relation(two), relation(stop)]);
    });

    test('three waiting texts are told by one notice, answered by replies, and the notice goes', async () => {
      const { script, goOn } = agentThatWaits();
      const agent = await world.agent(script);
      const { bot, someone, room } = await meet(agent.url);
      await someone.say(room, 'wait');
      await someone.message(room, (m) => m.body.startsWith('You said: wait'));
      const asked: string[] = [];
      for (const body of ['two', 'three', 'four']) asked.push(await someone.say(room, body));
      const notice = await someone.message(room, (m) => m.body.includes('3 messages are waiting'));
      goOn();
      const last = await someone.message(room, (m) => m.body.startsWith('You said: four'));
      await someone.waitFor(room, () => !someone.timeline(room).some(({ eventId }) => eventId === notice.eventId));
      const ofTheBot = someone.timeline(room).filter(({ sender }) => sender === bot.userId);
      expect(ofTheBot.slice(1).map(({ body, raw }) => [body.trim(), raw.content?.['m.relates_to'] ?? null])).toEqual([
        ['You said: wait.', null],
        ...['two', 'three', 'four'].map((body, n) => [
          `You said: ${body}.`,
          { 'm.in_reply_to': { event_id: asked[n] } },
        ]),
      ]);
      expect(last.msgtype).toBe('m.text');
    });

    test('texts that wait are marked and asked together where the operator likes, and the marks go with their turn', async () => {
      const { script, goOn } = agentThatWaits();
      const agent = await world.agent(script);
      const { bot, someone, room } = await meet(agent.url, { waiting: 'reaction', queued: 'together' });
      await someone.say(room, 'wait');
      await someone.message(room, (m) => m.body.startsWith('You said: wait'));
      const asked = [await someone.say(room, 'two'), await someone.say(room, 'three')];
      /** What the bot reacted with and did not take back: the message and the key of each. */
      const marks = () =>
        someone.view(room).events.flatMap(({ type, sender, content, event_id: id }) => {
          const { event_id: of, key } = (content?.['m.relates_to'] ?? {}) as { event_id?: string; key?: string };
          if (type !== 'm.reaction' || sender !== bot.userId || of === undefined) return [];
          return someone.client
            .getRoom(room)
            ?.findEventById(id ?? '')
            ?.isRedacted() === true
            ? []
            : [[of, key]];
        });
      await someone.waitFor(room, () => marks().length === 2);
      expect(marks()).toEqual(asked.map((of) => [of, '⏳']));
      goOn();
      await someone.message(room, (m) => m.body.trim() === 'You said: two\n\nthree.');
      await someone.waitFor(room, () => marks().length === 0);
      expect(agent.messages.map(({ text }) => text)).toEqual(['wait', 'two\n\nthree']);
      const ofTheBot = someone.timeline(room).filter(({ sender }) => sender === bot.userId);
      expect(ofTheBot.slice(1).map(({ msgtype, raw }) => [msgtype, raw.content?.['m.relates_to'] ?? null])).toEqual([
        ['m.text', null],
        ['m.text', { 'm.in_reply_to': { event_id: asked[1] } }],
      ]);
    });
  });
}
