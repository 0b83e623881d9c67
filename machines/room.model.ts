/**
 * The words of a room: what a person says, what an agent answers, what the room remembers, hears and wants done.
 * Everything here is JSON: it is written into records and read back by later versions.
 */
import { z } from 'zod';
import { RoomId, UserId, EventId, AgentId, ContextId, TurnId } from './ids.ts';
import type { Written } from './message.ts';
import type { Thing } from './notices.ts';
import { Trouble, type Farewell } from './notices.ts';

/** What a reply says of the message that it answers. */
export const Quoted = z.object({ author: UserId, excerpt: z.string() });
export type Quoted = z.infer<typeof Quoted>;

/** One text of a person, as it goes to the agent. */
export const Text = z.object({
  eventId: EventId,
  sender: UserId,
  body: z.string(),
  replyTo: EventId.nullable(),
  /** Only where the reply says so itself. */
  quoted: Quoted.optional(),
  /** The root of the thread that it stands in. */
  thread: EventId.optional(),
  /** The message whose words are asked again by this one. */
  repeats: EventId.optional(),
  /** The reaction of the bot that says that it waits. */
  mark: EventId.optional(),
  /** The messages whose words are asked together in it, where they are more than one. */
  gathered: z.array(z.object({ eventId: EventId, body: z.string(), mark: EventId.optional() })).optional(),
  /** Nobody wrote it: its id is that of no event. */
  unwritten: z.literal(true).optional(),
});
export type Text = z.infer<typeof Text>;

/** What an agent wants to be told before it goes on. `expiresInMs` bounds the wait; null means the default. */
export const Question = z.object({ id: z.string(), text: z.string(), expiresInMs: z.number().nullable() });
export type Question = z.infer<typeof Question>;

const OpenQuestion = Question.extend({
  /** The message that asks it. */
  shown: EventId.optional(),
  /** The person knows that what they write waits for their word. */
  isUrged: z.literal(true).optional(),
});

/** An answer in Markdown: short ones stand in the record, long ones in a file beside it under `stored`. */
export const Answer = z.union([z.object({ markdown: z.string() }), z.object({ stored: z.string() })]);
export type Answer = z.infer<typeof Answer>;

/** `stands`: the message that shows its first part already as it will stay. */
export type Piece = { answer: Answer; stands?: EventId };

/** How a turn ended on the agent's side. */
export const Outcome = z.enum(['done', 'stopped', 'failed']);
export type Outcome = z.infer<typeof Outcome>;

export const Turn = z.object({
  id: TurnId,
  text: Text,
  contextId: ContextId,
  /** Others may stand between the text and its answer: it waited in line, or is asked again. */
  waited: z.boolean().default(false),
  /** How many pieces of the answer are with the homeserver already: each ended at a question. */
  pieces: z.number().int().default(0),
  /** Tries to reach the agent so far. */
  attempts: z.number().int(),
  /** The message in the room that shows the beginning of the answer, once there is one. */
  preview: EventId.nullable(),
  /** How long to wait before the next try to reach the agent, ms. */
  pauseMs: z.number(),
  /** The agent promised (STATUS.capabilities.idempotent) to run a repeated message_id only once. */
  idempotent: z.boolean(),
  /** The agent takes USER_CONFIRMATION within a turn; else the word waits for the next turn. */
  confirmations: z.boolean(),
  /** Where it stands in the line for a place at the agent, from 1 on; null where it has one, or has not asked yet. */
  position: z.number().int().nullable().default(null),
  /** Why the service, not the person, ends it early. */
  stoppedFor: Trouble.nullable(),
  /** `!clear` came: what it still brings is thrown away. */
  discarded: z.boolean(),
});
export type Turn = z.infer<typeof Turn>;

type KnownTurn = Pick<Turn, 'id' | 'text' | 'contextId'>;

/** A turn of which nothing is done yet. */
export function newTurn(known: KnownTurn & Partial<Turn>): Turn {
  const fresh: Omit<z.input<typeof Turn>, keyof KnownTurn> = {
    ...{ attempts: 0, preview: null, pauseMs: 0, idempotent: false, confirmations: false },
    ...{ stoppedFor: null, discarded: false },
  };
  return Turn.parse({ ...fresh, ...known });
}

/** What `!retry` repeats; with an answer that the homeserver refused, the answer. */
export const Unanswered = z.object({
  text: Text,
  why: z.enum(['interrupted', 'stopped', 'failed']),
  answer: Answer.optional(),
});
export type Unanswered = z.infer<typeof Unanswered>;

/** A question of ours that is open: what it is about, and what its answer needs to know. */
export const Dialog = z.looseObject({ about: z.string() });
export type Dialog = z.infer<typeof Dialog>;

/** `entry`: only points to the chats in the person's Space; `refused`: its person may not talk to an agent. */
export const Role = z.enum(['chat', 'entry', 'refused']);
export type Role = z.infer<typeof Role>;

/** Whether the registry names the person, or everybody's agent serves. */
export const Assignment = z.enum(['configured', 'default']);
export type Assignment = z.infer<typeof Assignment>;

/** What the room's notice of its waiting line says, and where it stands; null until the homeserver took it. */
export const Line = z.object({
  texts: z.number().int(),
  position: z.number().int().nullable(),
  notice: EventId.nullable(),
});
export type Line = z.infer<typeof Line>;

export const RoomContext = z.object({
  room: RoomId,
  role: Role.default('chat'),
  /** Chats in a Space: their number and name there. */
  number: z.number().int().nullable().default(null),
  name: z.string().nullable().default(null),
  archived: z.boolean().default(false),
  /** The person knows that what they write here, they write in an archived chat. */
  toldArchived: z.boolean().default(false),
  assignment: Assignment.default('configured'),
  /** The person knows that everybody's agent answers, or that none does. */
  noticed: z.boolean().default(false),
  /** The person knows that nothing can be read here. */
  encrypted: z.boolean().default(false),
  /** Whose room it is; null until the first word of somebody, where nobody invited the bot. */
  person: UserId.nullable(),
  agent: AgentId,
  contextId: ContextId,
  /** The agent's STATUS.session of the last turn: another one means that it forgot. */
  session: z.string().nullable(),
  turns: z.number().int(),
  turn: Turn.nullable(),
  waiting: z.array(Text).max(1000),
  line: Line.nullable().default(null),
  unanswered: Unanswered.nullable(),
  /** The last text that was answered, which `!retry` asks again. */
  last: Text.nullable().default(null),
  question: OpenQuestion.nullable(),
  /** While it is set, `!yes` and `!no` are answers to it. */
  dialog: Dialog.nullable().default(null),
  /** Others who were already told that they are not answered here; where they are too many, no more are. */
  told: z.array(UserId).max(50),
});
export type RoomContext = z.infer<typeof RoomContext>;

type KnownRoom = Pick<RoomContext, 'room' | 'agent' | 'contextId'>;

/** What a room remembers in which nothing has happened yet; nobody is known in it unless `known` says so. */
export function blankRoom(known: KnownRoom & Partial<RoomContext>): RoomContext {
  const blank: Omit<z.input<typeof RoomContext>, keyof KnownRoom> = {
    ...{ person: null, session: null, turns: 0, turn: null },
    ...{ waiting: [], unanswered: null, question: null, told: [] },
  };
  return RoomContext.parse({ ...blank, ...known });
}

/** What can happen to a room. Whatever needs time, an id or chance has it inside. */
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
    }
  /** The bot is in the room that it was invited to. */
  | { type: 'room.joined' }
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
  | { type: 'text.received'; text: Text }
  /** `of`: the message as it was first sent, whose words are others now. */
  | { type: 'text.edited'; of: EventId; sender: UserId; body: string }
  /** A message was taken out of the room. */
  | { type: 'text.withdrawn'; of: EventId }
  /** An emoji on a message. */
  | { type: 'message.reacted'; of: EventId; key: string; eventId: EventId; sender: UserId }
  /** Something that is no text and no file. */
  | ({ type: 'thing.received'; thing: Thing } & Written)
  | ({ type: 'file.received'; name: string } & Written)
  | ({ type: 'bystander.spoke' } & Written)
  /** Somebody who may not talk to an agent, where nobody is known. */
  | ({ type: 'stranger.spoke' } & Written)
  | ({ type: 'command.help' } & Written)
  | ({ type: 'command.stop' } & Written)
  | ({ type: 'command.retry' } & Written)
  | ({ type: 'command.clear'; contextId: ContextId } & Written)
  /** `more`: whether people get more than one chat; `first`: what they say in it. */
  | ({ type: 'command.new'; name: string | null; more: boolean; first?: Text } & Written)
  | ({ type: 'command.chats'; all: boolean } & Written)
  | ({ type: 'command.rename'; name: string | null } & Written)
  | ({ type: 'command.archive' } & Written)
  | ({ type: 'command.unarchive'; number: number | null } & Written)
  | ({ type: 'command.agent' } & Written)
  | ({ type: 'command.whoami' } & Written)
  | ({ type: 'command.start' } & Written)
  | ({ type: 'command.yes' } & Written)
  | ({ type: 'command.no' } & Written)
  | ({ type: 'command.unknown'; name: string } & Written)
  /** Words behind a command that does not take them; whether it is done all the same. */
  | ({ type: 'words.left'; command: string; words: string; done: boolean } & Written)
  /** The word on a question of ours: what `!yes` and `!no` become while one is open. */
  | ({ type: 'dialog.accepted' } & Written)
  | ({ type: 'dialog.declined' } & Written)
  // the agent
  | { type: 'place.granted'; turn: TurnId }
  | { type: 'place.awaited'; turn: TurnId; position: number }
  | { type: 'connection.opened'; turn: TurnId }
  | { type: 'agent.ready'; turn: TurnId; idempotent: boolean; confirmations: boolean; session: string | null }
  | { type: 'agent.unreachable'; turn: TurnId; trouble: Trouble; jitter: number }
  | { type: 'agent.reachable'; agent: AgentId }
  | { type: 'agent.asked'; turn: TurnId; question: Question; said?: Piece | undefined }
  | { type: 'question.shown'; eventId: EventId }
  | { type: 'agent.sent a file'; turn: TurnId; path: string }
  | { type: 'answer.shown'; turn: TurnId; eventId: EventId }
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
    }
  | { type: 'chat.archived'; archived: boolean }
  /** The person's list is without this chat. */
  | { type: 'person.told' }
  // the host
  /** The registry says otherwise than the room remembers. */
  | { type: 'agent.assigned'; role: Role; agent: AgentId; assignment: Assignment }
  /** The operator changed whether each room has a memory of its own. */
  | { type: 'context.assigned'; contextId: ContextId }
  | { type: 'name.set'; name: string }
  | { type: 'name.refused'; name: string; code: string }
  | { type: 'answer.delivered'; turn: TurnId; piece: number }
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
