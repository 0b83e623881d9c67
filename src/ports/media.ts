/** What actors need of the files that stand in messages. */
import type { FileType } from '../../machines/files.ts';
import type { MxcUri } from '../../machines/ids.ts';

/**
 * - `gone`: the homeserver does not have it, or not any more
 * - `refused`: a final no
 * - `unreachable`: it may be there later. `code` and `detail` are for the log.
 */
export interface NotOpen {
  is: 'not';
  why: 'gone' | 'refused' | 'unreachable';
  code: string;
  detail: string;
}

/** `bytes` and `mime`: as the homeserver says, null where it does not. */
export interface OpenFile {
  is: 'open';
  bytes: number | null;
  mime: string | null;
  content: FileContent;
}

/**
 * Read it once, to its end or to a `break`, which closes the connection. Throws where it breaks off: all of it may then be
 * asked for again.
 */
export interface FileContent extends AsyncIterable<Uint8Array> {
  /**
   * Instead of reading: writes all of it into the open file `fd`, which is empty, in a thread of its own, and settles when
   * nobody writes there any more; never rejects. Null: it cannot be now, and is to be read. Only where it has exactly `bytes`.
   */
  pour?: { bytes: number; into(fd: number): Promise<Poured> | null };
}

/** `broken off`: it may be asked for again. `code`: what the system says. */
export type Poured =
  { is: 'there' } | { is: 'broken off'; detail: string } | { is: 'not written'; code: string; detail: string };

/** Files that people sent. */
export interface MediaSource {
  /** Waits as long as the homeserver says "too many". Rejects with `Closed` only, when `signal` aborts; that ends `content` too. */
  open(url: MxcUri, signal: AbortSignal): Promise<OpenFile | NotOpen>;
}

export interface NewFile {
  /** What whoever saves it finds it called. */
  name: string;
  mime: string | null;
  /** Exactly as many as `read` gives. */
  bytes: number;
  /** From the beginning each time it is called. */
  read(): AsyncIterable<Uint8Array>;
}

/**
 * - `too big`: for the homeserver, which takes `limit` bytes (null: it does not say)
 * - `unreadable`: `read` threw, or gave more or less than it should
 * - `refused`: a final no
 * - `unreachable`: it may be taken later
 */
export type NotUploaded =
  | { is: 'not'; why: 'too big'; limit: number | null }
  | { is: 'not'; why: 'unreadable' | 'refused' | 'unreachable'; code: string; detail: string };

export type Uploaded = { is: 'there'; url: MxcUri };

/** Files for people. */
export interface MediaSink {
  /** What is too big is not begun. Waits as `open` does, and rejects as it does. */
  upload(file: NewFile, signal: AbortSignal): Promise<Uploaded | NotUploaded>;
}

/** A file as a message names it; `width`, `height` and `durationMs` where they are known. */
export interface SentFile {
  type: FileType;
  url: MxcUri;
  name: string;
  mime: string | null;
  bytes: number;
  width?: number;
  height?: number;
  durationMs?: number;
}
