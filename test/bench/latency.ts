/** Turns at a steady rate through the whole service, which runs in a process of its own. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { botConfig } from '../support/bot.ts';
import { beginningOf, endingOf, startAgent } from './agent.ts';
import { start } from './alone.ts';
import type { Activity, Running } from './bot.ts';
import { latency, type Figure } from './figures.ts';
import { openPeople, type People } from './people.ts';
import { watchHomeserver, wordsOf, type Turn } from './stamps.ts';
import { usageNow, usageSince } from './usage.ts';

export interface Traffic {
  rooms: number;
  turnsPerSecond: number;
  warmUpSeconds: number;
  seconds: number;
}

export const traffic: Traffic = { rooms: 100, turnsPerSecond: 50, warmUpSeconds: 4, seconds: 15 };

/** What p95 must stay below without fsync, ms. */
const TARGET_MS = 5;
const BOT = '@bot:bench.test';
/** Late texts are sent at once; beyond this delay, ms, the load generator itself is too slow. */
const PATIENCE_MS = 20_000;

export async function measureLatency(folder: string, fsync: boolean): Promise<Figure[]> {
  const turns = new Map<number, Turn>();
  const homeserver = await startHomeserver({ serverName: 'bench.test' });
  const agent = await startAgent(turns);
  homeserver.register('bot', 'secret');
  const people = await openPeople(homeserver, BOT, traffic.rooms);
  const watch = watchHomeserver(turns);
  const bot = start('bot');
  const config = botConfig({
    homeserver: homeserver.url,
    userId: BOT,
    password: 'secret',
    agents: { a: agent.url },
    concurrency: 2 * traffic.rooms,
    stateDir: folder,
    fsync,
  });
  try {
    bot.send({ config });
    await nextMessage<Running>(bot);
    await people.welcomed();
    const counter = { next: 1 };
    await talk(people, turns, traffic.warmUpSeconds, counter);
    const first = counter.next;
    bot.send('reset');
    const before = usageNow();
    await talk(people, turns, traffic.seconds, counter);
    const usage = usageSince(before);
    const report = nextMessage<Activity>(bot);
    bot.send('report');
    const activity = await report;
    await allAnswered(homeserver, people, turns);
    readAnswers(homeserver, people, watch.sentAt, turns);
    const measured = [...turns].filter(([turn]) => turn >= first).map(([, moments]) => moments);
    return figuresOf(measured, activity, usage.loop, fsync);
  } finally {
    watch.stop();
    await stopBot(bot);
    people.close();
    agent.close();
    await homeserver.close();
  }
}

function figuresOf(turns: readonly Turn[], activity: Activity, ownLoop: number, fsync: boolean): Figure[] {
  const between = (from: keyof Turn, to: keyof Turn) =>
    turns.flatMap((turn) => {
      const [begin, end] = [turn[from], turn[to]];
      return begin === undefined || end === undefined ? [] : [end - begin];
    });
  const target = fsync ? {} : { target: { below: TARGET_MS } };
  const complete = between('synced', 'delivered').length;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    latency('sync response → USER_MESSAGE', between('synced', 'asked'), {
      ...target,
      note: `${complete} of ${turns.length} turns answered`,
    }),
    latency('first chunk → first PUT', between('began', 'shown'), target),
    latency('END → final PUT', between('ended', 'delivered'), target),
    latency('sync response → sync position on disk', activity.responseMs),
    {
      name: 'commits per turn',
      value: activity.commits / turns.length,
      unit: '',
      note: `bot: ${percent(activity.cpu)} CPU, loop ${percent(activity.loop)}; load and homeserver: loop ${percent(ownLoop)}`,
    },
  ];
}

/** Sends texts at the rate, room after room; late ones go out at once. */
async function talk(people: People, turns: Map<number, Turn>, seconds: number, turn: { next: number }): Promise<void> {
  const started = performance.now();
  const gap = 1000 / traffic.turnsPerSecond;
  for (let sent = 0; sent < seconds * traffic.turnsPerSecond; sent++) {
    const wait = started + sent * gap - performance.now();
    if (wait > 0) await pause(wait);
    if (wait < -PATIENCE_MS) throw new Error('this machine is too busy to make the load');
    turns.set(turn.next, {});
    people.say(turn.next % traffic.rooms, wordsOf(turn.next));
    turn.next++;
  }
}

/** Waits until every text has its whole answer, or for ten seconds without a new one. */
async function allAnswered(homeserver: Homeserver, people: People, turns: Map<number, Turn>): Promise<void> {
  for (let last = -1, since = performance.now(); performance.now() - since < 10_000; await pause(50)) {
    const whole = answersIn(homeserver, people).filter(({ body, turn }) => body.includes(endingOf(turn)));
    const answered = new Set(whole.map(({ turn }) => turn)).size;
    if (answered >= turns.size) return;
    if (answered !== last) [last, since] = [answered, performance.now()];
  }
}

function readAnswers(
  homeserver: Homeserver,
  people: People,
  sentAt: (room: string, transaction: string) => number | undefined,
  turns: Map<number, Turn>,
): void {
  for (const { room, transaction, turn, body } of answersIn(homeserver, people)) {
    const moments = turns.get(turn);
    const at = sentAt(room, transaction);
    if (moments === undefined || at === undefined) continue;
    moments.shown ??= at;
    // A beginning that came late has the whole text too: the last message is the final one.
    if (body.includes(endingOf(turn))) moments.delivered = at;
  }
}

interface Sent {
  room: string;
  transaction: string;
  turn: number;
  body: string;
}

/** The messages of answers, in the order in which they came. */
function answersIn(homeserver: Homeserver, people: People): Sent[] {
  return people.rooms.flatMap((room) =>
    homeserver.events(room).flatMap(({ sender, content, transaction }) => {
      if (sender !== BOT || transaction === undefined) return [];
      const { body } = (content['m.new_content'] ?? content) as { body?: unknown };
      const turn = Number(/^The answer to (\d+) /.exec(String(body))?.[1]);
      if (typeof body !== 'string' || !body.startsWith(beginningOf(turn))) return [];
      return [{ room, transaction: transaction.id, turn, body }];
    }),
  );
}

export async function nextMessage<T>(bot: ReturnType<typeof start>): Promise<T> {
  const ended = once(bot, 'exit').then(() => {
    throw new Error('the bot ended');
  });
  ended.catch(() => {});
  const [message] = (await Promise.race([once(bot, 'message'), ended])) as [T];
  return message;
}

export async function stopBot(bot: ReturnType<typeof start>): Promise<void> {
  if (bot.exitCode !== null || bot.signalCode !== null) return;
  const exited = once(bot, 'exit');
  bot.send('stop');
  await exited;
}
