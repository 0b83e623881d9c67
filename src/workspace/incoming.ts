/** Files of people on their way into the folders of agents. */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import type { AgentId } from '../../machines/ids.ts';
import { after } from '../basics/after.ts';
import { describeError } from '../basics/describe-error.ts';
import type { Now } from '../ports.ts';
import type { Brought, BroughtFile, FileLayout, IncomingFiles, SentFile } from '../ports/files.ts';
import { nameOf } from './file-names.ts';
import { codeOf, InTheWay, isMissing, isName, openFile, openFolder, openRoot, type Folder } from './folder-handle.ts';
import {
  begin,
  finish,
  foundAgain,
  gone,
  hiddenNames,
  isUntouched,
  tidy,
  type Hidden,
  type MakeLink,
} from './landing.ts';
import { layoutIn, placeOf } from './layouts.ts';
import { createPatience, leave, type Within } from './patience.ts';
import { piecesOf, printOf } from './pieces.ts';
import { createQuota } from './quota.ts';
import type { Workspace } from './several.ts';
import { sweepAll } from './sweep.ts';

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

/** How long a file system may take to find something, and to write a piece. */
const FIND_MS = 5_000;
const WRITE_MS = 30_000;

type WhyNot = Extract<Brought, { is: 'not' }>['why'];

class NotBrought extends Error {
  readonly why: WhyNot;
  constructor(why: WhyNot, detail: string) {
    super(detail);
    this.why = why;
  }
}

/** A file with where it comes to. */
interface Errand {
  workspace: Workspace;
  /** From the workspace on. */
  folders: readonly string[];
  wish: string;
  hidden: Hidden;
}

export function createIncomingFiles(options: IncomingFilesOptions): IncomingFiles {
  const { workspaces, layout, quotaBytes, now, within = createPatience(after), makeLink } = options;
  const quota = createQuota(quotaBytes, layout, { within, now });
  /** What is done for one file, one after the other. */
  const running = new Map<string, Promise<unknown>>();

  function errandOf(file: SentFile): Errand {
    const workspace = workspaceOf(file.agent);
    const place = placeOf(layoutIn(workspace, layout), { ...file, name: nameOf(file) });
    const hidden = hiddenNames(`${file.room} ${file.id}`);
    return { workspace, folders: place.slice(0, -1), wish: place.at(-1) ?? '', hidden };
  }

  function workspaceOf(agent: AgentId): Workspace {
    const workspace = workspaces.get(agent);
    if (workspace === undefined) throw new NotBrought('no workspace', 'no such agent');
    return workspace;
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

  /** Opens a folder of a workspace for as long as `act` takes. */
  async function inFolder<T>(
    { folder: root }: Workspace,
    folders: readonly string[],
    how: { make: boolean },
    act: (folder: Folder, use: Use) => Promise<T>,
  ): Promise<T> {
    const folder = await within(root, FIND_MS, () => openFolder(root, folders, how), leave);
    try {
      return await act(folder, (ms, work, undo) => within(root, ms, () => folder.use(work), undo));
    } finally {
      leave(folder);
    }
  }

  /** A workspace that is not there says nothing about its files. */
  async function demandRoot({ folder: root }: Workspace): Promise<void> {
    try {
      leave(await within(root, FIND_MS, () => openRoot(root), leave));
    } catch (error) {
      throw ['ENOENT', 'ENOTDIR'].includes(codeOf(error)) || error instanceof InTheWay
        ? new NotBrought('no workspace', describeError(error))
        : error;
    }
  }

  async function bring(errand: Errand, content: AsyncIterator<Uint8Array>, mostBytes: number): Promise<Brought> {
    const { workspace, folders, hidden, wish } = errand;
    const root = workspace.folder;
    await demandRoot(workspace);
    return inFolder(workspace, folders, { make: true }, async (folder, use) => {
      const there = ({ name, ...content }: { name: string; bytes: number; print: string }): Brought => ({
        ...{ is: 'there', path: [...folders, name].join('/'), storedName: name, ...content },
      });
      const again = await use(
        WRITE_MS,
        () => foundAgain(folder, { hidden, wish }, makeLink),
        (late) => leave(late?.file),
      );
      if (again !== null) {
        const { name, file, stats } = again;
        try {
          if (stats.size > mostBytes) throw new NotBrought('too big', `${stats.size} bytes`);
          return there({ name, ...(await printOf(piecesOf(file, { within, root, most: mostBytes }))) });
        } finally {
          leave(file);
        }
      }
      return there(await write(errand, { folder, use, content, mostBytes }));
    });
  }

  async function write(
    { workspace, hidden, wish }: Errand,
    {
      folder,
      use,
      content,
      mostBytes,
    }: { folder: Folder; use: Use; content: AsyncIterator<Uint8Array>; mostBytes: number },
  ): Promise<{ name: string; bytes: number; print: string }> {
    const file = await use(WRITE_MS, () => begin(folder, hidden), leave);
    const hash = createHash('sha256');
    let bytes = 0;
    let taken = 0;
    let isThere = false;
    try {
      for (;;) {
        const piece = await next(content);
        if (piece === null) break;
        bytes += piece.length;
        if (bytes > mostBytes) throw new NotBrought('too big', `more than ${mostBytes} bytes`);
        if (!(await quota.take(workspace, piece.length)))
          throw new NotBrought('quota', `more than ${quotaBytes} bytes`);
        taken += piece.length;
        await use(WRITE_MS, () => file.writeFile(piece));
        hash.update(piece);
      }
      const name = await use(WRITE_MS, () => finish(folder, { hidden, file, wish }, makeLink));
      isThere = true;
      return { name, bytes, print: hash.digest('hex') };
    } finally {
      quota.settle(workspace, taken, isThere);
      leave(file);
      // Where the file system hangs it may still get its name; then it lies there unmentioned.
      if (!isThere) await use(FIND_MS, () => tidy(folder, hidden)).catch(() => undefined);
    }
  }

  /** Does something with the file of a path. */
  async function withBrought<T>(
    { agent, path }: BroughtFile,
    act: (at: { workspace: Workspace; folder: Folder; name: string; use: Use }) => Promise<T>,
  ): Promise<T> {
    const workspace = workspaceOf(agent);
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    if (![...parts, name].every(isName)) throw new Error('no name that a file could have');
    await demandRoot(workspace);
    return inFolder(workspace, parts, { make: false }, (folder, use) => act({ workspace, folder, name, use }));
  }

  return {
    async bring(file, content, { mostBytes }) {
      let iterator: AsyncIterator<Uint8Array> | undefined;
      try {
        const source = (iterator = content[Symbol.asyncIterator]());
        const errand = errandOf(file);
        return await afterOthers(errand, () => bring(errand, source, mostBytes));
      } catch (error) {
        return { is: 'not', why: whyOf(error), detail: describeError(error) };
      } finally {
        // Nobody reads on; whoever sends it is told so, and is not waited for.
        void iterator?.return?.()?.catch(() => undefined);
      }
    },

    async settle(file) {
      try {
        const errand = errandOf(file);
        await afterOthers(errand, () =>
          inFolder(errand.workspace, errand.folders, { make: false }, (folder, use) =>
            use(FIND_MS, () => tidy(folder, errand.hidden)),
          ),
        );
      } catch {
        // The next sweep finds it.
      }
    },

    async remove({ bytes, print, ...brought }) {
      try {
        return await withBrought(brought, async ({ workspace, folder, name, use }) => {
          const { file, stats } = await use(
            FIND_MS,
            () => openFile(folder, name),
            (late) => leave(late.file),
          );
          try {
            if (stats.size !== BigInt(bytes)) return 'changed';
            const now = await printOf(piecesOf(file, { within, root: workspace.folder, most: bytes }));
            // Who changes it from here on loses the change: nothing deletes by content.
            if (now.print !== print || !(await use(FIND_MS, () => isUntouched(folder, name, stats)))) return 'changed';
            await use(FIND_MS, () => gone(folder, name));
            quota.removed(workspace, bytes);
            return 'removed';
          } finally {
            leave(file);
          }
        });
      } catch (error) {
        if (error instanceof InTheWay) return 'changed';
        return isMissing(error) ? 'gone' : 'cannot';
      }
    },

    async isThere(brought) {
      try {
        const stats = await withBrought(brought, ({ folder, name, use }) => use(FIND_MS, () => lstat(folder.at(name))));
        return stats.isFile() ? 'there' : 'gone';
      } catch (error) {
        return error instanceof InTheWay || isMissing(error) ? 'gone' : 'unseen';
      }
    },

    sweep: () => sweepAll(workspaces.values(), { within, now }),
  };
}

/** Work in a folder that is open. */
type Use = <T>(ms: number, work: () => Promise<T>, undo?: (late: T) => void) => Promise<T>;

async function next(content: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  try {
    const result = await content.next();
    return result.done === true ? null : result.value;
  } catch (error) {
    throw new NotBrought('broken off', describeError(error));
  }
}

function whyOf(error: unknown): WhyNot {
  if (error instanceof NotBrought) return error.why;
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'disk full';
    case 'EFBIG':
      return 'too big';
    default:
      return 'cannot write';
  }
}
