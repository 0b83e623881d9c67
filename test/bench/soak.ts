/** Turns without end through the whole service, which runs in a process of its own: what is left of them in its memory. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { startHomeserver } from '../../src/homeserver/index.ts';
import { botConfig } from '../support/bot.ts';
import { start } from './alone.ts';
import type { Heap, Running } from './bot.ts';
import type { Figure } from './figures.ts';
import { nextMessage, stopBot } from './latency.ts';
import { openPeople, type People } from './people.ts';

const BOT = '@bot:bench.test';
export const soak = { turns: 20_000, rooms: 100, atOnce: 24 };
/** The heap is looked at after each of these parts of the turns. */
const PARTS = 4;
/** What one turn may leave behind, bytes: the whole of a record is several thousand. */
const LEFT_BYTES = 200;
const MB = 1024 * 1024;
/** No turn ends for so long, ms: something stands still. */
const PATIENCE_MS = 60_000;

export async function measureSoak(folder: string): Promise<Figure[]> {
  const homeserver = await startHomeserver({ serverName: 'bench.test' });
  const crowd = await startCrowd();
  homeserver.register('bot', 'secret');
  const people = await openPeople(homeserver, BOT, soak.rooms);
  const bot = start('bot', ['--expose-gc']);
  const config = botConfig({
    ...{ homeserver: homeserver.url, userId: BOT, password: 'secret', agents: { a: crowd.url } },
    ...{ concurrency: 2 * soak.rooms, stateDir: folder, reply: { firstEditMs: 50 } },
  });
  try {
    bot.send({ config });
    await nextMessage<Running>(bot);
    await people.welcomed();
    const heaps: Heap[] = [];
    const began = performance.now();
    for (let part = 1; part <= PARTS; part++) {
      await crowd.talk(people, soak.turns / PARTS);
      const heap = nextMessage<Heap>(bot);
      bot.send('heap');
      heaps.push(await heap);
      process.stderr.write(`  ${(part * soak.turns) / PARTS} turns: ${(heaps.at(-1)!.heap / MB).toFixed(1)} MB\n`);
    }
    return figuresOf(heaps, (performance.now() - began) / 1000);
  } finally {
    await stopBot(bot);
    people.close();
    crowd.close();
    await homeserver.close();
  }
}

function figuresOf(heaps: readonly Heap[], seconds: number): Figure[] {
  const sizes = heaps.map(({ heap }) => heap);
  // The first look may still see what the start left: it is counted from the smallest of those before the last.
  const before = sizes.slice(0, -1);
  const smallest = Math.min(...before);
  const growth = Math.max(0, (sizes.at(-1) ?? NaN) - smallest);
  const between = (soak.turns * (PARTS - 1 - before.indexOf(smallest))) / PARTS;
  return [
    ...heaps.map(({ heap, rss }, part) => ({
      ...{ name: `heap after ${((part + 1) * soak.turns) / PARTS} turns`, value: heap / MB, unit: 'MB' },
      note: `after gc; ${Math.round(rss / MB)} MB of the process`,
    })),
    {
      ...{ name: 'left behind by a turn', value: growth / between, unit: 'B' },
      ...{ target: { below: LEFT_BYTES }, note: `${Math.round(soak.turns / seconds)} turns/s` },
    },
  ];
}

/** An agent that answers at once, in every way in which turns end, and the people who ask it. */
async function startCrowd() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  let turn = 0;
  /** Hears that the turn in a room is over. */
  let over: (room: string) => void = () => {};

  server.on('connection', (socket) => {
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    let room: string | null = null;
    socket.on('error', () => undefined);
    socket.on('close', () => room !== null && over(room));
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as { type: string; room_id: string };
      if (frame.type !== 'USER_MESSAGE') return;
      room = frame.room_id;
      const text = (text: string) => send({ type: 'AGENT_EVENT_TEXT_CHUNK', text });
      const kind = ++turn % 20;
      text(`The answer to ${turn} is a whole sentence.`);
      if (kind === 1) return socket.close(1011);
      if (kind === 2) return send({ type: 'ERROR', code: 'E1', details: 'no' });
      if (kind === 3) text(' It is long.'.repeat(1_500));
      if (kind > 3 && kind < 8) text(' And it goes on.');
      send({ type: 'AGENT_EVENT_END', tokens_used: 20 });
    });
    send({ type: 'STATUS' });
  });

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** So many turns, a few at once, each in the room that had none for longest; resolves when the last is over. */
    async talk(people: People, turns: number): Promise<void> {
      const free = people.rooms.map((_, number) => number);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      let [begun, ended, heardAt] = [0, 0, performance.now()];
      const next = () => {
        while (begun < turns && begun - ended < soak.atOnce && free.length > 0) {
          people.say(free.shift() ?? 0, `turn ${++begun}`);
        }
      };
      over = (room) => {
        ended += 1;
        heardAt = performance.now();
        free.push(people.rooms.indexOf(room));
        if (ended === turns) resolve();
        else next();
      };
      const watch = setInterval(() => {
        if (performance.now() - heardAt > PATIENCE_MS) reject(new Error(`${ended} of ${turns} turns ended`));
      }, 1_000);
      next();
      await promise.finally(() => clearInterval(watch));
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
