/** What the service keeps in its state folder, counted and deleted as a whole; what is not its own stays. */
import { readdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { isTemporary, removeFile, syncFolder, type Writing } from './atomic-file.ts';
import { codeOf, StoreFailure } from './errors.ts';

/** One part of the state. `damaged`: files that were moved aside and kept; they are not among the `files`. */
export interface StatePart {
  name: string;
  files: number;
  damaged: number;
}

export interface StateContents {
  parts: StatePart[];
  /** Names in the folder that are not the service's records. */
  others: string[];
}

interface Part {
  name: string;
  /** Paths from the state folder. */
  files: string[];
  /** Folders that are gone when they are empty, the inner ones first. */
  folders: string[];
}

interface Found {
  parts: Part[];
  others: string[];
}

const hostFile = /^host\.json(\.|$)/;
const lockFile = /^(lock|new)-\w+\.sock$/;
const sharded = { rooms: 'rooms', people: 'people', 'dead letters': 'dead-letters', answers: 'answers' };
const DELETIONS_AT_ONCE = 64;
/** What a folder says that is not to be removed: somebody else's file is in it, or it is a mount or a link. */
const staying = ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'];

/** What is in the state folder; null where there is no folder. Changes nothing. Throws `StoreFailure`. */
export async function readState(folder: string): Promise<StateContents | null> {
  const found = await find(folder);
  return found === null ? null : contentsOf(found);
}

/**
 * Deletes the service's records from the folder, which must be locked; gives what was deleted, and what stays in `others`.
 * The host state goes first: a start after half a deletion rebuilds the records. Throws `StoreFailure`.
 */
export async function deleteState(folder: string, { fsync }: Writing): Promise<StateContents> {
  const found = await find(folder);
  if (found === null) return { parts: [], others: [] };
  for (const { files, folders } of found.parts) {
    for (let at = 0; at < files.length; at += DELETIONS_AT_ONCE) {
      const batch = files.slice(at, at + DELETIONS_AT_ONCE);
      await Promise.all(batch.map((file) => removeFile(path.join(folder, file), { fsync: false })));
    }
    for (const one of folders) await removeIfEmpty(path.join(folder, one));
    if (fsync) await syncFolder(folder);
  }
  const after = await find(folder);
  return { ...contentsOf(found), others: after?.others ?? [] };
}

async function find(folder: string): Promise<Found | null> {
  const names = await namesIn(folder, ['ENOENT']);
  if (names === null) return null;
  const parts: Part[] = [{ name: 'host state', files: names.filter((name) => hostFile.test(name)), folders: [] }];
  const subfolders = Object.values(sharded);
  const others = names.filter((name) => !hostFile.test(name) && !lockFile.test(name) && !subfolders.includes(name));
  for (const [name, subfolder] of Object.entries(sharded)) {
    const { foreign, ...own } = await findSharded(folder, subfolder);
    parts.push({ name, ...own });
    others.push(...foreign);
  }
  return { parts, others: others.toSorted() };
}

async function findSharded(folder: string, subfolder: string): Promise<Omit<Part, 'name'> & { foreign: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  const foreign: string[] = [];
  const shards = await namesIn(path.join(folder, subfolder), ['ENOENT']);
  for (const shard of shards ?? []) {
    const within = path.join(subfolder, shard);
    const names = /^[0-9a-f]{2}$/.test(shard) ? await namesIn(path.join(folder, within), ['ENOENT', 'ENOTDIR']) : null;
    if (names === null) foreign.push(within);
    else folders.push(within);
    for (const name of names ?? []) {
      const isOwn = name.startsWith(shard) && /^[0-9a-f]{40}\./.test(name);
      (isOwn ? files : foreign).push(path.join(within, name));
    }
  }
  return { files, folders: shards === null ? [] : [...folders, subfolder], foreign };
}

function contentsOf({ parts, others }: Found): StateContents {
  return {
    parts: parts.map(({ name, files }) => {
      const kept = files.filter((file) => !isTemporary(file));
      const damaged = kept.filter((file) => /\.corrupt-\d+$/.test(file)).length;
      return { name, files: kept.length - damaged, damaged };
    }),
    others,
  };
}

/** The names in the folder; null where reading it fails in one of the ways `no`. */
async function namesIn(folder: string, no: readonly string[]): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (no.includes(codeOf(error))) return null;
    throw new StoreFailure('read the folder', folder, error);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!staying.includes(codeOf(error))) throw new StoreFailure('remove the folder', folder, error);
  }
}
