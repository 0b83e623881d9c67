import { randomBytes } from 'node:crypto';
import * as node from 'node:fs/promises';
import path from 'node:path';
import { codeOf, StoreFailure } from './errors.ts';

/** The functions of `node:fs/promises` that writing needs; a test may give others. */
export interface WritingFs {
  open(file: string, flags: string, mode?: number): Promise<Pick<node.FileHandle, 'writeFile' | 'sync' | 'close'>>;
  rename(from: string, to: string): Promise<void>;
  unlink(file: string): Promise<void>;
}

export interface Writing {
  /** Wait until file and folder are on the disk, not only with the operating system. */
  fsync: boolean;
  /** Without waiting for the folder: whoever writes many files waits for it once (`syncFolder`) when they are all there. */
  folderLater?: boolean;
  fs?: WritingFs;
}

const temporary = /\.[0-9a-f]{12}\.tmp$/;

/** Whether a file of this name is one that `replaceFile` left behind when it was killed. */
export function isTemporary(name: string): boolean {
  return temporary.test(name);
}

/** Puts `content` in the place of the file in one step: whoever reads sees the old or the new one. Throws `StoreFailure`. */
export async function replaceFile(file: string, content: string, writing: Writing): Promise<void> {
  const { fsync, folderLater = false, fs = node } = writing;
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeDraft(draft, content, fsync, fs);
    await fs.rename(draft, file);
    if (fsync && !folderLater) await syncFolder(path.dirname(file), fs);
  } catch (error) {
    await fs.unlink(draft).catch(() => undefined);
    throw new StoreFailure('write', file, error);
  }
}

/** Removes the file; one that is not there is removed already. Throws `StoreFailure`. */
export async function removeFile(file: string, { fsync, fs = node }: Writing): Promise<void> {
  try {
    await fs.unlink(file);
    if (fsync) await syncFolder(path.dirname(file), fs);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new StoreFailure('remove', file, error);
  }
}

/** Waits until the names in the folder are on the disk. */
export async function syncFolder(folder: string, fs: Pick<WritingFs, 'open'> = node): Promise<void> {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeDraft(draft: string, content: string, fsync: boolean, fs: WritingFs): Promise<void> {
  const handle = await fs.open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    if (fsync) await handle.sync();
  } finally {
    await handle.close();
  }
}
