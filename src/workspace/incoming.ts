/** Files of people on their way into the folders of agents. */
import type { AgentId } from '../../machines/ids.ts';
import { after } from '../basics/after.ts';
import { describeError } from '../basics/describe-error.ts';
import type { Now } from '../ports.ts';
import type { FileLayout, IncomingFiles, PersonFile } from '../ports/files.ts';
import { bringOne, whyNot, type Errand } from './bringing.ts';
import { createBroughtFiles } from './brought.ts';
import { nameOf } from './file-names.ts';
import { hiddenNames, tidy, type MakeLink } from './landing.ts';
import { layoutIn, placeOf } from './layouts.ts';
import { createPatience, type Within } from './patience.ts';
import { createQuota } from './quota.ts';
import type { Workspace } from './several.ts';
import { sweepAll } from './sweep.ts';
import { createWorkspaceFolders, FIND_MS } from './workspace-folders.ts';

export interface IncomingFilesOptions {
  workspaces: ReadonlyMap<AgentId, Workspace>;
  layout: FileLayout;
  /** Of the files of people in one workspace; 0: as many as there are. */
  quotaBytes: number;
  now: Now;
  /** Shared by all who work in the workspaces. */
  within?: Within;
  makeLink?: MakeLink;
}

export function createIncomingFiles(options: IncomingFilesOptions): IncomingFiles {
  const { workspaces, layout, quotaBytes, now, within = createPatience(after), makeLink } = options;
  const folders = createWorkspaceFolders(workspaces, within);
  const quota = createQuota(quotaBytes, layout, { within, now });
  /** What is done for one file, one after the other. */
  const running = new Map<string, Promise<unknown>>();

  function errandOf(file: PersonFile): Errand {
    const workspace = folders.workspaceOf(file.agent);
    const itsLayout = layoutIn(workspace, layout);
    const place = placeOf(itsLayout, { ...file, name: nameOf(file) });
    const hidden = hiddenNames(`${file.room} ${file.id}`);
    return { workspace, folders: place.slice(0, -1), wish: place.at(-1) ?? '', hidden, layout: itsLayout };
  }

  async function afterOthers<T>(errand: Errand, act: () => Promise<T>): Promise<T> {
    const key = [errand.workspace.folder, ...errand.folders, errand.hidden.part].join('/');
    const mine = (running.get(key) ?? Promise.resolve()).then(act, act);
    running.set(key, mine);
    try {
      return await mine;
    } finally {
      if (running.get(key) === mine) running.delete(key);
    }
  }

  return {
    ...createBroughtFiles(folders, quota),

    async bring(file, content, { mostBytes }) {
      let iterator: AsyncIterator<Uint8Array> | undefined;
      try {
        const pieces = (iterator = content[Symbol.asyncIterator]());
        const errand = errandOf(file);
        return await afterOthers(errand, () =>
          bringOne(errand, { pieces, pour: content.pour, mostBytes }, { folders, quota, makeLink }),
        );
      } catch (error) {
        return { is: 'not', why: whyNot(error), detail: describeError(error) };
      } finally {
        // Nobody reads on; whoever sends it is told so, and is not waited for.
        void iterator?.return?.()?.catch(() => undefined);
      }
    },

    async settle(file) {
      try {
        const errand = errandOf(file);
        const { workspace, hidden } = errand;
        const end = () =>
          folders.inFolder(workspace, errand.folders, { make: false }, (folder, use) =>
            use(FIND_MS, () => tidy(folder, hidden)),
          );
        await afterOthers(errand, end);
      } catch {
        // A sweep finds it.
      }
    },

    sweep: () => sweepAll(workspaces.values(), { within, now }),
  };
}
