/** kill -9 of the bot at every boundary of an event's life: one answer or "interrupted", never two answers, never nothing. */
import { describe, expect, test } from 'vitest';
import { boundaries, type Boundary } from '../../src/actors/boundaries.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

/** Up to here the agent has certainly not seen the message, and from there on the answer is on disk; between the two it may have run. */
const answered: Record<Boundary, boolean> = {
  'sync response received': true,
  'events handed to rooms': true,
  'record decided': true,
  'record written': true,
  'sync position written': true,
  'connection asked for': true,
  'user message about to be written': false,
  'user message written': false,
  'first text received': false,
  'preview sent': false,
  'end received': false,
  'long answer stored': false,
  'effect about to be sent': true,
  'effect sent': true,
  'effect acknowledged': true,
};

const interrupted = renderNotice(en)({ key: 'interrupted' }).body;
const LONG = Array.from(
  { length: 300 },
  (_, line) => `Line ${line} of a long answer that needs a file of its own.`,
).join('\n\n');

/** Takes no message on its first connection: the position is on disk before anything can have run. */
function lateFirst(): AgentScript {
  let connections = 0;
  return async (connection) => {
    if (++connections === 1) await connection.closed;
    else await long(connection);
  };
}

const long: AgentScript = async (connection) => {
  connection.send(STATUS);
  const message = await connection.next();
  // A sentence that is shown at once, so that there is a preview.
  connection.send(chunk(`Answer to ${String(message.text)}, as long as it can be.`));
  connection.send(chunk(`\n\n${LONG}`));
  connection.send(END);
  await connection.closed;
};

export function describeCrashes(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a bot that is killed on ${name}`, () => {
    const world = createWorld(start);

    test.each(boundaries.map((boundary) => ({ boundary })))('at: $boundary', async ({ boundary }) => {
      const agent = await world.agent(boundary === 'sync position written' ? lateFirst() : long);
      const bot = await world.killableBot({ agents: { a: agent.url } });
      const someone = await world.person();
      const first = bot.start();
      await first.running;
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.sender === bot.userId);

      await first.arm({ boundary, nth: 1 });
      await someone.say(room, 'one');
      expect(await first.ended).toBe('SIGKILL');
      await someone.say(room, 'two');
      const second = bot.start();
      await second.running;
      const answerTo = (text: string) => (m: { body: string }) =>
        m.body.startsWith(`Answer to ${text}, as long as it can be.\n\nLine 0 `);
      await someone.message(room, answerTo('two'), { timeout: 20_000 });
      await someone.say(room, 'three');
      await someone.message(room, answerTo('three'), { timeout: 20_000 });
      await someone.waitFor(room, ({ messages }) => lastLines(messages) >= (answered[boundary] ? 3 : 2));

      const messages = someone.timeline(room).filter((m) => m.sender === bot.userId);
      const notices = messages.filter((m) => m.body === interrupted);
      const complete = (text: string) => messages.filter(answerTo(text)).length;
      expect({
        one: answered[boundary] ? complete('one') : 'interrupted',
        two: complete('two'),
        three: complete('three'),
        notices: notices.length,
      }).toEqual({
        one: answered[boundary] ? 1 : 'interrupted',
        two: 1,
        three: 1,
        notices: answered[boundary] ? 0 : 1,
      });
      expect(lastLines(messages)).toBe(answered[boundary] ? 3 : 2);
      expect(agent.messages.map((message) => message.text)).toEqual(
        boundary === 'user message about to be written' ? ['two', 'three'] : ['one', 'two', 'three'],
      );
    });
  });

  function lastLines(messages: { body: string }[]): number {
    return messages.filter((m) => m.body.includes('Line 299 ')).length;
  }
}
