/** Fetches the files that people sent, as they come: nothing is held. */
import type http from 'node:http';
import type { MxcUri } from '../../machines/ids.ts';
import type { FileContent, MediaSource, NotOpen, OpenFile, Poured } from '../ports/media.ts';
import type { Chance, Log, Now } from '../ports.ts';
import { badAnswer, MatrixFailure, toFailure } from './errors.ts';
import { pourInThread, WORTH_A_THREAD } from './pouring.ts';
import { ask, contentOf, failureOf, SILENCE_MS } from './streaming.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

/** How often an answer may say that the file is elsewhere. */
const MOST_REDIRECTS = 5;

const DOWNLOAD = '/_matrix/client/v1/media/download';
/** Where files stood until v1.11, for homeservers that know no other place. */
const OLD_DOWNLOAD = '/_matrix/media/v3/download';

export interface MediaOptions {
  homeserver: string;
  accessToken: string;
  /** Resolves when the service may speak. */
  sure?: () => Promise<void>;
  now: Now;
  chance: Chance;
  log: Log;
  wait?: Wait;
  /** How long nothing may move, ms. */
  silenceMs?: number;
}

export function createDownloads(options: MediaOptions): MediaSource {
  const { homeserver, accessToken, sure, now, chance, log, wait = realWait, silenceMs = SILENCE_MS } = options;
  const base = homeserver.replace(/\/+$/, '');

  /** The token goes to the homeserver alone, wherever that sends us (Content repository; RFC 9110, 15.4). */
  async function get(path: string, signal: AbortSignal): Promise<Found> {
    const home = new URL(base + path);
    let url = home;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'identity' };
      if (url.origin === home.origin) headers.authorization = `Bearer ${accessToken}`;
      const response = await ask({ method: 'GET', url, headers, signal, silenceMs });
      const next = redirectOf(response, url);
      if (next === null) return { response, url, headers };
      response.destroy();
      url = next;
    }
    throw badAnswer(null, 'The file is said to be elsewhere, again and again');
  }

  async function open(path: string, signal: AbortSignal): Promise<OpenFile> {
    try {
      await sure?.();
      const found = await get(path, signal);
      if (found.response.statusCode !== 200) throw await failureOf(found.response, silenceMs, now());
      return opened(found, silenceMs, signal);
    } catch (error) {
      throw toFailure(error, { retryAfter: null, now: now() });
    }
  }

  return {
    async open(url, signal) {
      const place = placeOf(url);
      try {
        return await retry(
          () =>
            open(DOWNLOAD + place, signal).catch((error: unknown) => {
              if (isOfOldServer(error)) return open(OLD_DOWNLOAD + place, signal);
              throw error;
            }),
          { on: ['limited'], signal, wait, chance },
        );
      } catch (error) {
        if (!(error instanceof MatrixFailure)) throw error;
        const { kind, status, code } = error;
        log.debug({ url, kind, status, code }, 'file not opened');
        return notOpen(error);
      }
    },
  };
}

/** The address is one of `MxcUri`: its parts are a server and an id, and none is `..`. */
function placeOf(url: MxcUri): string {
  const [server = '', id = ''] = url.slice('mxc://'.length).split('/');
  return `/${encodeURIComponent(server)}/${encodeURIComponent(id)}`;
}

/** Null where the answer names no other place. */
function redirectOf(response: http.IncomingMessage, from: URL): URL | null {
  const { statusCode = 0, headers } = response;
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return null;
  const url = URL.parse(headers.location, from.href);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && from.protocol === 'http:');
  if (url !== null && isSafe) return url;
  response.destroy();
  throw badAnswer(statusCode, 'The file is said to be where nothing is fetched from');
}

interface Found {
  response: http.IncomingMessage;
  /** As it was asked for at last. */
  url: URL;
  headers: Record<string, string>;
}

function opened({ response, url, headers }: Found, silenceMs: number, signal: AbortSignal): OpenFile {
  const { 'content-length': length = '', 'content-type': mime = null } = response.headers;
  const bytes = /^\d{1,15}$/.test(length) ? Number(length) : null;
  const content: FileContent = contentOf(response, silenceMs);
  if (bytes !== null && bytes >= WORTH_A_THREAD) content.pour = { bytes, into: (fd) => pour(fd, bytes) };
  return { is: 'open', bytes, mime, content };

  /** Asks for it once more: an answer cannot move to another thread. */
  function pour(fd: number, most: number): Promise<Poured> | null {
    const poured = pourInThread({ url: url.href, headers, fd, bytes: most, silenceMs }, signal);
    if (poured !== null) response.destroy();
    return poured;
  }
}

/** A homeserver, or a proxy in front of it, that does not know the newer path. */
export function isOfOldServer(error: unknown): boolean {
  if (!(error instanceof MatrixFailure)) return false;
  return error.code === 'M_UNRECOGNIZED' || error.code === 'HTTP_404';
}

function notOpen(failure: MatrixFailure): NotOpen {
  const { kind, status, code, detail } = failure;
  const isGone = (status === 404 || status === 410) && !isOfOldServer(failure);
  return { is: 'not', why: kind !== 'refused' ? 'unreachable' : isGone ? 'gone' : 'refused', code, detail };
}
