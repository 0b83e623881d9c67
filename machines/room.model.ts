/**
 * The words of a room: what a person says, what an agent answers, what the room remembers.
 * Everything here is JSON: it is written into records and read back by later versions.
 */
import { z } from 'zod';
import { RoomId, UserId, EventId, AgentId, ContextId, TurnId } from './ids.ts';
import { FileFailure, TrayFile } from './files.ts';
import { Language } from './language.ts';
import { Answer } from './answer.ts';
import { Memory } from './memory.ts';
import { Trouble } from './notices.ts';
import { noPushes, Pushes } from './pushes.ts';
import { Ending } from './status.ts';

export { Answer } from './answer.ts';

/** What a reply says of the message that it answers. */
export const Quoted = z.object({ author: UserId, excerpt: z.string() });
export type Quoted = z.infer<typeof Quoted>;

/** What a save may be called. */
export const SaveName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** What a turn does with the agent's memory of the conversation, in the place of an answer. */
export const Task = z.discriminatedUnion('kind', [
  /** `clears`: the context that the room goes on in once it is saved. `of`: what is saved, where the room has gone on since. */
  z.object({ kind: z.literal('save'), name: SaveName, clears: ContextId.optional(), of: ContextId.optional() }),
  z.object({ kind: z.literal('load'), name: SaveName }),
  /** A copy of it for `to`, in which a new chat called `chat` begins; `name`: the save by which it gets there. */
  z.object({
    ...{ kind: z.literal('branch'), name: SaveName, of: ContextId.optional() },
    ...{ to: ContextId, chat: z.string().nullable() },
  }),
]);
export type Task = z.infer<typeof Task>;

/** What an agent wants to be told before it goes on. `expiresInMs` bounds the wait; null means the default. */
export const Question = z.object({ id: z.string(), text: z.string(), expiresInMs: z.number().nullable() });
export type Question = z.infer<typeof Question>;

const OpenQuestion = Question.extend({
  /** The message that asks it. */
  shown: EventId.optional(),
  /** The person knows that what they write waits for their word. */
  isUrged: z.literal(true).optional(),
});

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
  /** It is none: what its turn does instead. */
  task: Task.optional(),
  /** The files that go with it. */
  files: z.array(TrayFile).optional(),
  /** Nobody wrote its words: without its files it is nothing. */
  forFiles: z.literal(true).optional(),
  /** Its id is that of a reaction. */
  reaction: z.literal(true).optional(),
  /** It is the person's word on this question, which is open again where they take the word back. */
  settles: OpenQuestion.optional(),
});
export type Text = z.infer<typeof Text>;

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
  /** The agent saves, loads and copies its memory by frames of its own; else it is asked in words. */
  contexts: z.boolean().default(false),
  /** Where it stands in the line for a place at the agent, from 1 on; null where it has one, or has not asked yet. */
  position: z.number().int().nullable().default(null),
  /** Why the service, not the person, ends it early. */
  stoppedFor: Trouble.nullable(),
  /** `!clear` came: what it still brings is thrown away. */
  discarded: z.boolean(),
  /** Which agent has it, where the room has another one by now. */
  agent: AgentId.optional(),
  /** The files that the agent wants to be sent, in its order and its words. */
  sends: z.array(z.string()).optional(),
  /** The notice of what the agent does meanwhile; null until the homeserver took it. */
  work: EventId.nullable().optional(),
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
  /** `missed`: it was written while the service was away, and never asked. */
  why: z.enum(['interrupted', 'stopped', 'failed', 'missed']),
  answer: Answer.optional(),
  /** The person has written something else since: it is asked again only where it is named. */
  passed: z.literal(true).optional(),
});
export type Unanswered = z.infer<typeof Unanswered>;

/** What is told of files that came in a short time. */
export const Burst = z.object({
  /** The notice; null until the homeserver took it. */
  notice: EventId.nullable(),
  failed: z.array(FileFailure),
  /** What it says, in numbers; null before it says anything. */
  shown: z.object({ files: z.number(), there: z.number(), failed: z.number() }).nullable(),
});
export type Burst = z.infer<typeof Burst>;

/** What the bot wrote of a text: who names one of these messages means the text. */
export const Reply = z.object({ to: EventId, messages: z.array(EventId) });
export type Reply = z.infer<typeof Reply>;

/** Records of before version 2 have one, or null, in the place of a list. */
function listOf<Item extends z.ZodType>(item: Item) {
  const listed = (known: unknown): unknown => (Array.isArray(known) ? known : known === null ? [] : [known]);
  return z.preprocess(listed, z.array(item));
}
/** What the agent keeps of a conversation under a name of its person's, by when (ms since 1970) it was saved. */
export const SaveLine = z.object({ name: SaveName, at: z.number() });
export type SaveLine = z.infer<typeof SaveLine>;

/** For what a room asks which saves there are. */
export const Ask = z.discriminatedUnion('for', [
  z.object({ for: z.literal('save'), name: SaveName, clears: ContextId.optional(), of: ContextId.optional() }),
  /** `which`: its number in the list or its name; null: the person is shown the list. */
  z.object({ for: z.literal('load'), which: z.string().nullable() }),
  z.object({ for: z.literal('context') }),
]);
export type Ask = z.infer<typeof Ask>;

/** The message that asks it. */
const shown = EventId.optional();

/** A question of ours that is open: what it is about, and what its answer needs to know. */
export const Dialog = z.discriminatedUnion('about', [
  z.object({ about: z.literal('a save to load'), saves: z.array(SaveLine), shown }),
  z.object({
    ...{ about: z.literal('an overwrite'), name: SaveName, clears: ContextId.optional(), of: ContextId.optional() },
    shown,
  }),
  z.object({ about: z.literal('a clear'), contextId: ContextId, shown }),
]);
export type Dialog = z.infer<typeof Dialog>;

/** `entry`: only points to the chats in the person's Space; `refused`: its person may not talk to an agent. */
export const Role = z.enum(['chat', 'entry', 'refused']);
export type Role = z.infer<typeof Role>;

/** What becomes of a room that others are in, or may come into or read as they like, when the bot comes. */
export const Company = z.enum(['declined', 'accepted']);
export type Company = z.infer<typeof Company>;

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

/** When what happened last, ms since 1970: what `!status` tells. */
export const Diary = z.object({
  /** The running turn. `trouble`: why its agent could not be reached the last time. */
  run: z
    .object({ turn: TurnId, began: z.number(), asked: z.number().nullable(), trouble: Trouble.nullable() })
    .nullable(),
  /** The last turn that ended. */
  ended: z.object({ turn: TurnId, how: Ending, trouble: Trouble.nullable(), at: z.number() }).nullable(),
  /** Why no turn will be about the person's last message. */
  missed: z.object({ why: z.enum(['not taken', 'taken out of the line', 'not passed on']), at: z.number() }).nullable(),
});
export type Diary = z.infer<typeof Diary>;

/** Nothing happened yet. */
export const blankDiary: Diary = { run: null, ended: null, missed: null };

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
  /** Others were in it when the bot came: only what is said to the bot is heard. */
  company: z.boolean().default(false),
  /** What its person chose to be spoken to in; null: what the operator says. */
  language: Language.nullable().default(null),
  /** Whose room it is; null until the first word of somebody, where nobody invited the bot. */
  person: UserId.nullable(),
  agent: AgentId,
  contextId: ContextId,
  /** It is the memory of all rooms of this person (`policy.context.scope: person`). */
  oneMemory: z.boolean().default(false),
  /** The agent's STATUS.session of the last turn: another one means that it forgot. */
  session: z.string().nullable(),
  turns: z.number().int(),
  turn: Turn.nullable(),
  /** At most the queue, and what was put back into it: without a bound here, or such a record could not be read. */
  waiting: z.array(Text),
  line: Line.nullable().default(null),
  /** What was not answered, oldest first (bounded by `room-again.ts`). */
  unanswered: listOf(Unanswered),
  /** The last texts that were answered, oldest first, which `!retry` asks again. */
  last: listOf(Text).default([]),
  replies: z.array(Reply).default([]),
  /** The last words on questions that the agent has, by the message or reaction that gave them. */
  passedOn: z.array(EventId).default([]),
  /** Messages of the time away that the person has yet to be told of. */
  missed: z.number().int().default(0),
  diary: Diary.default(blankDiary),
  /** The files that the next text takes, in the order in which they came. */
  tray: z.array(TrayFile).default([]),
  burst: Burst.nullable().default(null),
  question: OpenQuestion.nullable(),
  /** While it is set, `!yes` and `!no` are answers to it. What another version asked, nobody can answer. */
  dialog: Dialog.nullable().catch(null).default(null),
  /** The save that the agent read last into this conversation. */
  loaded: SaveLine.nullable().default(null),
  /** What the agent says it has used for the last answer and for all of this conversation. */
  tokens: z.object({ last: z.number(), total: z.number() }).default({ last: 0, total: 0 }),
  /** What the agent said last of its memory of this conversation. */
  memory: Memory.nullable().default(null),
  /** What its agent said of its own accord. */
  pushes: Pushes.default(noPushes),
  /** Others who were already told that they are not answered here; where they are too many, no more are. */
  told: z.array(UserId).max(50),
});
export type RoomContext = z.infer<typeof RoomContext>;

type KnownRoom = Pick<RoomContext, 'room' | 'agent' | 'contextId'>;

/** What a room remembers in which nothing has happened yet; nobody is known in it unless `known` says so. */
export function blankRoom(known: KnownRoom & Partial<RoomContext>): RoomContext {
  const blank: Omit<z.input<typeof RoomContext>, keyof KnownRoom> = {
    ...{ person: null, session: null, turns: 0, turn: null },
    ...{ waiting: [], unanswered: [], question: null, told: [] },
  };
  return RoomContext.parse({ ...blank, ...known });
}
