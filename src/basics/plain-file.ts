/** Reads files that somebody may have put something else in the place of while the service runs. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Nothing that is configured comes near it, and it is read in a moment. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The text of a file. Throws at once, with a `code`, on what is no plain file (a pipe would hold the whole process up, a
 * device never ends) and on one that is too long.
 */
export function readPlainFile(path: string): string {
  // Without waiting for whoever writes into a pipe.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (found.isDirectory()) throw failure('EISDIR');
    if (!found.isFile()) throw failure('ENOTAFILE');
    if (found.size > MOST_BYTES) throw failure('EFBIG');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
