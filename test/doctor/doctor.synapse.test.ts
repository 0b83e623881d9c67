/** What a real Synapse says to `doctor`. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { runDoctor } from '../../src/doctor.ts';
import type { Found } from '../../src/doctor/check.ts';
import { temporaryFolder } from '../support/bot.ts';
import { logIn } from '../support/matrix-http.ts';
import { registerUser } from '../support/synapse/register.ts';
import { agentForTest } from '../reference-agent/support.ts';

test('with a password, and beside an encrypting session, all of it is found', async ({ onTestFinished }) => {
  const synapse = inject('synapse');
  const bot = await registerUser(synapse, `doctor${Date.now()}`, 'secret');
  const { agent, workspace } = await agentForTest();
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const registry = path.join(folder.path, 'agents.yaml');
  await writeFile(
    registry,
    JSON.stringify({ agents: [{ id: 'one', base_url: agent.url, workspace_path: workspace }] }),
  );
  const env = {
    ...{ MATRIX_HOMESERVER: synapse.url, MATRIX_USER_ID: bot, MATRIX_AGENT_REGISTRY_PATH: registry },
    ...{ STATE_DIR: path.join(folder.path, 'state'), OPS_PORT: 'off' },
  };
  const examined = async (more: Record<string, string>) => {
    const options = { config: null, json: true, message: null, files: false, answerSeconds: 30 };
    const { signal } = new AbortController();
    const world = { env: { ...env, ...more }, terminal: { write: () => undefined }, signal };
    const { text, code } = await runDoctor(options, world);
    const { found } = JSON.parse(text) as { found: Found[] };
    return { code, of: (name: string) => found.find(({ check }) => check === name), found };
  };

  const byPassword = await examined({ MATRIX_PASSWORD: 'secret' });
  expect([byPassword.code, byPassword.found.filter(({ is }) => is !== 'ok')]).toEqual([0, []]);
  expect(byPassword.of('homeserver')?.says).toMatch(/^Synapse [\d.]+\S* at http.*, Matrix v1\.\d+$/);
  expect(byPassword.of('limits')?.says).toMatch(/whether it is exempt only an administrator can see\. To exempt it/);

  const client = await logIn(synapse.url, bot, 'secret', 'ENCRYPTING');
  const devices = await client.get<{ devices: { device_id: string }[] }>('/devices');
  expect(devices.devices.map(({ device_id }) => device_id)).toEqual(['ENCRYPTING']);
  const keys = { 'curve25519:ENCRYPTING': 'a', 'ed25519:ENCRYPTING': 'b' };
  const algorithms = ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'];
  const signatures = { [bot]: { 'ed25519:ENCRYPTING': 'c' } };
  const deviceKeys = { user_id: bot, device_id: 'ENCRYPTING', algorithms, keys, signatures };
  await client.post('/keys/upload', { device_keys: deviceKeys });
  const content = { algorithm: 'm.megolm.v1.aes-sha2' };
  await client.post('/createRoom', { initial_state: [{ type: 'm.room.encryption', state_key: '', content }] });
  const byToken = await examined({ MATRIX_ACCESS_TOKEN: client.token });
  expect([byToken.code, byToken.found.filter(({ is }) => is !== 'ok').map(({ check }) => check)]).toEqual([
    0,
    ['encryption'],
  ]);
  expect(byToken.of('encryption')?.says).toMatch(
    /^1 of its 1 rooms are encrypted: .* Its session ENCRYPTING was made by a client that encrypts: /,
  );
});
