/** A document of the store cannot be read as what it should be; its file was moved aside and is kept. */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord';
  /** Where the file is kept. */
  readonly keptAt: string;

  constructor(path: string, keptAt: string, why: string) {
    super(`${path} is damaged (${why}); it is kept as ${keptAt}.`);
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

/** The file system refused; `code` is its own word for it (`ENOSPC`). */
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
};

/** The word that `node:fs` gives an error, or its message where it gives none. */
export function codeOf(error: unknown): string {
  if (error instanceof StoreFailure) return error.code;
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
