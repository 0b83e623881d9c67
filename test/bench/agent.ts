/** An agent that answers at once, begins with 40 characters, ends 100 ms later, and notes when. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { now, type Turn } from './stamps.ts';

const REST_AFTER_MS = 100;

/** The first characters of the answer to a turn, ended by a full stop since a preview leaves out an unfinished word; and the words that only its whole has. */
export const beginningOf = (turn: number): string => `The answer to ${turn} begins here, so`.padEnd(39, 'o') + '.';
export const endingOf = (turn: number): string => `goes on for a while and ends with ${turn} as it should`;

/** Starts it on a free port. */
export async function startAgent(turns: Map<number, Turn>): Promise<{ url: string; close(): void }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    socket.on('error', () => undefined);
    send({ type: 'STATUS' });
    socket.on('message', (data) => {
      const at = now();
      const frame = JSON.parse((data as Buffer).toString()) as { type: string; text: string };
      const turn = Number(/^turn (\d+)$/.exec(frame.text)?.[1]);
      const moments = turns.get(turn);
      if (frame.type !== 'USER_MESSAGE' || moments === undefined) return;
      moments.asked = at;
      moments.began = now();
      send({ type: 'AGENT_EVENT_TEXT_CHUNK', text: beginningOf(turn) });
      setTimeout(() => {
        send({ type: 'AGENT_EVENT_TEXT_CHUNK', text: ` ${endingOf(turn)}` });
        moments.ended = now();
        send({ type: 'AGENT_EVENT_END', tokens_used: 20 });
      }, REST_AFTER_MS);
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
