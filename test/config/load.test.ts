import { describe, expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { loadConfig } from '../../src/config/load.ts';
import { defaultPolicy } from '../../src/config/policy.ts';
import { files, least, load, problemsWith, wrong } from './support.ts';

test('the least configuration has a default for everything else', () => {
  expect(load()).toEqual({
    matrix: {
      homeserver: 'https://matrix.example.org',
      userId: '@bot:example.org',
      accessToken: 'S3CRET',
      password: null,
      deviceId: null,
    },
    backend: 'real',
    agents: [{ id: 'a', label: 'a', baseUrl: 'http://127.0.0.1:8000', workspace: '/agents', concurrency: 4 }],
    userAgents: {},
    policy: defaultPolicy(UserId.parse('@bot:example.org')),
    authorities: [],
    state: { dir: './state', fsync: true },
    log: { level: 'info', format: 'json' },
    ops: { host: '127.0.0.1', port: 9090, token: null },
    pushes: null,
    warnings: [],
  });
});

test('everything that is set arrives, trimmed', () => {
  const registry = `
agents:
  - id: ' one '
    label: ' First '
    base_url: ' wss://agents.example.org/one/ '
    workspace_path: ' /agents/1/ '
    concurrency: 1
  - { id: two, base_url: null, workspace_path: }
user_agents: { '@ann:example.org': ' two ', '@bob:[::1]:8448': one }
policy:
  access: { allowed: [' @*:Example.org ', '@a?n:*', '@*:[::1]:8448'], contact: " Ask *us*:\\n\\n- here\\t " }
  names: { space: ' {name} & {name} ', chat: ' No. {number} ' }
`;
  const env = {
    MATRIX_HOMESERVER: ' http://localhost:8008/path// ',
    MATRIX_ACCESS_TOKEN: ' S3CRET ',
    MATRIX_PASSWORD: ' spaces stay ',
    MATRIX_DEVICE_ID: ' DEVICE ',
    MATRIX_PLATFORM_BACKEND: ' MOCK ',
    AGENT_BASE_URL: ' http://platform:8000 ',
    SURFACES_WORKSPACE_DIR: ' /files/ ',
    STATE_DIR: ' /var/state ',
    STATE_FSYNC: ' Off ',
    LOG_LEVEL: ' Debug ',
    LOG_FORMAT: ' Pretty ',
    OPS_HOST: ' 0.0.0.0 ',
    OPS_TOKEN: ' 0123456789abcdef ',
    OPS_PORT: ' 0 ',
    PUSH_HOST: ' 0.0.0.0 ',
    PUSH_PORT: ' 7071 ',
  };
  expect(load(env, registry)).toEqual({
    matrix: {
      homeserver: 'http://localhost:8008/path',
      userId: '@bot:example.org',
      accessToken: 'S3CRET',
      password: ' spaces stay ',
      deviceId: 'DEVICE',
    },
    backend: 'mock',
    agents: [
      { id: 'one', label: 'First', baseUrl: 'wss://agents.example.org/one/', workspace: '/agents/1', concurrency: 1 },
      { id: 'two', label: 'two', baseUrl: 'http://platform:8000', workspace: '/files', concurrency: 4 },
    ],
    userAgents: { '@ann:example.org': 'two', '@bob:[::1]:8448': 'one' },
    policy: {
      ...load().policy,
      access: {
        allowed: ['@*:Example.org', '@a?n:*', '@*:[::1]:8448'],
        notPeople: ['@notices:*'],
        unmapped: 'default_agent',
        contact: 'Ask *us*:\n\n- here',
        denyRepeat: 'once',
      },
      names: { space: '{name} & {name}', chat: 'No. {number}' },
    },
    authorities: [],
    state: { dir: '/var/state', fsync: false },
    log: { level: 'debug', format: 'pretty' },
    ops: { host: '0.0.0.0', port: 0, token: '0123456789abcdef' },
    pushes: { host: '0.0.0.0', port: 7071 },
    warnings: ['PUSH_PORT is set, but no agent has a push_token_file: none may push.'],
  });
});

test('empty variables count as not set', () => {
  const names = [
    'MATRIX_PASSWORD',
    'MATRIX_PASSWORD_FILE',
    'MATRIX_PLATFORM_BACKEND',
    'AGENT_BASE_URL',
    'STATE_DIR',
    'OPS_PORT',
  ];
  expect(load(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(load());
  expect(load({ AGENT_BASE_URL: '  ', STATE_FSYNC: ' ' })).toEqual(load());
});

test('nothing of it can be changed', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(load())).toBe(true);
});

test('the log is pretty on a terminal unless it is told otherwise', () => {
  const sources = { readFile: files({ 'config/agents.yaml': 'agents: [{ id: a }]' }), terminal: true };
  expect(loadConfig({ ...sources, env: least }).log.format).toBe('pretty');
  expect(loadConfig({ ...sources, env: { ...least, LOG_FORMAT: 'json' } }).log.format).toBe('json');
});

test.each(['0.0.0.0', '::', '10.0.0.7', 'bot.example.org', '127.0.0.1.example.org'])(
  'where other machines ask the ops server, at %s, a token is required',
  (host) => {
    const hint =
      'set OPS_TOKEN (or OPS_TOKEN_FILE), at least 16 letters and digits that nobody guesses; or OPS_HOST=127.0.0.1; or OPS_PORT=off';
    const problem = 'lets other machines ask the ops server, which has no token';
    expect(problemsWith(() => load({ OPS_HOST: host }))).toEqual([
      { where: 'OPS_HOST', value: JSON.stringify(host), problem, hint },
    ]);
    const token = '0123456789abcdef';
    expect(load({ OPS_HOST: host, OPS_TOKEN: token }).ops).toEqual({ host, port: 9090, token });
    expect(load({ OPS_HOST: host, OPS_PORT: 'off' }).ops).toBeNull();
  },
);

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST'])(
  'on this machine alone, at %s, none is',
  (host) => {
    expect(load({ OPS_HOST: host }).ops).toEqual({ host, port: 9090, token: null });
  },
);

test('no ops server with the port off', () => {
  expect(load({ OPS_PORT: 'OFF' }).ops).toBeNull();
});

describe('the registry file', () => {
  const { MATRIX_AGENT_REGISTRY_PATH: _, ...without } = least;

  test('is required with the real backend', () => {
    const act = (backend?: string) =>
      wrong(() => loadConfig({ env: { ...without, MATRIX_PLATFORM_BACKEND: backend }, readFile: files({}) }));
    expect(act()).toEqual(['MATRIX_AGENT_REGISTRY_PATH: is missing']);
    expect(act('REAL')).toEqual(['MATRIX_AGENT_REGISTRY_PATH: is missing']);
    expect(act('moc')).toEqual(['MATRIX_PLATFORM_BACKEND: "moc" is none of real, mock']);
  });

  test('may be absent with the mock backend', () => {
    const config = loadConfig({ env: { ...without, MATRIX_PLATFORM_BACKEND: 'mock' }, readFile: files({}) });
    expect(config.agents).toEqual([
      {
        id: 'reference',
        label: 'Reference agent',
        baseUrl: 'http://127.0.0.1:8000',
        workspace: '/agents',
        concurrency: 4,
      },
    ]);
    expect({ ...config, agents: [], backend: 'real' }).toEqual({ ...load(), agents: [] });
  });

  test.each([
    ['ENOENT', 'does not exist'],
    ['EACCES', 'may not be read by this user'],
    ['EISDIR', 'is a folder, not a file'],
    ['EIO', 'cannot be read (EIO)'],
  ])('that gives %s is told', (code, problem) => {
    const readFile = () => {
      throw Object.assign(new Error(code), { code });
    };
    expect(wrong(() => loadConfig({ env: least, readFile }))).toEqual([
      `MATRIX_AGENT_REGISTRY_PATH: "config/agents.yaml" ${problem}`,
    ]);
  });
});

test('variables and file are judged together, each problem with what would be right', () => {
  const env = { MATRIX_HOMESERVER: 'matrix.example.org', OPS_PORT: '70000' };
  expect(problemsWith(() => load(env, 'agents: [{ id: 7 }]'))).toEqual([
    {
      where: 'MATRIX_HOMESERVER',
      value: '"matrix.example.org"',
      problem: 'is not an http or https URL',
      hint: 'the URL of the homeserver, for example https://matrix.example.org',
    },
    {
      where: 'OPS_PORT',
      value: '"70000"',
      problem: 'is not a port',
      hint: 'a port from 0 (any free one) to 65535, or off',
    },
    {
      where: 'agents.yaml: agents[0].id',
      value: null,
      problem: 'is a number (7), but must be text',
      hint: 'a text of its own for every agent, in quotes when it looks like a number: "agent-1"',
    },
  ]);
});

test('agents that share files are warned about', () => {
  const registry = (one: string, other: string) =>
    `agents: [{ id: a, workspace_path: ${one} }, { id: b, workspace_path: ${other} }]`;
  const warning = 'The agents "a" and "b" share files: their workspaces are the same folder or one inside the other.';
  expect(load({}, 'agents: [{ id: a }, { id: b }]').warnings).toEqual([warning]);
  expect(load({}, registry('/agents/1', '/agents/1/')).warnings).toEqual([warning]);
  expect(load({}, registry('/agents', '/agents/1')).warnings).toEqual([warning]);
  expect(load({}, registry('/agents/1', '/agents/10')).warnings).toEqual([]);
});

test('a mock agent with one memory for its people is warned about where they are two', () => {
  const registry = (people: string) =>
    `agents: [{ id: a, workspace_path: /a }, { id: b, workspace_path: /b }]\nuser_agents: { ${people} }\n` +
    'policy: { onboarding: { mode: dm }, context: { scope: person }, access: { unmapped: deny } }';
  const warnings = (people: string) => load({ MATRIX_PLATFORM_BACKEND: 'mock' }, registry(people)).warnings;
  expect(warnings('"@ann:x": a')).toEqual([]);
  expect(warnings('"@ann:x": a, "@bob:x": b')).toEqual([
    'The people of user_agents share one memory: with MATRIX_PLATFORM_BACKEND=mock one reference agent answers all of them, and policy.context.scope is person.',
  ]);
});

test('the service among its own people is warned about', () => {
  expect(load({}, 'agents: [{ id: a }]\nuser_agents: { "@bot:example.org": a }').warnings).toEqual([
    'user_agents names "@bot:example.org", which is this service: it is not served.',
  ]);
});

test('a thread_id of the earlier system is not sent, and that is said; any other query is a part of the address', () => {
  const warningsOf = (address: string) => load({}, `agents: [{ id: a, base_url: '${address}' }]`).warnings;
  const sentence = 'The address of the agent "a" has thread_id in it, which is not sent any more; remove it.';
  expect(warningsOf('ws://h/agent_ws/?thread_id=matrix:@a:b:1')).toEqual([sentence]);
  expect(warningsOf('wss://h/?key=secret&thread_id=1')).toEqual([sentence]);
  expect(warningsOf('wss://h/?key=secret')).toEqual([]);
});
