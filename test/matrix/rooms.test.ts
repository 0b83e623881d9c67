import { expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { Closed, MatrixFailure } from '../../src/matrix/errors.ts';
import { JOINS_AT_ONCE } from '../../src/matrix/rooms.ts';
import { named, noMarker, person, refused, useRoomWork, wish, written } from './room-work.ts';
import { limited, room, type Reply } from './support.ts';

const stage = useRoomWork();
const joined: Reply = { json: { room_id: '!a:test' } };
const of = (who: string | number) => UserId.parse(`@${who}:test`);
const asked = (who: string | number) => ({ party: of(who), since: stage.clock.now() });
const bye = { party: person, reason: 'Bye' };

test('a join is tried until it is answered', async () => {
  stage.clock.auto = true;
  const replies: Reply[] = [
    { status: 502, text: '<html>' },
    limited({ 'Retry-After': '7' }),
    { status: 401, json: { errcode: 'M_UNKNOWN_TOKEN', error: 'Bye' } },
    'drop',
    'drop',
  ];
  await stage.start((_, index) => replies[index] ?? joined);
  expect(await stage.work.joinRoom(room('a'), asked('anna'))).toEqual({ ok: true });
  expect(stage.clock.waits).toEqual([500, 7_000, 1_000, 2_000, 4_000]);
});

test('a refused join is final', async () => {
  await stage.start(() => ({ status: 403, json: { errcode: 'M_FORBIDDEN', error: 'Not invited' } }));
  expect(await stage.work.joinRoom(room('a'), asked('anna'))).toEqual({
    ok: false,
    code: 'M_FORBIDDEN',
    detail: 'Not invited',
  });
  expect(stage.clock.waits).toEqual([]);
});

test('a room that keeps failing does not stand in the way of others', async () => {
  await stage.start((seen) => (seen.path.includes('dead') ? { status: 502, text: '' } : joined));
  const dead = Promise.allSettled(
    Array.from({ length: JOINS_AT_ONCE }, (_, index) => stage.work.joinRoom(room(`dead${index}`), asked(index))),
  );
  await stage.clock.waited(JOINS_AT_ONCE);
  expect(await stage.work.joinRoom(room('a'), asked('anna'))).toEqual({ ok: true });
  stage.work.close();
  expect(await dead).toEqual(Array(JOINS_AT_ONCE).fill({ status: 'rejected', reason: new Closed() }));
});

test('only so many joins are under way, and closing ends them all', async () => {
  await stage.start(() => 'hang');
  const joins = Promise.allSettled(
    Array.from({ length: JOINS_AT_ONCE + 3 }, (_, index) => stage.work.joinRoom(room(`r${index}`), asked(index))),
  );
  await stage.server.arrived(JOINS_AT_ONCE);
  stage.work.close();
  expect(await joins).toEqual(Array(JOINS_AT_ONCE + 3).fill({ status: 'rejected', reason: new Closed() }));
  expect(stage.server.seen.length).toBe(JOINS_AT_ONCE);
  await expect(stage.work.joinRoom(room('a'), asked('anna'))).rejects.toEqual(new Closed());
});

test.each([
  ['joins', (n: number) => stage.work.joinRoom(room(`dead${n}`), asked('eager'))],
  ['declines', (n: number) => stage.work.leave(room(`dead${n}`), { ...bye, party: of('eager') })],
  ['invitations', (n: number) => stage.work.invite(room(`dead${n}`), of('eager'))],
  ['new rooms', () => stage.work.createRoom({ ...wish, operation: stage.work.newOperation(), person: of('eager') })],
])('%s of one person that never end keep nobody else waiting', async (_, ask) => {
  await stage.start(({ path, body }) => {
    if (/dead|eager/.test(`${path} ${JSON.stringify(body)}`)) return 'hang';
    return path.includes('/state/m.room.member/') ? noMarker : joined;
  });
  const dead = Promise.allSettled(Array.from({ length: 30 }, (_, n) => ask(n)));
  await stage.server.arrived(1);
  expect(await stage.work.joinRoom(room('a'), asked('anna'))).toEqual({ ok: true });
  expect(await stage.work.leave(room('a'), bye)).toEqual({ ok: true });
  expect(await stage.work.invite(room('a'), person)).toEqual({ ok: true, sent: true });
  expect((await stage.work.createRoom({ ...wish, operation: stage.work.newOperation() })).ok).toBe(true);
  stage.work.close();
  await dead;
});

const away: Reply = { status: 502, json: { errcode: 'M_UNKNOWN', error: 'Their server is away' } };
const DAY_MS = 24 * 3_600_000;

test('a join that another homeserver prevents is given up after a day, by the time that passes and by the record', async () => {
  await stage.start(() => away);
  const long = stage.work.joinRoom(room('a'), asked('anna'));
  await stage.clock.waited(1);
  stage.clock.advance(DAY_MS);
  const givenUp = { ok: false, code: 'GIVEN_UP', detail: 'M_UNKNOWN: Their server is away' };
  expect(await long).toEqual(givenUp);
  const since = stage.clock.now() - DAY_MS;
  expect(await stage.work.joinRoom(room('b'), { party: person, since })).toEqual(givenUp);
});

test.each<[string, Reply, object]>([
  ['an invitation', away, { code: 'GIVEN_UP' }],
  ['an invitation behind a proxy that waits no longer', { status: 504, text: '' }, { code: 'GIVEN_UP' }],
])('%s that never passes is given up after a day as well', async (_, reply, end) => {
  await stage.start(({ method }) => (method === 'GET' ? noMarker : reply));
  const done = stage.work.invite(room('a'), person);
  await stage.clock.waited(1);
  stage.clock.advance(DAY_MS);
  const { ok, code } = (await done) as { ok: false; code: string };
  expect({ ok, code }).toEqual({ ok: false, ...end });
});

test.each<[string, Reply]>([
  ['is away', { status: 502, text: '<html>' }],
  ['breaks off', 'drop'],
  ['wants to be left alone', limited({ 'Retry-After': '7' })],
  ['lets the account do nothing', { status: 403, json: { errcode: 'M_USER_SUSPENDED', error: 'No' } }],
])('nothing is given up because our own homeserver %s, however long', async (_, reply) => {
  let isBack = false;
  await stage.start(() => (isBack ? joined : reply));
  const join = stage.work.joinRoom(room('a'), asked('anna'));
  await stage.clock.waited(1);
  stage.clock.advance(DAY_MS);
  await stage.clock.waited(2);
  isBack = true;
  stage.clock.advance(DAY_MS);
  expect(await join).toEqual({ ok: true });
});

test('an invite that somebody else was faster with is done', async () => {
  let asked = 0;
  await stage.start(({ method }) => {
    if (method === 'POST') return refused(403, 'M_FORBIDDEN');
    asked += 1;
    return asked === 1 ? refused(404, 'M_NOT_FOUND') : { json: { membership: 'join' } };
  });
  expect(await stage.work.invite(room('a'), person)).toEqual({ ok: true, sent: false });
  expect(stage.calls()).toEqual([
    `GET /rooms/!a:test/state/m.room.member/${person}`,
    'POST /rooms/!a:test/invite',
    `GET /rooms/!a:test/state/m.room.member/${person}`,
  ]);
});

test('invites that have to wait do not stand in the way of others', async () => {
  await stage.start(({ method, path }) => {
    if (method === 'GET') return refused(404, 'M_NOT_FOUND');
    return path.includes('slow') ? limited({ 'Retry-After': '333' }) : { json: {} };
  });
  const waiting = Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => stage.work.invite(room(`slow${index}`), person)),
  );
  await stage.clock.waited(20);
  expect(await stage.work.invite(room('a'), person)).toEqual({ ok: true, sent: true });
  stage.work.close();
  expect(await waiting).toEqual(Array(20).fill({ status: 'rejected', reason: new Closed() }));
});

test.each([
  {
    what: 'markers',
    write: (index: number) => stage.work.writeMarker(room('a'), named(`${index}`)),
    content: (index: number) => named(`${index}`),
  },
  {
    what: 'names',
    write: (index: number) => stage.work.setName(room('a'), `${index}`),
    content: (index: number) => ({ name: `${index}` }),
  },
])('of the $what of a room none overtakes a newer one', async ({ write, content }) => {
  let failed = false;
  await stage.start(({ method }) => {
    if (method === 'GET') return noMarker;
    if (failed) return written;
    failed = true;
    return { status: 502, text: '<html>' };
  });
  const first = write(1);
  await stage.clock.waited(1);
  const others = [write(2), write(3), write(4)];
  expect(await stage.work.setName(room('b'), 'of another room')).toEqual({ ok: true });
  stage.clock.advance(500);
  expect(await Promise.all([first, ...others])).toEqual(Array(4).fill({ ok: true }));
  const bodies = stage.server.seen.filter(({ method, path }) => method === 'PUT' && !path.includes('!b'));
  expect(bodies.map(({ body }) => body)).toEqual([content(1), content(1), content(4)]);
  expect(await write(5)).toEqual({ ok: true });
  expect(stage.server.seen.at(-1)?.body).toEqual(content(5));
});

test('a room that is not left is not forgotten', async () => {
  await stage.start(() => refused(403, 'M_FORBIDDEN'));
  expect(await stage.work.leave(room('a'), bye)).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'No' });
  expect(stage.calls()).toEqual(['POST /rooms/!a:test/leave']);
});

test('rooms that are slow to be left stand in the way of nothing else', async () => {
  await stage.start(({ path }) => (path.endsWith('/leave') ? 'hang' : noMarker));
  const leaving = Promise.allSettled(
    Array.from({ length: 12 }, (_, index) => stage.work.leave(room(`r${index}`), { ...bye, party: of(index) })),
  );
  await stage.server.arrived(2);
  expect(await stage.work.readMarker(room('a'))).toBeNull();
  expect((await stage.work.setName(room('a'), 'x')).ok).toBe(false);
  expect(stage.calls().filter((call) => call.endsWith('/leave')).length).toBe(2);
  stage.work.close();
  expect(await leaving).toEqual(Array(12).fill({ status: 'rejected', reason: new Closed() }));
});

test('everything under way ends when it is closed', async () => {
  await stage.start(() => 'hang');
  const all = Promise.allSettled([
    stage.work.createRoom(wish),
    stage.work.joinRoom(room('a'), asked('anna')),
    stage.work.linkChild(room('a'), { room: room('b'), person, number: 1, archived: false }),
    stage.work.invite(room('a'), person),
    stage.work.setName(room('c'), 'x'),
    stage.work.readMarker(room('a')),
    stage.work.leave(room('a'), bye),
  ]);
  await stage.server.arrived(7);
  stage.work.close();
  expect(await all).toEqual(Array(7).fill({ status: 'rejected', reason: new Closed() }));
});

test.each<[string, Reply, string | null]>([
  ['the name of the profile', { json: { displayname: 'Anna of the Garden' } }, 'Anna of the Garden'],
  ['none without a profile', { status: 404, json: { errcode: 'M_NOT_FOUND', error: 'No' } }, null],
  ['none where it may not be seen', { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } }, null],
  ['none in an empty profile', { json: {} }, null],
  ['none that is no text', { json: { displayname: 7 } }, null],
  ['none where their homeserver is away', { status: 502, json: { errcode: 'M_UNKNOWN', error: 'Away' } }, null],
  ['none while the homeserver wants to be left alone', limited({ 'Retry-After': '60' }), null],
  ['none where the line breaks', 'drop', null],
])('a person has %s, asked once', async (_, reply, name) => {
  await stage.start(() => reply);
  expect(await stage.work.displayName(person)).toBe(name);
  const asked = stage.server.seen.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`);
  expect(asked).toEqual([`GET /_matrix/client/v3/profile/${person}`]);
  expect(stage.clock.waits).toEqual([]);
});

test('a Space is not named while the service closes', async () => {
  await stage.start(() => 'hang');
  const name = stage.work.displayName(person);
  const refused = expect(name).rejects.toEqual(
    new MatrixFailure({ kind: 'aborted', status: null, code: 'ABORTED', detail: 'The request was aborted' }),
  );
  await stage.server.arrived(1);
  stage.work.close();
  await refused;
});
