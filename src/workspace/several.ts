/** Which workspaces serve several people: there each of them has a folder. */
import type { AgentId } from '../../machines/ids.ts';

/** A folder with whether it serves several. */
export interface Workspace {
  folder: string;
  servesSeveral: boolean;
}

interface Registry {
  /** The first one is everybody's whom `userAgents` does not name, where there are such people. */
  agents: readonly { id: AgentId; workspace: string }[];
  userAgents: Readonly<Record<string, AgentId>>;
  servesOthers: boolean;
}

/** Agents that have one folder serve their people together. */
export function workspacesOf({ agents, userAgents, servesOthers }: Registry): ReadonlyMap<AgentId, Workspace> {
  const folders = new Map(agents.map(({ id, workspace }) => [id, workspace]));
  const [first] = agents;
  const served = [...Object.values(userAgents), ...(first !== undefined && servesOthers ? [first.id, first.id] : [])];
  const people = (folder: string) => served.filter((agent) => folders.get(agent) === folder).length;
  return new Map(
    [...folders].map(([agent, folder]): [AgentId, Workspace] => [agent, { folder, servesSeveral: people(folder) > 1 }]),
  );
}
