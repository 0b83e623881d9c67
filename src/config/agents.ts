/** The agents of the registry file, which can be read without anything of Matrix. */
import path from 'node:path';
import type { z } from 'zod';
import { type AgentId, UserId } from '../../machines/ids.ts';
import { readAuthorities } from './authorities.ts';
import type { AgentConfig, Config, Policy, ProviderConfig } from './config.ts';
import { type Env, hintWhereMissing, type ReadFile, readVariables, whyUnreadable } from './environment.ts';
import { policyOf } from './policy.ts';
import { ConfigError, type Problem, show } from './problem.ts';
import { checkTokenFiles } from './pushes.ts';
import { checkKeyFiles, DEFAULT_CONTEXT_TOKENS } from './provider.ts';
import { parseRegistry, type RegistryFile } from './registry.ts';
import { Environment } from './variables.ts';

const DEFAULT_BASE_URL = 'http://127.0.0.1:8000';

/** What the environment says of all agents. */
export const OfAgents = Environment.pick({
  ...{ AGENT_BASE_URL: true, AGENT_WS_URL: true, SURFACES_WORKSPACE_DIR: true, STATE_DIR: true },
});
type OfAgents = z.infer<typeof OfAgents>;

/** Whom the policy knows where no account is named; only `access.allowed` says anything of it. */
const NOBODY = UserId.parse('@nobody:roomkeeper.invalid');

/** What there is to know about agents; `policy`: what concerns their connections and their files. */
export interface AgentsConfig extends Pick<Config, 'agents' | 'userAgents' | 'authorities'> {
  policy: Pick<Policy, 'limits' | 'files' | 'access'>;
}

/**
 * Reads the registry file, `file` or the one that MATRIX_AGENT_REGISTRY_PATH names, and the variables that concern agents;
 * contacts nothing. Throws `ConfigError` with all problems.
 */
export function loadAgents({ env, readFile }: { env: Env; readFile: ReadFile }, file: string | null): AgentsConfig {
  const { values, problems } = readVariables(OfAgents, env);
  const { registry, registryProblems } = file === null ? registryOf(env, readFile) : fileAt(file, '--config', readFile);
  const trusted = readAuthorities(env, readFile);
  const all = [...problems, ...trusted.problems, ...registryProblems];
  if (values === null || registry === null || all.length > 0) throw new ConfigError(all);
  return {
    authorities: trusted.authorities,
    agents: agentsOf(registry.agents, values),
    userAgents: registry.user_agents as Config['userAgents'],
    policy: policyOf(registry.policy, NOBODY),
  };
}

function registryOf(env: Env, readFile: ReadFile): FoundRegistry {
  const file = env[WHERE]?.trim() ?? '';
  return file === '' ? missing(env, 'or name it by --config') : fileAt(file, WHERE, readFile);
}

/** The agents with what the environment says of all of them. */
export function agentsOf(written: RegistryFile['agents'], values: OfAgents): AgentConfig[] {
  const baseUrl = values.AGENT_BASE_URL ?? values.AGENT_WS_URL ?? DEFAULT_BASE_URL;
  return written.map((agent) => {
    const provider = providerOf(agent);
    return {
      id: agent.id as AgentId,
      label: agent.label ?? agent.id,
      baseUrl: agent.base_url ?? baseUrl,
      workspace:
        agent.workspace_path ??
        (provider === null ? values.SURFACES_WORKSPACE_DIR : hostedFolder(values.STATE_DIR, agent.id)),
      concurrency: agent.concurrency,
      ...(agent.push_token_file !== undefined && { pushTokenFile: agent.push_token_file }),
      ...(provider !== null && { provider }),
    };
  });
}

function providerOf(agent: RegistryFile['agents'][number]): ProviderConfig | null {
  if (agent.kind !== 'provider') return null;
  return {
    model: agent.model ?? '',
    apiKeyFile: agent.api_key_file ?? null,
    systemPrompt: agent.system_prompt ?? null,
    contextTokens: agent.context_tokens ?? DEFAULT_CONTEXT_TOKENS,
    images: agent.images ?? true,
  };
}

/** Of an agent in this process: nobody else needs to see its files, and they need no volume of their own. */
function hostedFolder(stateDir: string, id: string): string {
  const name = encodeURIComponent(id).replace(/^\./, '%2E').slice(0, 200);
  return path.resolve(stateDir, 'workspace', name);
}

export interface FoundRegistry {
  /** Null where there is none, or one with problems. */
  registry: RegistryFile | null;
  registryProblems: Problem[];
}

const WHERE = 'MATRIX_AGENT_REGISTRY_PATH';
const HINT = 'the path of the YAML file that lists the agents';

/** Reads the file that the environment names, which a mock backend does without. */
export function readRegistry(env: Env, readFile: ReadFile): FoundRegistry {
  const file = env[WHERE]?.trim() ?? '';
  if (file !== '') return fileAt(file, WHERE, readFile);
  const backend = env.MATRIX_PLATFORM_BACKEND?.trim().toLowerCase() ?? '';
  if (backend !== '' && backend !== 'real') return { registry: null, registryProblems: [] };
  return missing(env, 'or MATRIX_PLATFORM_BACKEND=mock to do without');
}

function missing(env: Env, otherwise: string): FoundRegistry {
  const hint = `${hintWhereMissing([WHERE], env, WHERE)}; ${otherwise}`;
  return { registry: null, registryProblems: [{ where: WHERE, value: null, problem: 'is missing', hint }] };
}

/** `where`: what names the file. */
function fileAt(file: string, where: string, readFile: ReadFile): FoundRegistry {
  let source: string;
  try {
    source = readFile(file);
  } catch (error) {
    const hint = `${HINT}, for example config/matrix-agents.yaml`;
    return { registry: null, registryProblems: [{ where, value: show(file), problem: whyUnreadable(error), hint }] };
  }
  try {
    const name = path.basename(file);
    const registry = parseRegistry(source, name);
    const { agents } = registry;
    const problems = [...checkKeyFiles(agents, name, readFile), ...checkTokenFiles(agents, name, readFile)];
    return { registry: problems.length > 0 ? null : registry, registryProblems: problems };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { registry: null, registryProblems: [...error.problems] };
  }
}
