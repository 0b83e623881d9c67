/** Reads the environment and the registry file into one configuration, or says all that is wrong with them. */
import path from 'node:path';
import type { AgentId, UserId } from '../../machines/ids.ts';
import { agentsOf, readRegistry } from './agents.ts';
import { readAuthorities } from './authorities.ts';
import type { AgentConfig, Config } from './config.ts';
import { type Env, readEnvironment, type ReadFile } from './environment.ts';
import { checkOps, opsOf } from './ops.ts';
import { ConfigError, show } from './problem.ts';
import { checkMemories } from './policy-check.ts';
import { defaultPolicy, policyOf } from './policy.ts';
import { type ModeOf, warnAboutOpenKeys } from './provider.ts';
import type { RegistryFile } from './registry.ts';
import { warnAboutPushes } from './pushes.ts';
import { warnAboutVariables } from './variables.ts';

/** The one agent of a mock backend without a registry. */
const referenceAgent: RegistryFile['agents'][number] = {
  ...{ id: 'reference', label: 'Reference agent', kind: 'ws', concurrency: 4 },
};

/** What the configuration is read from. `modeOf`: who may read a file; `terminal`: the log goes to a terminal, so that it is pretty by default. */
export interface Sources {
  env: Env;
  readFile: ReadFile;
  modeOf?: ModeOf;
  terminal?: boolean;
}

/** Reads the variables and the registry file that they name; contacts nothing. Throws `ConfigError` with all problems. */
export function loadConfig({ env, readFile, modeOf = () => null, terminal = false }: Sources): Config {
  const { values, problems } = readEnvironment(env, readFile);
  const { registry, registryProblems } = readRegistry(env, readFile);
  const trusted = readAuthorities(env, readFile);
  const ofOps = values === null ? [] : checkOps(values);
  const all = [...problems, ...trusted.problems, ...registryProblems, ...ofOps];
  if (values === null || all.length > 0) throw new ConfigError(all);

  const me = values.MATRIX_USER_ID;
  const backend = values.MATRIX_PLATFORM_BACKEND;
  const { warnings, ...part } = registryPart(registry, values, { me, backend, modeOf });
  return freeze({
    matrix: {
      homeserver: values.MATRIX_HOMESERVER,
      userId: me,
      accessToken: values.MATRIX_ACCESS_TOKEN ?? null,
      password: values.MATRIX_PASSWORD ?? null,
      deviceId: values.MATRIX_DEVICE_ID ?? null,
    },
    backend,
    ...part,
    authorities: trusted.authorities,
    state: { dir: values.STATE_DIR, fsync: values.STATE_FSYNC === 'on' },
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT ?? (terminal ? 'pretty' : 'json') },
    ops: opsOf(values),
    pushes: values.PUSH_PORT === null ? null : { host: values.PUSH_HOST, port: values.PUSH_PORT },
    warnings: [
      ...warnAboutVariables(env),
      ...trusted.warnings,
      ...warnAboutLegacyUrl(values.AGENT_BASE_URL, values.AGENT_WS_URL),
      ...warnings,
      ...warnAboutPushes(part.agents, values.PUSH_PORT !== null),
    ],
  });
}

/** What the registry file makes of the configuration. */
export type RegistryPart = Pick<Config, 'agents' | 'userAgents' | 'policy' | 'warnings'>;

interface OfTheService {
  me: UserId;
  backend: Config['backend'];
  modeOf: ModeOf;
}

/** `registry`: null for a mock backend without one. Throws `ConfigError` where people would share a memory. */
export function registryPart(
  registry: RegistryFile | null,
  values: Parameters<typeof agentsOf>[1] & { MATRIX_AGENT_REGISTRY_PATH?: string | undefined },
  { me, backend, modeOf }: OfTheService,
): RegistryPart {
  const agents = agentsOf(registry?.agents ?? [referenceAgent], values);
  const userAgents = (registry?.user_agents ?? {}) as Record<UserId, AgentId>;
  const policy = registry === null ? defaultPolicy(me) : policyOf(registry.policy, me);
  const isMock = backend === 'mock';
  const onePerPerson = policy.context.scope === 'person';
  const mixed = onePerPerson && !isMock ? checkMemories(agents, userAgents) : [];
  if (mixed.length > 0) {
    const file = path.basename(values.MATRIX_AGENT_REGISTRY_PATH ?? '');
    throw new ConfigError(mixed.map((problem) => ({ ...problem, where: `${file}: ${problem.where}` })));
  }
  const warnings = [
    ...warnAboutThreadIds(agents),
    ...warnAboutOpenKeys(agents, modeOf),
    ...warnAboutSharedFolders(agents),
    ...(isMock && onePerPerson ? warnAboutMockMemory(userAgents) : []),
    ...warnAboutServingItself(me, userAgents),
  ];
  return { agents, userAgents, policy, warnings };
}

function warnAboutLegacyUrl(baseUrl: string | undefined, legacy: string | undefined): string[] {
  if (legacy === undefined) return [];
  return baseUrl === undefined
    ? ['AGENT_WS_URL is an old name and still used; set AGENT_BASE_URL instead.']
    : ['AGENT_WS_URL is an old name and ignored because AGENT_BASE_URL is set; remove it.'];
}

/** Of the earlier system; the route names the memory by now. */
function warnAboutThreadIds(agents: readonly AgentConfig[]): string[] {
  return agents.flatMap(({ id, baseUrl }) =>
    new URL(baseUrl).searchParams.has('thread_id')
      ? [`The address of the agent ${show(id)} has thread_id in it, which is not sent any more; remove it.`]
      : [],
  );
}

function warnAboutSharedFolders(agents: readonly AgentConfig[]): string[] {
  return agents.flatMap((agent, index) => {
    const other = agents.slice(0, index).find(({ workspace }) => overlap(workspace, agent.workspace));
    if (other === undefined) return [];
    return [
      `The agents ${show(other.id)} and ${show(agent.id)} share files: their workspaces are the same folder or one inside the other.`,
    ];
  });
}

function warnAboutMockMemory(userAgents: Readonly<Record<string, string>>): string[] {
  if (Object.keys(userAgents).length < 2) return [];
  return [
    'The people of user_agents share one memory: with MATRIX_PLATFORM_BACKEND=mock one reference agent answers all of them, and policy.context.scope is person.',
  ];
}

function warnAboutServingItself(me: UserId, userAgents: Readonly<Record<string, string>>): string[] {
  return Object.hasOwn(userAgents, me)
    ? [`user_agents names ${show(me)}, which is this service: it is not served.`]
    : [];
}

function overlap(one: string, other: string): boolean {
  return `${one}${path.sep}`.startsWith(`${other}${path.sep}`) || `${other}${path.sep}`.startsWith(`${one}${path.sep}`);
}

export function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part as object);
  return Object.freeze(value);
}
