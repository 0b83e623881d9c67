import { describe, expect, test } from 'vitest';
import { hintOf } from '../../src/config/about.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { Environment } from '../../src/config/variables.ts';
import { files, least, load, problemsWith, wrong } from './support.ts';

test('with nothing set everything that is required is asked for at once', () => {
  expect(wrong(() => loadConfig({ env: {}, readFile: files({}) }))).toEqual([
    'MATRIX_HOMESERVER: is missing',
    'MATRIX_USER_ID: is missing',
    'MATRIX_ACCESS_TOKEN: is missing',
    'MATRIX_AGENT_REGISTRY_PATH: is missing',
  ]);
});

test.each([
  ['MATRIX_HOMESERVER', 'MATRIX_HOMSERVER'],
  ['MATRIX_ACCESS_TOKEN', 'MATRIX_ACCES_TOKEN'],
  ['MATRIX_ACCESS_TOKEN', 'MATRIX_PASSWROD_FILE'],
  ['MATRIX_AGENT_REGISTRY_PATH', 'MATRX_AGENT_REGISTRY_PATH'],
])('where %s is missing and %s is set, the problem says so', (name, written) => {
  const env = { ...least, [name]: undefined, [written]: 'https://hidden' };
  const [problem, ...others] = problemsWith(() => loadConfig({ env, readFile: files({}) }));
  expect([problem?.where, others]).toEqual([name, name.endsWith('PATH') ? [] : [expect.anything()]]);
  expect(problem?.hint).toMatch(new RegExp(`^${written} is set: is that a slip of the pen\\? .`));
});

test('every variable says what would be right', () => {
  const { shape } = Environment;
  expect(Object.entries(shape).filter(([, schema]) => hintOf(schema) === undefined)).toEqual([]);
});

test.each<[Record<string, string>, string]>([
  [{ MATRIX_HOMESERVER: 'ftp://x' }, 'MATRIX_HOMESERVER: "ftp://x" is not an http or https URL'],
  [{ MATRIX_HOMESERVER: 'https:matrix' }, 'MATRIX_HOMESERVER: "https:matrix" is not an http or https URL'],
  [
    { MATRIX_HOMESERVER: 'https://u:hidden@x' },
    'MATRIX_HOMESERVER: "https://***@x" has a user name, a password, a query or a fragment in it',
  ],
  [
    { MATRIX_HOMESERVER: 'https://x/?token=hidden' },
    'MATRIX_HOMESERVER: "https://x/?***" has a user name, a password, a query or a fragment in it',
  ],
  [{ MATRIX_USER_ID: 'bot' }, 'MATRIX_USER_ID: "bot" is not a Matrix user id'],
  [{ MATRIX_USER_ID: '@bot' }, 'MATRIX_USER_ID: "@bot" is not a Matrix user id'],
  [{ MATRIX_ACCESS_TOKEN: 'hid den' }, 'MATRIX_ACCESS_TOKEN: has spaces or special characters in it'],
  [{ MATRIX_DEVICE_ID: 'a b' }, 'MATRIX_DEVICE_ID: "a b" contains spaces'],
  [{ MATRIX_PLATFORM_BACKEND: 'mcok' }, 'MATRIX_PLATFORM_BACKEND: "mcok" is none of real, mock'],
  [{ AGENT_BASE_URL: 'user:hidden@agent' }, 'AGENT_BASE_URL: "***@agent" is not a ws, wss, http or https URL'],
  [{ AGENT_WS_URL: 'agent:8000' }, 'AGENT_WS_URL: "agent:8000" is not a ws, wss, http or https URL'],
  [{ SURFACES_WORKSPACE_DIR: 'agents' }, 'SURFACES_WORKSPACE_DIR: "agents" is not an absolute path'],
  [{ SURFACES_WORKSPACE_DIR: '/' }, 'SURFACES_WORKSPACE_DIR: "/" is the root of the file system'],
  [{ SURFACES_WORKSPACE_DIR: '/a/../b' }, 'SURFACES_WORKSPACE_DIR: "/a/../b" contains ".." or a NUL character'],
  [{ STATE_FSYNC: 'true' }, 'STATE_FSYNC: "true" is none of on, off'],
  [{ LOG_LEVEL: 'verbose' }, 'LOG_LEVEL: "verbose" is none of trace, debug, info, warn, error, silent'],
  [{ LOG_FORMAT: 'xml' }, 'LOG_FORMAT: "xml" is none of json, pretty'],
  [{ OPS_HOST: 'a b' }, 'OPS_HOST: "a b" contains spaces'],
  [{ OPS_TOKEN: 'short' }, 'OPS_TOKEN: is shorter than 16 characters'],
  [{ OPS_TOKEN: 'a token with spaces in it' }, 'OPS_TOKEN: has spaces or special characters in it'],
  [{ OPS_PORT: '-1' }, 'OPS_PORT: "-1" is not a port'],
  [{ OPS_PORT: '80.5' }, 'OPS_PORT: "80.5" is not a port'],
  [{ OPS_PORT: '65536' }, 'OPS_PORT: "65536" is not a port'],
])('%j is a problem', (env, problem) => {
  expect(wrong(() => load(env))).toEqual([problem]);
});

describe('secrets', () => {
  const { MATRIX_ACCESS_TOKEN: _, ...without } = least;
  const contents = { 'config/agents.yaml': 'agents: [{ id: a }]', '/run/secret': 'FROM FILE \n', '/run/empty': '\n' };
  const load = (env: Record<string, string>) => loadConfig({ env: { ...without, ...env }, readFile: files(contents) });

  test('come from a variable or from a file, which loses one line break at its end', () => {
    const { matrix } = load({ MATRIX_PASSWORD: 'p' });
    expect([matrix.password, matrix.accessToken]).toEqual(['p', null]);
    expect(load({ MATRIX_PASSWORD_FILE: ' /run/secret ' }).matrix).toEqual({ ...matrix, password: 'FROM FILE ' });
  });

  test('from both, from no file, or from an empty one are problems', () => {
    expect(wrong(() => load({ MATRIX_PASSWORD: 'p', MATRIX_PASSWORD_FILE: '/run/secret' }))).toEqual([
      'MATRIX_PASSWORD_FILE: and MATRIX_PASSWORD are both set',
    ]);
    expect(wrong(() => load({ MATRIX_ACCESS_TOKEN_FILE: '/run/none' }))).toEqual([
      'MATRIX_ACCESS_TOKEN_FILE: "/run/none" does not exist',
    ]);
    expect(wrong(() => load({ MATRIX_ACCESS_TOKEN_FILE: '/run/empty' }))).toEqual([
      'MATRIX_ACCESS_TOKEN_FILE: "/run/empty" is an empty file',
    ]);
  });

  test('never stand in the message', () => {
    const act = () =>
      load({
        MATRIX_ACCESS_TOKEN_FILE: '/run/secret',
        MATRIX_PASSWORD: 'P4SS',
        OPS_PORT: 'x',
        MATRIX_PASSWROD: 'TYPO',
      });
    expect(act).toThrow(ConfigError);
    expect(act).not.toThrow(/FROM FILE|P4SS|TYPO/);
  });
});

describe('warnings', () => {
  test.each([
    ['MATRIX_PASSWROD', 'MATRIX_PASSWROD is not a variable of this service; did you mean MATRIX_PASSWORD?'],
    [
      'MATRIX_HOMESERVER_URL',
      'MATRIX_HOMESERVER_URL is not a variable of this service; did you mean MATRIX_HOMESERVER?',
    ],
    ['OPS_PROT', 'OPS_PROT is not a variable of this service; did you mean OPS_PORT?'],
    ['MATIX_HOMESERVER', 'MATIX_HOMESERVER is not a variable of this service; did you mean MATRIX_HOMESERVER?'],
    ['agent_base_url', 'agent_base_url is not a variable of this service; did you mean AGENT_BASE_URL?'],
    ['ROOMKEEPER_DEBUG', 'ROOMKEEPER_DEBUG is not a variable of this service.'],
    ['LOG_LEVLE', 'LOG_LEVLE is not a variable of this service; did you mean LOG_LEVEL?'],
    ['OPS_SOMETHING_ELSE_ALTOGETHER', 'OPS_SOMETHING_ELSE_ALTOGETHER is not a variable of this service.'],
    ['MATRIX_DB_PATH', 'MATRIX_DB_PATH has no meaning any more: the state is in the folder STATE_DIR.'],
    ['MATRIX_STORE_PATH', 'MATRIX_STORE_PATH has no meaning any more: the state is in the folder STATE_DIR.'],
    ['SURFACES_DEBUG_WS', 'SURFACES_DEBUG_WS has no meaning any more: use LOG_LEVEL=debug, or trace.'],
  ])('%s is warned about', (name, sentence) => {
    expect(load({ [name]: 'VALUE' }).warnings).toEqual([sentence]);
  });

  test('the old name of the base URL works, and loses against the new one', () => {
    const legacy = load({ AGENT_WS_URL: 'ws://old:8000/v1/agent_ws/' });
    expect(legacy.agents[0]?.baseUrl).toBe('ws://old:8000/v1/agent_ws/');
    expect(legacy.warnings).toEqual(['AGENT_WS_URL is an old name and still used; set AGENT_BASE_URL instead.']);
    const both = load({ AGENT_WS_URL: 'ws://old:8000', AGENT_BASE_URL: 'ws://new:8000' });
    expect(both.agents[0]?.baseUrl).toBe('ws://new:8000');
    expect(both.warnings).toEqual([
      'AGENT_WS_URL is an old name and ignored because AGENT_BASE_URL is set; remove it.',
    ]);
  });

  test('variables of the compose files, of agents and of others are passed over', () => {
    const env = ['SURFACES_BOT_IMAGE', 'SURFACES_BOT_DEV_IMAGE', 'SURFACES_SHARED_VOLUME', 'SURFACES_BOT_STATE_VOLUME']
      .concat([
        'SURFACES_SMOKE_VOLUME',
        'LAMBDA_AGENT_API_REF',
        'SMOKE_TIMEOUT',
        'SMOKE_PROXY_PORT',
        'AGENT_ID',
        'AGENT_0_ID',
      ])
      .concat(['AGENT_1_ID', 'PROVIDER_MODEL', 'MATRIX_SERVICE_HOST', 'PATH', 'HOME', 'MATRIX_PASSWORD_FILE'])
      .map((name) => [name, name.endsWith('PASSWORD_FILE') ? '' : 'x']);
    expect(load(Object.fromEntries(env) as Record<string, string>).warnings).toEqual([]);
  });
});
