import { expect, test } from 'vitest';
import { childContent } from '../../src/matrix/room-templates.ts';
import { person, useRoomWork } from './room-work.ts';
import { me, room } from './support.ts';

const stage = useRoomWork();
const chat = { room: room('chat'), person, number: 2, archived: false };
const path = `/rooms/${room('space')}/state/m.space.child/${chat.room}`;

test.each([
  ['the same', chat, childContent(chat, me), false],
  ['another place', { ...chat, archived: true }, childContent(chat, me), true],
  ['no link', chat, {}, true],
  ['a link, where the number is unknown', { ...chat, number: null }, childContent(chat, me), false],
  ['a link through others, where the number is unknown', { ...chat, number: null }, { via: ['elsewhere'] }, true],
])('where there stands %s, the link is written only if it changes', async (_, child, standing, isWritten) => {
  await stage.start(({ method }) => (method === 'GET' ? { json: standing } : { json: { event_id: '$1' } }));
  expect(await stage.work.linkChild(room('space'), child)).toEqual({ ok: true });
  expect(stage.calls()).toEqual([`GET ${path}`, ...(isWritten ? [`PUT ${path}`] : [])]);
  if (isWritten) expect(stage.server.seen.at(-1)?.body).toEqual(childContent(child, me));
});
