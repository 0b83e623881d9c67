/** The role of the service under load: tells when it runs, and on request how busy it was. */
import { once } from 'node:events';
import type { Report } from '../../src/start/reconcile/facts.ts';
import { startApp } from '../../src/app.ts';
import type { Config } from '../../src/config/config.ts';
import { createLog } from '../../src/ops/log.ts';
import { usageSince, usageNow, type Usage } from './usage.ts';

export interface Running {
  running: true;
  /** From the call of `startApp` until it had caught up, ms. */
  startMs: number;
  /** The same until it had booted: it knows its rooms, and has not synced from there yet. */
  bootedMs: number;
  /** What it said of reconciling with the homeserver; null where it had no need to. */
  report: Partial<Report> | null;
}

export interface Heap {
  heap: number;
  rss: number;
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
let bootedMs = 0;
let report: Running['report'] = null;

process.on('message', (message) => {
  if (message === 'stop') return void app.stop().then(() => process.disconnect());
  if (message === 'heap') return void weigh();
  if (message === 'report') process.send?.({ commits, responseMs, ...usageSince(before) } satisfies Activity);
  [commits, responseMs, before] = [0, [], usageNow()];
});

/** The heap, once what is under way has ended and what is left of it is collected; needs --expose-gc. */
async function weigh(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let times = 0; times < 4; times++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed: heap, rss } = process.memoryUsage();
  process.send?.({ heap, rss } satisfies Heap);
}

const started = performance.now();
const log = createLog({ level: 'info', format: 'json' });
const app = await startApp(config, {
  log: {
    ...log,
    info(fields, message) {
      if (message === 'booted') bootedMs = performance.now() - started;
      if (message === 'reconciled with the homeserver') report = fields;
      log.info(fields, message);
    },
  },
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
process.send?.({ running: true, startMs: performance.now() - started, bootedMs, report } satisfies Running);
