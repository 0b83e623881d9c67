/**
 * What actors need from the world, one verb each. Adapters (`matrix`, `agents`, `store`, `text`, `ops`) implement these;
 * only `app.ts` brings the two together.
 */
import type { EventId, RoomId, UserId } from '../machines/ids.ts';
import type { Language } from '../machines/language.ts';
import type { Marker } from '../machines/marker.ts';
import type { Farewell, Notice } from '../machines/notices.ts';
import type { RoomEvent } from '../machines/room.events.ts';
import type { Quoted } from '../machines/room.model.ts';
import type { Relation, Written } from '../machines/message.ts';
import type { CommandName } from '../machines/commands.ts';
import type { SentFile } from './ports/media.ts';
import type { Rendered } from './ports/rendered.ts';
export type { Log, Now, Records } from './durable/world.ts';
export type { Rendered } from './ports/rendered.ts';

/** A number in [0, 1). */
export type Chance = () => number;

// ── Matrix ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What Matrix brings into a room: a room's event still without what the host mints or looks up (context ids, agents).
 */
export type Heard =
  | Extract<
      RoomEvent,
      {
        type:
          | 'room.left'
          | 'text.received'
          | 'text.edited'
          | 'text.withdrawn'
          | 'message.reacted'
          | 'thing.received'
          | 'file.received'
          | 'command.unknown'
          | 'operator.asked'
          | 'room.named'
          | 'room.replaced'
          | 'room.encrypted'
          | 'memory.lost';
      }
    >
  /** `encrypted`, `open` (anybody may come in): whoever invites says so of the room. */
  | { type: 'room.invited'; person: UserId; encrypted?: true; open?: true }
  /** An invite that is not taken, whoever the person is. */
  | { type: 'invite.unwanted'; person: UserId; why: Unwanted }
  /** Somebody other than the bot came, or left (`sender` differs where they were removed). */
  | { type: 'member.joined'; user: UserId; sender: UserId }
  | { type: 'member.left'; user: UserId; sender: UserId }
  /** `args`: all that stands behind the name, trimmed. */
  | ({ type: 'command'; name: CommandName; args: string } & Written);

export type Unwanted = Extract<Farewell, 'it names several senders' | 'it is to a Space' | 'it is for server notices'>;

/** One thing heard; `id` names it for good (null for invites and leaves, which repeat without harm). */
export interface Arrival {
  room: RoomId;
  id: string | null;
  heard: Heard;
}

/** Takes what one sync response brought; resolves when all of it is on disk. */
export type Receive = (arrivals: readonly Arrival[]) => Promise<void>;

/** One message to put into a room. */
export interface Outgoing {
  room: RoomId;
  /** Stays the same on every try: the transaction id of the PUT, and the content id that is looked for beyond it. */
  transaction: string;
  /** `m.text` notifies the person, `m.notice` does not. */
  msgtype: 'm.text' | 'm.notice';
  content: Rendered;
  /** It brings this file; the content is then its name, or what is said of it. */
  file?: SentFile | undefined;
  /** The message that this one replaces (m.replace). */
  replaces: EventId | null;
  /** A later edit takes the place of this one: of interest only to clients that show edits. */
  isPassing?: boolean;
  /** The event that this one answers. */
  answers: EventId | null;
  /** How it stands to that event. */
  relation?: Relation | undefined;
  /** Whom it rings for (Intentional mentions). */
  mentions?: readonly UserId[] | undefined;
  /** When it was first wanted, ms: beyond the homeserver's memory of transaction ids it is looked for first. */
  since: number;
  /** The device it was first sent from; null when it never was. */
  device: string | null;
}

export type Priority = 'final' | 'command' | 'notice' | 'edit';

/** What became of a message: in the room under `eventId`, or refused for good (`code`: the homeserver's errcode). */
export type Receipt = { ok: true; eventId: EventId } | { ok: false; code: string; detail: string };

/** Sends in order per room and tries until the homeserver says yes or a final no; rejects only when closed. */
export type Send = (message: Outgoing, priority: Priority) => Promise<Receipt>;

/**
 * Sends an edit that may be lost: one try, short timeout.
 * `skipped`: not tried, the account's budget has better uses; `unknown`: it may or may not be in the room.
 */
export type SendDisposable = (
  message: Outgoing,
) => Promise<Receipt | { ok: false; code: 'skipped' | 'unknown'; detail: string }>;

/** On whose behalf something is done that may take long: nobody's work keeps that of others waiting. */
export interface OnBehalf {
  party: UserId | RoomId;
}

/**
 * Joins a room; joining twice is the same as once. `since`: when it was first wanted, ms; what other homeservers do not let
 * happen within a day after it is given up (`GIVEN_UP`).
 */
export type JoinRoom = (
  room: RoomId,
  how: OnBehalf & { since: number },
) => Promise<{ ok: true } | { ok: false; code: string; detail: string }>;

/** Shows (for at most `ms`) or hides that the bot is typing; never rejects. */
export type ShowTyping = (room: RoomId, ms: number) => Promise<void>;

/** Who wrote a message, and how it begins; null where the homeserver does not say so soon. Never rejects. */
export type QuoteOf = (room: RoomId, event: EventId) => Promise<Quoted | null>;

/** A room or Space to create. */
export interface NewRoom {
  kind: 'space' | 'chat';
  /** Names the creation (by `newOperation`): a second try finds the room of the first. */
  operation: string;
  name: string;
  /** None where it is empty. */
  topic: string;
  /** Is invited in the creation. */
  person: UserId;
  /** The Space of a chat: its parent link stands in the initial state. */
  space: RoomId | null;
  /** What stands in a Space from the beginning. */
  children?: readonly Child[];
}

/** A chat as its Space lists it; `number` is null where nobody knows it. */
export interface Child {
  room: RoomId;
  person: UserId;
  number: number | null;
  archived: boolean;
}

/** Who is in a room, or invited to it, besides the bot; `open`: anybody may come in, or read what is written. */
export interface Present {
  members: readonly UserId[];
  open: boolean;
}

/** Null where the bot is out again; what the homeserver does not tell is open. `party`: for whom it looks. Rejects with `Closed` only. */
export type CompanyIn = (room: RoomId, party: UserId) => Promise<Present | null>;

export type Done = { ok: true } | { ok: false; code: string; detail: string };
export type Invited = { ok: true; sent?: boolean } | { ok: false; code: string; detail: string };
export type Reacted = { ok: true; eventId: EventId } | { ok: false; code: string; detail: string };
export type Made = { ok: true; room: RoomId } | { ok: false; code: string; detail: string };

/**
 * What is done to rooms besides messages. Every call tries until the homeserver says yes or a final no, is the same when
 * done twice, and rejects with `Closed` only.
 */
export interface RoomWork {
  createRoom(room: NewRoom): Promise<Made>;
  /** A name for a creation that is wanted now, and that no other has or had. */
  newOperation(): string;
  /** Lists the chat in the Space; of several wishes for one chat the latest counts. */
  linkChild(space: RoomId, child: Child): Promise<Done>;
  /** Invites; a person who is in the room or invited already counts as done, and nothing is sent. */
  invite(room: RoomId, person: UserId): Promise<Invited>;
  setName(room: RoomId, name: string): Promise<Done>;
  /** What a person calls themselves, as they wrote it; null when the homeserver does not say so soon. */
  displayName(person: UserId): Promise<string | null>;
  writeMarker(room: RoomId, marker: Marker): Promise<Done>;
  /**
   * Null when the room has none (or it cannot be read as one). Rejects, unlike the others, also where the homeserver
   * does not say it within 10 s, and where a newer version wrote it: such a room is left alone.
   */
  readMarker(room: RoomId): Promise<Marker | null>;
  /** Leaves, or declines an invite, for a `reason` in words that those in the room see. */
  leave(room: RoomId, how: OnBehalf & { reason: string }): Promise<Done>;
  /** Takes back what the bot sent itself. */
  redact(room: RoomId, event: EventId, transaction: string): Promise<Done>;
  /** Reacts to a message with an emoji. */
  react(room: RoomId, to: EventId, key: string, transaction: string): Promise<Reacted>;
}

/** A room that the bot is in, as the first sync shows it: what reconciliation works from. */
export interface KnownRoom {
  room: RoomId;
  isSpace: boolean;
  /** Whether the bot itself made it: what stands in a room of others is only their word. */
  createdByMe: boolean;
  encrypted: boolean;
  name: string | null;
  marker: Marker | null;
  /** The joined and invited members besides the bot. */
  members: { user: UserId; membership: 'join' | 'invite' | 'leave' | 'ban' }[];
  /** The rooms that it names as its Space (`m.space.parent`), and that it names as its children with a `via`. */
  parents: RoomId[];
  children: RoomId[];
  /** The room that took its place (`m.room.tombstone`). */
  replacement: RoomId | null;
  /** The newest message in it. */
  lastWord: { eventId: EventId; sender: UserId } | null;
}

/**
 * Everything the bot is in, in one state-filtered full sync, the position to go on from, and the invites that wait: no
 * sync from there on brings them again.
 */
export type Survey = () => Promise<{ rooms: KnownRoom[]; position: string; arrivals: Arrival[] }>;

export type {
  MediaSink,
  MediaSource,
  NewFile,
  NotOpen,
  NotUploaded,
  OpenFile,
  SentFile,
  Uploaded,
} from './ports/media.ts';

// ── agents ────────────────────────────────────────────────────────────────────────────────────────────────────────

export type { Capabilities, LinkEvent, Link, OpenLink, Places, Registry } from './ports/agents.ts';

// ── workspaces ────────────────────────────────────────────────────────────────────────────────────────────────────

export type { SaveFile, SaveFiles, SaveSight } from './ports/workspace.ts';
export type {
  Brought,
  BroughtFile,
  FileKind,
  FileLayout,
  IncomingFiles,
  HeldFile,
  Opened,
  OutgoingFiles,
  PersonFile,
  WantedFile,
  WhyRefused,
} from './ports/files.ts';

// ── store ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type {
  Answers,
  Conversations,
  Damaged,
  HostDocument,
  HostState,
  Letters,
  RecordTable,
  Store,
} from './ports/store.ts';

// ── operators ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type { Meter } from './ports/meter.ts';
export type { AnswerOperator, OpsDesk } from './ports/ops.ts';

// ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A sentence in a language; null: in the one that the operator says. */
export type RenderNotice = (notice: Notice, language: Language | null) => Rendered;

/** Why the bot goes, as those in the room read it: one line of plain text, in the language of this person. */
export type RenderFarewell = (why: Farewell, person: UserId) => string;

/**
 * Markdown to the parts of a message, each small enough for one event (8 KB of Markdown), cut between blocks. Each is
 * rendered when it is asked for: a long answer takes its time. `language`: of what is said about what is not shown.
 */
export type RenderAnswer = (markdown: string, language: Language | null) => Iterable<AnswerPart>;

/** `isCutOff`: there is more of the answer than is shown, of which this part, the last, tells that it comes as a file. */
export type AnswerPart = Rendered & { isCutOff?: true };

/** The images of an answer that lie in the agent's workspace: their paths, as they are written. */
export type PicturesIn = (markdown: string) => string[];

/** What a growing answer looks like now: at most one part. */
export type RenderPreview = (markdown: string, growth: Growth, language: Language | null) => Rendered;

/** What a person is called, on one line; within a second, and never rejects. */
export type NameOf = (person: UserId) => Promise<string>;

/** Whether an answer is being written this moment (its last word may be half of one), or rests. */
export type Growth = 'flowing' | 'resting';
