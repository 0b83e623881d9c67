/** The people who talk to the service, each in a room of their own. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Homeserver } from '../../src/homeserver/index.ts';
import { leanHttp } from './http.ts';

export interface People {
  rooms: string[];
  /** Sends a text into the room of that number without waiting. */
  say(room: number, text: string): void;
  /** Resolves when the service has greeted everybody. */
  welcomed(): Promise<void>;
  close(): void;
}

const WELCOME_LIMIT_MS = 30_000;

/** Makes `count` people, each with a room that `bot` is invited to. */
export async function openPeople(homeserver: Homeserver, bot: string, count: number): Promise<People> {
  const http = leanHttp(homeserver.url);
  const everybody = await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const user = homeserver.register(`person${number}`, 'secret');
      const { token } = homeserver.login(user);
      const wish = { preset: 'trusted_private_chat', invite: [bot], is_direct: true };
      const { room_id: room } = await http.call<{ room_id: string }>('POST', '/createRoom', token, wish);
      return { room, token };
    }),
  );
  const rooms = everybody.map(({ room }) => room);
  let sent = 0;
  return {
    rooms,
    say(number, body) {
      const { room, token } = everybody[number] ?? { room: '', token: '' };
      const path = `/rooms/${encodeURIComponent(room)}/send/m.room.message/p${++sent}`;
      void http.call('PUT', path, token, { msgtype: 'm.text', body });
    },
    async welcomed() {
      const greeted = (room: string) =>
        homeserver.events(room).some(({ sender, type }) => sender === bot && type === 'm.room.message');
      const started = performance.now();
      while (!rooms.every(greeted)) {
        if (performance.now() - started > WELCOME_LIMIT_MS) throw new Error('the bot does not greet everybody');
        await pause(20);
      }
    },
    close: () => http.close(),
  };
}
