import { access, readFile, rename } from 'node:fs/promises';
import type { Adapter } from 'lowdb';
import { replaceFile, type Writing } from './atomic-file.ts';
import { codeOf, CorruptRecord, StoreFailure } from './errors.ts';

/**
 * One JSON document for lowdb: replaced in one step, null where there is none.
 * `read` throws `CorruptRecord` (the file is moved aside, the next read gives null), both throw `StoreFailure`.
 */
export function jsonFile<T>(file: string, writing: Writing): Adapter<T> {
  return {
    read: () => readJson<T>(file),
    write: (document) => replaceFile(file, JSON.stringify(document), writing),
  };
}

async function readJson<T>(file: string): Promise<T | null> {
  const content = await readText(file);
  if (content === null) return null;
  try {
    return JSON.parse(content) as T;
  } catch {
    throw await setAside(file, content === '' ? 'it is empty' : 'it is not JSON');
  }
}

/** The text of a file, null where there is none. Throws `StoreFailure`. */
export async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new StoreFailure('read', file, error);
  }
}

/** Moves a damaged file to the first free `<file>.corrupt-<n>` and gives the error that says so. */
export async function setAside(file: string, why: string): Promise<CorruptRecord> {
  for (let n = 1; ; n += 1) {
    const keptAt = `${file}.corrupt-${n}`;
    if (await exists(keptAt)) continue;
    try {
      await rename(file, keptAt);
    } catch (error) {
      throw new StoreFailure('move the damaged file', file, error);
    }
    return new CorruptRecord(file, keptAt, why);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
