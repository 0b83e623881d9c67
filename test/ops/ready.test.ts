import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../support/log-book.ts';
import type { Health } from '../../src/ops/health.ts';
import { askReadiness } from '../../src/ops/ready.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { startOps } from '../../src/ops/server.ts';
import { startCommand } from '../support/command.ts';

const closed = { token: null, desk: () => null, drain: () => {}, metrics: createMetrics() };
const well: Health = {
  ...{
    state: 'running',
    lastSyncAgeMs: 10,
    syncStaleAfterMs: 60_000,
    storeWritable: true,
    trouble: null,
    suspended: null,
  },
  ...{ parkedRooms: 0, refusedMessages: 0, damagedRecords: 0, workspaces: [], registry: null },
};

async function served(health: Health) {
  const ops = await startOps({ host: '127.0.0.1', port: 0, health: () => health, ...closed, log: silentLog });
  onTestFinished(() => ops.close());
  return Number(new URL(ops.url).port);
}

test.each(['127.0.0.1', '0.0.0.0', 'localhost'])('a service that serves is asked at %s', async (host) => {
  expect(await askReadiness({ host, port: await served(well) })).toEqual({
    text: 'It serves people.',
    ready: true,
    isService: true,
  });
});

test('what is missing is said', async () => {
  const port = await served({ ...well, state: 'draining', storeWritable: false });
  expect(await askReadiness({ host: '127.0.0.1', port })).toEqual({
    text: 'The service is shutting down.\nThe state folder cannot be written.',
    ready: false,
    isService: true,
  });
});

test.each([
  [null, 'Nobody can be asked: set OPS_PORT to the port of the ops server.'],
  [
    { host: '::', port: 9 },
    'No service answers at http://[::1]:9/readyz; does it run, with this OPS_HOST and OPS_PORT?',
  ],
])('where nobody answers, that is said: %j', async (ops, text) => {
  expect(await askReadiness(ops)).toEqual({ text, ready: false, isService: false });
});

test('the command needs nothing of Matrix, and its exit code says how it is', async () => {
  const asked = async (port: number) => {
    const { code, out } = await startCommand(['ready'], { OPS_PORT: String(port) }).finished;
    return [code, out];
  };
  expect(await asked(await served(well))).toEqual([0, 'It serves people.\n']);
  expect(await asked(await served({ ...well, state: 'draining' }))).toEqual([1, 'The service is shutting down.\n']);
});
