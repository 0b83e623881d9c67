/** How long the whole service needs until it runs, with records on disk and without. */
import { once } from 'node:events';
import { startHomeserver } from '../../src/demo/homeserver/index.ts';
import { botConfig } from '../support/bot.ts';
import { start } from './alone.ts';
import type { Running } from './bot.ts';

export interface Start {
  /** From the start of the process, ms. */
  processMs: number;
  /** From the call of `startApp`, ms. */
  appMs: number;
}

/** Starts the service once on that state folder and stops it again. */
export async function measureStart(folder: string): Promise<Start> {
  const homeserver = await startHomeserver({ serverName: 'bench.test' });
  const userId = homeserver.register('bot', 'secret');
  // Nobody asks the agent anything.
  const agents = { a: 'ws://127.0.0.1:9/' };
  const started = performance.now();
  const bot = start('bot');
  const exited = once(bot, 'exit');
  bot.send({ config: botConfig({ homeserver: homeserver.url, userId, password: 'secret', agents, stateDir: folder }) });
  const [running] = (await once(bot, 'message')) as [Running];
  const processMs = performance.now() - started;
  bot.send('stop');
  await exited;
  await homeserver.close();
  return { processMs, appMs: running.startMs };
}
