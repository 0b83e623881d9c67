/** Whether the language model of an agent (`kind: provider`) is there: its provider is asked as the service would. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentConfig } from '../config/config.ts';
import { addressOf } from '../reference-agent/address.ts';
import { providerOf } from '../reference-agent/hosted.ts';
import { startAgent } from '../reference-agent/server.ts';
import { whyNot } from './words.ts';

export type Hosted = AgentConfig & Required<Pick<AgentConfig, 'provider'>>;

export function isHosted(agent: AgentConfig): agent is Hosted {
  return agent.provider !== undefined;
}

export interface ModelCheck {
  ok: boolean;
  result: string;
  ms: number | null;
  problems: string[];
}

export interface ModelOptions {
  /** How long it may take. */
  seconds: number;
  /** A message is asked besides: it shows what a list would. */
  isAsked: boolean;
  signal: AbortSignal;
}

/** Models of a list that is not what was looked for. */
const NAMED_MOST = 10;

/** Asks the provider for the list of its models. Never rejects. */
export async function checkModel(agent: Hosted, { seconds, isAsked, signal }: ModelOptions): Promise<ModelCheck> {
  const began = performance.now();
  const late = AbortSignal.timeout(seconds * 1000);
  const result = (ok: boolean, words: string, problems: string[] = []): ModelCheck => ({
    ...{ ok, result: words, ms: ok ? Math.round(performance.now() - began) : null, problems },
  });
  try {
    const key = await keyOf(agent);
    const response = await fetch(addressOf(agent.baseUrl, 'models'), {
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      signal: AbortSignal.any([late, signal]),
    });
    if (response.status === 404 && isAsked) return result(true, 'lists no models');
    if (!response.ok) return result(false, 'failed', [refusal(response.status, key !== null)]);
    const listed = namesIn(await response.json().catch(() => null));
    if (listed === null) return result(false, 'failed', [NO_PROVIDER]);
    if (isListed(agent.provider.model, listed)) return result(true, 'ok');
    return result(false, 'not there', [notListed(agent.provider.model, listed)]);
  } catch (error) {
    return result(false, 'failed', [whyFailed(error, { seconds, late, signal })]);
  }
}

const NO_PROVIDER =
  'what answers there gives no list of models: is it a provider with an API like that of OpenAI, and does base_url end in /v1?';

function refusal(status: number, hasKey: boolean): string {
  if (status === 401 || status === 403) {
    const what = hasKey
      ? 'refuses the key: is that in api_key_file right?'
      : 'wants a key: name a file by api_key_file';
    return `the provider ${what} (HTTP ${status})`;
  }
  if (status === 404) {
    return 'its server knows no list of models (HTTP 404): does base_url end in /v1? Where it does, ask by --message';
  }
  return `its server answers HTTP ${status}`;
}

function whyFailed(
  error: unknown,
  { seconds, late, signal }: { seconds: number; late: AbortSignal; signal: AbortSignal },
): string {
  const why = signal.aborted ? 'called off' : late.aborted ? 'late' : 'unreachable';
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const detail = words.includes(code) ? words : `${code} ${words}`;
  return whyNot({ at: 'connection', why, detail }, seconds, (text) => text);
}

async function keyOf({ provider: { apiKeyFile } }: Hosted): Promise<string | null> {
  return apiKeyFile === null ? null : (await readFile(apiKeyFile, 'utf8')).trim();
}

function namesIn(list: unknown): string[] | null {
  const { data } = (list ?? {}) as { data?: unknown };
  if (!Array.isArray(data)) return null;
  return data.flatMap((model) => {
    const { id } = (model ?? {}) as { id?: unknown };
    return typeof id === 'string' ? [id] : [];
  });
}

/** Ollama lists `llama3.2:latest` for what is asked for as `llama3.2`, others the folder in front. */
function isListed(model: string, listed: readonly string[]): boolean {
  return listed.some((id) => id === model || id === `${model}:latest` || id === `models/${model}`);
}

function notListed(model: string, listed: readonly string[]): string {
  const some = listed.slice(0, NAMED_MOST).map((id) => JSON.stringify(id));
  const more = listed.length > NAMED_MOST ? `, and ${listed.length - NAMED_MOST} more` : '';
  const others = listed.length === 0 ? 'it has none' : `it has ${some.join(', ')}${more}`;
  return `the provider does not list the model ${JSON.stringify(model)}: ${others}`;
}

/** Hosts the agent of the model for as long as it is asked, with nothing to remember. */
export async function withHosted<Result>(
  agent: Hosted,
  silenceMs: number,
  use: (address: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomkeeper-check-'));
  const key = randomBytes(24).toString('hex');
  const hosted = await startAgent({ port: 0, workspace: folder, provider: providerOf(agent, silenceMs), key });
  try {
    return await use(hosted.url);
  } finally {
    await hosted.close();
    await rm(folder, { recursive: true, force: true });
  }
}
