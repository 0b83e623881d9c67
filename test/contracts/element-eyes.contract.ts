/** What people see in a client that knows nothing of the bot: what rings, where it stands, what is left of what they removed. */
import { describe, expect, test } from 'vitest';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
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

    test('a removed text is never answered: neither one that waits nor one that is being answered', async () => {
      const { script, goOn } = agentThatWaits();
      const agent = await world.agent(script);
      const bot = await world.bot({ agents: { a: agent.url } });
      const someone = await world.person();
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.sender === bot.userId);
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
  });
}
