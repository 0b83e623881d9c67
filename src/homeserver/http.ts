/** The HTTP side of the homeserver. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { MatrixError, missingToken, tooLarge, unknownToken } from './errors.ts';
import type { FaultAnswer, FaultList } from './faults.ts';
import type { Answer, FileAnswer, OpenCall, Router } from './routing.ts';
import type { Caller, World } from './world.ts';

const cors = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'X-Requested-With, Content-Type, Authorization, Date',
};
const noCache = { 'Cache-Control': 'no-cache, no-store, must-revalidate' };
const MAX_BODY = 1024 * 1024;

/** The HTTP side: faults, tokens, bodies and answers. `closing` ends whatever waits. */
export function httpServer(world: World, route: Router, faults: FaultList, closing: AbortSignal): Server {
  return createServer((request, response) => {
    serve({ world, route, faults, closing }, request, response).catch((error: unknown) => fail(response, error));
  });
}

interface Setting {
  world: World;
  route: Router;
  faults: FaultList;
  closing: AbortSignal;
}

async function serve(setting: Setting, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, cors).end();
    return;
  }
  const fault = faultFor(setting, request);
  if (fault && fault.kind !== 'lost response' && fault.kind !== 'delay') return suffer(fault, request, response);
  if (fault?.kind === 'delay') await delay(fault.ms, setting.closing);
  try {
    const answer = await answerTo(setting, request, response);
    if (fault) return cutIfLost(fault, request, () => succeed(response, answer));
    succeed(response, answer);
  } catch (error) {
    if (fault) return cutIfLost(fault, request, () => fail(response, error));
    throw error;
  }
}

function cutIfLost(fault: FaultAnswer, request: IncomingMessage, answer: () => void): void {
  if (fault.kind === 'lost response') request.socket.destroy();
  else answer();
}

async function answerTo(
  { world, route }: Setting,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const [pathname = '', search = ''] = (request.url ?? '').split('?', 2);
  const found = route(request.method ?? 'GET', pathname);
  const caller = found.route.open ? null : callerOf(world, request);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const call: OpenCall = {
    world,
    params: found.params,
    query: new URLSearchParams(search),
    headers: request.headers,
    body: found.route.streams === true ? Buffer.alloc(0) : await readBody(request),
    content: request,
    signal: gone.signal,
  };
  return found.route.open ? found.route.handle(call) : found.route.handle({ ...call, caller: caller! });
}

function tokenOf(request: IncomingMessage): string | null {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** Throws M_MISSING_TOKEN or M_UNKNOWN_TOKEN. */
function callerOf(world: World, request: IncomingMessage): Caller {
  const token = tokenOf(request);
  if (token === null) throw missingToken();
  const device = world.accounts.byToken(token);
  const account = device && world.accounts.get(device.user);
  if (!device || !account) throw unknownToken(world.accounts.hasExpired(token));
  return { account, device, token };
}

function faultFor({ world, faults }: Setting, request: IncomingMessage): FaultAnswer | null {
  if (faults.isEmpty) return null;
  const user = world.accounts.byToken(tokenOf(request) ?? '')?.user;
  const path = decoded((request.url ?? '').split('?', 1)[0] ?? '');
  return faults.take({ method: request.method ?? 'GET', path, ...(user === undefined ? {} : { user }) });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function suffer(fault: FaultAnswer, request: IncomingMessage, response: ServerResponse): void {
  if (fault.kind === 'cut') request.socket.destroy();
  if (fault.kind !== 'status') return;
  const { status, body = {}, headers = {}, contentType = 'application/json' } = fault;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { ...cors, ...noCache, 'Content-Type': contentType, ...headers }).end(text);
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const isFile = (answer: Answer): answer is FileAnswer =>
  'content' in answer && answer.content instanceof Readable && typeof answer.bytes === 'number';

function succeed(response: ServerResponse, answer: Answer): void {
  if (!isFile(answer)) return writeJson(response, 200, answer);
  response.writeHead(200, { ...cors, ...answer.headers, 'Content-Length': answer.bytes });
  // Whoever goes meanwhile has enough of it.
  pipeline(answer.content, response, () => undefined);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  if (error instanceof MatrixError) {
    const body = { errcode: error.errcode, error: error.message, ...error.fields };
    writeJson(response, error.status, body, error.headers);
  } else {
    console.error('the embedded homeserver failed', error);
    writeJson(response, 500, { errcode: 'M_UNKNOWN', error: 'Internal server error' });
  }
}

function writeJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  const length = { 'Content-Length': Buffer.byteLength(text) };
  response
    .writeHead(status, { ...cors, ...noCache, 'Content-Type': 'application/json', ...length, ...headers })
    .end(text);
}
