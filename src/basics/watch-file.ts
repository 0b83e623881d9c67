/** Watches a file by the folders that its name leads through: editors and Kubernetes put another file in its place. */
import { readlinkSync, statfsSync, statSync, watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { after } from './after.ts';
import { describeError } from './describe-error.ts';

export interface FileWatch {
  close(): void;
}

export interface FileWatchOptions {
  /** Something may have changed, and nothing did for a moment since, or changes do not end. */
  onChange(): void;
  /** The system does not tell of changes there: the file is looked at every few seconds from now on. Called once at most. */
  onPolling(why: string): void;
  /** Whether the system tells of changes in a folder; false for what other machines change. */
  tells?: (folder: string) => boolean;
  quietMs?: number;
  pollMs?: number;
}

/** A change is told when nothing more has come for so long, ms: a file is not written in one step. */
const QUIET_MS = 500;
/** Whoever writes without an end is waited for so many times as long. */
const MOST_QUIETS = 20;
/** How often a file is looked at whose changes nobody tells, ms. */
const POLL_MS = 5_000;
/** Links that a name leads through, as Linux follows them. */
const MOST_LINKS = 40;

export function watchFile(file: string, options: FileWatchOptions): FileWatch {
  const { onChange, onPolling, tells = isLocal, quietMs = QUIET_MS, pollMs = POLL_MS } = options;
  const folders = new Map<string, Watched>();
  let endOfQuiet = () => {};
  /** Null while no change is awaited. */
  let endOfPatience: (() => void) | null = null;
  let endOfPoll: (() => void) | null = null;
  let isClosed = false;

  function suspect(): void {
    if (isClosed) return;
    endOfQuiet();
    endOfQuiet = after(quietMs, tell);
    endOfPatience ??= after(quietMs * MOST_QUIETS, tell);
  }

  function tell(): void {
    forgetChanges();
    settle();
    onChange();
  }

  function forgetChanges(): void {
    endOfQuiet();
    endOfPatience?.();
    endOfPatience = null;
  }

  /** Another file in its place may be in another folder. */
  function settle(): void {
    if (endOfPoll !== null || isClosed) return;
    try {
      follow(folders, placesOf(file), { tells, suspect, fallBack });
    } catch (error) {
      // It was replaced in this very moment.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') suspect();
      else fallBack(describeError(error));
    }
  }

  function fallBack(why: string): void {
    if (endOfPoll !== null || isClosed) return;
    closeAll(folders);
    endOfPoll = () => {};
    void printOf(file).then(poll);
    onPolling(why);
    suspect();
  }

  function poll(before: string): void {
    if (isClosed) return;
    endOfPoll = after(pollMs, () => {
      void printOf(file).then((print) => {
        if (print !== before) suspect();
        poll(print);
      });
    });
  }

  settle();
  return {
    close() {
      isClosed = true;
      forgetChanges();
      endOfPoll?.();
      closeAll(folders);
    },
  };
}

interface Watched {
  watcher: FSWatcher;
  names: Set<string>;
  /** Which folder it is: another one may have its name later. */
  inode: number;
}

interface Hearing {
  tells(folder: string): boolean;
  suspect(): void;
  fallBack(why: string): void;
}

/** Watches these folders and no others. Throws what the system says. */
function follow(folders: Map<string, Watched>, places: Map<string, Set<string>>, hearing: Hearing): void {
  for (const [folder, { watcher, inode }] of folders) {
    if (places.has(folder) && statSync(folder, { throwIfNoEntry: false })?.ino === inode) continue;
    watcher.close();
    folders.delete(folder);
  }
  for (const [folder, names] of places) {
    const known = folders.get(folder);
    if (known === undefined) folders.set(folder, watchFolder(folder, names, hearing));
    else known.names = names;
  }
}

function watchFolder(folder: string, names: Set<string>, { tells, suspect, fallBack }: Hearing): Watched {
  if (!tells(folder)) throw new Error(`${folder} is on a file system of another machine`);
  const { ino: inode } = statSync(folder);
  const watcher = watch(folder, { persistent: false }, (_, name) => {
    // By its own name a folder tells that it is gone.
    if (name === null || watched.names.has(name) || name === path.basename(folder)) suspect();
  });
  watcher.on('error', (error) => fallBack(describeError(error)));
  const watched: Watched = { watcher, names, inode };
  return watched;
}

function closeAll(folders: Map<string, Watched>): void {
  for (const { watcher } of folders.values()) watcher.close();
  folders.clear();
}

/** The folders in which another entry would make the name lead elsewhere, with the names of those entries. */
function placesOf(file: string): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  let rest = partsOf(path.resolve(file));
  let at = '/';
  for (let links = 0; rest.length > 0;) {
    const [name = '', ...behind] = rest;
    rest = behind;
    if (name === '..') {
      at = path.dirname(at);
      continue;
    }
    const target = targetOf(path.join(at, name));
    if (typeof target === 'string' || target === null || rest.length === 0) {
      places.set(at, (places.get(at) ?? new Set()).add(name));
    }
    // Where it is missing, it is awaited there.
    if (target === null) break;
    if (target === undefined) {
      at = path.join(at, name);
      continue;
    }
    if (++links > MOST_LINKS) throw new Error(`${file} leads through too many links`);
    if (path.isAbsolute(target)) at = '/';
    rest = [...partsOf(target), ...rest];
  }
  return places;
}

function partsOf(name: string): string[] {
  return name.split('/').filter((part) => part !== '' && part !== '.');
}

/** Where a link leads; undefined for what is no link, null for what is not there. */
function targetOf(name: string): string | null | undefined {
  try {
    return readlinkSync(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EINVAL') return undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** By the numbers of Linux: NFS, SMB, CIFS, 9P, FUSE, Ceph, AFS, Lustre. */
const OF_OTHER_MACHINES: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x01021997, 0x65735546, 0x00c36400, 0x5346414f, 0x0bd00bd0,
]);

function isLocal(folder: string): boolean {
  return !OF_OTHER_MACHINES.has(statfsSync(folder).type);
}

/** What tells one state of a file from another. Never rejects. */
async function printOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    return describeError(error);
  }
}
