import { expect, test } from 'vitest';
import { synapseLimits } from '../../src/homeserver/index.ts';
import { createRoom, homeserver, id, sendPath, text } from './world.ts';

test('without limits nothing is refused', async () => {
  const server = await homeserver();
  const alice = server.person('alice');
  const room = await createRoom(alice);
  for (let i = 0; i < 30; i++) expect((await alice.request('PUT', sendPath(room, `${i}`), text('x'))).status).toBe(200);
});

test('messages past the burst are refused with the time to wait, and taken when it is over', async () => {
  let now = 1_000_000;
  const server = await homeserver({ limits: { message: { perSecond: 0.5, burst: 4 } }, now: () => now });
  const [alice, bob] = [server.person('alice'), server.person('bob')];
  const room = await createRoom(alice);
  const other = await createRoom(bob);
  const send = async (transaction: string) =>
    (await alice.request('PUT', sendPath(room, transaction), text('x'))).status;
  expect([await send('1'), await send('2'), await send('3'), await send('4')]).toEqual([200, 200, 200, 429]);
  const response = await fetch(`${server.url}/_matrix/client/v3${sendPath(room, '5')}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${alice.token}` },
    body: JSON.stringify(text('x')),
  });
  expect([response.headers.get('retry-after'), await response.json()]).toEqual([
    '2',
    { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 2000 },
  ]);
  expect((await bob.request('PUT', sendPath(other, '1'), text('x'))).status).toBe(200);
  now += 1_999;
  expect(await send('5')).toBe(429);
  now += 1;
  expect(await send('5')).toBe(200);
  expect(await send('6')).toBe(429);
});

test('a room that is made, with all that is in it, counts as one message, and so does each change of a membership', async () => {
  const server = await homeserver({ limits: { message: { perSecond: 0.001, burst: 4 } } });
  const [alice, bob] = [server.person('alice'), server.person('bob')];
  const room = await createRoom(alice, { name: 'Garden', topic: 'Talk', invite: [bob.userId] });
  const change = async (action: string, body: object = {}) =>
    (await alice.request('POST', `/rooms/${id(room)}/${action}`, body)).status;
  expect(await change('kick', { user_id: bob.userId })).toBe(200);
  expect(await change('invite', { user_id: bob.userId })).toBe(200);
  const name = async (text: string) =>
    (await alice.request('PUT', `/rooms/${id(room)}/state/m.room.name/`, { name: text })).status;
  expect([await name('Garden'), await name('House')]).toEqual([200, 200]);
  expect([await change('leave'), await name('Garden')]).toEqual([429, 429]);
});

test('a transaction that is done already does not count', async () => {
  const server = await homeserver({ limits: { message: { perSecond: 0.001, burst: 2 } } });
  const alice = server.person('alice');
  const room = await createRoom(alice);
  expect((await alice.request('PUT', sendPath(room, 't'), text('x'))).status).toBe(200);
  expect((await alice.request('PUT', sendPath(room, 't'), text('x'))).status).toBe(200);
  expect((await alice.request('PUT', sendPath(room, 'u'), text('x'))).status).toBe(429);
});

test('Synapse’s own limits hold back invites to one person, not those made with the room', async () => {
  const server = await homeserver({ limits: synapseLimits });
  const [alice, bob] = [server.person('alice'), server.person('bob')];
  const rooms = [];
  for (let i = 0; i < 6; i++) rooms.push(await createRoom(alice, { invite: [bob.userId] }));
  const statuses = [];
  for (const room of rooms) {
    const path = `/rooms/${id(room)}/invite`;
    statuses.push((await alice.request('POST', path, { user_id: bob.userId })).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});
