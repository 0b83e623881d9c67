/** The frames of the agent protocol: what comes in is decoded and never trusted, what goes out is written here only. */
import { z } from 'zod';
import type { ContextId, RoomId } from '../../machines/ids.ts';
import { Memory } from '../../machines/memory.ts';
import type { Task, Text } from '../../machines/room.model.ts';
import { isNestedDeeper } from '../basics/json-depth.ts';
import { looksLikeKey, stepWords } from '../basics/step-words.ts';
import type { Capabilities } from '../ports.ts';

/** One frame of an agent. `protocol` is what could not be read: the first frame may not be one, later ones are ignored. */
export type Frame =
  | { type: 'status'; capabilities: Capabilities; session: string | null }
  | { type: 'text'; text: string }
  /** `unknownType` names an `AGENT_EVENT_*` that the protocol page does not know. */
  | { type: 'progress'; text: string; step: number | null; steps: number | null; unknownType: string | null }
  /** `expiresAt` in milliseconds since 1970. */
  | { type: 'question'; id: string; text: string; expiresAt: number | null }
  | { type: 'file'; path: string }
  | { type: 'end'; tokens: number; memory?: Memory }
  /** `details` null: nested too deep to be told. */
  | { type: 'error'; code: string; details: string | null }
  | { type: 'disconnect' }
  | { type: 'unknown'; name: string }
  | { type: 'protocol'; detail: string };

/** A frame with the request that it says it belongs to. */
export interface Decoded {
  frame: Frame;
  requestId: string | null;
}

const TEXT_LIMIT = 10_000;
const NAME_LIMIT = 100;
const PATH_LIMIT = 4096;
/** Of a question; it comes back with the person's word. */
const ID_LIMIT = 1000;
/** No time is later (ECMAScript, Time Values); a question that expires behind it names none. */
const LAST_TIME = 8.64e15;
/** A longer STATUS.session counts as none: it is only ever compared, and stands in every record of its room. */
const SESSION_LIMIT = 500;
/** A message that is nested deeper is not parsed: millions of brackets would stand for seconds of everybody's time. */
const MESSAGE_DEPTH_LIMIT = 50_000;
/** How deep the details of an ERROR may be nested: `JSON.stringify` overflows the stack at some thousands. */
const DEPTH_LIMIT = 100;

/** Of an agent that knows only the bare protocol. */
export const noCapabilities: Readonly<Capabilities> = {
  ...{ idempotent: false, request_id: false, confirmations: false, stop: false, contexts: false },
};

const word = z.union([z.string(), z.number().transform(String)]);
const flag = z.boolean().catch(false);
const whole = z.number().int().nonnegative().nullable().catch(null);

const Envelope = z.object({ type: z.string(), request_id: word.nullable().catch(null).default(null) });
const Status = z.object({
  capabilities: z
    .object({ idempotent: flag, request_id: flag, confirmations: flag, stop: flag, contexts: flag })
    .catch(noCapabilities),
  session: z.string().max(SESSION_LIMIT).nullable().catch(null),
});
const TextChunk = z.object({ text: z.string() });
const SendFile = z.object({ path: z.string().min(1).max(PATH_LIMIT) });
/** More is no number of tokens: together they have to stay one, or the record of the room could not be read. */
const End = z.object({
  tokens_used: z.number().nonnegative().max(Number.MAX_SAFE_INTEGER).catch(0),
  memory: Memory.optional().catch(undefined),
});
const Failure = z.object({ code: word.catch(''), details: z.unknown().optional() });
const Update = z.object({ kind: z.string() });
const Confirmation = z.object({
  id: word.pipe(z.string().min(1).max(ID_LIMIT)),
  text: z.string().transform((text) => text.slice(0, TEXT_LIMIT)),
  expires_at: z
    .union([z.number().max(LAST_TIME), z.string().transform(Date.parse).pipe(z.number())])
    .nullable()
    .catch(null),
});
const Progress = z.object({ step: whole.default(null), steps: whole.default(null) });

/** A message as it came; what is not asked for by name is never looked at or copied. */
type Fields = Readonly<Record<string, unknown>>;

/** Decodes one WebSocket message; never throws. */
export function decodeFrame(data: Buffer | string, isBinary = false): Decoded {
  if (isBinary) return unread('a binary message');
  const text = data.toString();
  if (isNestedDeeper(text, MESSAGE_DEPTH_LIMIT)) return unread('a message that is nested too deep');
  const fields = parseJson(text);
  const envelope = Envelope.safeParse(fields);
  if (!envelope.success) return unread('not a JSON object with a type');
  const { type, request_id: requestId } = envelope.data;
  return { frame: decodeType(type, fields as Fields), requestId };
}

function decodeType(type: string, fields: Fields): Frame {
  const name = namable(type);
  if (type === 'STATUS') return { type: 'status', ...Status.parse(fields) };
  if (type === 'AGENT_EVENT_TEXT_CHUNK') {
    const chunk = TextChunk.safeParse(fields);
    return chunk.success ? { type: 'text', text: chunk.data.text } : malformed(name);
  }
  if (type === 'AGENT_EVENT_SEND_FILE') {
    const file = SendFile.safeParse(fields);
    return file.success ? { type: 'file', path: file.data.path } : malformed(name);
  }
  if (type === 'AGENT_EVENT_END') {
    const { tokens_used: tokens, memory } = End.parse(fields);
    return { type: 'end', tokens, ...(memory !== undefined && { memory }) };
  }
  if (type === 'ERROR') {
    const { code, details } = Failure.parse(fields);
    return { type: 'error', code: code.slice(0, NAME_LIMIT), details: asText(details) };
  }
  if (/DISCONNECT/i.test(type)) return { type: 'disconnect' };
  if (/CUSTOM_?UPDATE/i.test(type)) return decodeCustomUpdate(name, fields);
  if (/TOOL_?(CALL|RESULT)/i.test(type)) return progress(fields, null);
  if (type.startsWith('AGENT_EVENT_')) return progress(fields, name);
  return { type: 'unknown', name };
}

/** Names stand in logs: what an agent puts in their place may be anything, also what a person wrote, or a key. */
export function namable(name: string): string {
  if (!/^[\w.:-]+$/.test(name)) return 'a name that is no word';
  const beginning = name.slice(0, NAME_LIMIT);
  return looksLikeKey(beginning) ? 'a name that looks like a key' : beginning;
}

function decodeCustomUpdate(name: string, fields: Fields): Frame {
  const update = Update.safeParse(fields.data);
  if (!update.success) return progress(fields, null);
  const data = fields.data as Fields;
  if (update.data.kind !== 'confirmation') return progress(data, null);
  const question = Confirmation.safeParse(data);
  if (!question.success) return malformed(name);
  return { type: 'question', id: question.data.id, text: question.data.text, expiresAt: question.data.expires_at };
}

function progress(fields: Fields, unknownType: string | null): Frame {
  return { type: 'progress', text: wordsOf(fields), ...Progress.parse(fields), unknownType };
}

/** Tool frames have no agreed fields: the first one that reads like a text or a name is taken, on one line and without keys. */
function wordsOf({ text, message, tool_name, tool, name }: Fields): string {
  const found = [text, message, tool_name, tool, name].find((value) => typeof value === 'string');
  return stepWords(found ?? '');
}

/** The details of an ERROR as its agent wrote them, the beginning only; null where they are nested too deep. */
function asText(details: unknown): string | null {
  if (typeof details === 'string') return details.slice(0, TEXT_LIMIT);
  if (isDeeperThan(DEPTH_LIMIT, details)) return null;
  return (JSON.stringify(details) ?? '').slice(0, TEXT_LIMIT);
}

function isDeeperThan(limit: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => isDeeperThan(limit - 1, inner));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unread(detail: string): Decoded {
  return { frame: { type: 'protocol', detail }, requestId: null };
}

function malformed(name: string): Frame {
  return { type: 'protocol', detail: `a malformed ${name}` };
}

/** A frame in words, for the log; an ERROR with the beginning of what it says. */
export function nameOf(frame: Frame): string {
  if (frame.type === 'error') {
    return `ERROR ${frame.code}: ${frame.details?.slice(0, 500) ?? 'its details are nested too deep'}`;
  }
  if (frame.type === 'protocol') return frame.detail;
  return frame.type === 'unknown' ? frame.name : frame.type;
}

/** What may be logged of a frame: nothing that an agent says. */
export function outlineOf(frame: Frame): { type: Frame['type']; characters?: number } {
  return 'text' in frame && frame.text !== null
    ? { type: frame.type, characters: frame.text.length }
    : { type: frame.type };
}

/** What goes into a USER_MESSAGE; `attachments` are paths relative to the agent's `/workspace`. */
export interface UserMessage {
  text: Text;
  room: RoomId;
  attachments: readonly string[];
  /** Sent only to an agent that declared `request_id`. */
  requestId: string | null;
}

/** What begins a turn; `contextId`: of the connection. */
export function encodeBeginning(message: UserMessage, contextId: ContextId): string {
  const { task } = message.text;
  return task === undefined ? encodeUserMessage(message) : encodeTask(task, message, contextId);
}

/** CONTEXT_SAVE, CONTEXT_LOAD or CONTEXT_BRANCH: what the agent does with its memory, in the place of an answer. */
function encodeTask(task: Task, { text, requestId }: UserMessage, contextId: ContextId): string {
  return JSON.stringify({
    type: contextFrames[task.kind],
    name: task.name,
    ...(task.kind === 'branch' && { from: contextId, to: task.to }),
    user_id: text.sender,
    message_id: text.eventId,
    ...(requestId !== null && { request_id: requestId }),
  });
}

const contextFrames = { save: 'CONTEXT_SAVE', load: 'CONTEXT_LOAD', branch: 'CONTEXT_BRANCH' } as const;

/** Fields that say nothing are left out. */
function encodeUserMessage({ text, room, attachments, requestId }: UserMessage): string {
  return JSON.stringify({
    type: 'USER_MESSAGE',
    text: text.body,
    ...(attachments.length > 0 && { attachments }),
    message_id: text.eventId,
    ...(requestId !== null && { request_id: requestId }),
    user_id: text.sender,
    room_id: room,
    ...(text.replyTo !== null && { reply_to: text.replyTo }),
    ...(text.quoted !== undefined && { reply_quote: { user_id: text.quoted.author, text: text.quoted.excerpt } }),
  });
}

/** USER_CONFIRMATION: the person's word on a question of the agent. */
export function encodeConfirmation(id: string, approved: boolean): string {
  return JSON.stringify({ type: 'USER_CONFIRMATION', id, approved });
}

/** STOP: asks the agent to end the turn. */
export function encodeStop(): string {
  return JSON.stringify({ type: 'STOP' });
}
