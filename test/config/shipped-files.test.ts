import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { plainNames, secretNames } from '../../src/config/variables.ts';
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
  expect(config.agents.map(({ id }) => id)).toEqual(['agent-1', 'agent-2', '3']);
  const keys = ['agents', 'user_agents', 'policy', 'label', 'base_url', 'workspace_path', 'concurrency', 'stream'];
  const limits = ['connect_ms', 'connect_tries', 'status_ms', 'silence_ms', 'turn_ms', 'frame_bytes', 'queue'];
  const text = readFile(file);
  for (const key of [...keys, 'first_edit_ms', 'max_edits', ...limits])
    expect(text).toMatch(new RegExp(`^ *${key}:`, 'm'));
});

test('the example environment loads, names every variable, and its comments are the defaults', () => {
  const text = readFile('config/example.env');
  const set = parseEnv(text) as Record<string, string>;
  const config = loadConfig({ env: set, readFile });
  expect(config.warnings).toEqual([]);
  for (const name of [...plainNames, ...secretNames].filter((name) => name !== 'AGENT_WS_URL')) {
    expect(text).toMatch(new RegExp(`^#?${name}=`, 'm'));
  }
  const all = parseEnv(text.replace(/^#([A-Z_]+=)/gm, '$1')) as Record<string, string>;
  expect(loadConfig({ env: all, readFile })).toEqual(config);
});
