import { readFileSync } from 'node:fs';
import type { Provider } from './provider.ts';

/**
 * The language model that PROVIDER_URL, PROVIDER_MODEL and PROVIDER_API_KEY (or PROVIDER_API_KEY_FILE) name; null when
 * there is no PROVIDER_URL. PROVIDER_IMAGES=on: it sees pictures. Throws when the URL is there without a model.
 */
export function providerFrom(env: Readonly<Record<string, string | undefined>>): Provider | null {
  const { PROVIDER_URL: url, PROVIDER_MODEL: model, PROVIDER_API_KEY_FILE: file } = env;
  if (!url) return null;
  if (!model) throw new Error('PROVIDER_URL is set: set PROVIDER_MODEL too.');
  const apiKey = file ? readFileSync(file, 'utf8').trimEnd() : env['PROVIDER_API_KEY'];
  return { url, model, images: env['PROVIDER_IMAGES'] === 'on', ...(apiKey ? { apiKey } : {}) };
}
