/** The agent's side of the protocol's frames. */
import { z } from 'zod';
import { ContextId, UserId } from '../../machines/ids.ts';
import { SaveName } from '../../machines/room.model.ts';

const id = z.string().min(1).max(1000);

const ofContexts = { name: SaveName, user_id: UserId, message_id: id.optional(), request_id: id.optional() };
const chat = ContextId.max(30);

/** A frame of the bot that the agent knows. */
export const BotFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('USER_MESSAGE'),
    text: z.string(),
    attachments: z.array(z.string()).default([]),
    message_id: id.optional(),
    request_id: id.optional(),
  }),
  z.object({ type: z.literal('USER_CONFIRMATION'), id, approved: z.boolean() }),
  z.object({ type: z.literal('STOP') }),
  z.object({ type: z.literal('CONTEXT_SAVE'), ...ofContexts }),
  z.object({ type: z.literal('CONTEXT_LOAD'), ...ofContexts }),
  z.object({ type: z.literal('CONTEXT_BRANCH'), ...ofContexts, from: chat, to: chat }),
]);
export type BotFrame = z.infer<typeof BotFrame>;
export type UserMessage = Extract<BotFrame, { type: 'USER_MESSAGE' }>;

export type ContextFrame = Extract<BotFrame, { type: `CONTEXT_${string}` }>;

/** Any frame of the agent. */
export interface AgentFrame {
  type: string;
  [field: string]: unknown;
}

/** What this agent truly does. */
export const CAPABILITIES = { idempotent: true, request_id: true, confirmations: true, stop: true, contexts: true };

/** An error that the person may read: it becomes the ERROR frame. */
export class AgentError extends Error {
  readonly code: string;
  /** What was said before it is an answer, and is remembered. */
  readonly isOfAnAnswer: boolean;

  constructor(code: string, sentence: string) {
    super(sentence);
    this.code = code;
    this.isOfAnAnswer = code === 'MODEL_ANSWER_CUT';
  }
}

/** Reads a message of the bot: a frame, the name of a type that is not known, or null for what is no frame. */
export function readFrame(data: string): BotFrame | { type: 'unknown'; name: string } | null {
  const frame = parseJson(data);
  const known = BotFrame.safeParse(frame);
  if (known.success) return known.data;
  const named = z.object({ type: z.string() }).safeParse(frame);
  const types: string[] = BotFrame.options.map((option) => option.shape.type.value);
  if (!named.success || types.includes(named.data.type)) return null;
  return { type: 'unknown', name: named.data.type.slice(0, 100) };
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
