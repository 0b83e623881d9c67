import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config/problem.ts';
import { describeConfig } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { least } from './support.ts';

const registry = "agents: [{ id: a, workspace_path: /a, push_token_file: 'secrets/a' }, { id: b, workspace_path: /b }]";

function load(env: Record<string, string> = {}, token = 'token\n', source = registry) {
  const files: Record<string, string> = { 'agents.yaml': source, 'secrets/a': token };
  const readFile = (name: string) => files[name] ?? notThere();
  return loadConfig({
    env: { ...least, MATRIX_AGENT_REGISTRY_PATH: 'agents.yaml', ...env },
    readFile,
    modeOf: () => 0o644,
  });
}

function notThere(): never {
  throw Object.assign(new Error('not there'), { code: 'ENOENT' });
}

function problemsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ where, problem }) => `${where} ${problem}`);
  }
  return [];
}

test('agents push where they have a token and there is a port', () => {
  const config = load({ PUSH_PORT: '7071' });
  expect(config.pushes).toEqual({ host: '127.0.0.1', port: 7071 });
  expect(config.agents.map(({ pushTokenFile }) => pushTokenFile)).toEqual(['secrets/a', undefined]);
  expect(describeConfig(config)).toContain('pushes         127.0.0.1 port 7071, for a');
  expect(config.warnings).toEqual([
    'Everybody on this machine may read "secrets/a", the push token of the agent "a": "chmod 600" it.',
  ]);
});

test('one without the other is said', () => {
  const open = 'Everybody on this machine may read "secrets/a", the push token of the agent "a": "chmod 600" it.';
  expect(load().warnings).toEqual([open, 'Agents have a push_token_file, but PUSH_PORT is not set: none can push.']);
  expect(load({ PUSH_PORT: '0' }, '', 'agents: [{ id: a }]').warnings).toEqual([
    'PUSH_PORT is set, but no agent has a push_token_file: none may push.',
  ]);
  expect(load({ PUSH_PORT: 'off' }, '', 'agents: [{ id: a }]').pushes).toBeNull();
});

test('a file that holds no token is a problem, and nothing of it is shown', () => {
  const where = 'agents.yaml: agents[0].push_token_file';
  expect(problemsOf(() => load({}, ' \n'))).toEqual([`${where} is an empty file`]);
  expect(problemsOf(() => load({}, 'two words'))).toEqual([
    `${where} holds more than a token: spaces, lines or special characters`,
  ]);
  expect(problemsOf(() => load({}, '', "agents: [{ id: a, push_token_file: 'secrets/none' }]"))).toEqual([
    `${where} does not exist`,
  ]);
});
