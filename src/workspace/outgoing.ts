/** Files that agents want to be sent, out of their folders. */
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { AgentId } from '../../machines/ids.ts';
import { after } from '../basics/after.ts';
import { describeError } from '../basics/describe-error.ts';
import type { Opened, HeldFile, OutgoingFiles, WantedFile, WhyRefused } from '../ports/files.ts';
import { isOfOthers, partsOf } from './agent-path.ts';
import { cleanName } from './file-names.ts';
import { codeOf, InTheWay, openFile, type Parts } from './folder-handle.ts';
import { factsOf, HEAD_BYTES } from './media-facts.ts';
import { createPatience, leave, type Within } from './patience.ts';
import { piecesOf } from './pieces.ts';
import type { Workspace } from './several.ts';
import { createWorkspaceFolders, FIND_MS } from './workspace-folders.ts';

export interface OutgoingFilesOptions {
  workspaces: ReadonlyMap<AgentId, Workspace>;
  /** Shared by all who work in the workspaces. */
  within?: Within;
}

class Refused extends Error {
  readonly why: WhyRefused;
  constructor(why: WhyRefused, detail: string = why) {
    super(detail);
    this.why = why;
  }
}

interface Held {
  file: FileHandle;
  stats: BigIntStats;
}

export function createOutgoingFiles({
  workspaces,
  within = createPatience(after),
}: OutgoingFilesOptions): OutgoingFiles {
  const { workspaceOf, inFolder } = createWorkspaceFolders(workspaces, within);

  async function open(wanted: WantedFile, mostBytes: number): Promise<HeldFile> {
    const workspace = workspaceOf(wanted.agent);
    const { folder: root } = workspace;
    const parts = partsIn(workspace, wanted);
    const name = parts.at(-1) ?? '';
    // A file with several names (hard links) is taken like any other: an agent can only give a second name to what it
    // reaches, and what it reaches it can copy.
    const held = await inFolder(workspace, parts.slice(0, -1), { make: false }, (folder, use) =>
      use(
        FIND_MS,
        () => openFile(folder, name),
        (late) => leave(late.file),
      ),
    );
    try {
      return await shown(held, { root, name, mostBytes });
    } catch (error) {
      leave(held.file);
      throw error;
    }
  }

  async function shown(
    { file, stats }: Held,
    { root, name, mostBytes }: { root: string; name: string; mostBytes: number },
  ): Promise<HeldFile> {
    if (stats.size === 0n) throw new Refused('empty');
    if (stats.size > mostBytes) throw new Refused('too big', `${stats.size} bytes`);
    const bytes = Number(stats.size);
    const head: Buffer[] = [];
    for await (const piece of piecesOf(file, { within, root, most: Math.min(bytes, HEAD_BYTES) })) head.push(piece);
    const clean = cleanName(name);
    return {
      is: 'open',
      name: clean === '' ? 'attachment' : clean,
      bytes,
      ...(await factsOf(Buffer.concat(head), name)),
      read: () => asItWas({ file, stats }, root),
      close: async () => leave(file),
    };
  }

  async function* asItWas({ file, stats }: Held, root: string): AsyncGenerator<Buffer, void, undefined> {
    let left = Number(stats.size);
    for await (const piece of piecesOf(file, { within, root, most: left })) {
      left -= piece.length;
      // The last piece is not handed on before the whole is known to be what it was.
      if (left === 0) await demandUnchanged({ file, stats }, root);
      yield piece;
    }
    if (left > 0) throw new Error('changed while it was read');
  }

  async function demandUnchanged({ file, stats }: Held, root: string): Promise<void> {
    const now = await within(root, FIND_MS, () => file.stat({ bigint: true }));
    if (now.size !== stats.size || now.mtimeNs !== stats.mtimeNs) throw new Error('changed while it was read');
  }

  return {
    async open(wanted, { mostBytes }): Promise<Opened> {
      try {
        return await open(wanted, mostBytes);
      } catch (error) {
        const why = whyOf(error);
        const folder = why === 'missing' ? workspaces.get(wanted.agent)?.folder : undefined;
        const detail = describeError(error);
        return { is: 'refused', why, detail: folder === undefined ? detail : `${detail}; ${notIn(folder)}` };
      }
    },
  };
}

/** The one thing that this side cannot see. */
function notIn(folder: string): string {
  return `it is not in ${folder}: if the agent has it, that folder is not shared with it`;
}

function partsIn(workspace: Workspace, { path, person }: WantedFile): Parts {
  const parts = partsOf(path, workspace.folder);
  if (typeof parts === 'string') throw new Refused(parts);
  if (workspace.servesSeveral && isOfOthers(parts, person)) throw new Refused("somebody else's");
  return parts;
}

function whyOf(error: unknown): WhyRefused {
  if (error instanceof Refused) return error.why;
  if (error instanceof InTheWay) return WHY[error.what];
  return MISSING.has(codeOf(error)) ? 'missing' : 'cannot read';
}

const WHY: Record<InTheWay['what'], WhyRefused> = {
  'a link': 'a link',
  'a folder': 'a folder',
  'no folder': 'missing',
  'no plain file': 'not a plain file',
};

/** What is too long for a file system is not there either. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);
