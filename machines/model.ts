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

/** A sentence to a person, as data: `src/text` finds the words when it is sent. */
export const Notice = z.discriminatedUnion('key', [
  z.object({ key: z.literal('welcome') }),
  z.object({ key: z.literal('help') }),
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
  z.object({ key: z.literal('cleared'), waiting: z.number() }),
  z.object({ key: z.literal('agent starts afresh') }),
  z.object({ key: z.literal('interrupted') }),
  z.object({ key: z.literal('empty answer') }),
  z.object({ key: z.literal('answer was refused') }),
  z.object({ key: z.literal('trouble'), trouble: Trouble }),
  z.object({ key: z.literal('only for'), person: UserId }),
  z.object({ key: z.literal('room is troubled') }),
]);
export type Notice = z.infer<typeof Notice>;

export const RoomContext = z.object({
  room: RoomId,
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
  /** Bystanders who were already told whose room this is. */
  told: z.array(UserId).max(50),
});
export type RoomContext = z.infer<typeof RoomContext>;

/** What can happen to a room. Whatever needs time, an id or chance has it inside. */
export type RoomEvent =
  // Matrix
  | { type: 'room.invited'; person: UserId; agent: AgentId; contextId: ContextId }
  /** The bot is in the room that it was invited to. */
  | { type: 'room.joined' }
  | { type: 'room.left' }
  | { type: 'text.received'; text: Text }
  | { type: 'file.received'; eventId: EventId; sender: UserId; name: string }
  | { type: 'bystander.spoke'; eventId: EventId; sender: UserId }
  | { type: 'command.help'; eventId: EventId; sender: UserId }
  | { type: 'command.stop'; eventId: EventId; sender: UserId }
  | { type: 'command.retry'; eventId: EventId; sender: UserId }
  | { type: 'command.clear'; eventId: EventId; sender: UserId; contextId: ContextId }
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
  // the host
  | { type: 'answer.delivered'; turn: TurnId }
  | { type: 'answer.refused'; turn: TurnId }
  | { type: 'resumed' };

/**
 * What a room wants done outside, as the names of its actions with their params.
 * *repeatable*: kept in the outbox until acknowledged, sent again after a crash under the same transaction id;
 * *once*: begun only after the record that says so is on disk, never replayed;
 * *disposable*: never stored.
 */
export const roomEffects = {
  'join the room': 'repeatable',
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
