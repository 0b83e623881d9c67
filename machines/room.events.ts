/** What can happen to a room. Whatever needs time, an id or chance has it inside. */
import type { FileTrouble, ReceivedFile, SendFailure, TrayFile } from './files.ts';
import type { AgentId, ContextId, EventId, RoomId, TurnId, UserId } from './ids.ts';
import type { Language } from './language.ts';
import type { Missed, Written } from './message.ts';
import type { Memory } from './memory.ts';
import type { Push } from './pushes.ts';
import type { Farewell, Thing, Trouble } from './notices.ts';
import type {
  Answer,
  Ask,
  Assignment,
  Dialog,
  Outcome,
  Piece,
  Question,
  Quoted,
  Role,
  SaveLine,
  Text,
} from './room.model.ts';

export type RoomEvent =
  // Matrix
  /** `encrypted`: what will be written in the room cannot be read. */
  | {
      type: 'room.invited';
      person: UserId;
      role: Role;
      agent: AgentId;
      assignment: Assignment;
      contextId: ContextId;
      encrypted?: boolean | undefined;
      language?: Language | undefined;
    }
  /** The first who speaks in a room that the bot knows nothing of is its person; of a chat in the making more is known. */
  | {
      type: 'room.claimed';
      person: UserId;
      role: Role;
      agent: AgentId;
      assignment: Assignment;
      number: number | null;
      name: string | null;
      company?: true;
      language?: Language | undefined;
      /** Of all their rooms, where they have one memory. */
      contextId?: ContextId | undefined;
    }
  /** The bot is in the room that it was invited to; `company`: others are there, or may come in or read as they like. */
  | { type: 'room.joined'; company?: true }
  /** The same, where no such room is taken. */
  | { type: 'company.declined' }
  /** It cannot come in; `code`: the errcode of the homeserver, or `GIVEN_UP`. */
  | { type: 'join.refused'; code: string }
  /** It is out of a room that it gave up. */
  | { type: 'room.given up' }
  | { type: 'room.left' }
  /** Somebody other than the bot left the room or was removed from it. */
  | { type: 'member.left'; user: UserId }
  | { type: 'room.named'; name: string; sender: UserId }
  | { type: 'room.replaced'; replacement: RoomId }
  | { type: 'room.encrypted'; eventId: EventId }
  | { type: 'text.received'; text: Text; addressed?: true; missed?: Missed }
  /** `of`: the message as it was first sent, whose words are others now. */
  | { type: 'text.edited'; of: EventId; sender: UserId; body: string }
  /** A message was taken out of the room. */
  | { type: 'text.withdrawn'; of: EventId }
  /** An emoji on a message. */
  | { type: 'message.reacted'; of: EventId; key: string; eventId: EventId; sender: UserId; missed?: Missed }
  /** Something that is no text and no file. */
  | ({ type: 'thing.received'; thing: Thing } & Written)
  | ({ type: 'file.received'; name: string; file?: ReceivedFile; quoted?: Quoted } & Written)
  | ({ type: 'bystander.spoke' } & Written)
  /** Among others, and not to the bot; or of the time away, where that is passed over. */
  | ({ type: 'words.overheard' } & Written)
  /** What its person wrote while the service was away, and is not passed on any more; without a text: a command. */
  | ({ type: 'words.missed'; text?: Text } & Written)
  /** All that was said while the service was away is heard. */
  | { type: 'absence.over'; awayMs: number }
  /** Among others, where nobody is known and no room of several is taken. */
  | ({ type: 'company.spoke' } & Written)
  /** An operator asks how the service is, whoever else the room is of; `words`: what stands behind `!ops`. */
  | ({ type: 'operator.asked'; words: string } & Written)
  /** Somebody who may not talk to an agent, where nobody is known. */
  | ({ type: 'stranger.spoke' } & Written)
  | ({ type: 'command.help' } & Written)
  /** `all`: also what waits in line. */
  | ({ type: 'command.stop'; all?: true } & Written)
  | ({ type: 'command.retry' } & Written)
  | ({ type: 'command.clear'; contextId: ContextId } & Written)
  | ({ type: 'command.list' } & Written)
  | ({ type: 'command.remove'; number: number | null; all: boolean } & Written)
  /** `more`: whether people get more than one chat; `first`: what they say in it. */
  | ({ type: 'command.new'; name: string | null; more: boolean; first?: Text } & Written)
  | ({ type: 'command.chats'; all: boolean } & Written)
  | ({ type: 'command.rename'; name: string | null } & Written)
  | ({ type: 'command.archive' } & Written)
  | ({ type: 'command.unarchive'; number: number | null } & Written)
  | ({ type: 'command.status' } & Written)
  | ({ type: 'command.agent' } & Written)
  | ({ type: 'command.whoami' } & Written)
  | ({ type: 'command.start' } & Written)
  /** `name`: as it was written; null: one made of `stamp`, the time as `20261128-004500` (UTC). */
  | ({ type: 'command.save'; name: string | null; stamp: string } & Written)
  /** `name`: that of a save, or its number in the list. */
  | ({ type: 'command.load'; name: string | null } & Written)
  | ({ type: 'command.context' } & Written)
  /** `name`: that of the chat which is made for it. */
  | ({ type: 'command.branch'; name: string | null; contextId: ContextId; more: boolean; stamp: string } & Written)
  | ({ type: 'command.cancel' } & Written)
  /** `language`: the one that is wanted; `other`: a word that is none. */
  | ({ type: 'command.language'; language: Language | null; other?: string } & Written)
  | ({ type: 'command.yes' } & Written)
  | ({ type: 'command.no' } & Written)
  | ({ type: 'command.unknown'; name: string } & Written)
  /** Words behind a command that does not take them; whether it is done all the same. */
  | ({ type: 'words.left'; command: string; words: string; done: boolean } & Written)
  /** The word on a question of ours: what `!yes` and `!no` become while one is open. */
  | ({ type: 'dialog.accepted' } & Written)
  | ({ type: 'dialog.declined' } & Written)
  /** A number, while a save is to be chosen. */
  | ({ type: 'choice.made'; number: number } & Written)
  /** What `!clear` becomes where a word is wanted first. */
  | ({ type: 'clear.wanted'; contextId: ContextId } & Written)
  /** A question of ours stands in the room. */
  | { type: 'dialog.shown'; eventId: EventId; about?: Dialog['about'] }
  // the agent
  | { type: 'place.granted'; turn: TurnId }
  | { type: 'place.awaited'; turn: TurnId; position: number }
  | { type: 'connection.opened'; turn: TurnId }
  | {
      type: 'agent.ready';
      turn: TurnId;
      idempotent: boolean;
      confirmations: boolean;
      contexts?: boolean;
      session: string | null;
    }
  | { type: 'agent.unreachable'; turn: TurnId; trouble: Trouble; jitter: number }
  | { type: 'agent.reachable'; agent: AgentId }
  | { type: 'agent.asked'; turn: TurnId; question: Question; said?: Piece | undefined }
  /** `asks`: its words; meanwhile another one may have taken its place. */
  | { type: 'question.shown'; eventId: EventId; asks?: string }
  /** What is said of a text stands in the room. */
  | { type: 'word.shown'; of: EventId; eventId: EventId }
  | { type: 'agent.sent a file'; turn: TurnId; path: string }
  /** A file of this person lies in the workspace of this agent; `name`: as it is called there. */
  | ({ type: 'file.fetched'; file: TrayFile; agent: AgentId; person: UserId; name: string } & NonNullable<
      TrayFile['there']
    >)
  | { type: 'file.refused'; file: TrayFile; agent: AgentId; why: FileTrouble }
  /** These were in the workspace and are not any more. */
  | { type: 'files.gone'; of: EventId[] }
  /** What became of the files of an agent; those that could not be sent; `nothing`: nothing of the answer arrived. */
  | { type: 'files.sent'; answers: EventId | null; failed: SendFailure[]; nothing?: true }
  /** The notice of files that came. */
  | { type: 'tray.shown'; eventId: EventId }
  | { type: 'tray.refused' }
  | { type: 'answer.shown'; turn: TurnId; eventId: EventId }
  /** It does something that takes a moment, in its own words: worth a notice. */
  | { type: 'agent.worked'; turn: TurnId; on: string | null; step: number | null; steps: number | null }
  /** The notice of it stands in the room. */
  | { type: 'work.shown'; turn: TurnId; eventId: EventId }
  /** What it says of its own accord, about this conversation. */
  | { type: 'agent.pushed'; agent: AgentId; contextId: ContextId; push: Push }
  /** Its words are in the room, or were refused: these files come behind them. */
  | { type: 'push.delivered'; agent: AgentId; person: UserId; files: string[] }
  /** The notice of a task that goes on stands in the room; null: it was refused. */
  | { type: 'task.told'; task: string; eventId: EventId | null }
  /** The notice of the waiting line stands in the room, or was refused for good. */
  | { type: 'line.shown'; eventId: EventId }
  | { type: 'line.refused' }
  /** The bot's reaction to a waiting text. */
  | { type: 'text.marked'; of: EventId; mark: EventId }
  | {
      type: 'turn.ended';
      turn: TurnId;
      outcome: Outcome;
      answer: Answer | null;
      /** The message that shows the answer, or its first part, as it will stay. */
      stands?: EventId;
      trouble: Trouble | null;
      tokens: number;
      /** What the agent says of its memory, where it says so. */
      memory?: Memory;
    }
  // the room's person
  | {
      type: 'room.adopted';
      person: UserId;
      agent: AgentId;
      assignment: Assignment;
      contextId: ContextId;
      number: number;
      name: string;
      archived: boolean;
      /** What the person said when they asked for it. */
      first?: Text;
      language?: Language | undefined;
    }
  /** They chose a language, here or in another room. */
  | { type: 'language.chosen'; language: Language }
  /** They began a new conversation, here or in another room, and all their rooms have one memory. */
  | { type: 'context.chosen'; contextId: ContextId }
  | { type: 'chat.archived'; archived: boolean }
  /** The saves of its person that this room's agent has, the newest first. */
  | { type: 'saves.told'; answers: EventId; thread?: EventId | undefined; ask: Ask; saves: SaveLine[] }
  /** The person's list is without this chat. */
  | { type: 'person.told' }
  // the host
  /** The registry says otherwise than the room remembers. */
  | { type: 'agent.assigned'; role: Role; agent: AgentId; assignment: Assignment }
  /** The operator changed whether each room has a memory of its own. */
  | { type: 'context.assigned'; contextId: ContextId; oneMemory: boolean }
  | { type: 'name.set'; name: string }
  | { type: 'name.refused'; name: string; code: string }
  /** `of`: the text; `messages`: those that show it. */
  | { type: 'answer.delivered'; turn: TurnId; piece: number; of: EventId; messages: EventId[] }
  /** `code`: the errcode of the homeserver; `answers`: the text that it was an answer to. */
  | { type: 'answer.refused'; turn: TurnId; piece: number; answer: Answer; answers: EventId; code: string }
  /**
   * The state of the service was lost, and with it whether the person's last word here was answered; null: nobody knows
   * which one that was.
   */
  | { type: 'memory.lost'; eventId: EventId | null }
  /** The invitation of its person to another room is not taken, or could not be. */
  | { type: 'invite.declined'; room: RoomId; why: Farewell }
  | { type: 'resumed' };
