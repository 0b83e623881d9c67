/** The saves that agents write at the bot's word: where they stand, and what can be seen of them. */
import { createHash } from 'node:crypto';
import type { AgentId } from '../../machines/ids.ts';
import { after, type After } from '../basics/after.ts';
import type { SaveFile, SaveFiles, SaveSight } from '../ports.ts';
import { readWithin, type Found, type Parts } from './confined.ts';
import { personFolder } from './person-folder.ts';
import type { Workspace } from './several.ts';

export interface SaveFilesOptions {
  workspaces: ReadonlyMap<AgentId, Workspace>;
  /** How time passes; the real clock when left out. */
  after?: After;
  read?: typeof readWithin;
}

/** A larger file is no save: it is not read. */
export const MOST_BYTES = 1024 * 1024;
/** How long a file system may take to answer. */
export const LOOK_MS = 5_000;

export function createSaveFiles({ workspaces, after: later = after, read = readWithin }: SaveFilesOptions): SaveFiles {
  /** Folders whose file system has not answered yet: each look there would take one more of the few threads for files. */
  const hanging = new Set<string>();

  function within(folder: string, parts: Parts): Promise<Found> {
    if (hanging.has(folder)) return Promise.resolve(NO_ANSWER);
    return new Promise((resolve) => {
      const callOff = later(LOOK_MS, () => {
        hanging.add(folder);
        resolve(NO_ANSWER);
      });
      void read(folder, parts, MOST_BYTES).then((found) => {
        callOff();
        hanging.delete(folder);
        resolve(found);
      });
    });
  }

  return {
    pathOf: (save) => partsOf(workspaces.get(save.agent), save).join('/'),
    async look(save) {
      const workspace = workspaces.get(save.agent);
      if (workspace === undefined) return { is: 'unseen', why: 'no such agent' };
      return sightOf(await within(workspace.folder, partsOf(workspace, save)));
    },
  };
}

const NO_ANSWER: Found = { is: 'unseen', why: `the file system does not answer within ${LOOK_MS} ms` };

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
