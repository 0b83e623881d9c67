import { createHash } from 'node:crypto';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isTemporary, removeFile, syncFolder, type Writing } from './atomic-file.ts';
import { codeOf, StoreFailure } from './errors.ts';

/** The name under which a key is kept: keys hold characters that file names may not. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 40);
}

/** Files in at most 256 sub-folders, by the first two hex digits of their names. */
export interface ShardedFolder {
  pathOf(name: string): string;
  /** Lets `write` put the file into its sub-folder, which is made at the first write into it. */
  put(name: string, write: (file: string) => Promise<void>): Promise<void>;
  /** Waits until the names of these files are on the disk. */
  sync(names: readonly string[]): Promise<void>;
  remove(name: string): Promise<void>;
  /** Paths of all files, except temporary ones. */
  list(): Promise<string[]>;
}

/** Opens the folder, makes it where it is missing, removes what killed writes left. Throws `StoreFailure`. */
export async function openShardedFolder(folder: string, writing: Writing): Promise<ShardedFolder> {
  await makeFolder(folder);
  if (writing.fsync) await syncFolder(path.dirname(path.resolve(folder)));
  const leftover = (await filesBelow(folder)).filter((file) => isTemporary(file));
  await Promise.all(leftover.map((file) => unlink(file)));

  const ready = new Map<string, Promise<void>>();
  const pathOf = (name: string) => path.join(folder, name.slice(0, 2), name);

  const makeReady = async (shard: string): Promise<void> => {
    await makeFolder(path.join(folder, shard));
    if (writing.fsync) await syncFolder(folder);
  };
  const prepare = async (name: string): Promise<void> => {
    const shard = name.slice(0, 2);
    const making = ready.get(shard) ?? makeReady(shard);
    ready.set(shard, making);
    try {
      await making;
    } catch (error) {
      ready.delete(shard);
      throw error;
    }
  };
  return {
    pathOf,
    async put(name, write) {
      await prepare(name);
      try {
        await write(pathOf(name));
      } catch (error) {
        // Somebody removed the sub-folder: the next write has to make it again.
        if (codeOf(error) === 'ENOENT') ready.delete(name.slice(0, 2));
        throw error;
      }
    },
    async sync(names) {
      const shards = [...new Set(names.map((name) => name.slice(0, 2)))].map((shard) => path.join(folder, shard));
      for (const shard of shards) {
        await syncFolder(shard, writing.fs).catch((error: unknown) => {
          throw new StoreFailure('write', shard, error);
        });
      }
    },
    remove: (name) => removeFile(pathOf(name), writing),
    list: async () => (await filesBelow(folder)).filter((file) => !isTemporary(file)),
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreFailure('make the folder', folder, error);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const shards = (await readdir(folder, { withFileTypes: true })).filter((entry) => isShard(entry.name));
    const lists = await Promise.all(
      shards.map(async ({ name }) =>
        (await readdir(path.join(folder, name))).map((file) => path.join(folder, name, file)),
      ),
    );
    return lists.flat();
  } catch (error) {
    throw new StoreFailure('read the folder', folder, error);
  }
}

function isShard(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}
