/** What was begun long ago and never ended, in all workspaces. */
import { lstat } from 'node:fs/promises';
import type { Now } from '../ports.ts';
import { gone, hiddenKind } from './landing.ts';
import { places } from './layouts.ts';
import type { Within } from './patience.ts';
import type { Workspace } from './several.ts';
import { walk } from './walk.ts';

const DAY_MS = 86_400_000;
/** A whole one shows that its file is there already: it may take as long as a service is down before that is asked. */
const AGES = { part: DAY_MS, whole: 30 * DAY_MS, name: 30 * DAY_MS };

/** In the places of every layout: it may have been another one before. */
export async function sweepAll(
  workspaces: Iterable<Workspace>,
  { within, now }: { within: Within; now: Now },
): Promise<void> {
  const folders = new Set([...workspaces].map(({ folder }) => folder));
  for (const root of folders) {
    for (const place of Object.values(places)) {
      await walk(root, place, within, async (folder, name) => {
        const kind = hiddenKind(name);
        if (kind === null) return;
        const { mtimeMs } = await lstat(folder.at(name));
        if (now() - mtimeMs > AGES[kind]) await gone(folder, name);
      }).catch(() => undefined);
    }
  }
}
