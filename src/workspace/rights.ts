/** Why a folder cannot be written, in sentences for the operator who has to mend it. */
import { stat } from 'node:fs/promises';
import { describeError } from '../basics/describe-error.ts';
import { codeOf } from './folder-handle.ts';

const MEND: Partial<Record<string, string>> = {
  EROFS: 'It is mounted read-only: mount it so that it can be written.',
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The quota of the disk is used up.',
};

/** `names`: of the folder in the workspace into which files of people go; `folder`: the one that could not be written. */
export async function whyNotWritten(
  root: string,
  names: readonly string[],
  folder: string,
  error: unknown,
): Promise<string> {
  const code = codeOf(error);
  const where = names.length === 0 ? root : `${root} (where files go to ${names.join('/')})`;
  const what = `${where} cannot be written: ${withoutPath(error)}.`;
  if (code !== 'EACCES' && code !== 'EPERM') return MEND[code] === undefined ? what : `${what} ${MEND[code]}`;
  return `${what} ${await whose(folder)} Run both under the same user, or give both a common group that may write there (chmod g+ws).`;
}

/** The system names a path after a comma, which is one of this process only. */
export function withoutPath(error: unknown): string {
  return describeError(error).replace(/, \w+ '.*$/s, '');
}

async function whose(folder: string): Promise<string> {
  const [user, group] = [process.geteuid?.() ?? 'unknown', process.getegid?.() ?? 'unknown'];
  const me = `This service runs as user ${user}, group ${group}`;
  try {
    const { uid, gid, mode } = await stat(folder);
    return `${me}; the folder is of user ${uid}, group ${gid}, mode ${(mode & 0o7777).toString(8).padStart(4, '0')}.`;
  } catch {
    return `${me}.`;
  }
}
