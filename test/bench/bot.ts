/** The role of the service under load: tells when it runs, and on request how busy it was. */
import { once } from 'node:events';
import { startApp } from '../../src/app.ts';
import type { Config } from '../../src/config/config.ts';
import { createLog } from '../../src/ops/log.ts';
import { usageSince, usageNow, type Usage } from './usage.ts';

export interface Running {
  running: true;
  /** From the call of `startApp` until it had caught up, ms. */
  startMs: number;
}

/** What the service did since the last `reset`. */
export interface Activity extends Usage {
  commits: number;
  /** From each sync response until its position was on disk, ms. */
  responseMs: number[];
}

const [{ config }] = (await once(process, 'message')) as [{ config: Config }];

let commits = 0;
let responseMs: number[] = [];
let receivedAt: number | null = null;
let before = usageNow();

process.on('message', (message) => {
  if (message === 'stop') return void app.stop().then(() => process.disconnect());
  if (message === 'report') process.send?.({ commits, responseMs, ...usageSince(before) } satisfies Activity);
  [commits, responseMs, before] = [0, [], usageNow()];
});

const started = performance.now();
const app = await startApp(config, {
  log: createLog({ level: 'info', format: 'json' }),
  drainMs: 1_000,
  reach(boundary) {
    if (boundary === 'sync response received') receivedAt = performance.now();
    if (boundary === 'record written') commits++;
    if (boundary === 'sync position written' && receivedAt !== null) {
      responseMs.push(performance.now() - receivedAt);
      receivedAt = null;
    }
  },
});
while (app.health().state !== 'running') await new Promise((resolve) => setTimeout(resolve, 2));
process.send?.({ running: true, startMs: performance.now() - started } satisfies Running);
