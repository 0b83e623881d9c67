import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { files, least, load, problemsWith, wrong } from './support.ts';

const agent = (keys: string) => `agents: [{ id: a, ${keys} }]`;
const model = 'kind: provider, base_url: "http://ollama:11434/v1", model: small';

/** The configuration with these files beside the registry. */
const withFiles = (registry: string, others: Record<string, string>, mode = 0o100600) =>
  loadConfig({
    env: { ...least, STATE_DIR: '/state' },
    readFile: files({ 'config/agents.yaml': registry, ...others }),
    modeOf: () => mode,
  });

test('a model with what is left out filled in; its files are beside the state', () => {
  const { agents } = withFiles(agent(model), {});
  expect(agents).toEqual([
    {
      ...{ id: 'a', label: 'a', baseUrl: 'http://ollama:11434/v1', workspace: '/state/workspace/a', concurrency: 4 },
      provider: { model: 'small', apiKeyFile: null, systemPrompt: null, contextTokens: 8000, images: true },
    },
  ]);
});

test('every key of a model', () => {
  const keys =
    `${model}, api_key_file: /k, system_prompt: "You bake.\\nIn Markdown.", context_tokens: 500, images: false, ` +
    'workspace_path: /files, label: Baker, concurrency: 2';
  expect(withFiles(agent(keys), { '/k': 'sk-1\n' }).agents).toEqual([
    {
      ...{ id: 'a', label: 'Baker', baseUrl: 'http://ollama:11434/v1', workspace: '/files', concurrency: 2 },
      provider: {
        ...{ model: 'small', apiKeyFile: '/k', systemPrompt: 'You bake.\nIn Markdown.', contextTokens: 500 },
        images: false,
      },
    },
  ]);
});

test.each([
  ['../..', '/state/workspace/%2E.%2F..'],
  ['a b', '/state/workspace/a%20b'],
])('the folder of the agent %j stays beside the state', (id, folder) => {
  const registry = `agents: [{ id: "${id}", ${model} }]`;
  expect(withFiles(registry, {}).agents.map(({ workspace }) => workspace)).toEqual([folder]);
});

describe('what does not go together', () => {
  test.each<[string, string[]]>([
    ['kind: provider', ['base_url: is missing', 'model: is missing']],
    ['kind: modell', ['kind: "modell" is none of ws, provider']],
    [`${model.replace('http:', 'ws:')}`, ['base_url: "ws://ollama:11434/v1" is not an http or https URL']],
    [`${model.replace('http://', '')}`, ['base_url: "ollama:11434/v1" is not a ws, wss, http or https URL']],
    [
      `${model.replace('http://', 'http://me:hidden@')}`,
      ['base_url: "http://***@ollama:11434/v1" has a user name or a password in it'],
    ],
    [
      `${model.replace('/v1', '/v1/chat/completions')}`,
      ['base_url: "http://ollama:11434/v1/chat/completions" is more than the base of the API'],
    ],
    [`${model}, context_tokens: 10`, ['context_tokens: 10 is below 500']],
    [`${model}, images: 1`, ['images: is a number (1), but must be boolean']],
    [
      `${model}, context_tokens: 500, system_prompt: "${'x'.repeat(1001)}"`,
      ['system_prompt: takes more than half of context_tokens (500)'],
    ],
    [
      'model: small, api_key_file: /k, system_prompt: x, context_tokens: 500, images: true',
      ['model', 'api_key_file', 'system_prompt', 'context_tokens', 'images'].map(
        (key) => `${key}: is only for an agent with "kind: provider"`,
      ),
    ],
  ])('%s', (keys, problems) => {
    expect(wrong(() => load({}, agent(keys)))).toEqual(problems.map((one) => `agents.yaml: agents[0].${one}`));
  });
});

test('an unknown key of a model is told with the one that was meant', () => {
  expect(problemsWith(() => load({}, agent(`${model}, api_keyfile: /k`)))).toEqual([
    {
      ...{ where: 'agents.yaml: agents[0].api_keyfile', value: null, problem: 'is an unknown key' },
      hint: 'did you mean "api_key_file"?',
    },
  ]);
});

test.each([
  ['is missing', {}, 'does not exist'],
  ['is empty', { '/k': '\n' }, 'is an empty file'],
  ['holds lines', { '/k': 'KEY=sk-1\nMORE=2\n' }, 'holds more than a key: spaces, lines or special characters'],
])('a file with the key that %s is a problem with its path, and nothing of it is shown', (_, others, problem) => {
  const registry = agent(`${model}, api_key_file: /k`);
  expect(problemsWith(() => withFiles(registry, others as Record<string, string>))).toEqual([
    {
      ...{ where: 'agents.yaml: agents[0].api_key_file', value: '"/k"', problem },
      hint: 'the path of a file with the key of the provider and nothing else; or leave the line out',
    },
  ]);
});

test('a key that everybody may read is a warning, one that a container mounts is not', () => {
  const registry = (file: string) => agent(`${model}, api_key_file: ${file}`);
  const warningsOf = (file: string, mode: number) => withFiles(registry(file), { [file]: 'sk-1' }, mode).warnings;
  expect(warningsOf('/k', 0o100644)).toEqual([
    'Everybody on this machine may read "/k", the key of the agent "a": "chmod 600" it.',
  ]);
  expect(warningsOf('/k', 0o100640)).toEqual([]);
  expect(warningsOf('/run/secrets/k', 0o100444)).toEqual([]);
});

test('two models at one address have two memories', () => {
  const registry = `agents: [{ id: a, ${model} }, { id: b, ${model} }]
user_agents: { "@a:example.org": a, "@b:example.org": b }
policy: { context: { scope: person }, onboarding: { mode: dm }, access: { unmapped: deny } }`;
  expect(load({}, registry).warnings).toEqual([]);
});

test('the summary says which model, and nothing of the key', () => {
  const config = withFiles(agent(`${model}, api_key_file: /k`), { '/k': 'sk-1' });
  expect(describeConfig(config)).toContain(
    '\nagent          a in this process: the model small at http://ollama:11434/v1, with the key in /k, about 8000 tokens, with pictures, files in /state/workspace/a, 4 turns at once\n',
  );
});
