/** How much the files of people may take in a workspace, and how much they take. */
import { lstat } from 'node:fs/promises';
import type { Now } from '../ports.ts';
import type { FileLayout } from '../ports/files.ts';
import { isMissing } from './folder-handle.ts';
import { hiddenKind } from './landing.ts';
import { layoutIn, places } from './layouts.ts';
import type { Within } from './patience.ts';
import type { Workspace } from './several.ts';
import { walk } from './walk.ts';

/** What agents delete or add is seen after this time; sooner where it would decide. */
const COUNT_ANEW_MS = 600_000;
const COUNT_FULL_ANEW_MS = 10_000;

export interface Quota {
  /** Takes room for bytes that are about to be written; false where there is none. */
  take(workspace: Workspace, bytes: number): Promise<boolean>;
  /** What was taken stays there as a file, or does not. */
  settle(workspace: Workspace, bytes: number, stays: boolean): void;
  removed(workspace: Workspace, bytes: number): void;
}

interface Account {
  /** Of the files that were there at the last count, and of those since. */
  counted: number;
  at: number;
  /** Of files that are being written. */
  coming: number;
}

/** `bytes`: 0 is no bound. */
export function createQuota(bytes: number, layout: FileLayout, { within, now }: { within: Within; now: Now }): Quota {
  const accounts = new Map<string, Account>();
  const counts = new Map<string, Promise<void>>();

  function accountOf({ folder }: Workspace): Account {
    const known = accounts.get(folder) ?? { counted: 0, at: -Infinity, coming: 0 };
    accounts.set(folder, known);
    return known;
  }

  /** One count at a time; what comes meanwhile may count twice, until the next one. */
  function count(workspace: Workspace): Promise<void> {
    const { folder } = workspace;
    const running = counts.get(folder) ?? countAll(workspace).finally(() => counts.delete(folder));
    counts.set(folder, running);
    return running;
  }

  async function countAll(workspace: Workspace): Promise<void> {
    const account = accountOf(workspace);
    const before = account.counted;
    let found = 0;
    await walk(workspace.folder, places[layoutIn(workspace, layout)], within, async (folder, name) => {
      if (hiddenKind(name) !== null) return;
      const stats = await lstat(folder.at(name)).catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
      if (stats?.isFile() === true) found += stats.size;
    });
    account.counted = found + Math.max(0, account.counted - before);
    account.at = now();
  }

  return {
    async take(workspace, more) {
      if (bytes === 0) return true;
      const account = accountOf(workspace);
      const isFull = () => account.counted + account.coming + more > bytes;
      const age = now() - account.at;
      if (age > COUNT_ANEW_MS || (isFull() && age > COUNT_FULL_ANEW_MS)) await count(workspace);
      if (isFull()) return false;
      account.coming += more;
      return true;
    },
    settle(workspace, taken, stays) {
      if (bytes === 0) return;
      const account = accountOf(workspace);
      account.coming -= taken;
      if (stays) account.counted += taken;
    },
    removed(workspace, less) {
      const account = accountOf(workspace);
      account.counted = Math.max(0, account.counted - less);
    },
  };
}
