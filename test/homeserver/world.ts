/** For tests of the embedded homeserver itself: one for each test, with people who speak to it over HTTP. */
import { onTestFinished } from 'vitest';
import { type Homeserver, type HomeserverOptions, startHomeserver } from '../../src/homeserver/index.ts';
import { http, type Http } from '../support/matrix-http.ts';

export interface Person extends Http {
  readonly userId: string;
  readonly token: string;
}

/** A homeserver for one test, and people on it. */
export async function homeserver(
  options: HomeserverOptions = {},
): Promise<Homeserver & { person(name: string): Person }> {
  const server = await startHomeserver(options);
  onTestFinished(() => server.close());
  const person = (name: string): Person => {
    const userId = server.register(name, 'secret');
    const { token } = server.login(userId, 'DEVICE');
    return { userId, token, ...http(server.url, token) };
  };
  return { ...server, person };
}

export const id = encodeURIComponent;

export async function createRoom(who: Http, options: object = {}): Promise<string> {
  return (await who.post<{ room_id: string }>('/createRoom', options)).room_id;
}

export const sendPath = (room: string, transaction: string) => `/rooms/${id(room)}/send/m.room.message/${transaction}`;

export const text = (body: string) => ({ msgtype: 'm.text', body });

/** What was said in the room, in order. */
export const said = (server: Homeserver, room: string): unknown[] =>
  server
    .events(room)
    .filter((event) => event.type === 'm.room.message')
    .map((event) => event.content.body);
