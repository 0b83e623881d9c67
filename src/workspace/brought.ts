/** Files that were brought: whether they are still there, and the end of them. */
import { lstat } from 'node:fs/promises';
import type { BroughtFile, IncomingFiles } from '../ports/files.ts';
import { InTheWay, isMissing, isName, openFile, type Folder } from './folder-handle.ts';
import { gone, isUntouched } from './landing.ts';
import { leave } from './patience.ts';
import { piecesOf, printOf, sightOf } from './pieces.ts';
import type { Quota } from './quota.ts';
import type { Workspace } from './several.ts';
import { FIND_MS, type Use, type WorkspaceFolders } from './workspace-folders.ts';

interface Place {
  workspace: Workspace;
  folder: Folder;
  name: string;
  use: Use;
}

export function createBroughtFiles(
  { workspaceOf, inFolder, within }: WorkspaceFolders,
  quota: Quota,
): Pick<IncomingFiles, 'remove' | 'isThere'> {
  async function withPlace<T>({ agent, path }: BroughtFile, act: (place: Place) => Promise<T>): Promise<T> {
    const workspace = workspaceOf(agent);
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    if (![...parts, name].every(isName)) throw new Error('no name that a file could have');
    return inFolder(workspace, parts, { make: false }, (folder, use) => act({ workspace, folder, name, use }));
  }

  async function removeSame(
    { workspace, folder, name, use }: Place,
    { bytes, print }: { bytes: number; print: string },
  ): Promise<'removed' | 'changed'> {
    const { file, stats } = await use(
      FIND_MS,
      () => openFile(folder, name),
      (late) => leave(late.file),
    );
    try {
      if (stats.size !== BigInt(bytes)) return 'changed';
      const isWritten = sightOf(stats) === print;
      const isSame =
        isWritten || (await printOf(piecesOf(file, { within, root: workspace.folder, most: bytes }))).print === print;
      // Who changes it from here on loses the change: nothing deletes by content.
      if (!isSame || !(await use(FIND_MS, () => isUntouched(folder, name, stats)))) return 'changed';
      await use(FIND_MS, () => gone(folder, name));
      quota.removed(workspace, bytes);
      return 'removed';
    } finally {
      leave(file);
    }
  }

  return {
    async remove({ bytes, print, ...brought }) {
      try {
        return await withPlace(brought, (place) => removeSame(place, { bytes, print }));
      } catch (error) {
        if (error instanceof InTheWay) return 'changed';
        return isMissing(error) ? 'gone' : 'cannot';
      }
    },
    async isThere(brought) {
      try {
        const stats = await withPlace(brought, ({ folder, name, use }) => use(FIND_MS, () => lstat(folder.at(name))));
        return stats.isFile() ? 'there' : 'gone';
      } catch (error) {
        return error instanceof InTheWay || isMissing(error) ? 'gone' : 'unseen';
      }
    },
  };
}
