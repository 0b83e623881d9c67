/** A walk through the places of a workspace where the files of people land. Follows no link. */
import { codeOf, InTheWay, namesIn, openFolder, type Folder } from './folder-handle.ts';
import { leave, type Within } from './patience.ts';

/** So many names are looked at in one walk; what is beyond them is not seen. */
const MOST_NAMES = 50_000;
const WALK_MS = 5_000;

const NOT_SEEN = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/**
 * Shows each name in the folders of a place (null is any folder), one after the other. A place that is not there has none,
 * and so has a folder that may not be looked into: it is not ours. Rejects where the file system fails, or does not answer.
 */
export async function walk(
  root: string,
  place: readonly (string | null)[],
  within: Within,
  visit: (folder: Folder, name: string) => Promise<void>,
  most = MOST_NAMES,
): Promise<void> {
  let left = most;

  async function go(before: readonly string[], ahead: readonly (string | null)[]): Promise<void> {
    const any = ahead.indexOf(null);
    const names = [...before, ...(any === -1 ? ahead : ahead.slice(0, any))].filter((name) => name !== null);
    const folder = await openIfThere(names);
    if (folder === null) return;
    try {
      const found = await within(root, WALK_MS, () => folder.use(() => namesIn(folder, left)));
      left -= found.length;
      for (const name of found) {
        if (any === -1) await within(root, WALK_MS, () => folder.use(() => visit(folder, name)));
        else if (left > 0) await go([...names, name], ahead.slice(any + 1));
      }
    } finally {
      leave(folder);
    }
  }

  function openIfThere(names: readonly string[]): Promise<Folder | null> {
    const open = async () => {
      try {
        return await openFolder(root, names);
      } catch (error) {
        if (NOT_SEEN.has(codeOf(error)) || error instanceof InTheWay) return null;
        throw error;
      }
    };
    return within(root, WALK_MS, open, leave);
  }

  await go([], place);
}
