/** The agents that the service hosts itself: one for each language model of the registry (`kind: provider`). */
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AgentId, ContextId } from '../../machines/ids.ts';
import { makeFolder } from '../basics/make-folder.ts';
import type { AgentConfig, Config } from '../config/config.ts';
import type { Conversations, Log } from '../ports.ts';
import { providerOf } from '../reference-agent/hosted.ts';
import type { Keep } from '../reference-agent/memory.ts';
import type { RunningAgent } from '../reference-agent/server.ts';

export interface HostedAgents {
  /** Where one of them listens, with what lets the links in; for this process alone. Null for all others. */
  addressOf(agent: AgentId): string | null;
  /**
   * Starts those that are new; all are as `config` has them once the function that comes back is called: a model that is
   * another one answers from the next turn on, and who is not wanted any more ends what it has begun. Rejects where one
   * cannot listen; nothing is changed then.
   */
  prepare(config: Models): Promise<() => void>;
  close(): Promise<void>;
}

type Models = Pick<Config, 'agents' | 'policy'>;

interface HostedWorld {
  conversations: Conversations;
  log: Log;
}

interface Running {
  agent: RunningAgent;
  of: Hosted;
}

/** Rejects where one of them cannot listen; those before it are closed then. */
export async function hostProviders(config: Models, world: HostedWorld): Promise<HostedAgents> {
  const running = new Map<AgentId, Running>();
  const leaving = new Set<RunningAgent>();
  let isClosed = false;

  /** Who is connected to it hears it out. */
  async function leave(id: AgentId, { agent }: Running): Promise<void> {
    running.delete(id);
    leaving.add(agent);
    await agent.deserted();
    if (leaving.delete(agent)) await agent.close();
  }

  async function prepare({ agents, policy }: Models): Promise<() => void> {
    const hosted = agents.filter(isHosted);
    const wanted = new Set(hosted.map(({ id }) => id));
    makeHostedFolders({ agents }, world.log);
    const started = await startAll(
      hosted.filter(({ id }) => !running.has(id)),
      policy,
      world,
    );
    return () => {
      if (isClosed) return void closeAll(started);
      for (const [id, one] of [...running]) if (!wanted.has(id)) void leave(id, one);
      for (const [id, one] of started) running.set(id, one);
      for (const of of hosted) {
        const one = running.get(of.id);
        if (one === undefined || isDeepStrictEqual(one.of, of)) continue;
        one.of = of;
        one.agent.become(modelOf(of, policy));
      }
    };
  }

  const take = await prepare(config);
  take();
  return {
    addressOf: (id) => running.get(id)?.agent.url ?? null,
    prepare,
    async close() {
      isClosed = true;
      const all = [...[...running.values()].map(({ agent }) => agent), ...leaving];
      leaving.clear();
      await Promise.all(all.map((agent) => agent.close()));
    },
  };
}

async function startAll(
  hosted: readonly Hosted[],
  policy: Config['policy'],
  { conversations, log }: HostedWorld,
): Promise<Map<AgentId, Running>> {
  const started = new Map<AgentId, Running>();
  if (hosted.length === 0) return started;
  const { startAgent } = await import('../reference-agent/server.ts');
  try {
    for (const of of hosted) {
      const keep = keepIn(conversations, of.id);
      const key = randomBytes(24).toString('hex');
      const agent = await startAgent({ port: 0, ...modelOf(of, policy), keep, key, log });
      started.set(of.id, { agent, of });
    }
  } catch (error) {
    await closeAll(started);
    throw error;
  }
  return started;
}

async function closeAll(agents: ReadonlyMap<AgentId, Running>): Promise<void> {
  await Promise.all([...agents.values()].map(({ agent }) => agent.close()));
}

function modelOf(agent: Hosted, { limits }: Config['policy']) {
  return { workspace: agent.workspace, provider: providerOf(agent, limits.silenceMs) };
}

type Hosted = AgentConfig & Required<Pick<AgentConfig, 'provider'>>;

function isHosted(agent: AgentConfig): agent is Hosted {
  return agent.provider !== undefined;
}

function keepIn(conversations: Conversations, agent: AgentId): Keep {
  return {
    read: (chat) => conversations.read(agent, chat as ContextId),
    write: (chat, conversation) => conversations.write(agent, chat as ContextId, conversation),
    putAside: (chat, why) => conversations.keepCopy(agent, chat as ContextId, why),
  };
}

/** Nobody else uses the folders of these agents. One that cannot be made takes files only: texts need none. */
export function makeHostedFolders({ agents }: Pick<Config, 'agents'>, log: Log): void {
  for (const { id, workspace } of agents.filter(isHosted)) {
    try {
      makeFolder(workspace, 0o700);
    } catch (error) {
      log.warn({ agent: id, workspace, error }, 'the folder for the files of an agent cannot be made');
    }
  }
}
