import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createRoomWork } from '../../src/matrix/rooms.ts';
import { keptLog } from '../matrix/support.ts';
import { http } from '../support/matrix-http.ts';
import { describeRoomWork } from './room-work.contract.ts';

for (const roomVersion of ['11', '12']) {
  describeRoomWork(`the embedded homeserver with room version ${roomVersion}`, roomVersion, async () => {
    const serverName = 'embedded.test';
    const homeserver = await startHomeserver({ serverName, port: 0, roomVersion });
    return {
      url: homeserver.url,
      serverName,
      register: async (localpart, password) => homeserver.register(localpart, password),
      stop: () => homeserver.close(),
    };
  });
}

let homeserver: Homeserver;
beforeAll(async () => {
  homeserver = await startHomeserver();
});
afterAll(() => homeserver.close());

test('one room is made, however often the answer is lost on its way', async () => {
  const me = homeserver.register('bot', 'secret');
  const person = homeserver.register('person', 'secret');
  const { token } = homeserver.login(me);
  const log = keptLog();
  const api = createClient({ homeserver: homeserver.url, accessToken: token, me: UserId.parse(me), log });
  const options = { api, me, chance: () => 0, now: Date.now, log, keepMarker: async () => undefined };
  const work = createRoomWork({ ...options, wait: () => Promise.resolve() });
  const asked: string[] = [];
  homeserver.faults.add({
    match: ({ path, user }) => {
      if (user === me) asked.push(path);
      return user === me && /createRoom$|sync$/.test(path);
    },
    times: 3,
    answer: { kind: 'lost response' },
  });
  const made = await work.createRoom({
    ...{ kind: 'space', operation: work.newOperation(), name: 'Lambda', topic: 'All chats' },
    ...{ person: UserId.parse(person), space: null },
  });
  work.close();
  const { joined_rooms: rooms } = await http(homeserver.url, token).get<{ joined_rooms: string[] }>('/joined_rooms');
  expect({ made, rooms }).toEqual({ made: { ok: true, room: rooms[0] }, rooms: [expect.any(String)] });
  expect(asked.filter((path) => path.endsWith('createRoom'))).toHaveLength(1);
  expect(asked.filter((path) => path.endsWith('sync')).length).toBeGreaterThan(1);
  expect(log.lines.filter((line) => line === 'warn room not changed, trying again').length).toBeGreaterThan(1);
});
