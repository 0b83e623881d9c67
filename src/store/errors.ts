/** What can go wrong with the state, by what an operator must do about it. */

/** A document of the store cannot be read as what it should be; it was moved aside and is kept. */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord';
  /** Where it is kept. */
  readonly keptAt: string;

  constructor(what: string, keptAt: string, why: string) {
    super(`${what} is damaged (${why}); it is kept as ${keptAt}.`);
    this.keptAt = keptAt;
  }
}

/** Another process works on this state folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';

  constructor(folder: string, pid: number | null) {
    const who = pid === null ? 'another process' : `another process (pid ${pid})`;
    super(`The state folder ${folder} is in use by ${who}; stop that one first or choose another STATE_DIR.`);
  }
}

/** The state folder of a running service is gone, or another stands in its place. */
export class FolderLost extends Error {
  override readonly name = 'FolderLost';

  constructor(folder: string) {
    super(
      `The state folder ${folder} was removed or replaced while the service worked on it, so the service has ended: ` +
        'what it would do from now on nobody would remember.',
    );
  }
}

/** What is in the state folder is not for this service to write into. It is left as it is. */
export class UnusableState extends Error {
  override readonly name: string = 'UnusableState';
}

/** A newer version of the service wrote it. */
export class NewerState extends UnusableState {
  override readonly name = 'NewerState';

  /** `what` was written, and `why` this version cannot read it. */
  constructor(what: string, why: string) {
    super(
      `${what} was written by a newer version of this service (${why}), so this one does not start; nothing was changed. ` +
        'Start the newer version again, or go on as docs/operating.md says.',
    );
  }
}

export function newerFormat(file: string, version: number, known: number): NewerState {
  return new NewerState(file, `format ${version}, known is ${known}`);
}

export function damagedDatabase(file: string, error: unknown): UnusableState {
  return new UnusableState(
    `${file} is damaged (${error instanceof Error ? error.message : String(error)}); it was left as it is. ` +
      'Put a backup in its place, or move it away: a start without it finds its rooms again from the homeserver.',
  );
}

/** The file system or the database refused; `code` is its word for it (`ENOSPC`). */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  readonly code: string;

  constructor(doing: string, path: string, cause: unknown) {
    const code = codeOf(cause);
    super(`Cannot ${doing} ${path}: ${reasons[code] ?? code}.`, { cause });
    this.code = code;
  }
}

const reasons: Partial<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'the disk quota is used up (EDQUOT)',
  EROFS: 'the file system is read-only (EROFS)',
  EACCES: 'this user has no permission (EACCES)',
  EPERM: 'this user has no permission (EPERM)',
  ENOTDIR: 'a part of the path is a file, not a folder (ENOTDIR)',
  EEXIST: 'a file is in the place of the folder (EEXIST)',
  EISDIR: 'a folder is in the place of the file (EISDIR)',
  ENOENT: 'the folder does not exist (ENOENT)',
  EMFILE: 'this process has too many files open (EMFILE)',
  ENOTSUP: 'its file system cannot do that (ENOTSUP)',
  EIO: 'the disk failed (EIO)',
  EBUSY: 'another process is writing into it (EBUSY)',
  SQLITE_CORRUPT: 'the database is damaged (SQLITE_CORRUPT)',
  SQLITE_CANTOPEN: 'it cannot be opened (SQLITE_CANTOPEN)',
};

/** What SQLite calls by numbers (https://www.sqlite.org/rescode.html). */
const sqliteCodes: Partial<Record<number, string>> = {
  5: 'EBUSY',
  6: 'EBUSY',
  8: 'EROFS',
  10: 'EIO',
  11: 'SQLITE_CORRUPT',
  13: 'ENOSPC',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/** The word that Node or SQLite gives an error, or its message where they give none. */
export function codeOf(error: unknown): string {
  if (error instanceof StoreFailure) return error.code;
  const { errcode, code } = error as { errcode?: number; code?: string };
  // The upper bits of a number only say more of the same.
  if (errcode !== undefined) return sqliteCodes[errcode & 0xff] ?? String(error);
  return code ?? String(error);
}
