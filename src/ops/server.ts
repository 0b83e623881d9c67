/** The HTTP server for operators: `/healthz` and `/readyz` for everybody, `/metrics` and the rest for who may. */
import fastify, { type FastifyReply } from 'fastify';
import { listenAt, shortRequests } from '../basics/small-server.ts';
import type { Log } from '../ports.ts';
import type { OpsDesk } from '../ports/ops.ts';
import { addAdmin } from './admin.ts';
import { createGuard } from './guard.ts';
import { type Health, readiness } from './health.ts';
import type { Metrics } from './metrics.ts';

/** What it is called where it cannot listen. */
export const calledOps = { name: 'ops server', settings: 'OPS_HOST and OPS_PORT' };

export interface OpsOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Asked at every `/readyz`; must be cheap. */
  health: () => Health;
  /** What callers have to show; null: they are on this machine. */
  token: string | null;
  /** Null while the service is not logged in. */
  desk: () => OpsDesk | null;
  metrics: Pick<Metrics, 'contentType' | 'page'>;
  /** Begins to drain. */
  drain: () => void;
  /** How long a request may take to come, ms. */
  requestMs?: number;
  log: Log;
}

/** Of a request from its first byte to its last, ms. */
const REQUEST_MS = 10_000;

/**
 * Serves `GET /healthz` (200 while the process lives) and `GET /readyz` (200, or 503 with what is missing), and to who may
 * `GET /metrics` and what `admin.ts` lists. Throws a sentence where it cannot listen. `close` ends open connections at once.
 */
export async function startOps(options: OpsOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { host, port, health, desk, metrics, log, requestMs = REQUEST_MS } = options;
  const guard = createGuard(options.token);
  const server = fastify({
    ...shortRequests(requestMs),
    bodyLimit: 1024,
    // Ids of Matrix, percent-encoded.
    routerOptions: { maxParamLength: 1_000 },
  });
  server.addHook('onSend', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
  });
  server.get('/healthz', async () => ({ alive: true }));
  server.get('/readyz', async (request, reply) => sendReadiness(reply, health(), guard(request) === null));
  // What is not open is not even said to be there.
  server.addHook('onRequest', async (request, reply) => {
    if (isForEverybody(request.routeOptions.url)) return;
    const refusal = guard(request);
    if (refusal === null) return;
    if (refusal.status === 401) void reply.header('www-authenticate', 'Bearer');
    await reply.code(refusal.status).send({ error: refusal.error });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.page(desk()?.facts() ?? null)),
  );
  addAdmin(server, options);
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: 'There is nothing here.' }));
  server.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, url: request.url }, 'ops request failed');
    return reply
      .code(status)
      .send({ error: status >= 500 ? 'The answer could not be made; the log says why.' : error.message });
  });
  const url = await listenAt(server, { host, port }, calledOps);
  log.info({ url }, 'ops server listens');
  return {
    url,
    close: async () => {
      await server.close();
    },
  };
}

function isForEverybody(route: string | undefined): boolean {
  return route === '/healthz' || route === '/readyz';
}

/** Who may not ask for more reads neither folders, nor what stands in files: how many problems there are is enough to look. */
function sendReadiness(reply: FastifyReply, health: Health, isOpen: boolean): FastifyReply {
  const { ready, missing } = readiness(health);
  const { syncStaleAfterMs: _, ...facts } = health;
  return reply.code(ready ? 200 : 503).send({ ready, missing, ...(isOpen ? facts : inShort(facts)) });
}

function inShort({ workspaces, registry, ...facts }: Omit<Health, 'syncStaleAfterMs'>) {
  return {
    ...facts,
    workspaces: workspaces.length,
    registry: registry === null ? null : { ...registry, problems: registry.problems.length },
  };
}
