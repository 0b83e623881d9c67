/** The saves that agents write at the bot's word: where they stand, and what can be seen of them. */
import { createHash } from 'node:crypto';
import type { AgentId } from '../../machines/ids.ts';
import { after } from '../basics/after.ts';
import { describeError } from '../basics/describe-error.ts';
import type { SaveFile, SaveFiles, SaveSight } from '../ports.ts';
import { readWithin, type Found } from './confined.ts';
import type { Parts } from './folder-handle.ts';
import { createPatience, type Within } from './patience.ts';
import { personFolder } from './person-folder.ts';
import type { Workspace } from './several.ts';

export interface SaveFilesOptions {
  workspaces: ReadonlyMap<AgentId, Workspace>;
  /** Shared by all who work in the workspaces. */
  within?: Within;
  read?: typeof readWithin;
}

/** A larger file is no save: it is not read. */
export const MOST_BYTES = 1024 * 1024;
/** How long a file system may take to answer. */
export const LOOK_MS = 5_000;

export function createSaveFiles({
  workspaces,
  within = createPatience(after),
  read = readWithin,
}: SaveFilesOptions): SaveFiles {
  return {
    pathOf: (save) => partsOf(workspaces.get(save.agent), save).join('/'),
    async look(save) {
      const workspace = workspaces.get(save.agent);
      if (workspace === undefined) return { is: 'unseen', why: 'no such agent' };
      const { folder } = workspace;
      try {
        return sightOf(await within(folder, LOOK_MS, () => read(folder, partsOf(workspace, save), MOST_BYTES)));
      } catch (error) {
        return { is: 'unseen', why: describeError(error) };
      }
    },
  };
}

function partsOf(workspace: Workspace | undefined, { person, name }: SaveFile): Parts {
  const file = `${name}.md`;
  return workspace?.servesSeveral === false ? ['contexts', file] : ['contexts', personFolder(person), file];
}

function sightOf(found: Found): SaveSight {
  if (found.is === 'unseen') return found;
  if (found.is === 'nothing') return { is: 'missing', why: found.why };
  if (found.content.toString().trim() === '') return { is: 'missing', why: 'it is empty' };
  return { is: 'there', print: createHash('sha256').update(found.content).digest('hex') };
}
