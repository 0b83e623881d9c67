import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { providerFrom } from '../../src/reference-agent/provider-from.ts';
import { temporaryFolder } from '../store/support.ts';

const named = { PROVIDER_URL: 'https://models.example/v1', PROVIDER_MODEL: 'small' };
const provider = { url: 'https://models.example/v1', model: 'small', images: false };

test.each([
  ['nothing', {}, null],
  ['no address', { PROVIDER_MODEL: 'small', PROVIDER_API_KEY: 'secret', PROVIDER_URL: '' }, null],
  ['an address and a model', named, provider],
  ['a key', { ...named, PROVIDER_API_KEY: 'secret' }, { ...provider, apiKey: 'secret' }],
  ['an empty key', { ...named, PROVIDER_API_KEY: '' }, provider],
  ['pictures', { ...named, PROVIDER_IMAGES: 'on' }, { ...provider, images: true }],
])('the environment names %s', (_, env, expected) => {
  expect(providerFrom(env)).toEqual(expected);
});

test('a key may stand in a file', async () => {
  const file = path.join(await temporaryFolder(), 'key');
  writeFileSync(file, 'secret\n');
  expect(providerFrom({ ...named, PROVIDER_API_KEY_FILE: file })).toEqual({ ...provider, apiKey: 'secret' });
});

test('an address without a model is a sentence', () => {
  expect(() => providerFrom({ PROVIDER_URL: 'https://models.example/v1' })).toThrow(
    'PROVIDER_URL is set: set PROVIDER_MODEL too.',
  );
});
