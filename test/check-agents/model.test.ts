/** The provider of a language model is asked as the service would; what fails is a sentence. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { checkAgents, type CheckOptions } from '../../src/check-agents/check.ts';
import { loadAgents } from '../../src/config/agents.ts';
import { temporaryFolder } from '../store/support.ts';
import { refuses, startModelProvider } from '../support/model-provider.ts';
import { inShort, problems } from './house.ts';

async function provider(models?: string[]) {
  const started = await startModelProvider(models);
  onTestFinished(() => started.close());
  return started;
}

async function check(url: string, more: Partial<CheckOptions> = {}, keys: object = {}) {
  const registry = { agents: [{ id: 'a', kind: 'provider', base_url: url, model: 'small', ...keys }] };
  const readFile = (file: string) => (file === 'agents.yaml' ? JSON.stringify(registry) : 'sk-hidden');
  const config = loadAgents({ env: { STATE_DIR: await temporaryFolder() }, readFile }, 'agents.yaml');
  const options = { statusSeconds: 10, answerSeconds: 10, message: null, files: false };
  const [report] = await checkAgents(config, { ...options, signal: new AbortController().signal, ...more });
  if (report === undefined) throw new Error('nothing was checked');
  return report;
}

/** A server that answers everything so. */
async function server(status: number, body: string): Promise<string> {
  const running = createServer((_, response) => response.writeHead(status).end(body));
  running.listen(0, '127.0.0.1');
  await once(running, 'listening');
  onTestFinished(() => void running.close());
  return `http://127.0.0.1:${(running.address() as AddressInfo).port}/v1`;
}

test('a model that its provider lists is there; a message is a whole turn', async () => {
  const { url, requests } = await provider();
  const report = await check(`${url}?key=hidden`, { message: 'Hello', files: true });
  expect([report.ok, report.address, inShort(report)]).toEqual([
    true,
    `${url}?***`,
    ['model ok', expect.stringMatching(/^message first words after \d+ ms, 15 characters$/), 'workspace ok'],
  ]);
  expect(requests.map(({ path: asked }) => asked)).toEqual(['/v1/chat/completions?key=hidden']);
});

test.each([
  [['small:latest'], []],
  [['models/small'], []],
  [['large', 'smaller'], ['the provider does not list the model "small": it has "large", "smaller"']],
  [[], ['the provider does not list the model "small": it has none']],
])('of a list of %j', async (models, found) => {
  expect(problems(await check((await provider(models)).url))).toEqual(found);
});

test.each([
  [401, '{}', 'the provider wants a key: name a file by api_key_file (HTTP 401)'],
  [403, '{}', 'the provider wants a key: name a file by api_key_file (HTTP 403)'],
  [
    404,
    'no',
    'its server knows no list of models (HTTP 404): does base_url end in /v1? Where it does, ask by --message',
  ],
  [500, 'no', 'its server answers HTTP 500'],
  [
    200,
    '<html>',
    'what answers there gives no list of models: is it a provider with an API like that of OpenAI, and does base_url end in /v1?',
  ],
])('a server that answers %i %s is no provider', async (status, body, problem) => {
  expect(problems(await check(await server(status, body)))).toEqual([problem]);
});

test('a provider without a list is asked by a message', async () => {
  const url = await server(404, '{"error":"no such model"}');
  const report = await check(url, { message: 'Hello' });
  expect([inShort(report), problems(report)]).toEqual([
    ['model lists no models', 'message failed'],
    [
      'it did not answer: ERROR MODEL_NOT_FOUND: The model provider knows no such model, or no such path (404): no such model',
    ],
  ]);
});

test('a key that is refused is told, and not shown', async () => {
  const file = path.join(await temporaryFolder(), 'key');
  writeFileSync(file, 'sk-hidden\n');
  const { url, replies } = await provider();
  replies(refuses(401, { message: 'no sk-hidden' }));
  const report = await check(url, { message: 'Hello' }, { api_key_file: file });
  expect(problems(report)).toEqual([
    'it did not answer: ERROR MODEL_DENIED: The model provider refused the API key (401): no [key]',
  ]);
  expect(problems(await check(await server(401, '{}'), {}, { api_key_file: file }))).toEqual([
    'the provider refuses the key: is that in api_key_file right? (HTTP 401)',
  ]);
});

test('a provider that is away', async () => {
  const { url, close } = await startModelProvider();
  await close();
  expect(problems(await check(url))).toEqual([
    expect.stringMatching(/^nobody listens there: is the agent running, and is the port right\? \(.*ECONNREFUSED/),
  ]);
});
