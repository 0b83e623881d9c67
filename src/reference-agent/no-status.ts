/** An agent that takes connections and says nothing: it shows what happens to those who wait for its STATUS (CLI-04). */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { RunningAgent } from './server.ts';

/** Rejects when the port is taken; 0: any free one. */
export async function startNoStatusAgent({
  host,
  port,
}: {
  host: string;
  port: number;
}): Promise<Pick<RunningAgent, 'url' | 'port' | 'close'>> {
  const server = new WebSocketServer({ host, port, maxPayload: 1024 * 1024 });
  server.on('connection', (socket) => socket.on('error', () => undefined));
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `ws://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    port: bound,
    async close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}
