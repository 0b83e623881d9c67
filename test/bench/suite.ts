/** The whole benchmark: its parts one after the other, then one table. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { profileInto, run } from './alone.ts';
import { measureCounted } from './counted.ts';
import { table, verdict, type Figure, type Part } from './figures.ts';
import { measureLatency, traffic } from './latency.ts';
import { describeMachine, load, lookAtMachine } from './machine.ts';
import { measureFiles } from './move-files.ts';
import { measureReconciliation } from './reconcile.ts';
import { measureSoak, soak } from './soak.ts';

const { rooms, turnsPerSecond } = traffic;
const underLoad = `${turnsPerSecond} turns/s over ${rooms} rooms`;

const parts: Record<string, { title: string; measure: (folder: string) => Promise<Figure[]>; mustHold?: true }> = {
  latency: { title: `latency, ${underLoad}, fsync off`, measure: (folder) => measureLatency(folder, false) },
  'latency-fsync': { title: `latency, ${underLoad}, fsync on`, measure: (folder) => measureLatency(folder, true) },
  admissions: {
    title: 'admissions, in process, real store',
    measure: async (folder) => [
      ...(await run<Figure[]>('admissions', { folder: path.join(folder, 'off'), fsync: false })),
      ...(await run<Figure[]>('admissions', { folder: path.join(folder, 'on'), fsync: true })),
    ],
  },
  memory: { title: 'memory', measure: (folder) => run('memory', { folder }, ['--expose-gc']) },
  spawn: { title: 'spawn and stop', measure: (folder) => run('spawn', { folder }, ['--expose-gc']) },
  restore: { title: 'coming back', measure: (folder) => run('restore', { folder }) },
  reconcile: { title: 'rooms found again on the homeserver', measure: measureReconciliation },
  counted: { title: 'what a homeserver counts against the account', measure: measureCounted },
  files: { title: 'files in and out', measure: measureFiles },
  heart: { title: 'step()', measure: () => run('heart', {}) },
  soak: { title: `${soak.turns} turns over ${soak.rooms} rooms`, measure: measureSoak, mustHold: true },
};

await bench();

async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, only: { type: 'string' }, profile: { type: 'string' } },
  });
  profileInto(values.profile ?? null);
  const wanted = values.only?.split(',') ?? Object.keys(parts);
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`No part is named ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);

  const folder = await mkdtemp(path.join(tmpdir(), 'roomkeeper-bench-'));
  try {
    const machine = await lookAtMachine(folder);
    console.log(`${describeMachine(machine)}\n`);
    const results: Part[] = [];
    for (const [name, { title, measure, mustHold }] of Object.entries(parts)) {
      if (!wanted.includes(name)) continue;
      process.stderr.write(`measuring ${title}\n`);
      const [started, before] = [performance.now(), load()];
      const figures = await measure(path.join(folder, name));
      if (mustHold && figures.some((figure) => verdict(figure) === 'miss')) process.exitCode = 1;
      results.push({ name: title, seconds: (performance.now() - started) / 1000, load: before, figures });
    }
    console.log(`\n${table(results)}`);
    if (values.json !== undefined)
      await writeFile(values.json, `${JSON.stringify({ machine, parts: results }, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
