/**
 * The words that all machines share: ids, what a person says, what an agent answers, what a room remembers.
 * Everything here is JSON: it is written into records and read back by later versions.
 */
import { z } from 'zod';

export const RoomId = z.string().startsWith('!').brand<'RoomId'>();
export type RoomId = z.infer<typeof RoomId>;

export const UserId = z
  .string()
  .regex(/^@[^:]*:.+$/)
  .brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

export const EventId = z.string().startsWith('$').brand<'EventId'>();
export type EventId = z.infer<typeof EventId>;

export const AgentId = z.string().min(1).brand<'AgentId'>();
export type AgentId = z.infer<typeof AgentId>;

/** `platform_chat_id`: the id of a conversation's memory on the agent's side, decimal on the wire. */
export const ContextId = z.string().regex(/^\d+$/).brand<'ContextId'>();
export type ContextId = z.infer<typeof ContextId>;

/** Where each person has one memory only (`policy.context.scope: person`), it has this id. */
export const ONLY_CONTEXT = '0' as ContextId;

/** Numbers the turns of one room; whatever answers a turn carries it, so that a late answer fails a guard. */
export const TurnId = z.number().int().positive().brand<'TurnId'>();
export type TurnId = z.infer<typeof TurnId>;

/** One text of a person, as it goes to the agent. */
export const Text = z.object({
  eventId: EventId,
  sender: UserId,
  body: z.string(),
  replyTo: EventId.nullable(),
});
export type Text = z.infer<typeof Text>;

/** What an agent wants to be told before it goes on. `expiresInMs` bounds the wait; null means the default. */
export const Question = z.object({ id: z.string(), text: z.string(), expiresInMs: z.number().nullable() });
export type Question = z.infer<typeof Question>;

/** An answer in Markdown: short ones stand in the record, long ones in a file beside it under `stored`. */
export const Answer = z.union([z.object({ markdown: z.string() }), z.object({ stored: z.string() })]);
export type Answer = z.infer<typeof Answer>;

/**
 * Why a turn could not be answered; the words for the person stand in `src/text`.
 * `agent-error` is the agent's own ERROR frame, `connection-lost` a break after the message was written.
 */
export const troubles = [
  'unreachable',
  'no-status',
  'protocol',
  'silent',
  'too-long',
  'too-big',
  'agent-error',
  'connection-lost',
] as const;
export const Trouble = z.enum(troubles);
export type Trouble = z.infer<typeof Trouble>;

/** How a turn ended on the agent's side. */
export const Outcome = z.enum(['done', 'stopped', 'failed']);
export type Outcome = z.infer<typeof Outcome>;

export const Turn = z.object({
  id: TurnId,
  text: Text,
  contextId: ContextId,
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
  /** The person knows that the agent has no place free. */
  toldBusy: z.boolean(),
  /** Why the service, not the person, ends it early. */
  stoppedFor: Trouble.nullable(),
  /** `!clear` came: what it still brings is thrown away. */
  discarded: z.boolean(),
});
export type Turn = z.infer<typeof Turn>;

/** What `!retry` repeats. */
export const Unanswered = z.object({ text: Text, why: z.enum(['interrupted', 'stopped', 'failed']) });
export type Unanswered = z.infer<typeof Unanswered>;

/** One line of `!chats`. */
export const ChatLine = z.object({ number: z.number(), name: z.string(), archived: z.boolean(), room: RoomId });
export type ChatLine = z.infer<typeof ChatLine>;

/**
 * What the bot keeps about a room in its own per-room account data: private, cannot be forged by members, comes back in
 * the first sync. From the markers alone everything can be rebuilt.
 */
export const Marker = z.object({
  version: z.literal(1),
  kind: z.enum(['space', 'chat', 'entry']),
  person: UserId,
  /** Chats in a Space: their number there; null otherwise. */
  number: z.number().int().nullable(),
  name: z.string().nullable(),
  agent: AgentId.nullable(),
  contextId: ContextId.nullable(),
  archived: z.boolean(),
});
export type Marker = z.infer<typeof Marker>;

/** A sentence to a person, as data: `src/text` finds the words when it is sent. */
export const Notice = z.discriminatedUnion('key', [
  z.object({ key: z.literal('help'), inSpace: z.boolean() }),
  z.object({ key: z.literal('unknown command'), name: z.string() }),
  z.object({ key: z.literal('text waits'), position: z.number() }),
  z.object({ key: z.literal('text waits for your word') }),
  z.object({ key: z.literal('queue is full'), limit: z.number() }),
  z.object({ key: z.literal('agent is busy'), position: z.number() }),
  z.object({ key: z.literal('files are not taken') }),
  z.object({ key: z.literal('agent sent a file'), path: z.string() }),
  z.object({ key: z.literal('agent asks'), text: z.string() }),
  z.object({ key: z.literal('question expired') }),
  z.object({ key: z.literal('no question is open') }),
  z.object({ key: z.literal('stopped') }),
  z.object({ key: z.literal('is stopping') }),
  z.object({ key: z.literal('nothing runs') }),
  z.object({ key: z.literal('answer is complete') }),
  z.object({ key: z.literal('nothing to retry') }),
  /** `kept`: the agent has one memory for everything of this person, which stays. */
  z.object({ key: z.literal('cleared'), waiting: z.number(), kept: z.boolean() }),
  z.object({ key: z.literal('agent starts afresh') }),
  z.object({ key: z.literal('interrupted') }),
  z.object({ key: z.literal('empty answer') }),
  z.object({ key: z.literal('answer was refused') }),
  z.object({ key: z.literal('trouble'), trouble: Trouble }),
  z.object({ key: z.literal('only for'), person: UserId }),
  // people, Spaces and rooms; `chat` is a chat's name, `number` its number in the person's Space;
  // `inSpace`: the person has a Space of chats, not this one room
  z.object({ key: z.literal('greeting'), defaultAgent: z.boolean(), inSpace: z.boolean() }),
  z.object({ key: z.literal('default agent') }),
  z.object({ key: z.literal('agent changed'), agent: z.string() }),
  z.object({ key: z.literal('no agent for you'), contact: z.string().nullable() }),
  z.object({ key: z.literal('chat is ready'), chat: z.string(), number: z.number() }),
  z.object({ key: z.literal('access is restored'), chats: z.number() }),
  z.object({ key: z.literal('chat could not be made'), code: z.string() }),
  z.object({ key: z.literal('Space could not be made'), code: z.string() }),
  z.object({ key: z.literal('chat is being made') }),
  z.object({ key: z.literal('too many chats are wanted'), limit: z.number() }),
  z.object({ key: z.literal('chats'), chats: z.array(ChatLine), archived: z.number() }),
  z.object({ key: z.literal('no chats') }),
  z.object({ key: z.literal('chat is renamed'), chat: z.string() }),
  z.object({ key: z.literal('name is missing') }),
  z.object({ key: z.literal('name could not be set'), code: z.string() }),
  z.object({ key: z.literal('chat is archived'), chat: z.string(), number: z.number() }),
  z.object({ key: z.literal('chat is unarchived'), chat: z.string(), number: z.number() }),
  z.object({ key: z.literal('no such chat') }),
  z.object({ key: z.literal('this is no numbered chat') }),
  z.object({ key: z.literal('this is your only chat') }),
  z.object({ key: z.literal('no more chats are made') }),
  z.object({ key: z.literal('your agent'), agent: z.string(), configured: z.boolean() }),
  z.object({ key: z.literal('you are'), person: UserId }),
  z.object({ key: z.literal('room is encrypted') }),
  z.object({ key: z.literal('memory was lost') }),
  z.object({ key: z.literal('room is troubled') }),
]);
export type Notice = z.infer<typeof Notice>;

/** `entry`: only points to the chats in the person's Space; `refused`: its person may not talk to an agent. */
export const Role = z.enum(['chat', 'entry', 'refused']);
export type Role = z.infer<typeof Role>;

/** Whether the registry names the person, or everybody's agent serves. */
export const Assignment = z.enum(['configured', 'default']);
export type Assignment = z.infer<typeof Assignment>;

export const RoomContext = z.object({
  room: RoomId,
  role: Role.default('chat'),
  /** Chats in a Space: their number and name there. */
  number: z.number().int().nullable().default(null),
  name: z.string().nullable().default(null),
  archived: z.boolean().default(false),
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
  unanswered: Unanswered.nullable(),
  question: Question.nullable(),
  /** Others who were already told that they are not answered here; where they are too many, no more are. */
  told: z.array(UserId).max(50),
});
export type RoomContext = z.infer<typeof RoomContext>;

/** What can happen to a room. Whatever needs time, an id or chance has it inside. */
export type RoomEvent =
  // Matrix
  | { type: 'room.invited'; person: UserId; role: Role; agent: AgentId; assignment: Assignment; contextId: ContextId }
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
  | { type: 'room.left' }
  /** Somebody other than the bot left the room or was removed from it. */
  | { type: 'member.left'; user: UserId }
  | { type: 'room.named'; name: string; sender: UserId }
  | { type: 'room.replaced'; replacement: RoomId }
  | { type: 'room.encrypted'; eventId: EventId }
  | { type: 'text.received'; text: Text }
  | { type: 'file.received'; eventId: EventId; sender: UserId; name: string }
  | { type: 'bystander.spoke'; eventId: EventId; sender: UserId }
  /** Somebody who may not talk to an agent, where nobody is known. */
  | { type: 'stranger.spoke'; eventId: EventId; sender: UserId }
  | { type: 'command.help'; eventId: EventId; sender: UserId }
  | { type: 'command.stop'; eventId: EventId; sender: UserId }
  | { type: 'command.retry'; eventId: EventId; sender: UserId }
  | { type: 'command.clear'; eventId: EventId; sender: UserId; contextId: ContextId }
  /** `more`: whether people get more than one chat. */
  | { type: 'command.new'; eventId: EventId; sender: UserId; name: string | null; more: boolean }
  | { type: 'command.chats'; eventId: EventId; sender: UserId; all: boolean }
  | { type: 'command.rename'; eventId: EventId; sender: UserId; name: string | null }
  | { type: 'command.archive'; eventId: EventId; sender: UserId }
  | { type: 'command.unarchive'; eventId: EventId; sender: UserId; number: number | null }
  | { type: 'command.agent'; eventId: EventId; sender: UserId }
  | { type: 'command.whoami'; eventId: EventId; sender: UserId }
  | { type: 'command.start'; eventId: EventId; sender: UserId }
  | { type: 'command.yes'; eventId: EventId; sender: UserId }
  | { type: 'command.no'; eventId: EventId; sender: UserId }
  | { type: 'command.unknown'; eventId: EventId; sender: UserId; name: string }
  // the agent
  | { type: 'place.granted'; turn: TurnId }
  | { type: 'place.awaited'; turn: TurnId; position: number }
  | { type: 'connection.opened'; turn: TurnId }
  | { type: 'agent.ready'; turn: TurnId; idempotent: boolean; confirmations: boolean; session: string | null }
  | { type: 'agent.unreachable'; turn: TurnId; trouble: Trouble; jitter: number }
  | { type: 'agent.reachable'; agent: AgentId }
  | { type: 'agent.asked'; turn: TurnId; question: Question }
  | { type: 'agent.sent a file'; turn: TurnId; path: string }
  | { type: 'answer.shown'; turn: TurnId; eventId: EventId }
  | {
      type: 'turn.ended';
      turn: TurnId;
      outcome: Outcome;
      answer: Answer | null;
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
  | { type: 'answer.delivered'; turn: TurnId }
  | { type: 'answer.refused'; turn: TurnId }
  /** The state of the service was lost, and with it whether the person's last word here was answered. */
  | { type: 'memory.lost'; eventId: EventId }
  | { type: 'resumed' };

/**
 * What a room wants done outside, as the names of its actions with their params.
 * *repeatable*: kept in the outbox until acknowledged, sent again after a crash under the same transaction id;
 * *once*: begun only after the record that says so is on disk, never replayed;
 * *disposable*: never stored.
 */
export const roomEffects = {
  'join the room': 'repeatable',
  'set the name': 'repeatable',
  'write the marker': 'repeatable',
  'tell the person': 'repeatable',
  say: 'repeatable',
  'deliver the answer': 'repeatable',
  'send the user message': 'once',
  'send the confirmation': 'once',
  'ask for a place': 'disposable',
  'open the connection': 'disposable',
  'stop the agent': 'disposable',
  'close the connection': 'disposable',
  'show typing': 'disposable',
  'hide typing': 'disposable',
} as const;

export type EffectClass = 'repeatable' | 'once' | 'disposable';

export interface RoomEffectParams {
  /** `greet`: the first words are due when it is in. */
  'join the room': { greet: boolean };
  'set the name': { name: string; answers: EventId };
  'write the marker': { marker: Marker };
  'tell the person': { person: UserId; wish: Wish };
  say: { notice: Notice; answers: EventId | null };
  'deliver the answer': { turn: TurnId; answer: Answer; preview: EventId | null; answers: EventId };
  'send the user message': { turn: TurnId; text: Text };
  'send the confirmation': { turn: TurnId; question: string; approved: boolean };
  'ask for a place': { turn: TurnId; agent: AgentId };
  'open the connection': {
    turn: TurnId;
    agent: AgentId;
    contextId: ContextId;
    answers: EventId;
    preview: EventId | null;
  };
  'stop the agent': { turn: TurnId; trouble: Trouble | null };
  'close the connection': { turn: TurnId };
  'show typing': Record<string, never>;
  'hide typing': Record<string, never>;
}

/** What a room asks of its person's actor; the host adds what the actor needs to know besides. */
export type Wish =
  | { type: 'chat.wanted'; answers: EventId | null; name: string | null }
  /** The person came to an entry room: chats are made or invitations sent again. */
  | { type: 'access.wanted'; answers: EventId | null }
  | { type: 'chats.asked'; answers: EventId; all: boolean }
  | { type: 'chat.renamed'; name: string }
  | { type: 'archive.wanted'; answers: EventId }
  | { type: 'unarchive.wanted'; answers: EventId; number: number | null }
  /** The bot is no longer in the chat. */
  | { type: 'chat.gone' }
  /** The room cannot be this person's chat: it is somebody else's. */
  | { type: 'chat.refused' }
  | { type: 'chat.moved'; replacement: RoomId; contextId: ContextId };

/** One chat of a person's Space. */
export const Chat = z.object({ number: z.number().int(), room: RoomId, name: z.string(), archived: z.boolean() });
export type Chat = z.infer<typeof Chat>;

/** A chat in the making: what is known of it so far; every step looks here first. */
export const Job = z.object({
  /** Names the creation of the room, so that a second try finds what the first made. */
  operation: z.string(),
  /** The same for the Space, where there is none yet. */
  spaceOperation: z.string(),
  /** The room that asked, and what it asked. */
  origin: RoomId,
  answers: EventId.nullable(),
  /** Null: the default name. */
  name: z.string().nullable(),
  /** The person puts it away while it is being made. */
  archived: z.boolean(),
  agent: AgentId,
  assignment: Assignment,
  contextId: ContextId,
  /** Null until its turn comes, and where no chat is wanted but the Space anew. */
  number: z.number().int().nullable(),
  room: RoomId.nullable(),
});
export type Job = z.infer<typeof Job>;

export const PersonContext = z.object({
  person: UserId,
  space: RoomId.nullable(),
  nextNumber: z.number().int().positive(),
  chats: z.array(Chat),
  job: Job.nullable(),
  waiting: z.array(Job).max(100),
  /** A job that was refused half-way: the next one goes on where it ended. */
  failed: Job.nullable(),
  /** The invitations to everything that the person has are on their way. */
  inviting: z.boolean().default(false),
});
export type PersonContext = z.infer<typeof PersonContext>;

export type PersonEvent =
  | { type: 'chat.wanted'; job: Job }
  | { type: 'access.wanted'; job: Job }
  | { type: 'chats.asked'; origin: RoomId; answers: EventId; all: boolean }
  | { type: 'chat.renamed'; room: RoomId; name: string }
  | { type: 'archive.wanted'; origin: RoomId; answers: EventId }
  | { type: 'unarchive.wanted'; origin: RoomId; answers: EventId; number: number | null }
  | { type: 'chat.gone'; room: RoomId }
  | {
      type: 'chat.moved';
      room: RoomId;
      replacement: RoomId;
      agent: AgentId;
      assignment: Assignment;
      contextId: ContextId;
    }
  /** The bot is no longer in this Space. */
  | { type: 'space.gone'; room: RoomId }
  /** The invitations are there, or were refused. */
  | { type: 'access.restored' }
  // the steps
  | ({ type: 'space.made'; room: RoomId } & StepOf)
  | ({ type: 'space.marked' } & StepOf)
  | ({ type: 'space.alias dropped' } & StepOf)
  | ({ type: 'chat.made'; room: RoomId; name: string } & StepOf)
  | ({ type: 'chat.linked' } & StepOf)
  | ({ type: 'chat.alias dropped' } & StepOf)
  | ({ type: 'chat.introduced' } & StepOf)
  | ({ type: 'step.refused'; code: string } & StepOf);

/** Which creation a step belongs to, and in which Space it was made; null where that does not matter. */
interface StepOf {
  operation: string;
  space: RoomId | null;
}

export const personEffects = {
  'create the Space': 'repeatable',
  'mark the Space': 'repeatable',
  "drop the Space's alias": 'repeatable',
  'create the chat': 'repeatable',
  'link the chat': 'repeatable',
  "drop the chat's alias": 'repeatable',
  'introduce the chat': 'repeatable',
  'link the other chats': 'repeatable',
  'restore access': 'repeatable',
  'invite again': 'repeatable',
  'tell the room': 'repeatable',
  say: 'repeatable',
} as const;

export interface PersonEffectParams {
  'create the Space': { operation: string; person: UserId };
  'mark the Space': { operation: string; space: RoomId; person: UserId };
  "drop the Space's alias": { operation: string; space: RoomId };
  'create the chat': { operation: string; person: UserId; space: RoomId; number: number; name: string | null };
  'link the chat': { operation: string; space: RoomId; room: RoomId };
  "drop the chat's alias": { operation: string; room: RoomId };
  'introduce the chat': { operation: string; room: RoomId; event: RoomEvent };
  'link the other chats': { space: RoomId; rooms: RoomId[] };
  'restore access': { person: UserId; rooms: RoomId[] };
  'invite again': { person: UserId; rooms: RoomId[] };
  'tell the room': { room: RoomId; event: RoomEvent };
  say: { room: RoomId; notice: Notice; answers: EventId | null };
}
