/** The service finds its rooms again: from the homeserver alone where its state was lost, then from its records. */
import { once } from 'node:events';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { botConfig } from '../support/bot.ts';
import { makeManagedRooms } from '../support/managed-rooms.ts';
import { start } from './alone.ts';
import type { Running } from './bot.ts';
import type { Figure } from './figures.ts';
import { leanHttp } from './http.ts';

const CHATS_PER_PERSON = 10;
/** As long as one part of an answer may be. */
const ANSWER = 'An answer of many words, '.repeat(320);
const FEW = 100;
const MORE = 1_000;
const MANY = 10_000;
const RESTORE_BELOW_MS = 10_000;
const RESTART_BELOW_MS = 2_000;
/** What ten times the rooms may take, at most. */
const GROWTH_BELOW = 13;

interface Found {
  /** On an empty state folder: from the call of `startApp` until it had booted, ms. */
  restoredMs: number;
  /** On the records of that start: until it had caught up, ms. */
  restartedMs: number;
}

interface Both {
  plain: Found;
  fsync: Found;
}

export async function measureReconciliation(folder: string): Promise<Figure[]> {
  const few = await measure(path.join(folder, 'few'), FEW);
  const more = await measure(path.join(folder, 'more'), MORE);
  const many = await measure(path.join(folder, 'many'), MANY);
  const restored = (rooms: number, fsync: 'on' | 'off', { restoredMs }: Found): Figure => ({
    ...{ name: `empty state folder, ${rooms} rooms, fsync ${fsync}`, value: restoredMs, unit: 'ms' },
    ...(rooms === MANY ? { target: { below: RESTORE_BELOW_MS } } : {}),
  });
  const growth = (name: string, a: Both, b: Both): Figure => ({
    name,
    value: b.plain.restoredMs / a.plain.restoredMs,
    unit: '×',
    target: { below: GROWTH_BELOW },
    note: `with fsync ${(b.fsync.restoredMs / a.fsync.restoredMs).toFixed(1)}`,
  });
  return [
    { ...restored(FEW, 'off', few.plain), note: 'until booted, login included' },
    restored(MORE, 'off', more.plain),
    restored(MANY, 'off', many.plain),
    restored(MANY, 'on', many.fsync),
    growth(`${MORE} rooms / ${FEW} rooms`, few, more),
    growth(`${MANY} rooms / ${MORE} rooms`, more, many),
    {
      name: `restart with ${MANY} records`,
      value: many.plain.restartedMs,
      unit: 'ms',
      target: { below: RESTART_BELOW_MS },
      note: `until it has caught up; with ${MORE} ${Math.round(more.plain.restartedMs)} ms`,
    },
  ];
}

/** A homeserver with so many chats; the service comes to it with nothing, and again with its records. */
async function measure(folder: string, chats: number): Promise<Both> {
  const homeserver = await startHomeserver({ serverName: 'bench.test' });
  const userId = homeserver.register('bot', 'secret');
  try {
    await fill(homeserver, userId, chats);
    const find = (name: string, fsync: boolean) => {
      const config = botConfig({
        ...{ homeserver: homeserver.url, userId, password: 'secret', stateDir: path.join(folder, name), fsync },
        // Nobody asks the agent anything.
        agents: { a: 'ws://127.0.0.1:9/' },
        onboarding: { mode: 'spaces' },
      });
      return findRooms(config, chats);
    };
    return { plain: await find('plain', false), fsync: await find('fsync', true) };
  } finally {
    await homeserver.close();
  }
}

async function fill(homeserver: Homeserver, userId: string, chats: number): Promise<void> {
  const { token } = homeserver.login(userId);
  const http = leanHttp(homeserver.url);
  const session = {
    userId,
    get: <T>(to: string) => http.call<T>('GET', to, token, {}),
    post: <T>(to: string, body: object) => http.call<T>('POST', to, token, body),
    put: <T>(to: string, body: object) => http.call<T>('PUT', to, token, body),
  };
  const people = chats / CHATS_PER_PERSON;
  await makeManagedRooms(session, {
    ...{ people, chatsPerPerson: CHATS_PER_PERSON, agent: 'a', atOnce: 16 },
    ...{ links: 'one by one', lastWord: ANSWER },
  });
  http.close();
}

/** Rejects when the service did not find exactly what there is. */
async function findRooms(config: ReturnType<typeof botConfig>, chats: number): Promise<Found> {
  const first = await runOnce(config);
  const { joined, restored, repaired } = first.report ?? {};
  const expected = { joined: chats + chats / CHATS_PER_PERSON, restored: chats, repaired: 0 };
  if (!isDeepStrictEqual({ joined, restored, repaired }, expected)) {
    throw new Error(`the service found ${JSON.stringify(first.report)} instead of ${JSON.stringify(expected)}`);
  }
  const second = await runOnce(config);
  if (second.report !== null) throw new Error('the service reconciled although it had its records');
  return { restoredMs: first.bootedMs, restartedMs: second.startMs };
}

async function runOnce(config: ReturnType<typeof botConfig>): Promise<Running> {
  const bot = start('bot');
  const exited = once(bot, 'exit');
  const ended = exited.then(() => Promise.reject(new Error('the service ended')));
  ended.catch(() => {});
  bot.send({ config });
  const [running] = (await Promise.race([once(bot, 'message'), ended])) as [Running];
  bot.send('stop');
  await exited;
  return running;
}
