/** What an agent pushes, read from a body that is never trusted: as it is today, and as `AgentEvent` was before. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserId, type AgentId, type ContextId } from '../../machines/ids.ts';
import { stepWords } from '../basics/step-words.ts';
import { isBlank } from '../basics/visible.ts';
import type { Pushed } from '../ports/pushes.ts';

/** As it stands in the address. */
export interface Addressed {
  agent: AgentId;
  contextId: ContextId;
}

export type Reading = { is: 'push'; eventId: string; pushed: Pushed } | { is: 'wrong'; why: string };

const EVENT_ID_LIMIT = 255;
const TASK_LIMIT = 255;
/** As many as a turn of an agent may bring. */
const MOST_PUSHED_FILES = 20;
const PATH_LIMIT = 4096;
/** Of what a record keeps of an id, and of all that is said under it. */
const ID = 16;
const PRINT = 10;

const word = z.union([z.string(), z.number().transform(String)]);
const whole = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).nullable().catch(null).default(null);
const path = z.string().min(1).max(PATH_LIMIT);

/** What both bodies have. */
const Named = z.object({
  // Halves of a pair would all be the same id.
  event_id: word.pipe(
    z
      .string()
      .min(1)
      .max(EVENT_ID_LIMIT)
      .refine((id) => id.isWellFormed()),
  ),
  user_id: z.string().nullish(),
  chat_id: word.nullish(),
});

const Said = z.object({
  kind: z.enum(['done', 'failed', 'progress']),
  text: z.string().nullish(),
  files: z.array(path).max(MOST_PUSHED_FILES).nullish(),
  task_id: word.pipe(z.string().max(TASK_LIMIT)).nullish(),
  step: whole,
  steps: whole,
});
type Said = z.infer<typeof Said>;

const kinds = { task_done: 'done', task_error: 'failed', task_progress: 'progress' } as const;

/** `created_at` and whatever else it had are passed over. */
const OldEvent = z.object({
  type: z.enum(['task_done', 'task_error', 'task_progress']),
  payload: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
});

/** The first of `text`, `message`, `result` and `error` that is a text. */
function saidBefore({ type, payload }: z.infer<typeof OldEvent>): unknown {
  const fields = typeof payload === 'string' ? { text: payload } : (payload ?? {});
  const { text, message, result, error, files, task_id: task, step, steps } = fields as Record<string, unknown>;
  const found = [text, message, result, error].find((value) => typeof value === 'string');
  const named = typeof task === 'string' || typeof task === 'number' ? { task_id: task } : {};
  return { kind: kinds[type], text: found, ...named, ...(Array.isArray(files) && { files }), step, steps };
}

/** Reads the body of a push to this address. `why` is a sentence for whoever wrote it; it repeats nothing of the body. */
export function readPush(body: unknown, { agent, contextId }: Addressed): Reading {
  const named = Named.safeParse(body);
  if (!named.success) return wrong(named.error);
  const said = saidIn(body);
  if ('is' in said) return said;
  const { event_id: eventId, user_id: writtenUser, chat_id: chat } = named.data;
  if (chat !== undefined && chat !== null && chat !== contextId) {
    return { is: 'wrong', why: 'chat_id is not the one of the address.' };
  }
  const user = UserId.nullish().safeParse(writtenUser);
  if (!user.success) return { is: 'wrong', why: 'user_id is no Matrix user id.' };
  const about = { agent, contextId, user: user.data ?? null, task: said.task_id ?? '' };
  const words = wordsOf(said);
  const print = digestOf(JSON.stringify([about.user, about.task, words])).slice(0, PRINT);
  return { is: 'push', eventId, pushed: { ...about, id: digestOf(eventId).slice(0, ID), print, ...words } };
}

function saidIn(body: unknown): Said | (Reading & { is: 'wrong' }) {
  const old = 'kind' in (body as object) ? null : OldEvent.safeParse(body);
  const written = old?.success === true ? saidBefore(old.data) : body;
  const said = Said.safeParse(written);
  return said.success ? said.data : wrong(said.error);
}

function wordsOf({ kind, text, files, step, steps }: Said) {
  const words = text === null || text === undefined || isBlank(text) ? null : text;
  if (kind !== 'progress') return { kind, text: words, files: files ?? [] };
  const on = words === null ? '' : stepWords(words);
  return { kind, work: { on: on === '' ? null : on, step, steps } };
}

function wrong({ issues: [issue] }: z.ZodError): Reading & { is: 'wrong' } {
  const at = issue?.path.map(String).join('.') ?? '';
  return { is: 'wrong', why: `${at === '' ? 'The body' : at} is not what it should be; see docs/agent-protocol.md.` };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
