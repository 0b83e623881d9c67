import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserId, type RoomId } from '../../machines/ids.ts';
import { createAttendance, type Attendance } from '../../src/matrix/attendance.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createRoomWork } from '../../src/matrix/rooms.ts';
import type { Send } from '../../src/ports.ts';
import { Clock, keptLog, me, room, startServer, type Reply, type ScriptedServer, type Seen } from './support.ts';

const ann = UserId.parse('@ann:test');
const no = { ok: false, code: 'M_FORBIDDEN', detail: 'No' };
const refusal: Reply = { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } };

let server: ScriptedServer;
let clock: Clock;
let attendance: Attendance;
let closeWork: () => void;
beforeEach(() => {
  clock = new Clock();
});
afterEach(async () => {
  attendance.close();
  closeWork();
  await server.close();
});

/** `membership`: of the bot, as the homeserver tells; everything else that is asked is refused. */
async function start(membership: Reply) {
  const isOwnMembership = ({ path }: Seen) => decodeURIComponent(path).endsWith(`/state/m.room.member/${me}`);
  server = await startServer((seen) => (isOwnMembership(seen) ? membership : refusal));
  const log = keptLog();
  const api = createClient({ homeserver: server.url, accessToken: 't', me, log });
  const keepMarker = async () => undefined;
  const options = { api, me, chance: () => 1, now: clock.now, log, wait: clock.wait, keepMarker };
  attendance = createAttendance(options);
  const work = createRoomWork(options);
  closeWork = () => work.close();
  const gone: string[] = [];
  const { promise: first, resolve } = Promise.withResolvers<void>();
  const send: Send = async () => ({ ok: false, code: 'M_FORBIDDEN', detail: 'No' });
  const ports = attendance.watching({ work, send }, async (one: RoomId) => {
    gone.push(one);
    resolve();
  });
  return { ...ports, gone, first };
}

const said = { status: 200, json: { membership: 'leave' } };

test('a Space that the bot is no longer in is known to be gone before the refusal is', async () => {
  const { work, gone } = await start(said);
  expect(await work.linkChild(room('space'), { room: room('chat'), person: ann, number: 1, archived: false })).toEqual(
    no,
  );
  expect(gone).toEqual([room('space')]);
});

test('a room that it was banned from, or that the homeserver says nothing of, is gone', async () => {
  for (const membership of [{ json: { membership: 'ban' } }, refusal]) {
    const { work, gone, first } = await start(membership);
    expect(await work.invite(room('chat'), ann)).toEqual(no);
    await first;
    expect(gone).toEqual([room('chat')]);
    await server.close();
  }
});

test('what a message that is refused shows', async () => {
  const { send, gone, first } = await start(said);
  expect(await send({ room: room('chat') } as never, 'final')).toEqual(no);
  await first;
  expect(gone).toEqual([room('chat')]);
});

test('a bot without power, or a homeserver in trouble, is no lost room', async () => {
  for (const membership of [{ json: { membership: 'join' } }, { status: 502, text: 'Bad Gateway' }]) {
    const { work, gone } = await start(membership);
    expect(
      await work.linkChild(room('space'), { room: room('chat'), person: ann, number: 1, archived: false }),
    ).toEqual(no);
    expect(gone).toEqual([]);
    await server.close();
  }
});

test('a room is replaced where it names another one; where nobody says so it is not', async () => {
  const replies: Reply[] = [
    { json: { replacement_room: room('b') } },
    { json: {} },
    refusal,
    { status: 502, text: '' },
  ];
  server = await startServer((_, index) => replies[index] ?? refusal);
  attendance = createAttendance({
    api: createClient({ homeserver: server.url, accessToken: 't', me, log: keptLog() }),
    ...{ me, chance: () => 1, log: keptLog(), wait: clock.wait },
  });
  closeWork = () => undefined;
  const answers = [];
  for (const _ of replies) answers.push(await attendance.isReplaced(room('a')));
  expect(answers).toEqual([true, false, false, false]);
});

test('the rooms that the bot is in are asked for until the homeserver answers', async () => {
  clock.auto = true;
  const replies: Reply[] = [{ status: 504, text: 'Gateway Timeout' }];
  server = await startServer((_, index) => replies[index] ?? { json: { joined_rooms: [room('a'), room('b')] } });
  const log = keptLog();
  const api = createClient({ homeserver: server.url, accessToken: 't', me, log });
  attendance = createAttendance({ api, me, chance: () => 1, log, wait: clock.wait });
  closeWork = () => undefined;
  expect(await attendance.joinedRooms()).toEqual(new Set([room('a'), room('b')]));
  expect(clock.waits).toEqual([500]);
});
