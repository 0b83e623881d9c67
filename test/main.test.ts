import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../src/store/lock.ts';
import { openStore } from '../src/store/store.ts';
import { startEmbedded } from './contracts/embedded.ts';
import { agentForTest } from './reference-agent/support.ts';
import { sql, temporaryFolder, temporaryStore } from './store/support.ts';
import { spawnCommand, startCommand } from './support/command.ts';
import { until } from './support/until.ts';

function start(args: string[], env: Record<string, string>) {
  const child = spawnCommand(args, env);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function run(args: string[], env: Record<string, string> = {}) {
  const child = startCommand(args, env);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.finished;
}

async function environment(registry = 'agents: [{ id: a }]'): Promise<Record<string, string>> {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'agents.yaml');
  await writeFile(file, registry);
  return {
    MATRIX_HOMESERVER: 'http://127.0.0.1:9',
    MATRIX_USER_ID: '@bot:example.org',
    MATRIX_PASSWORD: 'hidden',
    MATRIX_AGENT_REGISTRY_PATH: file,
    STATE_DIR: path.join(folder, 'state'),
    OPS_PORT: 'off',
  };
}

test('--version says which version this is', async () => {
  const { version } = JSON.parse(await readFile(path.join(import.meta.dirname, '../package.json'), 'utf8')) as {
    version: string;
  };
  expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('check-config prints a summary and the warnings, and contacts nothing', async () => {
  const { code, out, err } = await run(['check-config'], { ...(await environment()), MATRIX_DB_PATH: 'x' });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^homeserver +http:\/\/127\.0\.0\.1:9\n/);
  expect(out).toMatch(/\nwarning: MATRIX_DB_PATH has no meaning any more: the state is in the folder STATE_DIR\.\n$/);
  expect(out).not.toContain('hidden');
});

test.each(['check-config', 'start'])(
  '%s lists all that is wrong with the configuration and ends with 2',
  async (command) => {
    const env = { ...(await environment('agents: [{}]')), OPS_PORT: 'x' };
    const { code, out, err } = await run([command], env);
    expect(code).toBe(2);
    // What is collected of a container is its log.
    if (command === 'start')
      expect(JSON.parse(out)).toEqual(expect.objectContaining({ msg: 'service ended', code: 2 }));
    else expect(out).toBe('');
    expect(err.split('\n')).toEqual([
      'The configuration has 2 problems:',
      '  OPS_PORT                   "x" is not a port',
      '                             -> a port from 0 (any free one) to 65535, or off',
      '  agents.yaml: agents[0].id  is missing',
      '                             -> a text of its own for every agent, in quotes when it looks like a number: "agent-1"',
      '',
    ]);
  },
);

test.each([
  ['', []],
  [', also with an inspector', ['--inspect']],
])('start on a state folder that is in use ends with 3%s', async (_, more) => {
  const env = await environment();
  const state = env.STATE_DIR ?? '';
  const lock = lockFolder(state);
  onTestFinished(() => lock.release());
  const problem = `The state folder ${state} is in use by another process (pid ${process.pid}); stop that one first or choose another STATE_DIR.`;
  const { code, out, err } = await run(['start', ...more], { ...env, LOG_LEVEL: 'error' });
  expect({ code, err }).toEqual({ code: 3, err: `${problem}\n` });
  const { time: _time, ...line } = JSON.parse(out) as Record<string, unknown>;
  expect(line).toEqual({ level: 'error', code: 3, problem, msg: 'service ended' });
  const pretty = await run(['start', ...more], { ...env, LOG_LEVEL: 'error', LOG_FORMAT: 'pretty' });
  expect(pretty).toEqual({ code: 3, out: '', err: `${problem}\n` });
});

test('start on a state folder that cannot be ends with 1 and a sentence, with the place only when it is asked for', async () => {
  const env = await environment();
  const file = path.join(path.dirname(env.STATE_DIR ?? ''), 'file');
  await writeFile(file, '');
  const sentence = `Cannot open the folder ${file}: a file is in the place of the folder (EEXIST).\n`;
  const quiet = await run(['start'], { ...env, STATE_DIR: file, LOG_LEVEL: 'silent' });
  expect(quiet).toEqual({ code: 1, out: '', err: `${sentence}Set LOG_LEVEL=debug to see where it happened.\n` });
  const loud = await run(['start'], { ...env, STATE_DIR: file, LOG_LEVEL: 'debug' });
  expect(loud.err).toMatch(/ {4}at .*lock\.ts/);
});

test.each(['UPDATE rooms SET record = \'{"version":3}\'', 'PRAGMA user_version = 2'])(
  'start on the state of a newer version ends with 4 and a sentence: %s',
  async (change) => {
    const env = await environment();
    const state = env.STATE_DIR ?? '';
    const store = await openStore(state, { fsync: false });
    await store.rooms.write('!a:b', 1);
    await store.close();
    sql(state, change);
    const { code, out, err } = await run(['start'], { ...env, LOG_LEVEL: 'silent' });
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(
      / was written by a newer version of this service \(.+ (?:3, known is 2|2, known is 1)\), so this one does not start/,
    );
  },
);

test('backup copies the state beside a running service, and never over a file', async () => {
  const env = await environment();
  const state = env.STATE_DIR ?? '';
  const file = path.join(path.dirname(state), 'copy.db');
  const missing = await run(['backup', file], env);
  expect([missing.code, missing.err]).toEqual([
    1,
    `There is no state to copy: ${state}/state.db does not exist.\nSet LOG_LEVEL=debug to see where it happened.\n`,
  ]);
  const store = await temporaryStore(state);
  await store.rooms.write('!a', 1);
  const done = { code: 0, out: `The state of ${state} is copied to ${file}\n`, err: '' };
  expect(await run(['backup', file], env)).toEqual(done);
  await store.rooms.write('!a', 2);
  const again = await run(['backup', file], env);
  expect([again.code, again.out]).toEqual([1, '']);
  await rename(file, path.join(path.dirname(file), 'state.db'));
  expect(sql(path.dirname(file), 'SELECT * FROM rooms')).toEqual([{ id: '!a', record: '1' }]);
});

test('agent runs the reference agent', async () => {
  const child = start(['agent', '--port', '0', '--workspace', await temporaryFolder()], {});
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  expect(line.toString()).toMatch(/^The reference agent listens on ws:\/\/127\.0\.0\.1:\d+\/\n$/);
});

describe('check-agents', () => {
  test('needs nothing of Matrix, prints a line an agent, and ends with 0 only where all is well', async () => {
    const { agent, workspace } = await agentForTest();
    const other = await temporaryFolder();
    const registry = (...folders: string[]) =>
      JSON.stringify({
        agents: folders.map((folder) => ({ id: folder, base_url: `${agent.url}?key=hidden`, workspace_path: folder })),
        user_agents: Object.fromEntries(folders.map((folder, index) => [`@${index}:test`, folder])),
      });
    const [good, bad] = [path.join(await temporaryFolder(), 'good.yaml'), path.join(other, 'bad.yaml')];
    await writeFile(good, registry(workspace));
    await writeFile(bad, registry(workspace, other));
    const all = ['--message', 'table', '--files', '--timeout', '20'];
    const passed = await run(['check-agents', ...all], { MATRIX_AGENT_REGISTRY_PATH: good });
    expect([passed.code, passed.err]).toEqual([0, '']);
    expect(passed.out.replaceAll(/\d+ (ms|characters)/g, '# $1').split('\n')).toEqual([
      `${workspace}  ${agent.url}  STATUS ok (# ms), message first words after # ms, # characters (# ms), workspace ok, files shared (# ms)`,
      'The agent passed.',
      '',
    ]);
    const failed = await run(['check-agents', ...all, '--json', '--config', bad]);
    expect([failed.code, failed.err, failed.out.includes('hidden')]).toEqual([1, '', false]);
    const { ok, agents } = JSON.parse(failed.out) as { ok: boolean; agents: { ok: boolean }[] };
    expect([ok, agents.map((one) => one.ok)]).toEqual([false, [true, false]]);
  });

  test('ends with 2 where the registry has problems', async () => {
    const { code, out, err } = await run(['check-agents', '--config', '/none.yaml']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('--config  "/none.yaml" does not exist');
  });

  test('a signal ends it, and no file of it stays', async () => {
    const { agent, workspace } = await agentForTest({ pace: 60_000 });
    const file = path.join(await temporaryFolder(), 'agents.yaml');
    await writeFile(file, JSON.stringify({ agents: [{ id: 'a', base_url: agent.url, workspace_path: workspace }] }));
    const child = start(['check-agents', '--files', '--config', file], {});
    const filesIn = async () => (await readdir(workspace, { recursive: true })).filter((name) => name.endsWith('.txt'));
    await until(async () => (await filesIn()).some((name) => name.endsWith('-copy.txt')));
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await filesIn()).toEqual([]);
  });
});

test('what is no command is told', async () => {
  expect(await run(['strat'])).toEqual({
    code: 1,
    out: '',
    err: "error: unknown command 'strat'\n(Did you mean start?)\n",
  });
  expect((await run(['agent', '--port', '99999'])).err).toContain('A port is a number from 0 to 65535.');
});

test.each([
  ['throws', "throw new Error('planted')"],
  ['rejects', "void Promise.reject(new Error('planted'))"],
])(
  'an error that nobody catches (%s) ends the service with 1 and its sentence, and the folder is free',
  async (_, code) => {
    const env = await environment();
    // As soon as the service watches for it.
    const wait = `const look = setInterval(() => { if (process.listenerCount('uncaughtException') === 0) return; clearInterval(look); ${code} }, 10).unref()`;
    const planted = `data:text/javascript,${encodeURIComponent(wait)}`;
    const {
      code: exit,
      out,
      err,
    } = await run(['start'], {
      ...{ ...env, NODE_OPTIONS: `--import ${planted}`, LOG_FORMAT: 'json' },
    });
    expect(exit).toBe(1);
    expect(err).toContain('planted');
    expect(out + err).toContain('nobody caught an error, stopping');
    const lock = lockFolder(env['STATE_DIR'] ?? '');
    lock.release();
  },
);

describe('SIGHUP', () => {
  /** Its lines of the log, as they come. */
  async function* linesOf(child: ReturnType<typeof start>): AsyncGenerator<Record<string, unknown> & { msg: string }> {
    for await (const line of createInterface(child.stdout)) yield JSON.parse(line) as { msg: string };
  }

  test('ends nothing: a service that is not up yet reads the registry when it is', async () => {
    const child = start(['start'], { ...(await environment()), LOG_FORMAT: 'json' });
    for await (const { msg } of linesOf(child)) {
      if (msg === 'login failed, trying again') child.kill('SIGHUP');
      if (msg === 'registry is read again once the service is up') break;
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('has the registry read again, and the log says what came of it, each time', async () => {
    const homeserver = await startEmbedded();
    onTestFinished(() => homeserver.stop());
    const env = await environment();
    const file = env.MATRIX_AGENT_REGISTRY_PATH ?? '';
    const userId = await homeserver.register('bot', 'hidden');
    const child = start(['start'], {
      ...{ ...env, MATRIX_HOMESERVER: homeserver.url, MATRIX_USER_ID: userId, LOG_FORMAT: 'json' },
    });
    const said: unknown[] = [];
    for await (const { msg, level, agents, problems } of linesOf(child)) {
      if (!msg.startsWith('registry')) {
        if (msg === 'booted') child.kill('SIGHUP');
        continue;
      }
      said.push([level, msg, agents ?? problems]);
      if (said.length === 1) await writeFile(file, 'agents: [{ id: a }, { id: b }]');
      if (said.length === 2) await writeFile(file, 'agents: [{ id: a }, { id: a }]');
      if (said.length < 4) child.kill('SIGHUP');
      else break;
    }
    const problem = 'agents.yaml: agents[1].id "a" is the id of agents[0] already -> give every agent an id of its own';
    expect(said).toEqual([
      ['info', 'registry is as it was', undefined],
      ['info', 'registry applied', { added: ['b'], removed: [], changed: [] }],
      ['error', 'registry refused, the one before stays', [problem]],
      ['error', 'registry refused, the one before stays', [problem]],
    ]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

test('a signal to npm ends the service that it started', async () => {
  const env = await environment();
  const { PATH = '', HOME = '' } = process.env;
  const npm = spawn('npm', ['start'], {
    ...{ cwd: path.join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'ignore'] },
    env: { ...env, PATH, HOME, LOG_FORMAT: 'json' },
  });
  onTestFinished(() => void npm.kill('SIGKILL'));
  let pid = 0;
  onTestFinished(() => {
    if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  for await (const data of npm.stdout) if (String(data).includes('login failed')) break;
  pid = Number(await readFile(path.join(env.STATE_DIR ?? '', 'lock.pid'), 'utf8'));
  expect(isAlive(pid)).toBe(true);
  npm.kill('SIGTERM');
  await once(npm, 'exit');
  await until(() => !isAlive(pid));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
