import { expect, onTestFinished, test } from 'vitest';
import { knock } from '../../src/reference-agent/knock.ts';
import { startModelProvider } from '../support/model-provider.ts';

const soon = () => AbortSignal.timeout(5_000);

test('a provider that is there is not asked for an answer; one that is gone cannot be reached', async () => {
  const provider = await startModelProvider();
  const { url } = provider;
  expect(await knock({ url }, soon())).toBe(null);
  expect(provider.requests).toEqual([]);
  await provider.close();
  expect(await knock({ url }, soon())).toBe('model-unreachable');
});

test('the key goes along, and what the provider says to it counts; neither a list that is not there nor much to do does', async () => {
  const provider = await startModelProvider();
  onTestFinished(() => provider.close());
  const keys: (string | null)[] = [];
  const meets = (status: number) => {
    provider.lists((response, key) => {
      keys.push(key);
      response.writeHead(status).end();
    });
    return knock({ url: provider.url, readKey: async () => 'sk-1\n' }, soon());
  };
  const met = [];
  for (const status of [200, 401, 402, 403, 404, 429, 500]) met.push(await meets(status));
  expect(met).toEqual([null, 'model-denied', 'model-denied', null, null, null, 'model-failed']);
  expect(new Set(keys)).toEqual(new Set(['sk-1']));
});

test('a key that cannot be read opens nothing', async () => {
  const provider = await startModelProvider();
  onTestFinished(() => provider.close());
  const readKey = () => Promise.reject(new Error('ENOENT'));
  expect(await knock({ url: provider.url, readKey }, soon())).toBe('model-denied');
});
