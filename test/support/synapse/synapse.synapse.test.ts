import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { http, logIn, type Session } from '../matrix-http.ts';
import { startSynapse, type Synapse } from './synapse.ts';

let synapse: Synapse;
beforeAll(async () => {
  synapse = await startSynapse({ limits: 'default', roomVersion: '11' });
});
afterAll(() => synapse.stop());

const enter = async (name: string): Promise<Session> =>
  logIn(synapse.url, await synapse.register(name, 'secret'), 'secret');

test('makes rooms of the version asked for', async () => {
  const alice = await enter('alice');
  const { capabilities } = await alice.get<{ capabilities: Record<string, { default?: string }> }>('/capabilities');
  expect(capabilities['m.room_versions']?.default).toBe('11');
});

test('limits how fast one speaks, as Synapse does by default', async () => {
  const bob = await enter('bob');
  const { room_id: room } = await bob.post<{ room_id: string }>('/createRoom');
  const path = (index: number) => `/rooms/${encodeURIComponent(room)}/send/m.room.message/${index}`;
  const statuses: number[] = [];
  for (let index = 0; index < 15; index++) {
    statuses.push((await bob.request('PUT', path(index), { msgtype: 'm.text', body: String(index) })).status);
  }
  expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
  expect(statuses.at(-1)).toBe(429);
});

test('answers nothing while frozen and goes on when thawed', async () => {
  synapse.freeze();
  const question = http(synapse.url).get<object>('/_matrix/client/versions');
  await expect(fetch(`${synapse.url}/health`, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/);
  synapse.thaw();
  expect(await question).toHaveProperty('versions');
});

test('comes back after a kill with what it knew', async () => {
  const carol = await enter('carol');
  await synapse.kill();
  await expect(fetch(`${synapse.url}/health`)).rejects.toThrow();
  await synapse.restart();
  const { userId, deviceId } = carol;
  expect(await carol.get('/account/whoami')).toEqual({ user_id: userId, device_id: deviceId, is_guest: false });
});

test('dies with the process that started it, even by SIGKILL', async ({ onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'roomkeeper-synapse-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = `import { startSynapse } from ${JSON.stringify(`${import.meta.dirname}/synapse.ts`)};
    console.log((await startSynapse({ limits: 'off', folder: process.argv[1] })).url); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface(parent.stdout), 'line')) as [string];
  expect((await fetch(`${url}/health`)).ok).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect
    .poll(
      () =>
        fetch(`${url}/health`).then(
          () => 'alive',
          () => 'gone',
        ),
      { timeout: 5_000 },
    )
    .toBe('gone');
});
