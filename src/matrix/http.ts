/**
 * The HTTP function of matrix-bot-sdk: what `request` was to it, over node:http(s). It is installed when this file is
 * imported, and the library's own logging (it logs bodies) is switched off.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import { LogLevel, LogService, setRequestFn } from 'matrix-bot-sdk';
import { after } from '../basics/after.ts';

/** The largest answer that is read, in bytes. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** What ends a call before its time; the methods of matrix-bot-sdk have no place for it. */
export interface Limits {
  signal?: AbortSignal;
  /** How long the whole answer may take. */
  timeoutMs?: number;
}

/** One call through matrix-bot-sdk: what ends it, and what the library hides of it. */
export interface Exchange extends Limits {
  /** Method and path; null where nothing was sent. */
  request: string | null;
  /** The status of the answer; null before there is one. */
  status: number | null;
  /** The `Retry-After` header as it came. */
  retryAfter: string | null;
}

/** The part of the `request` options that matrix-bot-sdk uses. */
export interface RequestParams {
  uri: string;
  method: string;
  /** Arrays repeat their key; undefined and null are left out. */
  qs?: Record<string, unknown> | null;
  body?: string | Buffer;
  headers?: Record<string, string>;
  /** Milliseconds until the whole answer must be there, where no limit is set around the call; null or 0 for none. */
  timeout?: number | null;
  /** Null for the body as a Buffer, else it is text. */
  encoding?: null;
}

interface RawResponse {
  statusCode: number;
  headers: http.IncomingHttpHeaders;
  body: string | Buffer;
}

type Callback = (error: Error | null, response?: RawResponse, body?: string | Buffer) => void;

const exchanges = new AsyncLocalStorage<Exchange>();
const keepAlive = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
const repeatable = new Set(['GET', 'PUT', 'DELETE', 'HEAD']);

/** Runs `call`; every request that starts inside ends with an error when `signal` aborts, or after `timeoutMs`. */
export function withLimits<T>(limits: Limits, call: (exchange: Exchange) => Promise<T>): Promise<T> {
  const exchange: Exchange = { ...limits, request: null, status: null, retryAfter: null };
  return exchanges.run(exchange, call, exchange);
}

/** The `request`-compatible function; calls back exactly once, never before it returned. */
export function request(params: RequestParams, callback: Callback): void {
  const exchange = exchanges.getStore();
  let current: http.ClientRequest | undefined;
  let ended = false;

  const end = (error: Error | null, response?: RawResponse): void => {
    if (ended) return;
    ended = true;
    stopWaiting?.();
    exchange?.signal?.removeEventListener('abort', abort);
    if (error) current?.destroy();
    if (response && exchange) {
      exchange.status = response.statusCode;
      exchange.retryAfter = response.headers['retry-after'] ?? null;
    }
    callback(error, response, response?.body);
  };
  const abort = (): void => end(fault('ABORT_ERR', 'The request was aborted'));
  const timeout = exchange?.timeoutMs ?? params.timeout;
  const late = () => end(fault('ESOCKETTIMEDOUT', `No answer within ${timeout} ms`));
  const stopWaiting = timeout ? after(timeout, late) : undefined;

  if (exchange?.signal?.aborted) {
    queueMicrotask(abort);
    return;
  }
  exchange?.signal?.addEventListener('abort', abort, { once: true });

  const attempt = (fresh: boolean): void => {
    const sent = start(params, fresh);
    current = sent;
    if (exchange) exchange.request = `${params.method} ${sent.path.split('?', 1)[0]}`;
    let answered = false;
    sent.on('response', (response) => {
      answered = true;
      read(response, params.encoding === null, end);
    });
    sent.on('error', (error) => {
      // A kept connection that the server closed in the meantime says nothing about the server.
      if (!answered && !ended && !fresh && sent.reusedSocket && repeatable.has(params.method)) attempt(true);
      else end(error);
    });
    sent.end(params.body);
  };
  try {
    attempt(false);
  } catch (error) {
    // An address or a token that cannot be put into a request.
    queueMicrotask(() => end(error as Error));
  }
}

function start(params: RequestParams, fresh: boolean): http.ClientRequest {
  const url = urlOf(params);
  const secure = url.protocol === 'https:';
  const headers: Record<string, string | number> = { accept: 'application/json', ...params.headers };
  if (params.body !== undefined || params.method !== 'GET') {
    headers['content-length'] = params.body === undefined ? 0 : Buffer.byteLength(params.body);
  }
  const agent = fresh ? false : secure ? keepAlive.https : keepAlive.http;
  return (secure ? https : http).request(url, { method: params.method, headers, agent });
}

function read(
  response: http.IncomingMessage,
  binary: boolean,
  end: (error: Error | null, response?: RawResponse) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const isTooLarge = (bytes: number): boolean => {
    if (bytes <= MAX_RESPONSE_BYTES) return false;
    end(fault('ERESPONSETOOLARGE', `The answer is larger than ${MAX_RESPONSE_BYTES} bytes`));
    return true;
  };
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (!isTooLarge(size)) chunks.push(chunk);
  });
  response.on('error', (error) => end(error));
  response.on('end', () => {
    const bytes = Buffer.concat(chunks);
    const body = binary ? bytes : bytes.toString('utf8');
    end(null, { statusCode: response.statusCode ?? 0, headers: response.headers, body });
  });
  // What announces its size need not be read to know.
  isTooLarge(Number(response.headers['content-length'] ?? 0));
}

function urlOf(params: RequestParams): URL {
  const url = new URL(params.uri);
  for (const [name, value] of Object.entries(params.qs ?? {})) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== undefined && one !== null) url.searchParams.append(name, textOf(one));
    }
  }
  return url;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const nowhere = (): void => undefined;
LogService.setLevel(LogLevel.ERROR);
LogService.setLogger({ trace: nowhere, debug: nowhere, info: nowhere, warn: nowhere, error: nowhere });
setRequestFn(request);
