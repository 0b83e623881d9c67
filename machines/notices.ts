/** Every sentence to a person, as data: `src/text` finds the words when it is sent. */
import { z } from 'zod';
import { RoomId, UserId } from './ids.ts';

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

/** One line of `!chats`. */
export const ChatLine = z.object({ number: z.number(), name: z.string(), archived: z.boolean(), room: RoomId });
export type ChatLine = z.infer<typeof ChatLine>;

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
