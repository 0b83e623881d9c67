/** Brings files to the homeserver, as they are read: nothing is held, and what is too big for it is not begun. */
import type http from 'node:http';
import { z } from 'zod';
import { MxcUri } from '../../machines/ids.ts';
import type { MediaSink, NewFile, NotUploaded, Uploaded } from '../ports/media.ts';
import type { MatrixApi } from './client.ts';
import { isOfOldServer, type MediaOptions } from './downloads.ts';
import { badAnswer, MatrixFailure, toFailure } from './errors.ts';
import { failureOf, MAX_REFUSAL_BYTES, pour, SILENCE_MS, textOf } from './streaming.ts';
import { retry, wait as realWait } from './wait.ts';

/** What may stand in a header. */
const MIME = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;
const UNKNOWN_TYPE = 'application/octet-stream';

/** How long the homeserver may take to answer once it has the whole file, ms. */
const ANSWER_MS = 120_000;
/** How long what it says of its limit holds, and how long asking for that may take, ms. */
const REMEMBERED_MS = 300_000;
const ASKING_MS = 10_000;

const UPLOAD = '/_matrix/media/v3/upload';
const CONFIG = '/_matrix/client/v1/media/config';
const OLD_CONFIG = '/_matrix/media/v3/config';

const Config = z.object({ 'm.upload.size': z.number().nonnegative().nullable().catch(null).default(null) });
const Answer = z.object({ content_uri: MxcUri });

/** The file is not what it was said to be, or cannot be read: nothing that the homeserver could help. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export interface UploadOptions extends MediaOptions {
  api: MatrixApi;
  answerMs?: number;
}

export function createUploads(options: UploadOptions): MediaSink {
  const { api, homeserver, accessToken, sure, now, chance, log } = options;
  const { wait = realWait, silenceMs = SILENCE_MS, answerMs = ANSWER_MS } = options;
  const base = homeserver.replace(/\/+$/, '');
  let known: { limit: number | null; at: number } | null = null;

  /** Null where it is not said. */
  async function limit(signal: AbortSignal): Promise<number | null> {
    if (known !== null && now() - known.at < REMEMBERED_MS) return known.limit;
    const from = (path: string) => api.call(Config, 'GET', path, { signal, timeoutMs: ASKING_MS });
    const config = await from(CONFIG).catch((error: unknown) => {
      if (isOfOldServer(error)) return from(OLD_CONFIG);
      throw error;
    });
    known = { limit: config['m.upload.size'], at: now() };
    return known.limit;
  }

  async function send(file: NewFile, signal: AbortSignal): Promise<Uploaded> {
    try {
      await sure?.();
      const url = new URL(`${base}${UPLOAD}?filename=${encodeURIComponent(file.name.toWellFormed())}`);
      const headers = {
        authorization: `Bearer ${accessToken}`,
        'content-type': file.mime !== null && MIME.test(file.mime) ? file.mime : UNKNOWN_TYPE,
        'content-length': String(file.bytes),
      };
      const asked = { method: 'POST', url, headers, signal, silenceMs, answerMs } as const;
      return await pour(() => measured(file), asked, readAnswer);
    } catch (error) {
      if (error instanceof Unreadable) throw error;
      throw toFailure(error, { retryAfter: null, now: now() });
    }
  }

  async function readAnswer(response: http.IncomingMessage): Promise<Uploaded> {
    const { statusCode = 0 } = response;
    if (statusCode !== 200) throw await failureOf(response, silenceMs, now());
    const answer = Answer.safeParse(parsed(await textOf(response, MAX_REFUSAL_BYTES, silenceMs)));
    if (answer.success) return { is: 'there', url: answer.data.content_uri };
    throw badAnswer(statusCode, 'The answer does not say where the file is');
  }

  return {
    async upload(file, signal) {
      const patience = { signal, wait, chance };
      try {
        const most = await retry(() => limit(signal), { ...patience, on: ['limited'] }).catch(unlessClosed);
        if (most !== null && file.bytes > most) return { is: 'not', why: 'too big', limit: most };
        return await retry(() => send(file, signal), { ...patience, on: ['limited'] });
      } catch (error) {
        if (error instanceof Unreadable) {
          return { is: 'not', why: 'unreadable', code: 'UNREADABLE', detail: error.message };
        }
        if (!(error instanceof MatrixFailure)) throw error;
        const { kind, status, code } = error;
        log.debug({ name: file.name, bytes: file.bytes, kind, status, code }, 'file not uploaded');
        return notUploaded(error);
      }
    },
  };
}

/** Exactly as many bytes as were announced: more or less would break the connection in a way that says nothing. */
async function* measured({ bytes, read }: NewFile): AsyncGenerator<Uint8Array> {
  let left = bytes;
  try {
    for await (const chunk of read()) {
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : 'It cannot be read', { cause: error });
  }
  if (left !== 0) throw new Unreadable('It is not as long as it was');
}

/** Without a word on its limit the file itself finds out. */
function unlessClosed(error: unknown): null {
  if (error instanceof MatrixFailure) return null;
  throw error;
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** What is too big although it is not beyond the limit meets another one on its way, which nobody says. */
function notUploaded({ kind, status, code, detail }: MatrixFailure): NotUploaded {
  if (kind === 'refused' && (status === 413 || code === 'M_TOO_LARGE'))
    return { is: 'not', why: 'too big', limit: null };
  return { is: 'not', why: kind === 'refused' ? 'refused' : 'unreachable', code, detail };
}
