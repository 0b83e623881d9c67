/** Folders of workspaces, opened for as long as somebody works in them. */
import type { AgentId } from '../../machines/ids.ts';
import { describeError } from '../basics/describe-error.ts';
import { codeOf, InTheWay, openFolder, openRoot, type Folder } from './folder-handle.ts';
import { leave, type Within } from './patience.ts';
import type { Workspace } from './several.ts';

/** Nobody knows the agent, or its folder is not there: that says nothing about its files. */
export class NoWorkspace extends Error {}

/** How long a file system may take to find something. */
export const FIND_MS = 5_000;

/** Work in a folder that is open, with patience. */
export type Use = <T>(ms: number, work: () => Promise<T>, undo?: (late: T) => void) => Promise<T>;

export interface WorkspaceFolders {
  within: Within;
  /** Throws `NoWorkspace`. */
  workspaceOf(agent: AgentId): Workspace;
  /** Opens a folder of a workspace for `act`; `make`: makes what is missing of it, but for the workspace itself. */
  inFolder<T>(
    workspace: Workspace,
    names: readonly string[],
    how: { make: boolean },
    act: (folder: Folder, use: Use) => Promise<T>,
  ): Promise<T>;
}

export function createWorkspaceFolders(workspaces: ReadonlyMap<AgentId, Workspace>, within: Within): WorkspaceFolders {
  async function demandRoot(root: string): Promise<void> {
    try {
      leave(await within(root, FIND_MS, () => openRoot(root), leave));
    } catch (error) {
      const isNone = ['ENOENT', 'ENOTDIR'].includes(codeOf(error)) || error instanceof InTheWay;
      throw isNone ? new NoWorkspace(`no workspace: ${describeError(error)}`) : error;
    }
  }

  return {
    within,
    workspaceOf(agent) {
      const workspace = workspaces.get(agent);
      if (workspace === undefined) throw new NoWorkspace('no such agent');
      return workspace;
    },
    async inFolder({ folder: root }, names, how, act) {
      await demandRoot(root);
      const folder = await within(root, FIND_MS, () => openFolder(root, names, how), leave);
      try {
        return await act(folder, (ms, work, undo) => within(root, ms, () => folder.use(work), undo));
      } finally {
        leave(folder);
      }
    },
  };
}
