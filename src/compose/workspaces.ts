/** The folders of agents, with whoever watches over them. */
import path from 'node:path';
import type { AgentId } from '../../machines/ids.ts';
import { after } from '../basics/after.ts';
import type { Config } from '../config/config.ts';
import type { IncomingFiles, Link, Log, Now, OpenLink } from '../ports.ts';
import { createPatience, type Within } from '../workspace/patience.ts';
import { probeWorkspaces } from '../workspace/probe.ts';
import { workspacesOf, type Workspace } from '../workspace/several.ts';
import { createWorkspaceWatch, type WorkspaceWatch } from '../workspace/watch.ts';

export interface Workspaces {
  workspaces: ReadonlyMap<AgentId, Workspace>;
  /** Shared by all who work in them. */
  within: Within;
  watch: WorkspaceWatch;
  /** Others are in use by now. */
  take(config: Config): void;
}

/** Those in use, and by name also those that were: what goes on there is brought to its end. */
class WorkspacesOfNow extends Map<AgentId, Workspace> {
  readonly #before = new Map<AgentId, Workspace>();

  override get(agent: AgentId): Workspace | undefined {
    return super.get(agent) ?? this.#before.get(agent);
  }

  take(next: ReadonlyMap<AgentId, Workspace>): void {
    for (const [agent, workspace] of this) this.#before.set(agent, workspace);
    this.clear();
    for (const [agent, workspace] of next) this.set(agent, workspace);
  }
}

function workspacesIn(config: Config): ReadonlyMap<AgentId, Workspace> {
  const { agents, userAgents, policy, backend } = config;
  const servesOthers = policy.access.unmapped === 'default_agent';
  const folders = agents.map(({ id, workspace }) => ({
    id,
    workspace: backend === 'mock' ? mockFolder(config) : workspace,
  }));
  return workspacesOf({ agents: folders, userAgents, servesOthers });
}

export function composeWorkspaces(config: Config, { now, log }: { now: Now; log: Log }): Workspaces {
  const workspaces = new WorkspacesOfNow(workspacesIn(config));
  const within = createPatience(after);
  const { layout } = config.policy.files;
  const probe = () => probeWorkspaces({ workspaces, layout, within });
  const watch = createWorkspaceWatch({ workspaces, probe, now, log });
  return {
    ...{ workspaces, within, watch },
    take(next) {
      workspaces.take(workspacesIn(next));
      watch.lookAnew();
    },
  };
}

/** The one of the agent that answers for all agents with the mock backend. */
export function mockFolder({ state }: Config): string {
  return path.resolve(state.dir, 'workspace');
}

/** The same links, which tell the watch what they show of the folders: whether an agent finds the files of its turns. */
export function watchedLinks(openLink: OpenLink, watch: WorkspaceWatch): OpenLink {
  return (target, listen) => {
    let takesFiles = false;
    const link: Link = openLink(target, (event) => {
      if (event.type === 'ended' && takesFiles) {
        if (event.outcome === 'done') watch.shared(target.agent);
        else if (event.outcome === 'failed' && event.trouble === 'files-unseen') {
          watch.notShared(target.agent, target.about?.() ?? {});
        }
      }
      listen(event);
    });
    return {
      ask(message) {
        takesFiles = (message.text.files ?? []).some(({ there }) => there !== null);
        link.ask(message);
      },
      confirm: (question, approved) => link.confirm(question, approved),
      stop: () => link.stop(),
      close: () => link.close(),
    };
  };
}

const OF_THE_FOLDER: ReadonlySet<string> = new Set(['no workspace', 'cannot write', 'disk full']);

/** The same, where a file that cannot be written has the workspaces looked at. */
export function watchedFiles(incoming: IncomingFiles, watch: WorkspaceWatch): IncomingFiles {
  return {
    ...incoming,
    async bring(...file) {
      const brought = await incoming.bring(...file);
      if (brought.is === 'not' && OF_THE_FOLDER.has(brought.why)) watch.suspect();
      return brought;
    },
  };
}
