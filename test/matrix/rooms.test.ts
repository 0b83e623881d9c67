import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { type Marker } from '../../machines/marker.ts';
import type { NewRoom } from '../../src/ports.ts';
import { createClient } from '../../src/matrix/client.ts';
import { Closed, MatrixFailure } from '../../src/matrix/errors.ts';
import { aliasNameOf, creationOf } from '../../src/matrix/room-templates.ts';
import { createRoomWork, MAX_LOOKS } from '../../src/matrix/rooms.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, keptLog, limited, me, room, startServer } from './support.ts';

const person = UserId.parse('@anna:test');
const wish: NewRoom = {
  ...{ kind: 'chat', operation: 'anna 1', name: 'Chat C1', topic: 'Talk', person, space: room('space') },
};
const alias = `#${aliasNameOf('anna 1')}:test`;
const refused = (status: number, errcode: string): Reply => ({ status, json: { errcode, error: 'No' } });
const taken = refused(400, 'M_ROOM_IN_USE');
const leadsElsewhere = 'The alias of this creation leads to another room';

let server: ScriptedServer;
let clock: Clock;
let work: ReturnType<typeof createRoomWork>;
let log: ReturnType<typeof keptLog>;
/** Ends the time that a marker has. */
let late: AbortController;
beforeEach(() => {
  clock = new Clock();
  log = keptLog();
  late = new AbortController();
});
afterEach(async () => {
  work.close();
  await server.close();
});

async function start(reply: (seen: Seen, index: number) => Reply | Promise<Reply>): Promise<void> {
  server = await startServer(reply);
  const api = createClient({ homeserver: server.url, accessToken: 'secret-token', log });
  work = createRoomWork({ api, me, chance: () => 1, log, wait: clock.wait, timeout: () => late.signal });
}

/** The create event of a room as the homeserver shows it. */
function createdBy(sender: UserId, operation = wish.operation): object {
  return { sender, content: { creator: sender, 'org.roomkeeper.operation': aliasNameOf(operation) } };
}

const calls = () =>
  server.seen.map(({ method, path }) => `${method} ${decodeURIComponent(path).replace('/_matrix/client/v3', '')}`);

test('a creation is tried until it is answered', async () => {
  clock.auto = true;
  const replies: Reply[] = [limited({ 'Retry-After': '62' }), { status: 502, text: '<html>' }];
  await start((_, index) => replies[index] ?? { json: { room_id: '!a' } });
  expect(await work.createRoom(wish)).toEqual({ ok: true, room: '!a' });
  expect(clock.waits).toEqual([62_000, 500]);
  expect(server.seen.map(({ body }) => body)).toEqual(Array(3).fill(creationOf(wish, me)));
});

test('a refused creation is final, and its code is told', async () => {
  await start(() => refused(403, 'M_FORBIDDEN'));
  expect(await work.createRoom(wish)).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'No' });
  expect(log.lines).toContain('warn room change refused');
  expect(log.text()).not.toContain('secret-token');
});

test('a room that the homeserver is still making is waited for', async () => {
  clock.auto = true;
  let looks = 0;
  await start(({ path }) => {
    if (path.endsWith('/createRoom')) return taken;
    if (path.includes('/directory/')) return { json: { room_id: '!a', servers: [] } };
    if (path.includes('m.room.member')) return { json: { membership: 'invite' } };
    looks += 1;
    return looks < 3 ? refused(403, 'M_FORBIDDEN') : { json: createdBy(me) };
  });
  expect(await work.createRoom(wish)).toEqual({ ok: true, room: '!a' });
  expect(clock.waits).toEqual([500, 1_000]);
  expect(calls().slice(-4)).toEqual([
    'POST /createRoom',
    `GET /directory/room/${alias}`,
    'GET /rooms/!a/state/m.room.create/',
    `GET /rooms/!a/state/m.room.member/${person}`,
  ]);
});

test.each([
  ['of somebody else', createdBy(UserId.parse('@mallory:test'))],
  ['that the bot made for somebody else', createdBy(me, 'mallory 7')],
  ['that names no operation', { sender: me, content: {} }],
])('a room %s is not taken', async (_, creation) => {
  await start(({ path }) => {
    if (path.endsWith('/createRoom')) return taken;
    return { json: path.includes('/directory/') ? { room_id: '!a' } : creation };
  });
  expect(await work.createRoom(wish)).toEqual({ ok: false, code: 'M_ROOM_IN_USE', detail: leadsElsewhere });
  expect(clock.waits).toEqual([]);
});

test('a room that the bot may not look into is not waited for forever', async () => {
  clock.auto = true;
  await start(({ path }) => {
    if (path.endsWith('/createRoom')) return taken;
    return path.includes('/directory/') ? { json: { room_id: '!a' } } : refused(403, 'M_FORBIDDEN');
  });
  expect(await work.createRoom(wish)).toEqual({ ok: false, code: 'M_ROOM_IN_USE', detail: leadsElsewhere });
  expect(clock.waits.length).toBe(MAX_LOOKS - 1);
});

test('an alias that is gone already is taken out of the room, others stay', async () => {
  const named = { alias, alt_aliases: ['#other:test'] };
  await start(({ method }) =>
    method === 'DELETE' ? refused(404, 'M_NOT_FOUND') : { json: method === 'GET' ? named : {} },
  );
  expect(await work.dropAlias(room('a'), 'anna 1')).toEqual({ ok: true });
  expect(calls()).toEqual([
    `DELETE /directory/room/${alias}`,
    'GET /rooms/!a:test/state/m.room.canonical_alias/',
    'PUT /rooms/!a:test/state/m.room.canonical_alias/',
  ]);
  expect(server.seen[2]?.body).toEqual({ alt_aliases: ['#other:test'] });
});

test('a room that is called otherwise keeps its name', async () => {
  await start(({ method }) => (method === 'GET' ? { json: { alias: '#other:test' } } : { json: {} }));
  expect(await work.dropAlias(room('a'), 'anna 1')).toEqual({ ok: true });
  expect(calls().length).toBe(2);
});

test('an invite that somebody else was faster with is done', async () => {
  let asked = 0;
  await start(({ method }) => {
    if (method === 'POST') return refused(403, 'M_FORBIDDEN');
    asked += 1;
    return asked === 1 ? refused(404, 'M_NOT_FOUND') : { json: { membership: 'join' } };
  });
  expect(await work.invite(room('a'), person)).toEqual({ ok: true });
  expect(calls()).toEqual([
    `GET /rooms/!a:test/state/m.room.member/${person}`,
    'POST /rooms/!a:test/invite',
    `GET /rooms/!a:test/state/m.room.member/${person}`,
  ]);
});

test('invites that have to wait do not stand in the way of others', async () => {
  await start(({ method, path }) => {
    if (method === 'GET') return refused(404, 'M_NOT_FOUND');
    return path.includes('slow') ? limited({ 'Retry-After': '333' }) : { json: {} };
  });
  const waiting = Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => work.invite(room(`slow${index}`), person)),
  );
  await clock.waited(20);
  expect(await work.invite(room('a'), person)).toEqual({ ok: true });
  work.close();
  expect(await waiting).toEqual(Array(20).fill({ status: 'rejected', reason: new Closed() }));
});

test('creations wait in line while the account may not make more', async () => {
  await start((_, index) => (index < 2 ? limited({ 'Retry-After': '60' }) : { json: { room_id: `!${index}` } }));
  const made = [1, 2, 3].map((number) => work.createRoom({ ...wish, operation: `anna ${number}` }));
  await clock.waited(2);
  expect(server.seen.length).toBe(2);
  clock.advance(60_000);
  expect((await Promise.all(made)).map(({ ok }) => ok)).toEqual([true, true, true]);
});

const marker: Marker = {
  ...{ version: 1, kind: 'entry', person, number: null, name: null },
  ...{ agent: null, contextId: null, archived: false },
};
const named = (name: string): Marker => ({ ...marker, name });
const noMarker = refused(404, 'M_NOT_FOUND');
const newer: Reply = { json: { ...marker, version: 2, kind: 'something that is not known yet' } };
const leftAlone = 'The marker of the room was written by a newer Roomkeeper: the room is left alone';

test.each<[string, Reply]>([
  ['nothing', noMarker],
  ['something else', { json: { version: 'none' } }],
  ['an older one', { json: { version: 0 } }],
  ['what may not be read', refused(403, 'M_FORBIDDEN')],
])('%s is no marker', async (_, reply) => {
  await start(() => reply);
  expect(await work.readMarker(room('a'))).toBeNull();
});

test('a marker is tried until it is read', async () => {
  clock.auto = true;
  const replies: Reply[] = ['drop', 'drop', { status: 500, json: { errcode: 'M_UNKNOWN', error: 'Oh' } }];
  await start((_, index) => replies[index] ?? { json: marker });
  expect(await work.readMarker(room('a'))).toEqual(marker);
  expect(calls().at(-1)).toBe(`GET /user/${me}/rooms/!a:test/account_data/org.roomkeeper.room`);
});

test.each<[string, Reply]>([
  ['hangs', 'hang'],
  ['is not to be had', { status: 502, text: '<html>' }],
  ['is limited', limited({ 'Retry-After': '3600' })],
])('a marker that %s is given up in time', async (_, reply) => {
  await start(() => reply);
  const outcome = work.readMarker(room('a')).catch((error: unknown) => error);
  await (reply === 'hang' ? server.arrived(1) : clock.waited(1));
  late.abort();
  expect(await outcome).toEqual(
    new MatrixFailure({
      kind: 'unavailable',
      status: null,
      code: 'ETIMEDOUT',
      detail: 'The marker of the room could not be read within 10 s',
    }),
  );
});

test('a marker of a newer version is neither read nor replaced', async () => {
  await start(({ method }) => (method === 'GET' ? newer : { json: {} }));
  await expect(work.readMarker(room('a'))).rejects.toMatchObject({ code: 'NEWER_MARKER', detail: leftAlone });
  expect(await work.writeMarker(room('a'), marker)).toEqual({ ok: false, code: 'NEWER_MARKER', detail: leftAlone });
  expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'GET']);
});

test('what a marker replaces is looked at once in each room', async () => {
  await start(({ method }) => (method === 'GET' ? noMarker : { json: {} }));
  for (const name of ['a', 'a', 'b']) await work.writeMarker(room(name), marker);
  await work.readMarker(room('c'));
  await work.writeMarker(room('c'), marker);
  expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'PUT', 'PUT', 'GET', 'PUT', 'GET', 'PUT']);
});

test.each([
  {
    what: 'markers',
    write: (index: number) => work.writeMarker(room('a'), named(`${index}`)),
    written: (index: number) => named(`${index}`),
  },
  {
    what: 'names',
    write: (index: number) => work.setName(room('a'), `${index}`),
    written: (index: number) => ({ name: `${index}` }),
  },
])('of the $what of a room none overtakes a newer one', async ({ write, written }) => {
  let failed = false;
  await start(({ method }) => {
    if (method === 'GET') return noMarker;
    if (failed) return { json: {} };
    failed = true;
    return { status: 502, text: '<html>' };
  });
  const first = write(1);
  await clock.waited(1);
  const others = [write(2), write(3), write(4)];
  expect(await work.setName(room('b'), 'of another room')).toEqual({ ok: true });
  clock.advance(500);
  expect(await Promise.all([first, ...others])).toEqual(Array(4).fill({ ok: true }));
  const bodies = server.seen.filter(({ method, path }) => method === 'PUT' && !path.includes('!b'));
  expect(bodies.map(({ body }) => body)).toEqual([written(1), written(1), written(4)]);
  expect(await write(5)).toEqual({ ok: true });
  expect(server.seen.at(-1)?.body).toEqual(written(5));
});

test('a room that is not left is not forgotten', async () => {
  await start(() => refused(403, 'M_FORBIDDEN'));
  expect(await work.leave(room('a'))).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'No' });
  expect(calls()).toEqual(['POST /rooms/!a:test/leave']);
});

test('rooms that are slow to be left stand in the way of nothing else', async () => {
  await start(({ path }) => (path.endsWith('/leave') ? 'hang' : noMarker));
  const leaving = Promise.allSettled(Array.from({ length: 12 }, (_, index) => work.leave(room(`r${index}`))));
  await server.arrived(2);
  expect(await work.readMarker(room('a'))).toBeNull();
  expect((await work.dropAlias(room('a'), 'x')).ok).toBe(true);
  expect(calls().filter((call) => call.endsWith('/leave')).length).toBe(2);
  work.close();
  expect(await leaving).toEqual(Array(12).fill({ status: 'rejected', reason: new Closed() }));
});

test('everything under way ends when it is closed', async () => {
  await start(() => 'hang');
  const all = Promise.allSettled([
    work.createRoom(wish),
    work.dropAlias(room('a'), 'x'),
    work.linkChild(room('a'), room('b')),
    work.invite(room('a'), person),
    work.setName(room('a'), 'x'),
    work.readMarker(room('a')),
    work.leave(room('a')),
  ]);
  await server.arrived(7);
  work.close();
  expect(await all).toEqual(Array(7).fill({ status: 'rejected', reason: new Closed() }));
});
