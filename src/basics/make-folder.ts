/** Makes a folder with those around it. */
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * As `mkdirSync` with `recursive`, which hangs for ever where a file system has no place for it, such as `/proc/x`: it
 * makes the parent, which is there, again and again. Throws what the file system says; EEXIST where a file is in its place.
 */
export function makeFolder(folder: string, mode: number): void {
  const missing: string[] = [];
  for (let one = path.resolve(folder); !isFolder(one); one = path.dirname(one)) missing.unshift(one);
  for (const one of missing) makeOne(one, mode);
}

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Somebody else made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
