/** MATRIX_CA_FILE is believed by everything that the service does: calls, files both ways, large ones in their thread, agents. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startHomeserver } from '../src/homeserver/index.ts';
import { agentForTest } from './reference-agent/support.ts';
import { temporaryFolder } from './store/support.ts';
import { startCommand } from './support/command.ts';
import { logIn } from './support/matrix-http.ts';
import { AUTHORITY, behindTls } from './support/tls.ts';
import { until } from './support/until.ts';

/** Large enough for a thread of its own. */
const LARGE = randomBytes(9 * 1024 * 1024);

async function house() {
  const homeserver = await startHomeserver();
  onTestFinished(() => homeserver.close());
  const bot = homeserver.register('bot', 'secret');
  homeserver.register('ann', 'secret');
  const { agent, workspace } = await agentForTest();
  const ports = await Promise.all([homeserver.url, agent.url].map((url) => behindTls(Number(new URL(url).port))));
  const folder = await temporaryFolder();
  const registry = path.join(folder, 'agents.yaml');
  const policy = { onboarding: { mode: 'dm' }, files: { layout: 'flat' }, access: { unmapped: 'deny' } };
  const agents = [{ id: 'a', base_url: `wss://localhost:${ports[1]}/`, workspace_path: workspace }];
  await writeFile(registry, JSON.stringify({ agents, user_agents: { '@ann:demo.test': 'a' }, policy }));
  const env = {
    MATRIX_HOMESERVER: `https://localhost:${ports[0]}`,
    MATRIX_USER_ID: bot,
    MATRIX_PASSWORD: 'secret',
    MATRIX_AGENT_REGISTRY_PATH: registry,
    STATE_DIR: path.join(folder, 'state'),
    ...{ OPS_PORT: 'off', LOG_FORMAT: 'json' },
  };
  return { homeserver, bot, workspace, env };
}

test('with the authority of its servers the service does all of its work', async () => {
  const { homeserver, bot, workspace, env } = await house();
  const service = startCommand(['start'], { ...env, MATRIX_CA_FILE: AUTHORITY });
  onTestFinished(() => void service.kill('SIGKILL'));
  const ann = await logIn(homeserver.url, '@ann:demo.test', 'secret');
  const { room_id: room } = await ann.post<{ room_id: string }>('/createRoom', { invite: [bot], is_direct: true });
  const ofBot = (is: (content: Record<string, unknown>) => boolean) =>
    homeserver.events(room).find(({ sender, content }) => sender === bot && is(content as Record<string, unknown>));
  await until(() => ofBot(({ membership }) => membership === 'join') !== undefined);
  const uploaded = await fetch(`${homeserver.url}/_matrix/media/v3/upload?filename=large.bin`, {
    ...{ method: 'POST', body: LARGE },
    headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/octet-stream' },
  });
  const { content_uri: url } = (await uploaded.json()) as { content_uri: string };
  const file = { msgtype: 'm.file', filename: 'large.bin', body: 'send large.bin', url, info: { size: LARGE.length } };
  await ann.put(`/rooms/${encodeURIComponent(room)}/send/m.room.message/1`, file);
  await until(() => ofBot(({ url: sent }) => typeof sent === 'string') !== undefined);
  expect((await readFile(path.join(workspace, 'large.bin'))).equals(LARGE)).toBe(true);
  const back = String((ofBot(({ url: sent }) => typeof sent === 'string')?.content as { url: string }).url);
  const there = `/_matrix/client/v1/media/download/${back.slice('mxc://'.length)}`;
  const headers = { authorization: `Bearer ${ann.token}` };
  const content = await (await fetch(homeserver.url + there, { headers })).arrayBuffer();
  expect(Buffer.from(content).equals(LARGE)).toBe(true);
  service.kill('SIGTERM');
  const { code, out } = await service.finished;
  expect([code, out.split('\n')[0]]).toEqual([
    0,
    expect.stringMatching(/"version":"[\d.]+","node":"[\d.]+","msg":"starting"/),
  ]);
});

test('check-agents and reset believe it too, and without it nobody does', async () => {
  const { env } = await house();
  const run = (args: string[], more = {}) => startCommand(args, { ...env, ...more }).finished;
  const trusting = { MATRIX_CA_FILE: AUTHORITY };
  const reset = ['reset', '--mode', 'server-leave-forget', '--dry-run'];
  const [agents, left, alone] = await Promise.all([
    run(['check-agents'], trusting),
    run(reset, trusting),
    run(['check-agents'], { SSL_CERT_FILE: '/none' }),
  ]);
  expect([agents.code, left.code, alone.code]).toEqual([0, 0, 1]);
  expect(alone.out).toMatch(
    /STATUS: The certificate of its server is not trusted here \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\): CN=localhost, issued by CN=An authority of the tests, SHA-256 [\dA-F:]{95}\. Put .* MATRIX_CA_FILE\.\n/,
  );
});
