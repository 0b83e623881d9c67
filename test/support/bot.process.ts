/** Forked by `spawnBot`, never imported: the service in a process of its own, which kills itself at a given boundary. */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { startApp } from '../../src/app.ts';
import type { Config } from '../../src/config/config.ts';
import { startPushes } from '../../src/pushes/server.ts';
import type { Crash } from './bot.ts';
import { logBook } from './log-book.ts';

// A process that is killed leaves nothing compiled for the next one.
flushCompileCache();
const [first] = (await once(process, 'message')) as [{ config: Config; crash: Crash | null }];
const { config } = first;
let { crash } = first;
let times = 0;
process.on('message', (message: { crash: Crash }) => {
  crash = message.crash;
  process.send?.('armed');
});
const app = await startApp(config, {
  // A test that loses the state folder need not wait for long until the account is free.
  leaseMs: 500,
  log: process.env['BOT_LOG'] === undefined ? logBook() : console,
  reach(boundary) {
    if (crash?.boundary === boundary && ++times === crash.nth) process.kill(process.pid, 'SIGKILL');
  },
});
if (config.pushes !== null) {
  const log = logBook();
  await startPushes({ ...config.pushes, agents: () => config.agents, take: app.push, log });
}
const poll = setInterval(() => {
  if (app.health().state !== 'running') return;
  clearInterval(poll);
  process.send?.('running');
}, 5);
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
process.once('disconnect', () => process.exit(1));
