import { expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { MAX_LOOKS } from '../../src/matrix/new-rooms.ts';
import { aliasNameOf, newRoomBody } from '../../src/matrix/room-templates.ts';
import { person, refused, useRoomWork, wish, written } from './room-work.ts';
import { limited, me, room, type Reply } from './support.ts';

const stage = useRoomWork();
const alias = `#${aliasNameOf('anna 1')}:test`;
const taken = refused(400, 'M_ROOM_IN_USE');
const leadsElsewhere = 'The alias of this creation leads to another room';

/** The create event of a room as the homeserver shows it. */
function createdBy(sender: UserId, operation = wish.operation): object {
  return { sender, content: { creator: sender, 'org.roomkeeper.operation': aliasNameOf(operation) } };
}

test('a creation is tried until it is answered', async () => {
  stage.clock.auto = true;
  const replies: Reply[] = [limited({ 'Retry-After': '62' }), { status: 502, text: '<html>' }];
  await stage.start((_, index) => replies[index] ?? { json: { room_id: '!a' } });
  expect(await stage.work.createRoom(wish)).toEqual({ ok: true, room: '!a' });
  expect(stage.clock.waits).toEqual([62_000, 500]);
  expect(stage.server.seen.map(({ body }) => body)).toEqual(Array(3).fill(newRoomBody(wish, me)));
});

test('a refused creation is final, and its code is told', async () => {
  await stage.start(() => refused(403, 'M_FORBIDDEN'));
  expect(await stage.work.createRoom(wish)).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: 'No' });
  expect(stage.log.lines).toContain('warn room change refused');
  expect(stage.log.text()).not.toContain('secret-token');
});

test('a room that the homeserver is still making is waited for', async () => {
  stage.clock.auto = true;
  let looks = 0;
  await stage.start(({ path }) => {
    if (path.endsWith('/createRoom')) return taken;
    if (path.includes('/directory/')) return { json: { room_id: '!a', servers: [] } };
    if (path.includes('m.room.member')) return { json: { membership: 'invite' } };
    looks += 1;
    return looks < 3 ? refused(403, 'M_FORBIDDEN') : { json: createdBy(me) };
  });
  expect(await stage.work.createRoom(wish)).toEqual({ ok: true, room: '!a' });
  expect(stage.clock.waits).toEqual([500, 1_000]);
  expect(stage.calls().slice(-4)).toEqual([
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
  await stage.start(({ path }) => {
    if (path.endsWith('/createRoom')) return taken;
    return { json: path.includes('/directory/') ? { room_id: '!a' } : creation };
  });
  expect(await stage.work.createRoom(wish)).toEqual({ ok: false, code: 'M_ROOM_IN_USE', detail: leadsElsewhere });
  expect(stage.clock.waits).toEqual([]);
});

test('a room that the bot may not look into is not waited for forever', async () => {
  stage.clock.auto = true;
  await stage.start(({ path }) => {
    if (path.endsWith('/createRoom')) return taken;
    return path.includes('/directory/') ? { json: { room_id: '!a' } } : refused(403, 'M_FORBIDDEN');
  });
  expect(await stage.work.createRoom(wish)).toEqual({ ok: false, code: 'M_ROOM_IN_USE', detail: leadsElsewhere });
  expect(stage.clock.waits.length).toBe(MAX_LOOKS - 1);
});

test('an alias that is gone already is taken out of the room, others stay', async () => {
  const named = { alias, alt_aliases: ['#other:test'] };
  await stage.start(({ method }) =>
    method === 'DELETE' ? refused(404, 'M_NOT_FOUND') : method === 'GET' ? { json: named } : written,
  );
  expect(await stage.work.dropAlias(room('a'), 'anna 1')).toEqual({ ok: true });
  expect(stage.calls()).toEqual([
    `DELETE /directory/room/${alias}`,
    'GET /rooms/!a:test/state/m.room.canonical_alias/',
    'PUT /rooms/!a:test/state/m.room.canonical_alias/',
  ]);
  expect(stage.server.seen[2]?.body).toEqual({ alt_aliases: ['#other:test'] });
});

test('a room that is called otherwise keeps its name', async () => {
  await stage.start(({ method }) => (method === 'GET' ? { json: { alias: '#other:test' } } : written));
  expect(await stage.work.dropAlias(room('a'), 'anna 1')).toEqual({ ok: true });
  expect(stage.calls().length).toBe(2);
});

test('creations wait in line while the account may not make more', async () => {
  await stage.start((_, index) => (index < 2 ? limited({ 'Retry-After': '60' }) : { json: { room_id: `!${index}` } }));
  const made = [1, 2, 3].map((number) => stage.work.createRoom({ ...wish, operation: `anna ${number}` }));
  await stage.clock.waited(2);
  expect(stage.server.seen.length).toBe(2);
  stage.clock.advance(60_000);
  expect((await Promise.all(made)).map(({ ok }) => ok)).toEqual([true, true, true]);
});
