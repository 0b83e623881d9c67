/** What actors need of the folders of agents for the files of people: into them, and out of them. */
import type { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { FileContent } from './media.ts';

/** Where in a workspace the files of people land (`policy.files.layout`). */
export type FileLayout = 'flat' | 'incoming' | 'inbox';

/** What a person's client shows it as. */
export type FileKind = 'image' | 'audio' | 'video' | 'file';

/** A file that a person sent into a room. */
export interface PersonFile {
  agent: AgentId;
  person: UserId;
  room: RoomId;
  /** Brought again under the same id it is the same file. */
  id: EventId;
  /** As their client wrote it, whatever that is; empty where it wrote none. */
  name: string;
  kind: FileKind;
  /** As their client wrote it. */
  mime: string | null;
  /** When they sent it, ms. */
  at: number;
}

export type Brought =
  | {
      is: 'there';
      /** From the workspace on, with slashes: what the agent is told. */
      path: string;
      /** What its person reads of it: the last part of the path, without the time that a layout puts before it. */
      shownName: string;
      bytes: number;
      /** By which it is known whether somebody changed it since: of a large file when it was written, else the SHA-256 of the content. */
      print: string;
    }
  | {
      is: 'not';
      why: 'too big' | 'disk full' | 'quota' | 'broken off' | 'no workspace' | 'cannot write';
      /** For the log. */
      detail: string;
    };

/** A file that was brought. */
export interface BroughtFile {
  agent: AgentId;
  path: string;
}

export interface IncomingFiles {
  /**
   * Puts a file there, under a name that nothing else has; never rejects. It is whole as soon as it has its name. Brought
   * again under its id (after a kill, say) it is still one file, until it is settled. `broken off`: `content` failed.
   * Nobody but `content` bounds how long that takes to come.
   */
  bring(file: PersonFile, content: FileContent, bounds: { mostBytes: number }): Promise<Brought>;
  /** What became of it is on disk: nothing hidden stays of it. Never rejects; twice is the same as once. */
  settle(file: PersonFile): Promise<void>;
  /** Deletes a file that is still as it was brought; never rejects, follows no link. */
  remove(file: BroughtFile & { bytes: number; print: string }): Promise<'removed' | 'changed' | 'gone' | 'cannot'>;
  /** Whether there is still a plain file; `unseen`: nobody can say. Never rejects. */
  isThere(file: BroughtFile): Promise<'there' | 'gone' | 'unseen'>;
  /** For a start: deletes what was begun long ago and never ended. Never rejects. */
  sweep(): Promise<void>;
}

/** A file that an agent wants to be sent to a person. */
export interface WantedFile {
  agent: AgentId;
  person: UserId;
  /** As the agent wrote it: from the workspace on, or beginning with what the agent or this service calls it. */
  path: string;
}

export type WhyRefused =
  /** Not in this workspace. */
  | 'outside'
  | 'missing'
  | 'empty'
  | 'too big'
  | 'a link'
  | 'a folder'
  | 'not a plain file'
  /** Nothing that a file could be called. */
  | 'no name'
  | "somebody else's"
  | 'cannot read';

/** A file that is held open: it stays this one, whatever takes its name. */
export interface HeldFile {
  is: 'open';
  /** What it may be called anywhere. */
  name: string;
  bytes: number;
  mime: string;
  kind: FileKind;
  /** Of a picture, as it is shown. */
  width?: number;
  height?: number;
  durationMs?: number;
  /** Its `bytes` bytes, each time from the beginning; rejects where it is not what it was when it was opened. */
  read(): AsyncIterable<Uint8Array>;
  /** Whoever opened it calls it, at last. Never rejects; twice is the same as once. */
  close(): Promise<void>;
}

export type Opened = HeldFile | { is: 'refused'; why: WhyRefused; /** For the log. */ detail: string };

export interface OutgoingFiles {
  /** Never rejects, never waits for a pipe, follows no link. */
  open(file: WantedFile, bounds: { mostBytes: number }): Promise<Opened>;
}
