/** What an agent of `kind: provider` needs besides, and what only such an agent has. */
import type { AgentConfig } from './config.ts';
import type { ReadFile } from './environment.ts';
import { isMapping } from './issues.ts';
import { whatIsWrong } from './key-file.ts';
import { type Problem, show } from './problem.ts';

const KEYS = ['model', 'api_key_file', 'system_prompt', 'context_tokens', 'images'];
const ADDRESS = 'its address: "http://ollama:11434/v1" or "https://api.openai.com/v1"';
const KEY_FILE = 'the path of a file with the key of the provider and nothing else; or leave the line out';
/** About so many bytes are a token; the agent counts the same way. */
const BYTES_A_TOKEN = 4;

/** What does not go together in the agents as they were written; what their schema refuses already is not judged again. */
export function checkKinds(agents: readonly unknown[]): Problem[] {
  return agents.flatMap((agent, index) => {
    if (!isMapping(agent)) return [];
    const problems = agent.kind === 'provider' ? ofProvider(agent) : ofOthers(agent);
    return problems.map((problem) => ({ ...problem, where: `agents[${index}].${problem.where}` }));
  });
}

function ofOthers(agent: Record<string, unknown>): Problem[] {
  if ((agent.kind ?? 'ws') !== 'ws') return [];
  return KEYS.filter((key) => (agent[key] ?? null) !== null).map((key) => ({
    where: key,
    value: null,
    problem: 'is only for an agent with "kind: provider"',
    hint: 'write "kind: provider" beside it, or take the line out',
  }));
}

function ofProvider(agent: Record<string, unknown>): Problem[] {
  const missing = (where: string, hint: string): Problem[] =>
    (agent[where] ?? null) === null ? [{ where, value: null, problem: 'is missing', hint }] : [];
  return [
    ...missing('base_url', ADDRESS),
    ...missing('model', 'what the provider calls the model: "llama3.2" or "gpt-4o-mini"'),
    ...ofAddress(agent.base_url),
    ...ofPrompt(agent),
  ];
}

function ofAddress(address: unknown): Problem[] {
  const url = typeof address === 'string' ? URL.parse(address.trim()) : null;
  if (url === null) return [];
  const where = 'base_url';
  if (url.protocol === 'ws:' || url.protocol === 'wss:') {
    return [{ where, value: show(address), problem: 'is not an http or https URL', hint: ADDRESS }];
  }
  if (url.username !== '' || url.password !== '') {
    const problem = 'has a user name or a password in it';
    return [{ where, value: show(address), problem, hint: 'name a file by api_key_file' }];
  }
  if (!/\/chat\/completions\/*$/.test(url.pathname)) return [];
  const hint = 'leave /chat/completions out: the service adds it';
  return [{ where, value: show(address), problem: 'is more than the base of the API', hint }];
}

/** A prompt that leaves no room would have every conversation forgotten. */
function ofPrompt({ system_prompt: prompt, context_tokens: tokens = DEFAULT_CONTEXT_TOKENS }: Record<string, unknown>) {
  if (typeof prompt !== 'string' || typeof tokens !== 'number') return [];
  const most = (tokens / 2) * BYTES_A_TOKEN;
  if (Buffer.byteLength(prompt) <= most) return [];
  const problem = `takes more than half of context_tokens (${tokens})`;
  return [{ where: 'system_prompt', value: null, problem, hint: 'say it shorter, or set context_tokens higher' }];
}

export const DEFAULT_CONTEXT_TOKENS = 8_000;

/** Whether the files with keys can be read; `name`: of the registry file. Nothing of a key is ever shown. */
export function checkKeyFiles(
  agents: readonly { api_key_file?: string | undefined }[],
  name: string,
  readFile: ReadFile,
): Problem[] {
  return agents.flatMap(({ api_key_file: file }, index): Problem[] => {
    if (file === undefined) return [];
    const problem = whatIsWrong(file, 'key', readFile);
    if (problem === null) return [];
    return [{ where: `${name}: agents[${index}].api_key_file`, value: show(file), problem, hint: KEY_FILE }];
  });
}

/** Gives the permissions of a file, as `node:fs` has them; null where nobody can say. */
export type ModeOf = (path: string) => number | null;

/** What containers mount there, only those of the container can read. */
const MOUNTED_SECRETS = '/run/secrets/';

/** One sentence for each file with a key that others on the machine may read. */
export function warnAboutOpenKeys(agents: readonly AgentConfig[], modeOf: ModeOf): string[] {
  const files = agents.flatMap(({ id, provider, pushTokenFile }) => [
    { id, file: provider?.apiKeyFile ?? null, what: 'key' },
    { id, file: pushTokenFile ?? null, what: 'push token' },
  ]);
  return files.flatMap(({ id, file, what }) => {
    if (file === null || file.startsWith(MOUNTED_SECRETS) || ((modeOf(file) ?? 0) & 0o004) === 0) return [];
    return [`Everybody on this machine may read ${show(file)}, the ${what} of the agent ${show(id)}: "chmod 600" it.`];
  });
}
