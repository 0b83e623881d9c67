/** The agents that the service hosts itself: one for each language model of the registry (`kind: provider`). */
import { randomBytes } from 'node:crypto';
import type { AgentId, ContextId } from '../../machines/ids.ts';
import { makeFolder } from '../basics/make-folder.ts';
import type { AgentConfig, Config } from '../config/config.ts';
import type { Conversations, Log } from '../ports.ts';
import { providerOf } from '../reference-agent/hosted.ts';
import type { Keep } from '../reference-agent/memory.ts';

export interface HostedAgents {
  /** Where each of them listens, with what lets the links in; for this process alone. */
  addresses: ReadonlyMap<AgentId, string>;
  close(): Promise<void>;
}

interface HostedWorld {
  conversations: Conversations;
  log: Log;
}

/** Rejects where one of them cannot listen; those before it are closed then. */
export async function hostProviders({ agents, policy }: Config, world: HostedWorld): Promise<HostedAgents> {
  const addresses = new Map<AgentId, string>();
  const running: { close(): Promise<void> }[] = [];
  const close = async () => void (await Promise.all(running.map((agent) => agent.close())));
  const hosted = agents.filter(isHosted);
  if (hosted.length === 0) return { addresses, close };
  const { startAgent } = await import('../reference-agent/server.ts');
  try {
    for (const agent of hosted) {
      const { url, close } = await startAgent({
        port: 0,
        workspace: agent.workspace,
        provider: providerOf(agent, policy.limits.silenceMs),
        keep: keepIn(world.conversations, agent.id),
        key: randomBytes(24).toString('hex'),
        log: world.log,
      });
      addresses.set(agent.id, url);
      running.push({ close });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses, close };
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
