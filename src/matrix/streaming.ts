/** Requests whose bodies are too big to be held: they pass through, and end when nothing moves any more. */
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { MatrixError } from 'matrix-bot-sdk';
import { after } from '../basics/after.ts';
import { fault } from './http.ts';
import { toFailure, type MatrixFailure } from './errors.ts';

/** How long nothing may move before a file on its way is given up, ms. */
export const SILENCE_MS = 30_000;
/** How much is read of an answer that says no, in bytes. */
export const MAX_REFUSAL_BYTES = 64 * 1024;

export interface Asked {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  signal: AbortSignal;
  silenceMs: number;
}

/** Makes a request without a body; the answer has come as far as its headers. Rejects with whatever the network says. */
export function ask(asked: Asked): Promise<http.IncomingMessage> {
  const sent = start(asked);
  const answer = answered(sent, asked.silenceMs);
  sent.end();
  return answer;
}

/**
 * Makes a request with this body, and hands its answer to `read`; the connection ends with that. `answerMs`: how long the
 * answer may take once all of it is on its way.
 */
export async function pour<T>(
  body: () => AsyncIterable<Uint8Array>,
  asked: Asked & { answerMs: number },
  read: (response: http.IncomingMessage) => Promise<T>,
): Promise<T> {
  const sent = start(asked);
  const answer = Promise.withResolvers<http.IncomingMessage>();
  let calm = () => {};
  const listen = (ms: number) => {
    calm = after(ms, () => sent.destroy(silence(ms)));
  };

  /** The silence is that of the network: reading here takes its time. */
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body()) {
      listen(asked.silenceMs);
      try {
        yield chunk;
      } finally {
        calm();
      }
    }
    listen(asked.answerMs);
  }

  // It may come before the end. What is poured after it goes nowhere, and the error of that says nothing.
  sent.on('response', answer.resolve).on('error', answer.reject);
  pipeline(Readable.from(watched()), sent).catch(answer.reject);
  try {
    const response = await answer.promise;
    calm();
    return await read(response);
  } finally {
    calm();
    sent.destroy();
  }
}

function start({ method, url, headers, signal }: Asked): http.ClientRequest {
  const client = url.protocol === 'https:' ? https : http;
  // A connection of its own: what goes on for long, or breaks off, keeps no other call waiting.
  const sent = client.request(url, { method, headers, signal, agent: false });
  // Whatever comes after the answer is told by the answer.
  sent.on('error', () => undefined);
  return sent;
}

function answered(sent: http.ClientRequest, ms: number): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const hushed = after(ms, () => sent.destroy(silence(ms)));
  sent.on('response', resolve).on('error', reject);
  return promise.finally(hushed);
}

/** What an answer brings; throws a MatrixFailure where it breaks off, or nothing comes for so long while it is waited for. */
export function contentOf(response: http.IncomingMessage, silenceMs: number): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = chunksOf(response, silenceMs);
      return {
        next: () => chunks.next(),
        // What has not begun would not end by itself.
        return(value: undefined) {
          response.destroy();
          return chunks.return(value);
        },
      };
    },
  };
}

async function* chunksOf(response: http.IncomingMessage, silenceMs: number): AsyncGenerator<Uint8Array> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  try {
    for (;;) {
      const hushed = after(silenceMs, () => response.destroy(silence(silenceMs)));
      const next = await chunks.next().finally(hushed);
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw toFailure(error, { retryAfter: null, now: 0 });
  } finally {
    response.destroy();
  }
}

/** Reads a short answer to its end, as far as `most` bytes; null where it is longer. All of it takes no longer than a silence. */
export async function textOf(response: http.IncomingMessage, most: number, silenceMs: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const callOff = after(silenceMs, () => response.destroy(silence(silenceMs)));
  try {
    for await (const chunk of contentOf(response, silenceMs)) {
      size += chunk.length;
      if (size > most) return null;
      chunks.push(chunk);
    }
  } finally {
    callOff();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What an answer that is no 200 says. `now`: ms since 1970. */
export async function failureOf(
  response: http.IncomingMessage,
  silenceMs: number,
  now: number,
): Promise<MatrixFailure> {
  const status = response.statusCode ?? 0;
  const text = await textOf(response, MAX_REFUSAL_BYTES, silenceMs).catch(() => null);
  const said = parsed(text ?? '');
  const thrown = said === null ? { statusCode: status } : new MatrixError(said, status);
  return toFailure(thrown, { retryAfter: response.headers['retry-after'] ?? null, now });
}

function parsed(text: string): { errcode: string; error: string } | null {
  try {
    const value: unknown = JSON.parse(text);
    const isOfMatrix = typeof value === 'object' && value !== null && 'errcode' in value;
    return isOfMatrix ? (value as { errcode: string; error: string }) : null;
  } catch {
    return null;
  }
}

function silence(ms: number): Error {
  return fault('ESOCKETTIMEDOUT', `Nothing moved for ${ms} ms`);
}
