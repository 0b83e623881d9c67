/** What a room wants done outside: the names of its effects with their params, and what it asks of its person. */
import type { AgentId, ContextId, EventId, RoomId, TurnId, UserId } from './ids.ts';
import type { TrayFile } from './files.ts';
import type { Language } from './language.ts';
import type { Marker } from './marker.ts';
import type { Farewell, Notice, Trouble } from './notices.ts';
import type { Answer, Ask, Text } from './room.model.ts';
import type { Save } from './saves.ts';
import type { Relation } from './message.ts';

/**
 * What a room wants done outside, as the names of its actions with their params.
 * *repeatable*: kept in the outbox until acknowledged, sent again after a crash under the same transaction id;
 * *once*: begun only after the record that says so is on disk, never replayed;
 * *disposable*: never stored.
 */
export const roomEffects = {
  'join the room': 'repeatable',
  'leave the room': 'repeatable',
  'set the name': 'repeatable',
  'write the marker': 'repeatable',
  'tell the person': 'repeatable',
  say: 'repeatable',
  'say the status': 'repeatable',
  'answer the operator': 'repeatable',
  'deliver the answer': 'repeatable',
  'deliver the push': 'repeatable',
  'fetch the file': 'repeatable',
  'settle the file': 'repeatable',
  'delete the file': 'repeatable',
  'send the files': 'repeatable',
  'mark the message': 'repeatable',
  'take back': 'repeatable',
  'change the notice': 'repeatable',
  'send the user message': 'once',
  'send the confirmation': 'once',
  'ask for a place': 'disposable',
  'open the connection': 'disposable',
  'stop the agent': 'disposable',
  'go on as a reply': 'disposable',
  'go on showing the work': 'disposable',
  'close the connection': 'disposable',
  'show typing': 'disposable',
  'hide typing': 'disposable',
} as const;

export interface RoomEffectParams {
  /** `greet`: the first words are due when it is in. */
  'join the room': { greet: boolean };
  /** Its person hears why in another room of theirs, or by the last word there. */
  'leave the room': { person: UserId; why: Farewell; lastWord?: Notice | undefined };
  'set the name': { name: string; answers: EventId };
  'write the marker': { marker: Marker };
  'tell the person': { person: UserId; wish: Wish };
  /**
   * `mentions`: whom it rings for. `turn`: it comes behind what this turn delivers. `about`: the text that it is about, where
   * it answers another message: who names the notice means that text. `task`: the one that goes on, and that it tells of.
   */
  say: {
    notice: Notice;
    answers: EventId | null;
    relation?: Relation | undefined;
    mentions?: UserId | undefined;
    turn?: TurnId | undefined;
    about?: EventId | undefined;
    task?: string | undefined;
  };
  /** What the room is doing: found when it is said. */
  'say the status': { answers: EventId | null; relation?: Relation | undefined };
  /** About the whole service; found when it is said. `replyTo`: the message that the question answers. */
  'answer the operator': {
    answers: EventId;
    sender: UserId;
    words: string;
    replyTo?: EventId | undefined;
    relation?: Relation | undefined;
  };
  /** `stands`: the message that shows the first part already as it will stay. */
  'deliver the answer': {
    turn: TurnId;
    answer: Answer;
    preview: EventId | null;
    stands?: EventId | undefined;
    answers: EventId;
    relation?: Relation | undefined;
    /** Which piece of the turn's answer it is: 0 unless questions came in between. */
    piece?: number | undefined;
  };
  /** What the agent says of its own accord; the files come behind it. */
  'deliver the push': { push: string; agent: AgentId; person: UserId; answer: Answer; files: string[] };
  /** From the homeserver into the workspace of this agent. */
  'fetch the file': { agent: AgentId; person: UserId; file: TrayFile };
  /** What was fetched is known: nothing has to be kept for another try. */
  'settle the file': { agent: AgentId; person: UserId; file: TrayFile };
  /** Where it is still what was brought there. */
  'delete the file': { agent: AgentId; path: string; bytes: number; print: string };
  /** Of this agent, to its person, one after the other. */
  'send the files': {
    agent: AgentId;
    person: UserId;
    paths: string[];
    answers: EventId | null;
    relation?: Relation | undefined;
    /** The agent said nothing besides. */
    isAll?: true | undefined;
  };
  /** With a reaction of the bot. */
  'mark the message': { of: EventId };
  /** What the bot sent itself. */
  'take back': { event: EventId };
  'change the notice': { of: EventId; notice: Notice; answers: EventId | null };
  'send the user message': { turn: TurnId; text: Text };
  'send the confirmation': { turn: TurnId; question: string; approved: boolean };
  'ask for a place': { turn: TurnId; agent: AgentId };
  'open the connection': {
    turn: TurnId;
    agent: AgentId;
    contextId: ContextId;
    answers: EventId;
    preview: EventId | null;
    /** An earlier run of the turn may have shown a beginning that nobody remembers. */
    mayHaveBegun: boolean;
    relation?: Relation | undefined;
  };
  /** Others stand between the text and what is not shown of its answer yet. */
  'go on as a reply': { turn: TurnId };
  /** In this notice. */
  'go on showing the work': { turn: TurnId; notice: EventId; answers: EventId };
  'stop the agent': { turn: TurnId; trouble: Trouble | null };
  'close the connection': { turn: TurnId };
  'show typing': Record<string, never>;
  'hide typing': Record<string, never>;
}

/** What a room asks of its person's actor; the host adds what the actor needs to know besides. */
export type Wish =
  /** `contextId`: of a memory that is there already. */
  | {
      type: 'chat.wanted';
      answers: EventId | null;
      name: string | null;
      first?: Text | undefined;
      contextId?: ContextId | undefined;
    }
  /** The person came to an entry room: chats are made or invitations sent again. */
  | { type: 'access.wanted'; answers: EventId | null }
  | { type: 'chats.asked'; answers: EventId; all: boolean }
  | { type: 'chat.renamed'; name: string }
  | { type: 'language.chosen'; language: Language }
  | { type: 'context.chosen'; contextId: ContextId }
  | { type: 'archive.wanted'; answers: EventId }
  | { type: 'unarchive.wanted'; answers: EventId; number: number | null }
  | { type: 'saves.asked'; answers: EventId; thread?: EventId | undefined; agent: AgentId; ask: Ask }
  | { type: 'save.made'; save: Save }
  /** The bot is no longer in the chat. */
  | { type: 'chat.gone' }
  /** The room cannot be this person's chat: it is somebody else's. */
  | { type: 'chat.refused' }
  | { type: 'chat.moved'; replacement: RoomId; contextId: ContextId };
