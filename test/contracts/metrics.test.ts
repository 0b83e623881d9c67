/** The ops server of a service that has served: what it counts, and what it says of rooms. */
import { expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../../src/ops/metrics.ts';
import { startOps } from '../../src/ops/server.ts';
import { silentLog } from '../support/log-book.ts';
import { chunk, END, STATUS } from '../support/scripted-agent.ts';
import { startEmbedded } from './embedded.ts';
import { createWorld } from './world.ts';

const world = createWorld(() => startEmbedded());

/** What is told of one agent, by the beginning of the names. */
function samplesOf(page: string, wanted: RegExp): Record<string, number> {
  const lines = page.split('\n').filter((line) => wanted.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

test('turns, frames, bytes and rooms stand in the metrics, and each message is told of', async () => {
  const answer = chunk('Hello!');
  const late = { type: 'SOMETHING_ELSE' };
  const agent = await world.agent(async (connection) => {
    connection.send(STATUS);
    for (;;) {
      const { text } = await connection.next();
      if (text === 'fail') connection.send({ type: 'ERROR', code: 'X', details: 'no' });
      else for (const frame of [late, answer, END]) connection.send(frame);
    }
  });
  const someone = await world.person();
  const metrics = createMetrics();
  const bot = await world.restartableBot({ agents: { one: agent.url } });
  const { app } = await bot.start({}, { meter: metrics });
  const ops = await startOps({
    ...{ host: '127.0.0.1', port: 0, token: null, health: () => app.health(), desk: () => app.desk() },
    ...{ metrics, drain: () => void app.stop(), log: silentLog },
  });
  onTestFinished(() => ops.close());
  const ask = async (path: string, method = 'GET') => (await fetch(`${ops.url}${path}`, { method })).text();
  const told = async (path: string) => JSON.parse(await ask(path)) as Record<string, unknown>;

  const room = await someone.createDm(bot.userId);
  const first = await someone.say(room, 'hello');
  const { eventId } = await someone.message(room, ({ body }) => body === 'Hello!');
  const second = await someone.say(room, 'fail');
  await someone.message(room, ({ body }) => body.includes('went wrong'));
  await expect.poll(async () => (await told(`/rooms/${encodeURIComponent(room)}`))['state']).toBe('at rest');

  const page = await ask('/metrics');
  expect(samplesOf(page, /^roomkeeper_(turns|turn_troubles|tokens|frames|agent_link|rooms|parked|restarts)/)).toEqual({
    'roomkeeper_turns_total{agent="one",outcome="answered"}': 1,
    'roomkeeper_turns_total{agent="one",outcome="failed"}': 1,
    'roomkeeper_turn_troubles_total{agent="one",trouble="agent-error"}': 1,
    'roomkeeper_tokens_total{agent="one"}': 7,
    'roomkeeper_frames_dropped_total{why="frame unknown"}': 1,
    'roomkeeper_agent_link_failures_total{agent="one",trouble="agent-error"}': 1,
    'roomkeeper_rooms{state="at rest"}': 1,
    ...Object.fromEntries(
      ['answering', 'in line', 'sending', 'restarting', 'parked'].map((state) => [
        `roomkeeper_rooms{state="${state}"}`,
        0,
      ]),
    ),
    ...{ roomkeeper_parked: 0, roomkeeper_parked_events: 0 },
  });
  const frames = [STATUS, late, answer, END, STATUS, { type: 'ERROR', code: 'X', details: 'no' }];
  const bytes = frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
  expect(
    samplesOf(page, /^roomkeeper_(bytes|ready|line|outbox|agent_up|turn_seconds_count|turn_wait_seconds_count)/),
  ).toEqual({
    'roomkeeper_bytes_total{way="from agents"}': bytes,
    ...{ roomkeeper_ready: 1, roomkeeper_line: 0, roomkeeper_outbox: 0, roomkeeper_outbox_age_seconds: 0 },
    'roomkeeper_agent_up{agent="one"}': 1,
    'roomkeeper_turn_seconds_count{agent="one"}': 2,
    'roomkeeper_turn_wait_seconds_count{agent="one"}': 2,
  });

  const why = async (event: string) => await told(`/why/${encodeURIComponent(event)}`);
  const about = { room, agent: 'one' };
  expect(await why(first)).toEqual({
    ...{ ...about, event: first, fate: { is: 'answered', by: [eventId] } },
    sentence: `\`${first}\` in \`${room}\`: it was answered by \`${eventId}\`.`,
  });
  const { fate } = await why(second);
  expect(fate).toEqual({ is: 'over', how: 'failed', trouble: 'agent-error', by: [(fate as { by: string[] }).by[0]] });
  expect(JSON.parse(await ask('/drain', 'POST'))).toEqual({ draining: true });
  expect(await app.ended).toBeNull();
});
