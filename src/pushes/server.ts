/** The HTTP server for agents: `POST /agents/{agent_id}/chats/{platform_chat_id}/messages`, docs/agent-protocol.md. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AgentId, ContextId } from '../../machines/ids.ts';
import { isNestedDeeper } from '../basics/json-depth.ts';
import { readPlainFileMeanwhile } from '../basics/plain-file.ts';
import { listenAt, shortRequests } from '../basics/small-server.ts';
import type { Log, Now } from '../ports.ts';
import type { TakePush, Taking } from '../ports/pushes.ts';
import { readPush } from './body.ts';
import { createRate } from './rate.ts';
import { createTokens } from './tokens.ts';

export interface PushOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Asked at every push. */
  agents: () => readonly { id: AgentId; pushTokenFile?: string }[];
  take: TakePush;
  now?: Now;
  /** How long a request may take to come, ms. */
  requestMs?: number;
  log: Log;
}

const BODY_BYTES = 256 * 1024;
const BODY_DEPTH = 32;
/** Of a request from its first byte to its last, ms. */
const REQUEST_MS = 10_000;
/** Of one agent. */
const PUSHES_A_MINUTE = 60;
/** When what cannot be taken now may come again. */
const RETRY_AFTER_S = 5;
/** An agent's id in the address, as it is encoded there. */
const LONGEST_ID = 3000;

const answers: Record<Taking, { status: number; says: object }> = {
  taken: { status: 202, says: { duplicate: false } },
  known: { status: 200, says: { duplicate: true } },
  'known otherwise': { status: 409, says: { error: 'This event_id was taken before, with other words.' } },
  over: { status: 410, says: { error: 'This conversation is over: its person cleared it.' } },
  unknown: { status: 404, says: { error: 'This agent has no such conversation.' } },
  'of somebody else': { status: 400, says: { error: 'user_id is not whose conversation this is.' } },
  'not now': { status: 503, says: { error: 'It cannot be taken now. Push it again.' } },
};

type Push = FastifyRequest<{ Params: { agent: string; chat: string } }>;

/** Serves until it is closed, which ends open connections at once. Throws a sentence where it cannot listen. */
export async function startPushes(options: PushOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { host, port, log, requestMs = REQUEST_MS } = options;
  const server = fastify({
    ...shortRequests(requestMs),
    bodyLimit: BODY_BYTES,
    routerOptions: { maxParamLength: LONGEST_ID },
  });
  server.addHook('onSend', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
  });
  readJson(server);
  server.post('/agents/:agent/chats/:chat/messages', { onRequest: admission(options) }, taking(options));
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: 'There is nothing here.' }));
  server.setErrorHandler<Error & { statusCode?: number }>(async (error, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error }, 'push failed');
    return reply.code(status).send({ error: status >= 500 ? 'The push could not be read.' : error.message });
  });
  const url = await listenAt(server, { host, port }, { name: 'push server', settings: 'PUSH_HOST and PUSH_PORT' });
  log.info({ url }, 'push server listens');
  return {
    url,
    close: async () => {
      await server.close();
    },
  };
}

/** Only JSON, and none that is nested too deep. */
function readJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body);
    const failure = (message: string) => done(Object.assign(new Error(message), { statusCode: 400 }));
    if (isNestedDeeper(text, BODY_DEPTH)) return failure('The body is nested too deep.');
    try {
      done(null, JSON.parse(text));
    } catch {
      failure('The body is no JSON.');
    }
  });
}

/** Whoever may not push is told before the body is read. */
function admission({ agents, log, now = Date.now }: PushOptions) {
  const fileOf = (agent: string) => agents().find(({ id }) => id === agent)?.pushTokenFile ?? null;
  const tokens = createTokens({ fileOf, readFile: readPlainFileMeanwhile, now, log });
  const rate = createRate({ burst: PUSHES_A_MINUTE, perMs: 60_000, now });
  return async (request: Push, reply: FastifyReply) => {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      void reply.header('www-authenticate', 'Bearer');
      return reply.code(401).send({ error: 'A token is needed: Authorization: Bearer <token>.' });
    }
    const { agent } = request.params;
    // The same words for an agent that is not there.
    if (!(await tokens.isOf(agent, token))) return reply.code(403).send({ error: 'This token may not push here.' });
    const seconds = rate.wait(agent);
    if (seconds === null) return undefined;
    return reply.code(429).header('retry-after', seconds).send({ error: 'This agent pushes too often.' });
  };
}

function taking({ take, log }: PushOptions) {
  return async (request: Push, reply: FastifyReply) => {
    const { agent, chat } = request.params;
    const contextId = ContextId.safeParse(chat).data;
    if (contextId === undefined) return send(reply, 'unknown');
    const read = readPush(request.body, { agent: AgentId.parse(agent), contextId });
    if (read.is === 'wrong') return reply.code(400).send({ error: read.why });
    const { pushed, eventId } = read;
    const became = await take(pushed);
    log.info({ agent, context: contextId, push: pushed.id, kind: pushed.kind, became }, 'push');
    return send(reply, became, { event_id: eventId });
  };
}

function send(reply: FastifyReply, became: Taking, besides: object = {}): FastifyReply {
  const { status, says } = answers[became];
  if (status === 503) void reply.header('retry-after', RETRY_AFTER_S);
  return reply.code(status).send({ ...besides, ...says });
}
