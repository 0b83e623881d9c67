/** What the HTTP servers of the service have alike: few connections, short requests, and words for a port that is not to be had. */
import { createServer } from 'node:net';

const MOST_CONNECTIONS = 200;

/** For fastify: `requestMs` bounds a request from its first byte to its last. Both limits of Node have to be short: it takes the longer. */
export function shortRequests(requestMs: number) {
  return {
    ...{ logger: false, forceCloseConnections: true, requestTimeout: requestMs, connectionTimeout: 2 * requestMs },
    http: {
      ...{ headersTimeout: requestMs, requestTimeout: requestMs },
      connectionsCheckingInterval: Math.min(requestMs, 1_000),
    },
  } as const;
}

/** What fastify makes. */
interface Listening {
  server: { maxConnections: number };
  listen(place: Place): Promise<string>;
}

interface Place {
  host: string;
  port: number;
}

/** What it is called, and which variables say where it listens. */
export interface Called {
  name: string;
  settings: string;
}

class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

/** Gives its address. Rejects with what the system says, in words. */
export async function listenAt(server: Listening, { host, port }: Place, called: Called): Promise<string> {
  server.server.maxConnections = MOST_CONNECTIONS;
  try {
    return await server.listen({ host, port });
  } catch (error) {
    throw new CannotListen(wordsOf(error, { host, port }, called), { cause: error });
  }
}

/** Listens for an instant; null where that works, else what a start would say. */
export function whyNotListening(place: Place, called: Called): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(wordsOf(error, place, called)));
    server.listen(place, () => server.close(() => resolve(null)));
  });
}

const reasons: Partial<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this name has no address',
};

function wordsOf(error: unknown, { host, port }: Place, { name, settings }: Called): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const why = `${reasons[code] ?? 'it was refused'} (${code})`;
  return `The ${name} cannot listen on ${host} port ${port}: ${why}; see ${settings}.`;
}
