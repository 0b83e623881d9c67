/** One file on its way into a workspace: found again where it was brought before, else written piece by piece. */
import { createHash } from 'node:crypto';
import { describeError } from '../basics/describe-error.ts';
import type { Brought, FileLayout } from '../ports/files.ts';
import type { FileContent } from '../ports/media.ts';
import { codeOf, type Folder } from './folder-handle.ts';
import { begin, finish, foundAgain, tidy, type Hidden, type MakeLink } from './landing.ts';
import { withoutTime } from './layouts.ts';
import { leave } from './patience.ts';
import { piecesOf, printOf, sightOf } from './pieces.ts';
import type { Quota } from './quota.ts';
import type { Workspace } from './several.ts';
import { FIND_MS, NoWorkspace, type Use, type WorkspaceFolders } from './workspace-folders.ts';

/** How long a file system may take to write a piece, and to keep all of them. */
const WRITE_MS = 30_000;

/** A file with where it comes to. */
export interface Errand {
  workspace: Workspace;
  /** From the workspace on. */
  folders: readonly string[];
  /** The name that it gets where nothing has it. */
  wish: string;
  hidden: Hidden;
  layout: FileLayout;
}

export interface Means {
  folders: WorkspaceFolders;
  quota: Quota;
  makeLink?: MakeLink | undefined;
}

export interface Content {
  pieces: AsyncIterator<Uint8Array>;
  pour: FileContent['pour'];
  mostBytes: number;
}

interface Stored {
  name: string;
  bytes: number;
  print: string;
}

type WhyNot = Extract<Brought, { is: 'not' }>['why'];

class NotBrought extends Error {
  readonly why: WhyNot;
  constructor(why: WhyNot, detail: string) {
    super(detail);
    this.why = why;
  }
}

/** Rejects where it is not brought: `whyNot` says why. */
export async function bringOne(errand: Errand, content: Content, means: Means): Promise<Brought> {
  const { workspace, folders, layout } = errand;
  return means.folders.inFolder(workspace, folders, { make: true }, async (folder, use) => {
    const { name, bytes, print } =
      (await again(errand, { folder, use, ...content }, means)) ??
      (await write(errand, { folder, use, ...content }, means));
    return { is: 'there', path: [...folders, name].join('/'), shownName: withoutTime(layout, name), bytes, print };
  });
}

type Place = { folder: Folder; use: Use } & Content;

async function again(
  { workspace: { folder: root }, hidden, wish }: Errand,
  { folder, use, mostBytes }: Place,
  { folders: { within }, makeLink }: Means,
): Promise<Stored | null> {
  const find = () => foundAgain(folder, { hidden, wish }, makeLink);
  const found = await use(WRITE_MS, find, (late) => leave(late?.file));
  if (found === null) return null;
  const { name, file, stats } = found;
  try {
    if (stats.size > mostBytes) throw new NotBrought('too big', `${stats.size} bytes`);
    return { name, ...(await printOf(piecesOf(file, { within, root, most: mostBytes }))) };
  } finally {
    leave(file);
  }
}

async function write(
  { workspace, hidden, wish }: Errand,
  { folder, use, pieces, pour, mostBytes }: Place,
  { quota, makeLink }: Means,
): Promise<Stored> {
  const file = await use(WRITE_MS, () => begin(folder, hidden), leave);
  let taken = 0;
  let isThere = false;
  const take = async (bytes: number) => {
    if (taken + bytes > mostBytes) throw new NotBrought('too big', `more than ${mostBytes} bytes`);
    if (!(await quota.take(workspace, bytes))) throw new NotBrought('quota', 'no room for more files of people');
    taken += bytes;
  };
  const giveBack = (bytes: number) => {
    quota.settle(workspace, bytes, false);
    taken -= bytes;
  };
  try {
    const inPieces = () => writePieces(pieces, { take, keep: (piece) => use(WRITE_MS, () => file.writeFile(piece)) });
    const print = (await poured(pour, { take, giveBack, fd: file.fd })) ? null : await inPieces();
    const name = await use(WRITE_MS, () => finish(folder, { hidden, file, wish }, makeLink));
    isThere = true;
    // To read all of it once more would take longer than the disk did.
    return { name, bytes: taken, print: print ?? sightOf(await use(FIND_MS, () => file.stat({ bigint: true }))) };
  } finally {
    quota.settle(workspace, taken, isThere);
    leave(file);
    // Where the file system hangs it may still get its name; then it lies there unmentioned.
    if (!isThere) await use(FIND_MS, () => tidy(folder, hidden)).catch(() => undefined);
  }
}

type Take = (bytes: number) => Promise<void>;

/** False: it is to be read. */
async function poured(
  pour: Content['pour'],
  { take, giveBack, fd }: { take: Take; giveBack(bytes: number): void; fd: number },
): Promise<boolean> {
  if (pour === undefined) return false;
  await take(pour.bytes);
  const done = await pour.into(fd);
  if (done === null) {
    giveBack(pour.bytes);
    return false;
  }
  if (done.is === 'there') return true;
  if (done.is === 'broken off') throw new NotBrought('broken off', done.detail);
  throw Object.assign(new Error(done.detail), { code: done.code });
}

/** Gives the print of all. */
async function writePieces(
  pieces: AsyncIterator<Uint8Array>,
  { take, keep }: { take: Take; keep(piece: Uint8Array): Promise<void> },
): Promise<string> {
  const hash = createHash('sha256');
  /** Of the piece before: meanwhile the next one comes. */
  let writing: Promise<unknown> = Promise.resolve();
  for (;;) {
    const piece = await next(pieces);
    if (piece === null) break;
    await take(piece.length);
    hash.update(piece);
    await writing;
    writing = keep(piece);
    // Whoever waits for it hears that.
    writing.catch(() => undefined);
  }
  await writing;
  return hash.digest('hex');
}

async function next(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  try {
    const result = await pieces.next();
    return result.done === true ? null : result.value;
  } catch (error) {
    throw new NotBrought('broken off', describeError(error));
  }
}

export function whyNot(error: unknown): WhyNot {
  if (error instanceof NotBrought) return error.why;
  if (error instanceof NoWorkspace) return 'no workspace';
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
