/** Reads the registry file again while the service runs: what it says by now, and what of that can be so at once. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AgentId, UserId } from '../../machines/ids.ts';
import { OfAgents, readRegistry } from './agents.ts';
import type { AgentConfig, Config } from './config.ts';
import { readVariables } from './environment.ts';
import { freeze, registryPart, type Sources } from './load.ts';
import { checkMemories, checkPolicy } from './policy-check.ts';
import { policyKeys, valueAt, withKeys } from './policy.ts';
import { ConfigError } from './problem.ts';

/** The registry file of a service, as it can be read again. */
export interface RegistrySource {
  file: string;
  /** The configuration that runs, with what the file says by now in it. Throws `ConfigError` with all problems. */
  read(running: Config): Config;
}

/** Null where the environment names no file. The rest of the environment is as it was at the start. */
export function registrySource({ env, readFile, modeOf = () => null }: Sources): RegistrySource | null {
  const name = env.MATRIX_AGENT_REGISTRY_PATH?.trim() ?? '';
  if (name === '') return null;
  const file = path.resolve(name);
  return {
    file,
    read(running) {
      const { values, problems } = readVariables(OfAgents, env);
      const { registry, registryProblems } = readRegistry(env, readFile);
      const all = [...problems, ...registryProblems];
      if (values === null || registry === null || all.length > 0) throw new ConfigError(all);
      const { matrix, backend } = running;
      const whose = { me: matrix.userId, backend, modeOf };
      const part = registryPart(registry, { ...values, MATRIX_AGENT_REGISTRY_PATH: file }, whose);
      const mixed = checkScope(running, part).map((one) => ({ ...one, where: `${path.basename(file)}: ${one.where}` }));
      if (mixed.length > 0) throw new ConfigError(mixed);
      return freeze({ ...running, ...part });
    },
  };
}

/** A memory each has everybody until the next start, whatever the file says of it by now: nobody gets that of another. */
function checkScope(running: Config, { agents, userAgents, policy }: Pick<Config, 'agents' | 'userAgents' | 'policy'>) {
  if (running.policy.context.scope !== 'person' || policy.context.scope === 'person' || running.backend === 'mock') {
    return [];
  }
  const { allowed, unmapped } = policy.access;
  const asItRuns = { context: { scope: 'person' }, onboarding: { mode: 'dm' }, access: { allowed, unmapped } };
  return [...checkPolicy(asItRuns, userAgents), ...checkMemories(agents, userAgents)];
}

/** The keys of the policy that are asked anew whenever they matter: whom the roster serves, who operates, and what bounds rooms. */
const AT_ONCE: ReadonlySet<string> = new Set([
  ...['access.allowed', 'access.not_people', 'access.unmapped', 'access.contact', 'access.deny_repeat'],
  ...['reply.queued', 'reply.waiting', 'limits.queue', 'limits.connect_tries', 'limits.turn_ms'],
  ...['clear.confirm', 'files.mode', 'operators'],
]);

const isAtOnce = ({ path: key }: { path: string }) => AT_ONCE.has(key);

/** What runs once `wanted` is applied: of the policy only what can be so at once. */
export function inForce(running: Config, wanted: Config): Config {
  return freeze({ ...wanted, policy: withKeys(running.policy, wanted.policy, policyKeys.filter(isAtOnce)) });
}

/** What is different between two registries. */
export interface Changes {
  agents: { added: AgentId[]; removed: AgentId[]; changed: AgentId[] };
  /** Whom `user_agents` names otherwise, or no longer. */
  people: UserId[];
  /** Who answers those whom it does not name. */
  others: boolean;
  /** Keys of the policy that are so at once, and those that are at the next start. */
  policy: string[];
  atNextStart: string[];
}

export function changesBetween(running: Config, wanted: Config): Changes {
  const known = agentsById(running);
  const agents = agentsById(wanted);
  const [before, after] = [running.userAgents, wanted.userAgents];
  const people = [...new Set([...keysOf(before), ...keysOf(after)])];
  const keys = policyKeys.filter(
    (key) => !isDeepStrictEqual(valueAt(running.policy, key), valueAt(wanted.policy, key)),
  );
  return {
    agents: {
      added: [...agents.keys()].filter((id) => !known.has(id)),
      removed: [...known.keys()].filter((id) => !agents.has(id)),
      changed: [...agents.keys()].filter((id) => known.has(id) && !isDeepStrictEqual(known.get(id), agents.get(id))),
    },
    people: people.filter((person) => before[person] !== after[person]),
    others: running.agents[0]?.id !== wanted.agents[0]?.id,
    policy: keys.filter(isAtOnce).map((key) => key.path),
    atNextStart: keys.filter((key) => !isAtOnce(key)).map((key) => key.path),
  };
}

/** Whether something of it is so at once. */
export function isNews({ agents, people, others, policy }: Changes): boolean {
  return others || [...Object.values(agents), people, policy].some((list) => list.length > 0);
}

function agentsById({ agents }: Config): Map<AgentId, AgentConfig> {
  return new Map(agents.map((agent) => [agent.id, agent]));
}

function keysOf(userAgents: Config['userAgents']): UserId[] {
  return Object.keys(userAgents) as UserId[];
}
