/** Take it for a state folder on a disk that can be full: a small file system of its own, where this process may mount one. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface SmallDisk {
  path: string;
  /** Takes all that is left of it. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  unmount(): void;
}

/** Null where this process may not mount. */
export function mountSmallDisk(megabytes: number): SmallDisk | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'roomkeeper-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return null;
  }
  const ballast = path.join(folder, 'ballast');
  return {
    path: folder,
    fill() {
      const file = openSync(ballast, 'a');
      for (const block of [1024 * 1024, 4096].map((size) => Buffer.alloc(size))) while (fits(file, block));
      closeSync(file);
    },
    free: () => rmSync(ballast),
    unmount() {
      execFileSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}

function fits(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
