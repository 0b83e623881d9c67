import { expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { LOOKS } from '../../src/matrix/new-rooms.ts';
import { markOf, newRoomBody } from '../../src/matrix/room-templates.ts';
import { person, refused, useRoomWork, wish } from './room-work.ts';
import { limited, me, type Reply, type Seen } from './support.ts';

const stage = useRoomWork();

/** Wanted in this process: nobody can have made it. */
const fresh = () => ({ ...wish, operation: stage.work.newOperation() });

/** A room as a look at all rooms shows it. */
function made(operation: string, at = 1, sender: UserId = me, content: object = {}) {
  const creation = { 'org.roomkeeper.operation': markOf(operation), ...content };
  return { state: { events: [{ type: 'm.room.create', sender, origin_server_ts: at, content: creation }] } };
}
const isLook = ({ path }: Seen) => path.endsWith('/sync');
const shows = (join: object): Reply => ({ json: { next_batch: 's', rooms: { join } } });
const invited: Reply = { json: { membership: 'invite' } };

test('a creation that nobody can have begun is not looked for, and not where it was told to come later', async () => {
  stage.clock.auto = true;
  const replies: Reply[] = [limited({ 'Retry-After': '62' }), limited({ 'Retry-After': '7' })];
  await stage.start((_, index) => replies[index] ?? { json: { room_id: '!a' } });
  const wanted = fresh();
  expect(await stage.work.createRoom(wanted)).toEqual({ ok: true, room: '!a' });
  expect(stage.clock.waits).toEqual([62_000, 7_000]);
  expect(stage.server.seen.map(({ body }) => body)).toEqual(Array(3).fill(newRoomBody(wanted, me, '12')));
});

test('one whose answer is lost is looked for, and made again where it is not found', async () => {
  stage.clock.auto = true;
  let creations = 0;
  await stage.start((seen) => {
    if (isLook(seen)) return shows({});
    creations += 1;
    return creations === 1 ? { status: 502, text: '<html>' } : { json: { room_id: '!a' } };
  });
  expect(await stage.work.createRoom(fresh())).toEqual({ ok: true, room: '!a' });
  const looks = Array<string>(LOOKS).fill('GET /sync');
  expect(stage.calls()).toEqual(['POST /createRoom', ...looks, 'POST /createRoom', 'GET /sync']);
  expect(stage.clock.waits).toEqual([500, 1_000, 2_000, 4_000]);
});

test('one of another process is found, whatever became of its answer, and its person is in it', async () => {
  await stage.start((seen) => {
    if (isLook(seen)) return shows({ '!other': made('bert 2'), '!a': made(wish.operation) });
    return invited;
  });
  expect(await stage.work.createRoom(wish)).toEqual({ ok: true, room: '!a' });
  expect(stage.calls()).toEqual(['GET /sync', `GET /rooms/!a/state/m.room.member/${person}`]);
});

test('a room that the homeserver is still making is waited for', async () => {
  stage.clock.auto = true;
  let looks = 0;
  await stage.start((seen) => {
    if (!isLook(seen)) return invited;
    looks += 1;
    return shows(looks < 3 ? {} : { '!a': made(wish.operation) });
  });
  expect(await stage.work.createRoom(wish)).toEqual({ ok: true, room: '!a' });
  expect(stage.clock.waits).toEqual([500, 1_000]);
  expect(stage.calls()).not.toContain('POST /createRoom');
});

test('a first try that was only slower than a second one wins: the other room is given up', async () => {
  stage.clock.auto = true;
  let creations = 0;
  await stage.start((seen) => {
    if (isLook(seen))
      return shows(creations === 0 ? {} : { '!second': made(wish.operation, 9), '!first': made(wish.operation, 5) });
    if (!seen.path.endsWith('/createRoom')) return seen.method === 'GET' ? invited : { json: {} };
    creations += 1;
    return { json: { room_id: '!second' } };
  });
  expect(await stage.work.createRoom(wish)).toEqual({ ok: true, room: '!first' });
  expect(stage.calls().slice(LOOKS)).toEqual([
    'POST /createRoom',
    'GET /sync',
    ...['kick', 'leave', 'forget'].map((action) => `POST /rooms/!second/${action}`),
    `GET /rooms/!first/state/m.room.member/${person}`,
  ]);
  const reason = 'This room was made twice';
  const partings = stage.server.seen.filter(({ path }) => /kick$|leave$/.test(path)).map(({ body }) => body);
  expect(partings).toEqual([{ user_id: person, reason }, { reason }]);
});

test('one that is under way in this process is not begun a second time', async () => {
  await stage.start(() => ({ json: { room_id: '!a' } }));
  const wanted = fresh();
  const both = await Promise.all([stage.work.createRoom(wanted), stage.work.createRoom(wanted)]);
  expect(both).toEqual(Array(2).fill({ ok: true, room: '!a' }));
  expect(stage.calls()).toEqual(['POST /createRoom']);
});

test('a refused creation is final, and its code is told', async () => {
  await stage.start(() => refused(403, 'M_FORBIDDEN'));
  expect(await stage.work.createRoom(fresh())).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'No' });
  expect(stage.log.lines).toContain('warn room change refused');
  expect(stage.log.text()).not.toContain('secret-token');
});

test.each<[string, object]>([
  ['of somebody else', made(wish.operation, 1, UserId.parse('@mallory:test'))],
  ['that the bot made for somebody else', made('mallory 7')],
  ['that names no operation', made(wish.operation, 1, me, { 'org.roomkeeper.operation': null })],
  ['of which nothing is shown', {}],
])('a room %s is not taken', async (_, room) => {
  stage.clock.auto = true;
  await stage.start((seen) => (isLook(seen) ? shows({ '!theirs': room }) : { json: { room_id: '!a' } }));
  expect(await stage.work.createRoom(wish)).toEqual({ ok: true, room: '!a' });
});

test.each<[string, Reply, string | null]>([
  ['its own version', { json: { capabilities: { 'm.room_versions': { default: '11' } } } }, '11'],
  ['no version', { json: { capabilities: {} } }, null],
  ['nothing of itself', refused(404, 'M_UNRECOGNIZED'), null],
])('a homeserver that says %s makes rooms of %3$s', async (_, capabilities, version) => {
  await stage.start(() => ({ json: { room_id: '!a' } }));
  stage.capabilities = capabilities;
  const wanted = fresh();
  expect(await stage.work.createRoom(wanted)).toEqual({ ok: true, room: '!a' });
  expect(stage.server.seen.map(({ body }) => body)).toEqual([newRoomBody(wanted, me, version)]);
});

test('creations wait in line while the account may not make more', async () => {
  await stage.start((_, index) => (index < 2 ? limited({ 'Retry-After': '60' }) : { json: { room_id: `!${index}` } }));
  const persons = ['anna', 'bert', 'carl'].map((name) => UserId.parse(`@${name}:test`));
  const rooms = persons.map((each) => stage.work.createRoom({ ...fresh(), person: each }));
  await stage.clock.waited(2);
  expect(stage.server.seen.length).toBe(2);
  stage.clock.advance(60_000);
  expect((await Promise.all(rooms)).map(({ ok }) => ok)).toEqual([true, true, true]);
});
