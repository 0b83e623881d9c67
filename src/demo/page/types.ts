/** The words of the page: what its parts hand each other. Types only, no browser ever sees them. */

import type { createMatrix } from './matrix.js';

type Content = Record<string, unknown>;

export interface MatrixEvent {
  event_id: string;
  type: string;
  sender: string;
  origin_server_ts: number;
  state_key?: string;
  redacts?: string;
  content: Content;
  unsigned?: {
    transaction_id?: string;
    redacted_because?: { sender?: string };
    'm.relations'?: { 'm.replace'?: { content?: Content } };
  };
  /** Who took its content away; set by the page when it saw that. */
  redactedBy?: string;
}

/** An event of which only type and content are told: typing, receipts. */
interface Signal {
  type: string;
  content: Content;
}

interface RoomNews {
  state?: { events?: MatrixEvent[] };
  timeline?: { events?: MatrixEvent[]; limited?: boolean; prev_batch?: string };
  ephemeral?: { events?: Signal[] };
  unread_notifications?: { notification_count?: number };
}

export interface Invited {
  invite_state?: { events?: MatrixEvent[] };
}

export interface SyncResponse {
  next_batch: string;
  rooms?: {
    join?: Record<string, RoomNews>;
    invite?: Record<string, Invited>;
    leave?: Record<string, unknown>;
  };
}

/** A piece of the timeline, newest first; without `end` at the beginning of the room. */
export interface Earlier {
  chunk: MatrixEvent[];
  end?: string;
}

/** A message of ours that is not in the timeline yet. */
export interface Pending {
  transaction: string;
  body: string;
  at: number;
  failed: boolean;
  /** For files that go before it. */
  waits: boolean;
}

/** A file of ours on its way into a room. */
export interface Upload {
  /** The transaction of its message. */
  id: string;
  room: string;
  file: File;
  state: 'waiting' | 'uploading' | 'sending' | 'sent' | 'failed';
  /** How much of it is there, from 0 to 1. */
  share: number;
  /** Why it failed; null where it did not. */
  problem: string | null;
  mayTryAgain: boolean;
  /** Its `mxc://` address; null until it is there. */
  url: string | null;
  /** The message that brings it; null until it is sent. */
  event: string | null;
  /** Ends it. */
  abort: AbortController;
  /** Resolves when it is sent, or given up. */
  done: PromiseWithResolvers<void>;
}

export interface Room {
  id: string;
  name: string;
  createdAt: number;
  isSpace: boolean;
  /** The Space that the room names as its own; null when it names none. */
  parent: string | null;
  /** The rooms that it lists, where it is a Space. */
  children: Set<string>;
  /** Timeline events, oldest first. */
  events: MatrixEvent[];
  /** Their ids. */
  known: Set<string>;
  /** Where `earlier` goes on; null when the timeline begins with the room. */
  before: string | null;
  pending: Pending[];
  /** Who types. */
  typing: string[];
  /** Who has read how far: user to event id. */
  receipts: Map<string, string>;
  unread: number;
}

export interface Reaction {
  key: string;
  count: number;
  /** The event of our own, null when we did not react so. */
  mine: string | null;
}

/** What a file can be shown as. */
export type FileKind = 'picture' | 'sound' | 'film' | 'file';

/** All of it is the word of the sender. */
export interface SharedFile {
  name: string;
  /** An `mxc://` address. */
  url: string;
  kind: FileKind;
  bytes: number | null;
  /** In pixels, of a picture or film. */
  shape: { width: number; height: number } | null;
  /** Something is said of it besides its name. */
  hasCaption: boolean;
}

/** A file that was fetched. */
export interface LoadedFile {
  /** The address under which the page can show it. */
  href: string;
  kind: FileKind;
}

/** A word between the messages. */
interface Line {
  id: string;
  kind: 'line';
  at: number;
  body: string;
}

/** What buttons say to a question. */
export interface Question {
  /** `save`: the name of the one whose number it is. */
  answers: { says: string; save: string | null }[];
  hasList: boolean;
  isOpen: boolean;
  /** What was answered; null when nothing was, or nobody knows. */
  given: string | null;
}

export interface Spoken {
  id: string;
  kind: 'own' | 'answer' | 'notice';
  at: number;
  body: string;
  /** Empty where there is none. */
  html: string;
  file: SharedFile | null;
  redacted: boolean;
  reactions: Reaction[];
  /** Still being written. */
  streaming: boolean;
  seen: boolean;
  pending: 'waiting' | 'sending' | 'failed' | null;
  /** It says something else than at first. */
  edited: boolean;
  question: Question | null;
}

export type Message = Line | Spoken;

/** What is shown of the last thing said in a room. */
export interface LastLine {
  body: string;
  at: number;
  own: boolean;
}

/** A room as the list shows it. */
export interface RoomItem {
  id: string;
  name: string;
  number: number | null;
  line: LastLine | null;
  unread: number;
  isNew: boolean;
  isOpen: boolean;
  busy: boolean;
}

export interface RoomGroup<R> {
  id: string;
  title: string;
  kind: string;
  rooms: R[];
}

/** What a person can do with a message. */
export interface Actions {
  run(command: string): void;
  /** Says what a button of a question says. */
  answer(text: string): void;
  /** Puts the text into the message box. */
  write(text: string): void;
  /** False for a room that is not known. */
  open(room: string): boolean;
  retry(id: string): void;
  react(id: string, key: string, mine: string | null): void;
  /** Offers reactions beside the button. */
  pick(id: string, button: HTMLElement): void;
  /** What is behind an `mxc://` address; null when it cannot be had. */
  load(mxc: string): Promise<LoadedFile | null>;
  save(file: SharedFile): Promise<void>;
}

/** Attributes and properties of a new element; null leaves one out. */
export type Attributes<Tag extends keyof HTMLElementTagNameMap> = Partial<HTMLElementTagNameMap[Tag]> & {
  [name: `aria-${string}` | `data-${string}`]: string | null;
};

/** What stands in an element; `false`, null and undefined are nothing. */
export type Child = Node | string | false | null | undefined;

export type Matrix = ReturnType<typeof createMatrix>;
