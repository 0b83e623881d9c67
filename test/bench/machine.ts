/** What the figures were measured on. */
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import path from 'node:path';
import { openStore } from '../../src/store/store.ts';
import { median, quantile } from './figures.ts';

export interface Machine {
  cores: number;
  cpu: string;
  node: string;
  /** One record written over another, ms: with fsync, and without. */
  durableWrite: { p50: number; p95: number };
  plainWrite: { p50: number; p95: number };
}

const WRITES = 100;
const RECORD = 'x'.repeat(1_500);

/** Looks at the machine; writes a few records into `folder` and removes them. */
export async function lookAtMachine(folder: string): Promise<Machine> {
  const place = path.join(folder, 'fsync');
  await mkdir(place);
  const [durableWrite, plainWrite] = [await writes(place, true), await writes(place, false)];
  await rm(place, { recursive: true });
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    durableWrite,
    plainWrite,
  };
}

/** The load average of the last minute. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

export function describeMachine({ cores, cpu, node, durableWrite, plainWrite }: Machine): string {
  const both = ({ p50, p95 }: Machine['plainWrite']) => `p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`;
  return [
    `${cores} cores (${cpu}), Node ${node}, load ${load().toFixed(1)}`,
    `one record replaced with fsync: ${both(durableWrite)}; without: ${both(plainWrite)}`,
  ].join('\n');
}

async function writes(folder: string, fsync: boolean): Promise<Machine['plainWrite']> {
  const store = await openStore(path.join(folder, `fsync-${fsync}`), { fsync });
  const times: number[] = [];
  for (let n = 0; n < WRITES; n++) {
    const started = performance.now();
    await store.rooms.write('!room', { n, RECORD });
    times.push(performance.now() - started);
  }
  await store.close();
  return { p50: median(times), p95: quantile(times, 0.95) };
}
