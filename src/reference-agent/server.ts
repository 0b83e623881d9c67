/** The reference agent: speaks the whole agent protocol, by a script or with a language model behind it. */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { makeFolder } from '../basics/make-folder.ts';
import type { Log } from '../ports.ts';
import { silentLog } from '../ports/silent-log.ts';
import { createChats } from './chats.ts';
import { serveConnection } from './connection.ts';
import type { Contexts } from './contexts.ts';
import type { Keep } from './memory.ts';
import type { Provider } from './provider.ts';
import { createProviderWork } from './provider.ts';
import { createPusher, type Pusher } from './pushing.ts';
import { createSaves } from './saves.ts';
import { createScript } from './script.ts';

export interface AgentOptions {
  /** 0 takes a free port. */
  port: number;
  host?: string;
  /** The folder that the agent's files are in; made when it is missing. */
  workspace: string;
  /** Answers come from there instead of from the script. */
  provider?: Provider;
  /** Milliseconds between two pieces of a scripted answer. */
  pace?: number;
  /** How it saves, loads and copies what it remembers; by frames when left out. */
  contexts?: Contexts;
  /** Where what it remembers outlives it; nowhere when left out. */
  keep?: Keep;
  /** Only who has it in the query (`?key=…`) is let in; everybody when left out. */
  key?: string;
  /** Where it says something after its turn; nowhere when left out. */
  pushes?: { url: string; token: string };
  /** Says nothing when left out. */
  log?: Log;
}

export interface RunningAgent {
  /** The base address to configure. */
  url: string;
  port: number;
  /** From the next turn on it answers with this model, and has its files in that folder. */
  become(model: Pick<AgentOptions, 'workspace' | 'provider'>): void;
  /** Resolves once nobody is connected. */
  deserted(): Promise<void>;
  close(): Promise<void>;
}

const MAX_FRAME = 8 * 1024 * 1024;

/** The bot makes no workspace: it has to be there before the first file of a person. */
function makeWorkspace(workspace: string, log: Log): void {
  try {
    makeFolder(workspace, 0o777);
  } catch (error) {
    log.warn({ workspace, error }, 'the agent cannot make its workspace');
  }
}

/** Starts the agent; rejects when the port is taken. Any path may stand before `/v1/agent_ws/{chat}/`. */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { port, host = '127.0.0.1', provider, contexts = 'frames', log = silentLog, keep = null, key = null } = options;
  const pusher = options.pushes === undefined ? null : createPusher({ ...options.pushes, log });
  let mind = mindOf(options, log, pusher);
  const chats = createChats({
    ...{ contexts, log, keep },
    work: (turn) => mind.work(turn),
    saves: {
      keep: (...save) => mind.saves.keep(...save),
      find: (...save) => mind.saves.find(...save),
      write: (...save) => mind.saves.write(...save),
      read: (...save) => mind.saves.read(...save),
    },
    tokens: () => mind.tokens,
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_FRAME });
  const server = createServer((request, response) => {
    if (request.url === '/healthz') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"alive":true}\n');
      return;
    }
    response
      .writeHead(404, { 'content-type': 'text/plain' })
      .end('Only /v1/agent_ws/{chat}/ is here, as a WebSocket.\n');
  });

  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    const [, chat, query = ''] = /\/v1\/agent_ws\/(\d{1,30})\/?(\?.*)?$/.exec(request.url ?? '') ?? [];
    if (chat === undefined) return refuse(socket, '404 Not Found');
    if (key !== null && !isSame(new URLSearchParams(query).get('key') ?? '', key))
      return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      serveConnection(webSocket, { chat, chats, contexts: contexts === 'frames', log });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');

  const { port: bound } = server.address() as AddressInfo;
  const url = `ws://${host.includes(':') ? `[${host}]` : host}:${bound}/`;
  log.info({ url, answers: provider === undefined ? 'script' : provider.model }, 'the agent listens');
  return {
    url: key === null ? url : `${url}?key=${key}`,
    port: bound,
    become: (model) => void (mind = mindOf({ ...options, ...model }, log, pusher)),
    async deserted() {
      for (let [one] = sockets.clients; one !== undefined; [one] = sockets.clients) await once(one, 'close');
    },
    async close() {
      pusher?.close();
      await chats.stop();
      for (const webSocket of sockets.clients) webSocket.terminate();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What it thinks with. */
function mindOf({ workspace, provider, pace = 30 }: AgentOptions, log: Log, pusher: Pusher | null) {
  makeWorkspace(workspace, log);
  return {
    work:
      provider === undefined ? createScript({ workspace, pace, pusher }) : createProviderWork(provider, workspace, log),
    saves: createSaves(workspace),
    tokens: provider?.contextTokens ?? null,
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function isSame(given: string, key: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}
