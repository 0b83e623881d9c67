/** The whole path, person → Matrix → room → agent → person, on whatever homeserver `start` gives. */
import { describe, expect, test } from 'vitest';
import { chunk, END, scripts, STATUS } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

export function describeConversation(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a conversation on ${name}`, () => {
    const world = createWorld(start);

    test('streams an answer in by edits into one message with the full text', async () => {
      const words = 'The quick brown fox jumps over the lazy dog again and again.'.split(/(?<= )/);
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        const message = await connection.next();
        expect(message).toMatchObject({ type: 'USER_MESSAGE', text: 'tell me a story' });
        for (const word of words) {
          connection.send(chunk(word));
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
        connection.send(END);
        await connection.closed;
      });
      const bot = await world.bot({ agents: { a: agent.url } });
      const someone = await world.person();
      const room = await someone.createDm(bot.userId);
      const welcome = await someone.message(room, (m) => m.sender === bot.userId);
      expect(welcome.msgtype).toBe('m.notice');
      await someone.say(room, 'tell me a story');
      const answer = await someone.message(room, (m) => m.body === words.join(''));
      expect(answer.msgtype).toBe('m.text');
      expect(answer.edited).toBeGreaterThan(1);
      expect(answer.mentions).toEqual([]);
      expect(someone.timeline(room).filter((m) => m.sender === bot.userId)).toHaveLength(2);
    });

    test('serves two rooms with two agents at the same time', async () => {
      const slow = await world.agent(scripts.hang);
      const quick = await world.agent(scripts.echo);
      const [one, two] = [await world.person(), await world.person()];
      const bot = await world.bot({
        agents: { slow: slow.url, quick: quick.url },
        userAgents: { [two.userId]: 'quick' },
      });
      const [first, second] = [await one.createDm(bot.userId), await two.createDm(bot.userId)];
      await one.message(first, (m) => m.sender === bot.userId);
      await one.say(first, 'are you there?');
      await slow.connection();
      await two.message(second, (m) => m.sender === bot.userId);
      await two.say(second, 'hello');
      await two.message(second, (m) => m.body === 'You said: hello');
      expect(one.timeline(first).filter((m) => m.sender === bot.userId)).toHaveLength(1);
    });
  });
}
