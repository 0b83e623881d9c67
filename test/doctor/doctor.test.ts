/** What `doctor` says of a service that is as it should be, also beside one that runs; its mistakes are in test/mistakes. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runDoctor, type RunOptions } from '../../src/doctor.ts';
import type { Found } from '../../src/doctor/check.ts';
import { startHomeserver } from '../../src/homeserver/index.ts';
import { agentForTest } from '../reference-agent/support.ts';
import { filesIn, temporaryFolder } from '../store/support.ts';
import { startModelProvider } from '../support/model-provider.ts';
import { startCommand } from '../support/command.ts';
import { http, logIn } from '../support/matrix-http.ts';
import { until } from '../support/until.ts';
import { free } from '../mistakes/house.ts';

async function house() {
  const homeserver = await startHomeserver();
  onTestFinished(() => homeserver.close());
  const bot = homeserver.register('bot', 'secret');
  const { agent, workspace } = await agentForTest();
  const folder = await temporaryFolder();
  const registry = path.join(folder, 'agents.yaml');
  const agents = [{ id: 'one', base_url: `${agent.url}?key=hidden`, workspace_path: workspace }];
  await writeFile(registry, JSON.stringify({ agents, policy: { onboarding: { mode: 'dm' } } }));
  const env: Record<string, string> = {
    MATRIX_HOMESERVER: homeserver.url,
    MATRIX_USER_ID: bot,
    MATRIX_PASSWORD: 'secret',
    MATRIX_AGENT_REGISTRY_PATH: registry,
    STATE_DIR: path.join(folder, 'state'),
    OPS_PORT: String(await free()),
    LOG_FORMAT: 'json',
  };
  return { homeserver, bot, agent, workspace, folder, env };
}

const asked: RunOptions = { config: null, json: true, message: null, files: false, answerSeconds: 30 };
const terminal = { write: () => undefined };

async function examined(env: Record<string, string>, more: Partial<RunOptions> = {}) {
  const { signal } = new AbortController();
  const { text, code } = await runDoctor({ ...asked, ...more }, { env, terminal, signal });
  const answer = JSON.parse(text) as { ok: boolean; version: string; node: string; found: Found[] };
  return { text, code, ...answer };
}

const inShort = (found: Found[]) => found.map(({ check, is }) => `${check} ${is}`);
const allWell = [
  ...['configuration ok', 'homeserver ok', 'certificate ok', 'state ok', 'agents ok', 'folders ok', 'clock ok'],
  ...['login ok', 'ops ok', 'account ok', 'encryption ok', 'limits ok'],
];

test('where all is well each check says so, and nothing stays behind', async () => {
  const { homeserver, bot, folder, workspace, env } = await house();
  const { code, ok, version, node, found, text } = await examined(env, { message: 'table', files: true });
  expect([code, ok, node, inShort(found)]).toEqual([0, true, process.versions.node, allWell]);
  expect(version).toBe((JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version);
  expect(text).not.toMatch(/hidden|secret/);
  // Its own session is gone, no state folder was made, and no file is left.
  const { token } = homeserver.login(bot, 'LOOK');
  const { devices } = await http(homeserver.url, token).get<{ devices: { device_id: string }[] }>('/devices');
  expect(devices.map(({ device_id }) => device_id)).toEqual(['LOOK']);
  expect([await filesIn(folder), await filesIn(workspace)]).toEqual([['agents.yaml'], []]);
});

test('in words there is a line for each, and no secret', async () => {
  const { env, agent } = await house();
  const { signal } = new AbortController();
  const said: string[] = [];
  const looking = { isTTY: true, write: (text: string) => said.push(text) };
  const { text, code } = await runDoctor({ ...asked, json: false }, { env, terminal: looking, signal });
  const lines = text.split('\n');
  expect([code, lines[0], lines.at(-1)]).toEqual([
    0,
    expect.stringMatching(/^Roomkeeper [\d.]+ on Node [\d.]+$/) as string,
    'Nothing failed.',
  ]);
  expect(lines.slice(1, -1).map((line) => line.slice(0, 19).trimEnd())).toEqual(
    allWell.map((one) => `ok    ${one.split(' ')[0]}`),
  );
  expect(text).toContain(`one at ${agent.url}: STATUS ok (`);
  expect(said[0]).toMatch(/0 of 12 checked, waiting for configuration, homeserver, /);
  expect(said.at(-1)).toBe('\r\u001b[K');
});

test('it does not disturb a service that runs, and says that it does', async () => {
  const { homeserver, bot, env } = await house();
  const service = startCommand(['start'], env);
  onTestFinished(() => void service.kill('SIGKILL'));
  let out = '';
  service.stdout?.on('data', (data) => (out += String(data)));
  const isReady = async () => (await fetch(`http://127.0.0.1:${env.OPS_PORT}/readyz`)).status === 200;
  await until(() => isReady().catch(() => false), 20_000);
  const { code, found } = await examined(env);
  expect([code, inShort(found)]).toEqual([0, allWell]);
  const saying = (name: string) => found.find(({ check }) => check === name)?.says;
  expect(saying('state')).toContain(`a service works on it (pid ${service.pid})`);
  expect(saying('ops')).toMatch(/^The service that runs at 127\.0\.0\.1 port \d+ serves people\.$/);
  expect(saying('account')).toBe('The service of this state folder speaks for the account, or was the last that did.');
  // It still answers.
  homeserver.register('ann', 'secret');
  const ann = await logIn(homeserver.url, '@ann:demo.test', 'secret');
  const { room_id: room } = await ann.post<{ room_id: string }>('/createRoom', { invite: [bot], is_direct: true });
  const ofBot = () => homeserver.events(room).filter(({ sender }) => sender === bot);
  await until(() => ofBot().some(({ type }) => type === 'm.room.message'));
  const before = ofBot().length;
  await ann.put(`/rooms/${encodeURIComponent(room)}/send/m.room.message/1`, { msgtype: 'm.text', body: 'hello' });
  await until(() => ofBot().length > before);
  expect(out).not.toMatch(/"level":"(?:warn|error)"/);
});

test('what is called off ends at once', async () => {
  const { env } = await house();
  const { text, code } = await runDoctor(asked, { env, terminal, signal: AbortSignal.abort() });
  const { found } = JSON.parse(text) as { found: Found[] };
  expect([code, new Set(found.map(({ is }) => is))]).toEqual([0, new Set(['skipped'])]);
});

test('with --json the problems of the configuration are JSON too', async () => {
  const { signal } = new AbortController();
  const { text, code } = await runDoctor(asked, { env: { MATRIX_PLATFORM_BACKEND: 'mock' }, terminal, signal });
  const { ok, problems } = JSON.parse(text) as { ok: boolean; problems: { where: string }[] };
  expect([code, ok, problems.map(({ where }) => where)]).toEqual([
    2,
    false,
    ['MATRIX_HOMESERVER', 'MATRIX_USER_ID', 'MATRIX_ACCESS_TOKEN'],
  ]);
});

test('the mock backend has agents of its own', async () => {
  const { env } = await house();
  const { MATRIX_AGENT_REGISTRY_PATH: _, ...others } = env;
  const { code, found } = await examined({ ...others, MATRIX_PLATFORM_BACKEND: 'mock' });
  expect([code, found.filter(({ check }) => ['agents', 'folders'].includes(check)).map(({ says }) => says)]).toEqual([
    0,
    [
      "The reference agent of the service's own process (MATRIX_PLATFORM_BACKEND=mock).",
      "A folder of the service's own process (MATRIX_PLATFORM_BACKEND=mock).",
    ],
  ]);
});

test('the folder of a model is made by the service, and not missed before its first start', async () => {
  const { env, folder } = await house();
  const provider = await startModelProvider();
  onTestFinished(() => provider.close());
  const registry = path.join(folder, 'model.yaml');
  const agents = [{ id: 'assistant', kind: 'provider', base_url: provider.url, model: 'small' }];
  await writeFile(registry, JSON.stringify({ agents }));
  const { code, found } = await examined({ ...env, MATRIX_AGENT_REGISTRY_PATH: registry });
  const said = found.filter(({ check }) => ['configuration', 'folders'].includes(check)).map(({ says }) => says);
  expect([code, said]).toEqual([
    0,
    [
      '1 agent, 0 people named; check-config says what it means.',
      'The service makes the folders of its models itself.',
    ],
  ]);
});

test('a limit that was met is told, with how to exempt the account', async () => {
  const { homeserver, env } = await house();
  const body = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too many requests' };
  homeserver.faults.add({
    match: ({ path: asked }) => asked.endsWith('/override_ratelimit'),
    times: 1,
    answer: { kind: 'status', status: 429, body },
  });
  const { found } = await examined(env);
  const [limits] = found.filter(({ check }) => check === 'limits');
  expect([limits?.is, limits?.says]).toEqual([
    'warn',
    expect.stringMatching(
      /^The homeserver limits this account.*To exempt it, an administrator of Synapse sends POST \/_synapse\/admin\/v1\/users\/@bot:demo\.test\/override_ratelimit .*rate_limited: false/,
    ),
  ]);
});
