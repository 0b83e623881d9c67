import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, inject, test } from 'vitest';
import { logIn } from '../support/matrix-http.ts';
import { temporaryFolder } from '../support/bot.ts';
import type { Measured } from '../support/media.process.ts';
import { registerUser } from '../support/synapse/register.ts';

const SIZE = 500_000_000;
const MOST = 100_000_000;

test('500 MB go and come with less than 100 MB of memory', { timeout: 240_000 }, async ({ onTestFinished }) => {
  const synapse = inject('synapse');
  const userId = await registerUser(synapse, `big${Date.now()}`, 'secret');
  const { token } = await logIn(synapse.url, userId, 'secret');
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const child = fork(`${import.meta.dirname}/../support/media.process.ts`, [
    ...[synapse.url, token, userId, folder.path, String(SIZE)],
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = once(child, 'message') as Promise<[Measured]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`it ended with ${code}`);
  });
  const [measured] = await Promise.race([said, ended]);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(
    `500 MB: up ${seconds(measured.upMs)}, down ${seconds(measured.downMs)}, ${Math.round(measured.peak / 1e6)} MB above idle`,
  );
  expect(measured.isSame).toBe(true);
  expect(measured.peak).toBeLessThan(MOST);
});
