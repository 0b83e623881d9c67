/** What can go wrong with a call to the homeserver, and what to do about it. */
import { MatrixError } from 'matrix-bot-sdk';
import { suspends, type FailureKind } from './failure-classes.ts';

export type { FailureKind } from './failure-classes.ts';

/** No homeserver may silence the bot for longer than this with one answer, ms. */
const MAX_RETRY_AFTER_MS = 3_600_000;

const MAX_DETAIL = 300;

interface Facts {
  kind: FailureKind;
  status: number | null;
  code: string;
  detail: string;
  retryAfterMs?: number | null;
}

/** A failed call. `code`: the errcode of the homeserver, else the code of the network error, else our own word. */
export class MatrixFailure extends Error {
  override readonly name = 'MatrixFailure';
  readonly kind: FailureKind;
  /** The HTTP status; null where no answer came. */
  readonly status: number | null;
  readonly code: string;
  /** One sentence for the log; bounded, never a whole body. */
  readonly detail: string;
  /** Only with `limited`, and only where the homeserver says how long; else null. */
  readonly retryAfterMs: number | null;

  constructor(facts: Facts) {
    super(`${facts.code}: ${facts.detail}`);
    this.kind = facts.kind;
    this.status = facts.status;
    this.code = facts.code;
    this.detail = facts.detail;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** Says that something was not done because its maker was closed first; it may be done after a restart. */
export class Closed extends Error {
  override readonly name = 'Closed';
  constructor() {
    super('Closed before it was done');
  }
}

/** Turns whatever matrix-bot-sdk throws into a MatrixFailure. `retryAfter`: the header of that answer; `now`: ms since 1970. */
export function toFailure(thrown: unknown, answer: { retryAfter: string | null; now: number }): MatrixFailure {
  if (thrown instanceof MatrixFailure) return thrown;
  if (thrown instanceof MatrixError) return fromMatrixError(thrown, answer);
  if (isResponse(thrown)) return fromForeignAnswer(thrown.statusCode, answer);
  if (thrown instanceof Error) return fromError(thrown);
  return new MatrixFailure({
    kind: 'unavailable',
    status: null,
    code: 'UNKNOWN',
    detail: 'Something that is no error was thrown',
  });
}

/** An answer that no homeserver gives, whatever its status: of a proxy or a captive portal, or cut short. */
export function badAnswer(status: number | null, detail: string): MatrixFailure {
  return new MatrixFailure({ kind: 'unavailable', status, code: 'BAD_ANSWER', detail });
}

/** The same failure as a final no. */
export function asRefusal({ status, code, detail }: MatrixFailure): MatrixFailure {
  return new MatrixFailure({ kind: 'refused', status, code, detail });
}

/** The same as a final no: it was tried for long enough. */
export function asGivenUp({ status, code, detail }: MatrixFailure): MatrixFailure {
  return new MatrixFailure({ kind: 'refused', status, code: 'GIVEN_UP', detail: `${code}: ${detail}` });
}

/** Whether the homeserver said no (with this errcode, if one is given). */
export function isRefusal(error: unknown, code?: string): boolean {
  return error instanceof MatrixFailure && error.kind === 'refused' && (code === undefined || error.code === code);
}

/** Whether the answer was there, but is more than is read: asked the same, it would be so again. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof MatrixFailure && error.code === 'ERESPONSETOOLARGE';
}

/** Null where the homeserver says no (with this errcode, if one is given). */
export async function unlessRefused<T>(call: Promise<T>, code?: string): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (isRefusal(error, code)) return null;
    throw error;
  }
}

/** Milliseconds from a `Retry-After` header (seconds or an HTTP date), or null when it says neither. */
export function parseRetryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * 1000);
  // Date.parse takes much that is no date of HTTP, such as "-1".
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : bounded(date - now);
}

function fromMatrixError(error: MatrixError, answer: { retryAfter: string | null; now: number }): MatrixFailure {
  const status = error.statusCode;
  const code = codeOf(error.errcode);
  const detail = cut(error.error, 'The homeserver gave no reason');
  if (status === 429 || code === 'M_LIMIT_EXCEEDED') {
    const retryAfterMs = saidIn(answer) ?? fromBody(error.retryAfterMs);
    return new MatrixFailure({ kind: 'limited', status, code, detail, retryAfterMs });
  }
  return new MatrixFailure({ kind: kindOf(status, code), status, code, detail });
}

function kindOf(status: number, code: string): FailureKind {
  if (status >= 400 && suspends(code)) return 'suspended';
  if (status === 401 || code === 'M_UNKNOWN_TOKEN' || code === 'M_MISSING_TOKEN') return 'unauthorised';
  if (status === 408 || status === 425) return 'unavailable';
  return status >= 400 && status < 500 ? 'refused' : 'unavailable';
}

/** An error answer without an errcode is not of the homeserver but of something in front of it. */
function fromForeignAnswer(status: number, answer: { retryAfter: string | null; now: number }): MatrixFailure {
  if (status === 429) {
    const retryAfterMs = saidIn(answer);
    return new MatrixFailure({ kind: 'limited', status, code: 'HTTP_429', detail: 'Too many requests', retryAfterMs });
  }
  // The same body would be too large next time too.
  if (status === 413)
    return new MatrixFailure({ kind: 'refused', status, code: 'M_TOO_LARGE', detail: 'The request is too large' });
  if (status >= 300 && status < 400) {
    return new MatrixFailure({
      kind: 'unavailable',
      status,
      code: `HTTP_${status}`,
      detail: 'The homeserver address redirects elsewhere, which is not followed: is it the right one?',
    });
  }
  const detail = `An answer with status ${status} that is not of a Matrix homeserver`;
  return new MatrixFailure({ kind: 'unavailable', status, code: `HTTP_${status}`, detail });
}

function fromError(error: Error): MatrixFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const aborted = code === 'ABORT_ERR' || error.name === 'AbortError';
  return new MatrixFailure({
    kind: aborted ? 'aborted' : 'unavailable',
    status: null,
    code: aborted ? 'ABORTED' : code,
    detail: cut(error.message, code),
  });
}

function isResponse(thrown: unknown): thrown is { statusCode: number } {
  return (
    typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown && typeof thrown.statusCode === 'number'
  );
}

function codeOf(errcode: unknown): string {
  return typeof errcode === 'string' && /^[\w.]{1,100}$/.test(errcode) ? errcode : 'M_UNKNOWN';
}

/** "At once" says nothing: whoever took it at its word would ask without end. */
function saidIn({ retryAfter, now }: { retryAfter: string | null; now: number }): number | null {
  return parseRetryAfter(retryAfter, now) || null;
}

function fromBody(retryAfterMs: unknown): number | null {
  return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? bounded(retryAfterMs) : null;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), MAX_RETRY_AFTER_MS);
}

function cut(text: unknown, otherwise: string): string {
  return typeof text === 'string' && text !== '' ? text.slice(0, MAX_DETAIL) : otherwise;
}
