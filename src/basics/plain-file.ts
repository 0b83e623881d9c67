/** Reads files that somebody may have put something else in the place of while the service runs. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/** Nothing that is configured comes near it, and it is read in a moment. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Without waiting for whoever writes into a pipe. */
const AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The text of a file. Throws at once, with a `code`, on what is no plain file (a pipe would hold the whole process up, a
 * device never ends) and on one that is too long.
 */
export function readPlainFile(path: string): string {
  const file = openSync(path, AT_ONCE);
  try {
    check(fstatSync(file));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** The same, while others go on. */
export async function readPlainFileMeanwhile(path: string): Promise<string> {
  const file = await open(path, AT_ONCE);
  try {
    check(await file.stat());
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function check(found: Stats): void {
  if (found.isDirectory()) throw failure('EISDIR');
  if (!found.isFile()) throw failure('ENOTAFILE');
  if (found.size > MOST_BYTES) throw failure('EFBIG');
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
