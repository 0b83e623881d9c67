/** The registry file: its agents, who is served by which, its policy. */
import { load, YAMLException } from 'js-yaml';
import { z } from 'zod';
import { hintOf } from './about.ts';
import { isMapping, kindOf, pathText, problemsOf, type Wording } from './issues.ts';
import { checkPolicy } from './policy-check.ts';
import { WrittenPolicy } from './policy-keys.ts';
import { ConfigError, type Problem, show, suggest } from './problem.ts';
import { checkKinds, DEFAULT_CONTEXT_TOKENS } from './provider.ts';
import { keysOf, partsOf } from './schema.ts';
import { agentUrl, folder, optional, prompt, section, text, userId } from './values.ts';

const Agent = z.strictObject({
  id: text.describe('a text of its own for every agent, in quotes when it looks like a number: "agent-1"'),
  label: text.optional().describe('a text, in quotes when it looks like a number; or leave the line out'),
  kind: z
    .enum(['ws', 'provider'])
    .default('ws')
    .describe(
      '"ws" (a process that speaks the agent protocol) or "provider" (a language model, and nothing else to run)',
    ),
  base_url: optional(agentUrl).describe(
    'for example "ws://agent-1:8000/", "http://proxy:7000/agent_1/" or "wss://host/?key=secret"; or leave the line out; ' +
      'of a provider "http://ollama:11434/v1" or "https://api.openai.com/v1"',
  ),
  workspace_path: optional(folder).describe(
    'an absolute folder as this service sees it: "/agents/1"; or leave the line out',
  ),
  concurrency: z
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .describe('a whole number of turns that the agent takes at once, 1 to 1000'),
  push_token_file: optional(text).describe(
    'the path of a file with the token by which this agent may push, and nothing else; or leave the line out',
  ),
  model: optional(text).describe(
    'what the provider calls the model: "llama3.2", in quotes when it looks like a number',
  ),
  api_key_file: optional(text).describe(
    'the path of a file with the key of the provider and nothing else; or leave the line out',
  ),
  system_prompt: optional(prompt).describe(
    'a text that the model reads before each conversation; or leave the line out',
  ),
  context_tokens: optional(z.int().min(500).max(2_000_000)).describe(
    `a whole number of tokens that the model is sent of a conversation at most, 500 to 2000000; or leave the line out (${DEFAULT_CONTEXT_TOKENS})`,
  ),
  images: optional(z.boolean()).describe('true (the model is shown pictures, where it takes them) or false'),
});

const agent = text.describe('the id of an agent of this file, in quotes when it looks like a number');

/** The registry file as it was written, checked, defaults filled in; `.describe()` says what would be right. */
export const RegistryFile = z.strictObject({
  agents: z
    .array(Agent.describe('a mapping that has an id: "- id: agent-1"'))
    .min(1)
    .describe('a list with at least one agent: "agents:" and below it "  - id: agent-1"'),
  user_agents: section(z.record(z.string(), agent)).describe(
    'a mapping from user to agent: \'"@ann:example.org": agent-1\'',
  ),
  policy: section(WrittenPolicy),
});
export type RegistryFile = z.infer<typeof RegistryFile>;

const parts = partsOf(RegistryFile);

/** Reads the text of a registry file; `name` stands before every path in a problem. Throws `ConfigError`. */
export function parseRegistry(source: string, name: string): RegistryFile {
  const raw = parseYaml(source, name);
  const wording: Wording = {
    where: (path) => `${name}: ${pathText(path)}`,
    hint: (pattern) => hintOf(parts.get(pattern)) ?? 'a mapping; or leave it out',
    knownKeys: (pattern) => keysOf(parts.get(pattern)),
  };
  const parsed = RegistryFile.safeParse(raw);
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error, raw, wording)),
    ...checkAcross(raw).map((problem) => ({ ...problem, where: `${name}: ${problem.where}` })),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

function parseYaml(source: string, name: string): Record<string, unknown> {
  let raw: unknown;
  try {
    raw = load(source);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.mark === undefined && error.reason.includes('empty')) return {};
    const place = error.mark === undefined ? '' : `, line ${error.mark.line + 1}, column ${error.mark.column + 1}`;
    const hint = error.reason.includes('duplicated')
      ? 'write every key once'
      : 'check the indentation, the colons, and the quotes around texts with special characters';
    throw new ConfigError([{ where: `${name}${place}`, value: null, problem: `is not YAML: ${error.reason}`, hint }]);
  }
  if (raw === null) return {};
  if (isMapping(raw)) return raw;
  const problem = `is ${kindOf(raw)}, but must be a mapping`;
  throw new ConfigError([{ where: name, value: null, problem, hint: 'begin with "agents:"' }]);
}

/** What no schema of one part can see; works on whatever was written, so that it speaks beside zod. */
function checkAcross(raw: Record<string, unknown>): Problem[] {
  const agents: unknown[] = Array.isArray(raw.agents) ? raw.agents : [];
  const ids = agents.map((agent) => trimmed((agent as { id?: unknown } | null)?.id));
  const users = Object.entries(isMapping(raw.user_agents) ? raw.user_agents : {});
  return [
    ...ids.flatMap((id, index) => twice(id, index, ids)),
    ...checkKinds(agents),
    ...users.flatMap(([user, agent]) => [...notAUser(user), ...noAgent(user, trimmed(agent), ids)]),
    ...checkPolicy(raw.policy, raw.user_agents),
  ];
}

function trimmed(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function twice(id: string, index: number, ids: readonly string[]): Problem[] {
  const first = ids.indexOf(id);
  if (id === '' || first === index) return [];
  const problem = `is the id of agents[${first}] already`;
  return [{ where: `agents[${index}].id`, value: show(id), problem, hint: 'give every agent an id of its own' }];
}

function notAUser(user: string): Problem[] {
  if (userId.safeParse(user).success && user === user.trim()) return [];
  const where = `user_agents[${show(user)}]`;
  return [
    { where, value: null, problem: 'is not a Matrix user id', hint: 'for example "@ann:example.org", in quotes' },
  ];
}

function noAgent(user: string, agent: string, ids: readonly string[]): Problem[] {
  const known = ids.filter((id) => id !== '');
  if (agent === '' || known.length === 0 || known.includes(agent)) return [];
  const where = `user_agents[${show(user)}]`;
  return [{ where, value: show(agent), problem: 'is not an agent in this file', hint: suggest(agent, known) }];
}
