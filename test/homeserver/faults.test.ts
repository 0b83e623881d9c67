import { describe, expect, test } from 'vitest';
import { createRoom, homeserver, id, said, sendPath, text } from './world.ts';

const sends = (request: { method: string; path: string }) =>
  request.method === 'PUT' && request.path.includes('/send/m.room.message/');

describe('faults', () => {
  test('a status is answered in place of processing, as often as asked, with body, headers and type', async () => {
    const server = await homeserver();
    const alice = server.person('alice');
    const room = await createRoom(alice);
    server.faults.add({
      match: sends,
      times: 1,
      answer: {
        kind: 'status',
        status: 502,
        body: '<html>',
        headers: { 'Retry-After': '7' },
        contentType: 'text/html',
      },
    });
    const response = await fetch(`${server.url}/_matrix/client/v3${sendPath(room, 't')}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${alice.token}` },
      body: JSON.stringify(text('lost')),
    });
    expect({
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      type: response.headers.get('content-type'),
      body: await response.text(),
    }).toEqual({ status: 502, retryAfter: '7', type: 'text/html', body: '<html>' });
    expect(said(server, room)).toEqual([]);
    expect((await alice.request('PUT', sendPath(room, 't'), text('taken'))).status).toBe(200);
    expect(said(server, room)).toEqual(['taken']);
  });

  test('a lost response leaves the event in the room, and the same transaction finds it', async () => {
    const server = await homeserver();
    const alice = server.person('alice');
    const room = await createRoom(alice);
    server.faults.add({ match: sends, times: 1, answer: { kind: 'lost response' } });
    await expect(alice.request('PUT', sendPath(room, 't'), text('once'))).rejects.toThrow();
    expect(said(server, room)).toEqual(['once']);
    const again = await alice.request('PUT', sendPath(room, 't'), text('once'));
    expect(again).toEqual({ status: 200, body: { event_id: server.events(room).at(-1)?.event_id } });
    expect(said(server, room)).toEqual(['once']);
  });

  test('a cut leaves nothing behind', async () => {
    const server = await homeserver();
    const alice = server.person('alice');
    const room = await createRoom(alice);
    server.faults.add({ match: sends, times: 1, answer: { kind: 'cut' } });
    await expect(alice.request('PUT', sendPath(room, 't'), text('never'))).rejects.toThrow();
    expect(said(server, room)).toEqual([]);
  });

  test('what hangs is never answered, until the server closes', async () => {
    const server = await homeserver();
    const alice = server.person('alice');
    const room = await createRoom(alice);
    server.faults.add({ match: sends, times: 1, answer: { kind: 'hang' } });
    const hanging = alice.request('PUT', sendPath(room, 't'), text('waits')).then(
      () => 'answered',
      () => 'cut',
    );
    await alice.put(sendPath(room, 'u'), text('passes'));
    expect(said(server, room)).toEqual(['passes']);
    await server.close();
    expect(await hanging).toBe('cut');
  });

  test('a delay comes before the processing', async () => {
    const server = await homeserver();
    const alice = server.person('alice');
    const room = await createRoom(alice);
    server.faults.add({ match: (request) => request.path.endsWith('/late'), answer: { kind: 'delay', ms: 400 } });
    const late = alice.put(sendPath(room, 'late'), text('second'));
    await alice.put(sendPath(room, 'early'), text('first'));
    await late;
    expect(said(server, room)).toEqual(['first', 'second']);
  });

  test('a fault can be meant for one user, and is gone after clear', async () => {
    const server = await homeserver();
    const [alice, bob] = [server.person('alice'), server.person('bob')];
    server.faults.add({ match: ({ user }) => user === bob.userId, answer: { kind: 'status', status: 503 } });
    const statuses = async () => [
      (await alice.request('GET', '/account/whoami')).status,
      (await bob.request('GET', '/account/whoami')).status,
    ];
    expect(await statuses()).toEqual([200, 503]);
    server.faults.clear();
    expect(await statuses()).toEqual([200, 200]);
  });

  test('paths are matched as they read, not as they were encoded', async () => {
    const server = await homeserver();
    const alice = server.person('alice');
    const room = await createRoom(alice);
    const seen: string[] = [];
    server.faults.add({
      match: ({ method, path }) => seen.push(`${method} ${path}`) < 0,
      answer: { kind: 'cut' },
    });
    await alice.get(`/rooms/${id(room)}/members`, { membership: 'join' });
    expect(seen).toEqual([`GET /_matrix/client/v3/rooms/${room}/members`]);
  });

  test('forgotten transactions are new again', async () => {
    const server = await homeserver();
    const alice = server.person('alice');
    const room = await createRoom(alice);
    await alice.put(sendPath(room, 't'), text('first'));
    server.faults.forgetTransactions();
    await alice.put(sendPath(room, 't'), text('second'));
    expect(said(server, room)).toEqual(['first', 'second']);
  });

  test('expired tokens are refused with a soft logout, the long poll that waits on them at once', async () => {
    const server = await homeserver();
    const [alice, bob] = [server.person('alice'), server.person('bob')];
    const { next_batch: since } = await alice.get<{ next_batch: string }>('/sync');
    const poll = alice.request('GET', '/sync', undefined, { since, timeout: 60_000 });
    await bob.get('/account/whoami');
    server.faults.expireTokens(alice.userId);
    const refused = {
      status: 401,
      body: { errcode: 'M_UNKNOWN_TOKEN', error: 'Access token has expired', soft_logout: true },
    };
    expect(await poll).toEqual(refused);
    expect(await alice.request('GET', '/account/whoami')).toEqual(refused);
    expect((await bob.request('GET', '/account/whoami')).status).toBe(200);
  });
});

test('close ends long polls at once and frees the port', async () => {
  const server = await homeserver();
  const alice = server.person('alice');
  const { next_batch: since } = await alice.get<{ next_batch: string }>('/sync');
  const poll = alice.request('GET', '/sync', undefined, { since, timeout: 60_000 }).then(
    () => 'answered',
    () => 'cut',
  );
  await alice.get('/account/whoami');
  await server.close();
  expect(await poll).toBe('cut');
  const next = await homeserver({ port: Number(new URL(server.url).port) });
  expect(next.url).toBe(server.url);
});
