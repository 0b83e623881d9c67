/** A whole service with an agent that sends any frames, any number of them: its room stays small, and others are served. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId } from '../../machines/ids.ts';
import { sql } from '../store/support.ts';
import { END, scripts, STATUS } from '../support/scripted-agent.ts';
import { startEmbedded } from './embedded.ts';
import { createWorld } from './world.ts';

const world = createWorld(() => startEmbedded());

const words = fc.oneof(fc.string({ maxLength: 20 }), fc.constant('x'.repeat(20_000)), fc.constant('\n\u0000\ud800'));
const update = (data: object) => ({ type: 'AGENT_EVENT_CUSTOM_UPDATE', data });
const frame = fc.oneof(
  words.map((text) => ({ type: 'AGENT_EVENT_TEXT_CHUNK', text })),
  words.map((path) => ({ type: 'AGENT_EVENT_SEND_FILE', path })),
  fc.record({ id: words, text: words }).map((said) => update({ kind: 'confirmation', ...said })),
  words.map((text) => update({ kind: 'progress', text })),
  words.map((tool) => ({ type: 'AGENT_EVENT_TOOL_CALL_CHUNK', tool })),
  words.map((session) => ({ ...STATUS, session })),
  words.map((details) => ({ type: 'ERROR', code: details, details })),
  words.map((name) => ({ type: name })),
  fc.constant(END),
);
/** Frames, and how often they are sent. */
const floods = fc.array(fc.tuple(frame, fc.constantFrom(1, 3, 100, 1_000)), { minLength: 1, maxLength: 5 });

test(
  'whatever an agent sends, and however often, its room stays small and the rooms of others are served',
  { timeout: 120_000 },
  async () => {
    let flood: readonly (readonly [object, number])[] = [];
    const wild = await world.agent(async (connection) => {
      connection.send(STATUS);
      await connection.next();
      for (const [one, times] of flood) for (let n = 0; n < times; n++) connection.send(one);
      connection.close();
      await connection.closed;
    });
    const good = await world.agent(scripts.echo);
    const [victim, other] = await Promise.all([world.person(), world.person()]);
    const bot = await world.restartableBot({
      ...{ agents: { wild: wild.url, good: good.url }, limits: { connectTries: 1 } },
      userAgents: { [victim.userId]: 'wild', [other.userId]: 'good' } as Record<UserId, string>,
    });
    const { app } = await bot.start();
    const [room, others] = await Promise.all([victim.createDm(bot.userId), other.createDm(bot.userId)]);
    await victim.message(room, (m) => m.sender === bot.userId);
    await other.message(others, (m) => m.sender === bot.userId);
    let said = 0;
    await fc.assert(
      fc.asyncProperty(floods, async (one) => {
        flood = one;
        said += 1;
        await victim.say(room, `go ${said}`);
        await other.say(others, `text ${said}`);
        await other.message(others, (m) => m.body === `You said: text ${said}`);
        const [{ size } = { size: 0 }] = sql(bot.stateDir, 'SELECT max(length(record)) AS size FROM rooms');
        expect(size).toBeLessThan(1_000_000);
      }),
      { numRuns: 25, endOnFailure: true },
    );
    await victim.say(room, '!stop');
    await victim.say(room, '!whoami');
    await victim.message(room, (m) => m.sender === bot.userId && m.body.includes(victim.userId));
    expect(app.health().parkedRooms).toBe(0);
  },
);
