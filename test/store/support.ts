import { mkdtemp, readdir, rm } from 'node:fs/promises';
import * as node from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { WritingFs } from '../../src/store/atomic-file.ts';

/** A folder for one test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomkeeper-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Relative paths of all files below the folder, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

type Step = 'open' | 'write' | 'sync' | 'close' | 'rename' | 'unlink';

/** The real file system; notes every step, and refuses the steps that `refuse` gives a code for. */
export function watchedFs(refuse: (step: Step, name: string) => string | null = () => null) {
  const steps: string[] = [];
  const note = (step: Step, file: string) => {
    const name = path.basename(file).replace(/\.[0-9a-f]{12}\.tmp$/, '.tmp');
    steps.push(`${step} ${name}`);
    const code = refuse(step, name);
    if (code !== null) throw Object.assign(new Error(`${code}: refused`), { code });
  };
  const fs: WritingFs = {
    async open(file, flags, mode) {
      note('open', file);
      const handle = await node.open(file, flags, mode);
      return {
        writeFile: async (data) => {
          note('write', file);
          await handle.writeFile(data);
        },
        sync: async () => {
          note('sync', file);
          await handle.sync();
        },
        close: async () => {
          await handle.close();
          note('close', file);
        },
      };
    },
    async rename(from, to) {
      note('rename', from);
      await node.rename(from, to);
    },
    async unlink(file) {
      note('unlink', file);
      await node.unlink(file);
    },
  };
  return { fs, steps };
}
