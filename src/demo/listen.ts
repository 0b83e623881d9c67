/** The address of the demo's page, and what to say where it is taken. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

const FIRST_PORT = 8080;
const LAST_PORT = 8099;

/**
 * Listens and gives the port. `port` null takes the first free one from 8080 on. Throws a sentence when the port is
 * taken or the address is not of this machine.
 */
export async function listen(server: FastifyInstance, host: string, port: number | null): Promise<number> {
  const last = port ?? LAST_PORT;
  for (let candidate = port ?? FIRST_PORT; ; candidate++) {
    const problem = await tryPort(server, host, candidate);
    if (problem === null) return (server.server.address() as AddressInfo).port;
    if (problem !== 'EADDRINUSE')
      throw new Error(`The demo cannot listen on ${urlHost(host)}:${candidate} (${problem}).`);
    if (candidate < last) continue;
    const taken = port === null ? `The ports ${FIRST_PORT} to ${LAST_PORT} are all taken` : `Port ${port} is taken`;
    throw new Error(`${taken}. Choose another one: npm run demo -- --port <number>, 0 for any free one.`);
  }
}

/** Null when it listens, else the code of what went wrong. */
async function tryPort(server: FastifyInstance, host: string, port: number): Promise<string | null> {
  try {
    await server.listen({ host, port });
    return null;
  } catch (error) {
    return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
  }
}

/** The address as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
