/** The way from the page to the homeserver. */
import { request as send, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { MAX_UPLOAD } from '../homeserver/index.ts';

/** Nothing that somebody put on the homeserver may act in the name of the page, whose login stands beside it. */
const CONFINED = {
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** What is said of one connection, not of the answer. */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

/** Passes what is under `/_matrix/` on to `base`, and its answers back; 502 for what the other side does not take. */
export function homeserverBehind(base: string): FastifyPluginAsync {
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_UPLOAD }, (_request, body, done) =>
      done(null, body),
    );
    server.all('/_matrix/*', async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const answer = await ask(base, request, gone.signal).catch(() => null);
      if (answer === null) return reply.code(502).headers(CONFINED).send('The homeserver of the demo is away.\n');
      return reply
        .code(answer.statusCode ?? 502)
        .headers({ ...headersOf(answer), ...CONFINED })
        .send(answer);
    });
  };
}

/** Only path and query come from the request: the host is always that of `base`. */
function ask(base: string, { raw, body, headers }: FastifyRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { pathname, search } = new URL(raw.url ?? '/', base);
  const onward = {
    ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
    ...(headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] }),
  };
  return new Promise((resolve, reject) => {
    send(base, { method: raw.method, path: pathname + search, headers: onward, signal }, resolve)
      .once('error', reject)
      .end(body);
  });
}

function headersOf({ headers }: IncomingMessage): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name)));
}
