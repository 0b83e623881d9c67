/** Why a model provider gave no answer, or not a whole one: an error with a code that the bot has words for. */
import { z } from 'zod';
import { AgentError } from './frames.ts';

/** What is known of it, for the operator: nothing of what was said, nothing of the key. */
export interface Reason {
  status: number | null;
  /** The provider's own code, where it looks like one. */
  code: string | null;
}

/** What became of a request that was answered with anything but an answer. */
export class ProviderError extends AgentError {
  readonly reason: Reason;

  constructor(code: ProviderCode, sentence: string, reason: Partial<Reason> = {}) {
    super(code, sentence);
    this.reason = { status: null, code: null, ...reason };
  }
}

/** The codes of the protocol page. */
type ProviderCode =
  | 'MODEL_DENIED'
  | 'MODEL_NOT_FOUND'
  | 'MODEL_BUSY'
  | 'MODEL_FAILED'
  | 'MODEL_UNREACHABLE'
  | 'MODEL_BROKE_OFF'
  | 'MODEL_FILTERED'
  | 'MODEL_PROMPT_TOO_LONG'
  | 'MODEL_ANSWER_CUT';

/** More of a refusal is not read. */
const MOST_REFUSAL = 64 * 1024;
const WORDS_LIMIT = 300;

const Body = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: null, type: null })),
    z.object({
      message: z.string().catch(''),
      code: z.unknown().optional(),
      type: z.unknown().optional(),
    }),
  ]),
});

interface Said {
  words: string;
  code: string | null;
}

/** What the provider says of itself, short and without the key, in case it repeats that. */
export function reasonOf(body: unknown, apiKey: string | null): Said {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return { words: '', code: null };
  const { message, code, type } = parsed.data.error;
  const words = apiKey === null || apiKey === '' ? message : message.replaceAll(apiKey, '[key]');
  return { words: words.slice(0, WORDS_LIMIT), code: [code, type].find(isCode) ?? null };
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-z_.-]{0,59}$/i.test(value);
}

/** Reads why a request was refused. */
export async function refusalOf(response: Response, apiKey: string | null): Promise<ProviderError> {
  const { status } = response;
  const { words, code } = reasonOf(await bodyOf(response), apiKey);
  const [kind, sentence] = kindOf(status, code ?? '', words);
  return new ProviderError(kind, `${sentence} (${status})${words === '' ? '.' : `: ${words}`}`, { status, code });
}

function kindOf(status: number, code: string, words: string): [ProviderCode, string] {
  if (status >= 300 && status < 400) {
    return ['MODEL_FAILED', 'The model provider redirects elsewhere, which is not followed'];
  }
  if (/insufficient_quota|billing/i.test(code)) return ['MODEL_DENIED', 'The model provider wants to be paid'];
  if (status === 401 || status === 403) return ['MODEL_DENIED', 'The model provider refused the API key'];
  if (status === 402) return ['MODEL_DENIED', 'The model provider wants to be paid'];
  if (/content_filter|content_policy/i.test(code)) return ['MODEL_FILTERED', 'The model provider filtered the message'];
  if (status !== 429 && (/context_length|too_long/i.test(code) || TOO_LONG.test(words) || status === 413)) {
    return ['MODEL_PROMPT_TOO_LONG', 'The conversation is too long for the model'];
  }
  if (status === 404) return ['MODEL_NOT_FOUND', 'The model provider knows no such model, or no such path'];
  if (status === 429) return ['MODEL_BUSY', 'The model provider takes no more requests at the moment'];
  if (status >= 500) return ['MODEL_FAILED', 'The model provider is in trouble itself'];
  return ['MODEL_FAILED', 'The model provider refused the request'];
}

const TOO_LONG =
  /context.{0,20}(?:length|window|size)|maximum context|prompt is too long|too many tokens|exceed.{0,40}(?:context|tokens)/i;

/** Whether it was the pictures that it did not take. */
export function isAboutPictures({ message }: ProviderError): boolean {
  return /image|vision|multi-?modal/i.test(message);
}

/** How long it wants to be left alone, ms; null where it does not say. */
export function retryAfterOf({ headers }: Response, now: number): number | null {
  const ms = Number(headers.get('retry-after-ms') ?? NaN);
  if (ms >= 0) return ms;
  const after = headers.get('retry-after');
  if (after === null) return null;
  const wait = /^\d+(\.\d+)?$/.test(after.trim()) ? Number(after) * 1000 : Date.parse(after) - now;
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}

/** What is wrong where no response came at all. */
export function unreachable(error: unknown): ProviderError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  const code = cause !== null && 'code' in cause && isCode(cause.code) ? cause.code : null;
  const why = code === null ? '' : ` (${code})`;
  return new ProviderError('MODEL_UNREACHABLE', `The model provider could not be reached${why}.`, { code });
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await textOf(response, MOST_REFUSAL).catch(() => null);
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** The whole body, or null where it is longer. */
export async function textOf(response: Response, most: number): Promise<string | null> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += (piece as Uint8Array).length;
    if (bytes > most) return null;
    pieces.push(piece as Uint8Array);
  }
  return Buffer.concat(pieces).toString();
}
