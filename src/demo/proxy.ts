/** The way from the page to the homeserver. */
import { request as send, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Transform } from 'node:stream';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Homeserver } from '../homeserver/index.ts';

/** Nothing that somebody put on the homeserver may act in the name of the page, whose login stands beside it. */
const CONFINED = {
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** What is said of one connection, not of the answer. */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

/** What the homeserver has to know of a request. */
const PASSED_ON = ['authorization', 'content-type', 'content-length'] as const;

/** More than the homeserver takes. */
class TooMuch extends Error {
  readonly statusCode = 413;
}

/** It leads elsewhere on the homeserver than it begins. */
class Elsewhere extends Error {
  readonly statusCode = 404;
}

type Behind = Pick<Homeserver, 'url' | 'maxUpload'>;

/**
 * Passes what is under `/_matrix/` on, and the answers back, piece by piece. 413 for what is longer than the longest file,
 * 404 for a path that leads out of there, 502 where there is no answer.
 */
export function homeserverBehind(homeserver: Behind): FastifyPluginAsync {
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (_request, _content, done) => done(null));
    server.all('/_matrix/*', async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => {
        gone.abort();
        // An answer may come before all is sent; what nobody takes any more goes by.
        request.raw.unpipe().resume();
      });
      const answer = await ask(homeserver, request, gone.signal).catch((error: unknown) => {
        if (error instanceof TooMuch || error instanceof Elsewhere) throw error;
        return null;
      });
      if (answer === null) return reply.code(502).headers(CONFINED).send('The homeserver of the demo is away.\n');
      return reply
        .code(answer.statusCode ?? 502)
        .headers({ ...headersOf(answer), ...ofFile(answer), ...CONFINED })
        .send(answer);
    });
  };
}

/** Only path and query come from the request: the host is always that of `url`. */
async function ask({ url, maxUpload }: Behind, { raw, headers }: FastifyRequest, signal: AbortSignal) {
  if (Number(headers['content-length'] ?? 0) > maxUpload) throw new TooMuch();
  const { pathname, search } = new URL(raw.url ?? '/', url);
  // There was a `..` in it, in whatever way it is written.
  if (!pathname.startsWith('/_matrix/')) throw new Elsewhere();
  const onward: OutgoingHttpHeaders = Object.fromEntries(
    PASSED_ON.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
  // Or the body of a GET would stand behind it without any frame, and be read as the next request on this connection.
  if (headers['transfer-encoding'] !== undefined) onward['transfer-encoding'] = 'chunked';
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, { method: raw.method, path: pathname + search, headers: onward, signal }, resolve);
    request.on('error', reject);
    request.flushHeaders();
    const measured = atMost(maxUpload).once('error', (error) => {
      reject(error);
      request.destroy();
    });
    raw.pipe(measured).pipe(request);
  });
}

function atMost(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      done(bytes > most ? new TooMuch() : null, piece);
    },
  });
}

function headersOf({ headers }: IncomingMessage): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name)));
}

/** What a browser can only show or play. Pictures that are drawn by a program (SVG) are none of them. */
const HARMLESS = /^(?:image\/(?:png|apng|jpeg|gif|webp|avif|bmp)|(?:audio|video)\/[\w.+-]+)$/;

/** A file is saved wherever a browser is led to it, and what is no picture, sound or film is of no type at all. */
function ofFile({ headers }: IncomingMessage): IncomingHttpHeaders {
  const { 'content-disposition': disposition, 'content-type': written = '' } = headers;
  if (disposition === undefined) return {};
  const type = written.replace(/;.*/s, '').trim().toLowerCase();
  return {
    'content-type': HARMLESS.test(type) ? type : 'application/octet-stream',
    'content-disposition': disposition.replace(/^[^;]*/, 'attachment'),
  };
}
