/** The HTTP server for operators: `/healthz`, `/readyz`. */
import { createServer } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Log } from '../ports.ts';
import { type Health, readiness } from './health.ts';

/** The ops server cannot listen where it should. */
class OpsFailure extends Error {
  override readonly name = 'OpsFailure';
}

export interface OpsOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Asked at every `/readyz`; must be cheap. */
  health: () => Health;
  log: Log;
}

/**
 * Serves `GET /healthz` (200 while the process lives) and `GET /readyz` (200, or 503 with what is missing).
 * Throws `OpsFailure` where it cannot listen. `close` ends open connections at once.
 */
export async function startOps({
  host,
  port,
  health,
  log,
}: OpsOptions): Promise<{ url: string; close(): Promise<void> }> {
  const server = fastify({ logger: false, forceCloseConnections: true, requestTimeout: 10_000, bodyLimit: 1024 });
  server.addHook('onSend', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
  });
  server.get('/healthz', async () => ({ alive: true }));
  server.get('/readyz', async (_request, reply) => sendReadiness(reply, health()));
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: 'There is nothing here.' }));
  server.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, url: request.url }, 'ops request failed');
    return reply
      .code(status)
      .send({ error: status >= 500 ? 'The answer could not be made; the log says why.' : error.message });
  });
  const url = await listen(server, host, port);
  log.info({ url }, 'ops server listens');
  return {
    url,
    close: async () => {
      await server.close();
    },
  };
}

function sendReadiness(reply: FastifyReply, health: Health): FastifyReply {
  const { ready, missing } = readiness(health);
  const { syncStaleAfterMs: _, ...facts } = health;
  return reply.code(ready ? 200 : 503).send({ ready, missing, ...facts });
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    throw new OpsFailure(wordsOf(error, { host, port }), { cause: error });
  }
}

type Place = Pick<OpsOptions, 'host' | 'port'>;

function wordsOf(error: unknown, { host, port }: Place): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const reasons: Partial<Record<string, string>> = {
    EADDRINUSE: 'another program listens there',
    EACCES: 'this user may not listen there',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this name has no address',
  };
  const why = `${reasons[code] ?? 'it was refused'} (${code})`;
  return `The ops server cannot listen on ${host} port ${port}: ${why}; see OPS_HOST and OPS_PORT.`;
}

/** Listens for an instant; null where that works, else what a start would say. */
export function whyNotListening(place: Place): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(wordsOf(error, place)));
    server.listen(place, () => server.close(() => resolve(null)));
  });
}
