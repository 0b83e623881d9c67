/** The agent of a language model, as whoever hosts it sets it up from a configuration. */
import { readPlainFileMeanwhile } from '../basics/plain-file.ts';
import type { Provider } from './provider.ts';

export interface HostedModel {
  /** The address of the provider. */
  baseUrl: string;
  provider: {
    model: string;
    apiKeyFile: string | null;
    systemPrompt: string | null;
    contextTokens: number;
    images: boolean;
  };
}

/** Of the silence after which a link gives its agent up: the agent says why before. */
const OF_SILENCE = 0.8;

/** `silenceMs`: after which a link gives its agent up. */
export function providerOf({ baseUrl, provider }: HostedModel, silenceMs: number): Provider {
  const { model, apiKeyFile, systemPrompt, contextTokens, images } = provider;
  return {
    ...{ url: baseUrl, model, contextTokens, images, silence: Math.round(silenceMs * OF_SILENCE) },
    ...(systemPrompt !== null && { system: systemPrompt }),
    ...(apiKeyFile !== null && { readKey: () => readPlainFileMeanwhile(apiKeyFile) }),
  };
}
