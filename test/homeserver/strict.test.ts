import { expect, test } from 'vitest';
import { createRoom, homeserver, id } from './world.ts';

test('hostile bodies are refused in words, and the server goes on', async () => {
  const server = await homeserver();
  const alice = server.person('alice');
  const room = await createRoom(alice);
  const r = `/rooms/${id(room)}`;
  const tries: [string, string, unknown, number, string][] = [
    ['POST', '/createRoom', { initial_state: 'x' }, 400, 'M_BAD_JSON'],
    ['POST', '/createRoom', { initial_state: [{ type: 'm.room.member', content: {} }] }, 400, 'M_UNKNOWN'],
    ['POST', '/createRoom', { preset: 'constructor' }, 400, 'M_BAD_JSON'],
    ['POST', '/createRoom', { room_version: 12 }, 400, 'M_BAD_JSON'],
    ['POST', '/createRoom', { room_alias_name: { a: 1 } }, 400, 'M_UNKNOWN'],
    ['POST', `${r}/invite`, { user_id: ['@a:b'] }, 400, 'M_INVALID_PARAM'],
    ['POST', `${r}/invite`, {}, 400, 'M_MISSING_PARAM'],
    ['PUT', `${r}/send/m.room.redaction/t`, {}, 400, 'M_UNKNOWN'],
    ['PUT', `${r}/state/m.room.redaction`, {}, 400, 'M_UNKNOWN'],
    ['PUT', `${r}/state/m.room.create`, {}, 403, 'M_UNKNOWN'],
    ['PUT', `${r}/state/m.room.power_levels`, { users: [] }, 400, 'M_BAD_JSON'],
    ['PUT', `${r}/send/x/t`, { 'm.mentions': 5 }, 400, 'M_BAD_JSON'],
    ['PUT', `${r}/send/${'a'.repeat(256)}/t`, {}, 413, 'M_TOO_LARGE'],
    ['PUT', `${r}/typing/${id(alice.userId)}`, { typing: 'yes' }, 400, 'M_BAD_JSON'],
    ['PUT', `/profile/${id(alice.userId)}/displayname`, {}, 400, 'M_MISSING_PARAM'],
    ['POST', `/user/${id(alice.userId)}/filter`, { room: 5 }, 400, 'M_UNKNOWN'],
    ['GET', '/sync?since=junk', undefined, 400, 'M_UNKNOWN'],
    ['GET', '/sync?since=s99999999', undefined, 400, 'M_UNKNOWN'],
    ['GET', '/sync?timeout=soon', undefined, 400, 'M_INVALID_PARAM'],
    ['GET', '/sync?filter=%7B', undefined, 400, 'M_NOT_JSON'],
    ['GET', '/sync?filter=7', undefined, 400, 'M_INVALID_PARAM'],
    ['GET', '/sync?full_state=perhaps', undefined, 400, 'M_INVALID_PARAM'],
    ['GET', `${r}/messages?dir=b&limit=-1`, undefined, 400, 'M_INVALID_PARAM'],
    ['GET', `${r}/messages?dir=b&from=junk`, undefined, 400, 'M_UNKNOWN'],
    ['GET', '/rooms/%E0%A4%A/state', undefined, 404, 'M_UNRECOGNIZED'],
  ];
  const answers = [];
  for (const [method, path, body] of tries) {
    const reply = await alice.request(method, path, body);
    answers.push([method, path, body, reply.status, (reply.body as { errcode: string }).errcode]);
  }
  expect(answers).toEqual(tries);
  expect((await alice.request('GET', '/account/whoami')).status).toBe(200);
});

test('names that mean something to JavaScript are plain names', async () => {
  const server = await homeserver();
  const alice = server.person('alice');
  const room = await createRoom(alice);
  const content = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"x": 1}}') as object;
  const path = `/rooms/${id(room)}/state/constructor/__proto__`;
  await alice.put(path, content);
  expect(JSON.stringify(await alice.get(path))).toBe(JSON.stringify(content));
  await alice.put(`/user/${id(alice.userId)}/account_data/__proto__`, { kept: true });
  expect(await alice.get(`/user/${id(alice.userId)}/account_data/__proto__`)).toEqual({ kept: true });
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('a second account of the same name is refused', async () => {
  const server = await homeserver();
  server.register('alice', 'secret');
  expect(() => server.register('alice', 'other')).toThrow('@alice:demo.test is registered already');
});
