/** Take it for an agent whose every move a test decides: a real WebSocket server on a free port of the loopback. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { neverLogged } from './leaks.ts';

/** A decoded frame of the bot. */
type BotFrame = Record<string, unknown>;

interface ScriptedConnection {
  /** The path of the upgrade request, and the context id in it. */
  path: string;
  contextId: string;
  send(frame: object): void;
  /** A string goes out as a text message, a Buffer as a binary one. */
  sendRaw(data: string | Buffer): void;
  /** A text message of these bytes, whether they are UTF-8 or not. */
  sendText(bytes: Buffer): void;
  /** The next frame of the bot; rejects with `ConnectionClosed` when there will be none. */
  next(): Promise<BotFrame>;
  close(code?: number, reason?: string): void;
  /** Drops the socket without a closing handshake. */
  terminate(): void;
  /** Stops reading: from now on the bot's pings stay unanswered, as behind a half-open connection. */
  freeze(): void;
  /** Reads again. */
  thaw(): void;
  /** The close code that ended the connection. */
  closed: Promise<number>;
}

export type AgentScript = (connection: ScriptedConnection) => void | Promise<void>;

export interface ScriptedAgent {
  /** The base address to configure. */
  url: string;
  port: number;
  /** All connections so far, oldest first. */
  connections: ScriptedConnection[];
  /** All USER_MESSAGE frames so far, of all connections. */
  messages: BotFrame[];
  /** The next connection that nobody has asked for yet. */
  connection(): Promise<ScriptedConnection>;
  /** Throws what a script threw. */
  close(): Promise<void>;
}

class ConnectionClosed extends Error {}

export const STATUS = { type: 'STATUS' };
export function chunk(text: string) {
  neverLogged(text);
  return { type: 'AGENT_EVENT_TEXT_CHUNK', text };
}
export const END = { type: 'AGENT_EVENT_END', tokens_used: 7 };

/** Ready-made scripts. */
export const scripts = {
  /** Says STATUS and leaves the rest to the test. */
  greet: (connection) => connection.send(STATUS),
  neverStatus: () => undefined,
  garbage: (connection) => connection.sendRaw('}{ not json'),
  /** Takes messages and never answers. */
  hang: async (connection) => {
    connection.send(STATUS);
    await connection.next();
  },
  closeMidAnswer: async (connection) => {
    connection.send(STATUS);
    await connection.next();
    connection.send(chunk('The beginning of'));
    connection.close(1011);
  },
  /** Answers every message with its own text. */
  echo: async (connection) => {
    connection.send(STATUS);
    for (;;) {
      const message = await connection.next();
      connection.send(chunk(`You said: ${String(message.text)}`));
      connection.send(END);
    }
  },
} satisfies Record<string, AgentScript>;

/**
 * Starts an agent that runs `script` on every connection. With `refuse`, upgrades are answered with that HTTP status;
 * `port` lets an agent come back where it was.
 */
export async function startScriptedAgent(
  script: AgentScript = scripts.greet,
  { refuse, port = 0 }: { refuse?: number; port?: number } = {},
): Promise<ScriptedAgent> {
  const connections: ScriptedConnection[] = [];
  const messages: BotFrame[] = [];
  const failures: unknown[] = [];
  const unclaimed = createQueue<ScriptedConnection>();
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const raw = new Set<Duplex>();

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    raw.add(socket.on('error', () => undefined));
    socket.on('close', () => raw.delete(socket));
    if (refuse !== undefined) {
      socket.end(`HTTP/1.1 ${refuse} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = createConnection(webSocket, request.url ?? '', messages);
      connections.push(connection);
      unclaimed.push(connection);
      void run(script, connection).then((failure) => failures.push(...failure));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;

  return {
    url: `ws://127.0.0.1:${address.port}/`,
    port: address.port,
    connections,
    messages,
    connection: () => unclaimed.next(),
    async close() {
      for (const socket of raw) socket.destroy();
      server.close();
      await once(server, 'close');
      if (failures.length > 0) throw new AggregateError(failures, 'a script of the agent failed');
    },
  };
}

/** Runs a script to its end; that the bot went away ends it too. */
async function run(script: AgentScript, connection: ScriptedConnection): Promise<unknown[]> {
  try {
    await script(connection);
    return [];
  } catch (error) {
    return error instanceof ConnectionClosed ? [] : [error];
  }
}

function createConnection(webSocket: WebSocket, path: string, messages: BotFrame[]): ScriptedConnection {
  const frames = createQueue<BotFrame>();
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  webSocket.on('error', () => undefined);
  webSocket.on('message', (data) => {
    const frame = JSON.parse((data as Buffer).toString()) as BotFrame;
    if (frame.type === 'USER_MESSAGE') messages.push(frame);
    frames.push(frame);
  });
  webSocket.on('close', (code) => {
    frames.fail(new ConnectionClosed(`the bot's connection ended with ${code}`));
    resolve(code);
  });
  return {
    path,
    contextId: /agent_ws\/([^/]*)/.exec(path)?.[1] ?? '',
    send: (frame) => webSocket.send(JSON.stringify(frame)),
    sendRaw: (data) => webSocket.send(data),
    sendText: (bytes) => webSocket.send(bytes, { binary: false }),
    next: () => frames.next(),
    close: (code, reason) => webSocket.close(code, reason),
    terminate: () => webSocket.terminate(),
    freeze: () => webSocket.pause(),
    thaw: () => webSocket.resume(),
    closed,
  };
}

interface Queue<T> {
  push(item: T): void;
  next(): Promise<T>;
  fail(error: Error): void;
}

function createQueue<T>(): Queue<T> {
  const items: T[] = [];
  const takers: PromiseWithResolvers<T>[] = [];
  let failure: Error | null = null;
  return {
    push(item) {
      const taker = takers.shift();
      if (taker === undefined) items.push(item);
      else taker.resolve(item);
    },
    next() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      if (failure !== null) return Promise.reject(failure);
      const taker = Promise.withResolvers<T>();
      takers.push(taker);
      return taker.promise;
    },
    fail(error) {
      failure = error;
      for (const taker of takers.splice(0)) taker.reject(error);
    },
  };
}
