/** The same bot under the limits that Synapse ships with, and in rooms of another version. */
import { describe, expect, test } from 'vitest';
import { startSynapse } from '../support/synapse/synapse.ts';
import type { SynapseOptions } from '../support/synapse/config.ts';
import { chunk, END, STATUS } from '../support/scripted-agent.ts';
import { createWorld } from './world.ts';

describe.each<{ title: string; options: SynapseOptions }>([
  { title: 'the default limits and room version 12', options: { limits: 'default', roomVersion: '12' } },
  { title: 'no limits and room version 11', options: { limits: 'off', roomVersion: '11' } },
])('with $title', ({ options }) => {
  const world = createWorld(() => startSynapse(options));

  test('every answer arrives once and whole, however many edits there is room for', async () => {
    const pieces = Array.from({ length: 30 }, (_, n) => `This is sentence number ${n}. `);
    const agent = await world.agent(async (connection) => {
      connection.send(STATUS);
      await connection.next();
      for (const piece of pieces) connection.send(chunk(piece));
      connection.send(END);
      await connection.closed;
    });
    const bot = await world.bot({ agents: { a: agent.url }, reply: { firstEditMs: 50 } });
    const someone = await world.person();
    const room = await someone.createDm(bot.userId);
    const version = await someone.client.getStateEvent(room, 'm.room.create', '');
    expect(version.room_version).toBe(options.roomVersion);
    await someone.message(room, (m) => m.sender === bot.userId);
    const whole = pieces.join('').trim();
    for (let turn = 1; turn <= 5; turn++) {
      await someone.say(room, `question ${turn}`);
      await someone.waitFor(
        room,
        ({ messages }) => messages.filter((m) => m.sender === bot.userId && m.body === whole).length === turn,
        { timeout: 50_000 },
      );
    }
    expect(someone.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype === 'm.text')).toHaveLength(5);
    expect(agent.messages.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map((turn) => `question ${turn}`));
  });
});
