import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { RegistryFile } from '../../src/config/registry.ts';
import { partsOf } from '../../src/config/schema.ts';
import { Environment } from '../../src/config/variables.ts';
import { least, load } from './support.ts';

const root = path.join(import.meta.dirname, '../..');
const readFile = (file: string) => readFileSync(path.resolve(root, file), 'utf8');
const registries = ['config/matrix-agents.yaml', ...globSync('config/examples/*.yaml', { cwd: root })];

test.each(registries)('%s loads without a warning', (file) => {
  const config = loadConfig({ env: { ...least, MATRIX_AGENT_REGISTRY_PATH: file }, readFile });
  expect(config.warnings).toEqual([]);
});

test('the example shows every key, the policy with its defaults', () => {
  const file = 'config/examples/several-agents.yaml';
  const config = loadConfig({ env: { ...least, MATRIX_AGENT_REGISTRY_PATH: file }, readFile });
  expect(config.policy).toEqual(load().policy);
  expect(config.agents.map(({ id }) => id)).toEqual(['agent-1', 'agent-2', '3', 'model']);
  const keys = [...partsOf(RegistryFile).keys()].map((pattern) => pattern.split('.').at(-1) ?? '');
  const written = new Set(
    readFile(file)
      .match(/^ *#?(- )?\w+(?=:)/gm)
      ?.map((line) => line.replace(/^[ #-]+/, '')),
  );
  expect(keys.filter((key) => /^\w+$/.test(key) && !written.has(key))).toEqual([]);
});

test('the shipped file has no policy of its own: people get Spaces', () => {
  const config = loadConfig({ env: { ...least, MATRIX_AGENT_REGISTRY_PATH: 'config/matrix-agents.yaml' }, readFile });
  expect(config.policy).toEqual(load().policy);
  expect(config.policy.onboarding.mode).toBe('spaces');
});

test('the example of Spaces is what it says', () => {
  const file = 'config/examples/spaces.yaml';
  const config = loadConfig({ env: { ...least, MATRIX_AGENT_REGISTRY_PATH: file }, readFile });
  expect(config.agents.map(({ id }) => id)).toEqual(['shared', 'agent-1', 'agent-2']);
  expect(config.userAgents).toEqual({ '@ann:example.org': 'agent-1', '@bob:partner.example': 'agent-2' });
  const { access, ...policy } = load().policy;
  expect(config.policy).toEqual({
    ...policy,
    onboarding: { mode: 'spaces', invitesPerMinute: 30, groups: 'decline' },
    access: {
      ...access,
      allowed: ['@*:example.org', '@*:chat.example.org'],
      contact: 'Write to [the help desk](mailto:help@example.org) to get your chats back.',
    },
  });
});

test('the example of one room is what it says', () => {
  const file = 'config/examples/dm-single.yaml';
  const config = loadConfig({ env: { ...least, MATRIX_AGENT_REGISTRY_PATH: file }, readFile });
  expect(config.agents.map(({ id }) => id)).toEqual(['agent-1', 'agent-2']);
  expect(config.userAgents).toEqual({ '@ann:example.org': 'agent-1', '@bob:example.org': 'agent-2' });
  const contact =
    'To get an agent, write to [the help desk](mailto:help@example.org)\n' +
    'and name your Matrix id; `!whoami` shows it.';
  expect(config.policy).toEqual({
    ...load().policy,
    onboarding: { mode: 'dm', invitesPerMinute: 30, groups: 'decline' },
    access: { ...load().policy.access, allowed: ['@*:example.org'], unmapped: 'deny', contact },
    context: { scope: 'person' },
  });
});

test('the example of one folder for several people is what it says', () => {
  const file = 'config/examples/shared-inbox.yaml';
  const config = loadConfig({ env: { ...least, MATRIX_AGENT_REGISTRY_PATH: file }, readFile });
  expect(config.agents.map(({ id, workspace }) => [id, workspace])).toEqual([['team', '/agents/0']]);
  expect(config.userAgents).toEqual({ '@ann:example.org': 'team', '@bob:example.org': 'team' });
  const { access, ...policy } = load().policy;
  expect(config.policy).toEqual({
    ...policy,
    access: { ...access, allowed: [] },
    files: { mode: 'immediate', layout: 'inbox', maxBytes: 52_428_800, quotaBytes: 10_737_418_240 },
  });
});

test('the example of a language model is what it says', () => {
  const file = 'config/examples/provider.yaml';
  const config = loadConfig({ env: { ...least, STATE_DIR: '/state', MATRIX_AGENT_REGISTRY_PATH: file }, readFile });
  expect(config.agents).toEqual([
    {
      ...{ id: 'assistant', label: 'assistant', baseUrl: 'http://ollama:11434/v1', concurrency: 4 },
      workspace: '/state/workspace/assistant',
      provider: { model: 'llama3.2', apiKeyFile: null, systemPrompt: null, contextTokens: 3000, images: true },
    },
  ]);
  expect(config.policy).toEqual(load().policy);
});

test('the example environment loads, names the variables and no others, and its comments are the defaults', () => {
  const text = readFile('config/example.env');
  const set = parseEnv(text) as Record<string, string>;
  const config = loadConfig({ env: set, readFile });
  expect(config.warnings).toEqual([]);
  const named = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  const known = Object.keys(Environment.shape).filter((name) => !['AGENT_WS_URL', 'SSL_CERT_FILE'].includes(name));
  expect(named.sort()).toEqual(known.sort());
  const all = parseEnv(text.replace(/^#([A-Z_]+=)/gm, '$1')) as Record<string, string>;
  expect(loadConfig({ env: all, readFile })).toEqual(config);
});
