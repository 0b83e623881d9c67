/** What a homeserver that limits its accounts counts: for a first meeting, and for a turn. */
import { setTimeout as pause } from 'node:timers/promises';
import { startHomeserver } from '../../src/homeserver/index.ts';
import { startBot } from '../support/bot.ts';
import { startCountingProxy } from '../support/counting-proxy.ts';
import { person, type Person } from '../support/people.ts';
import { chunk, END, startScriptedAgent, STATUS } from '../support/scripted-agent.ts';
import type { Figure } from './figures.ts';

/** An answer that grows for so long, in so many pieces. */
const GROWS_MS = 5_000;
const PIECES = 50;

export async function measureCounted(folder: string): Promise<Figure[]> {
  const homeserver = await startHomeserver({ serverName: 'bench.test' });
  const [userId, ann] = [homeserver.register('bot', 'secret'), homeserver.register('ann', 'secret')];
  const proxy = await startCountingProxy(homeserver.url);
  const agent = await startScriptedAgent(async (connection) => {
    connection.send(STATUS);
    const { text } = await connection.next();
    const pieces = text === 'long' ? PIECES : 1;
    for (let piece = 1; piece <= pieces; piece++) {
      connection.send(chunk(`This is piece ${piece} of ${pieces}. `));
      if (piece < pieces) await pause(GROWS_MS / PIECES);
    }
    connection.send(END);
    await connection.closed;
  });
  const { app } = await startBot({
    ...{ homeserver: proxy.url, userId, password: 'secret', stateDir: folder },
    ...{ agents: { a: agent.url }, userAgents: { [ann]: 'a' }, onboarding: { mode: 'spaces' } },
  });
  const someone = await person(homeserver.url, ann, 'secret');
  const ask = async (room: string, text: string, pieces: number) => {
    await someone.say(room, text);
    await someone.message(room, (m) => m.body.endsWith(`This is piece ${pieces} of ${pieces}.`) && isNew(m.eventId), {
      timeout: 2 * GROWS_MS,
    });
  };
  const seen = new Set<string>();
  const isNew = (eventId: string) => !seen.has(eventId) && seen.add(eventId).size > 0;
  try {
    await someone.createDm(userId);
    const chat = await enter(someone, 'Chat 1');
    await ask(chat, 'short', 1);
    await someone.say(chat, '!new Second');
    const second = await enter(someone, 'Second');
    await ask(second, 'short', 1);
    const meeting = proxy.counted().length;
    await ask(second, 'short', 1);
    const turn = proxy.counted().length - meeting;
    await ask(second, 'long', PIECES);
    const growing = proxy.counted().length - meeting - turn;
    return [
      { name: 'events of a first meeting', value: meeting, unit: '', note: 'two chats, a question in each' },
      { name: 'events of a turn', value: turn, unit: '', note: 'answered in one piece' },
      { name: 'events of a turn that grows for 5 s', value: growing, unit: '', note: 'the first edit after 0.2 s' },
    ];
  } finally {
    someone.stop();
    await app.stop();
    await agent.close();
    await proxy.close();
    await homeserver.close();
  }
}

async function enter(someone: Person, chat: string): Promise<string> {
  const room = await someone.invite((invited) => invited.name === chat);
  await someone.client.joinRoom(room);
  return room;
}
