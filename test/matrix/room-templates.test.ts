import { expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import type { NewRoom } from '../../src/ports.ts';
import { aliasNameOf, newRoomBody, serverOf } from '../../src/matrix/room-templates.ts';
import { me, room } from './support.ts';

const person = UserId.parse('@anna:test');
const wish: NewRoom = {
  ...{ kind: 'chat', operation: 'anna 1', name: 'Chat C1', topic: 'Talk', person, space: room('space') },
};

test('the names of a creation', () => {
  expect(aliasNameOf(wish.operation)).toMatch(/^roomkeeper-[0-9a-f]{16}$/);
  expect(aliasNameOf(wish.operation)).not.toBe(aliasNameOf('anna 2'));
  expect(serverOf(UserId.parse('@bot:example.org:8448'))).toBe('example.org:8448');
});

test('a Space is created closed, with nobody in its power levels', () => {
  expect(newRoomBody({ ...wish, kind: 'space', space: null }, me)).toEqual({
    name: 'Chat C1',
    topic: 'Talk',
    invite: [person],
    room_alias_name: aliasNameOf(wish.operation),
    preset: 'private_chat',
    visibility: 'private',
    creation_content: { type: 'm.space', 'org.roomkeeper.operation': aliasNameOf(wish.operation) },
    power_level_content_override: { events_default: 100, state_default: 100, invite: 100, events: {} },
  });
});

test.each([
  { space: room('space'), parents: ['m.space.parent'] },
  { space: null, parents: [] },
])('a chat under $space has its parent from the beginning', ({ space, parents }) => {
  const body = newRoomBody({ ...wish, space }, me) as { initial_state: { type: string }[]; creation_content: object };
  expect(body.initial_state).toEqual([
    { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'shared' } },
    ...parents.map((type) => ({ type, state_key: space, content: { via: ['test'], canonical: true } })),
  ]);
  expect(body.creation_content).toEqual({ 'org.roomkeeper.operation': aliasNameOf(wish.operation) });
  expect(body).not.toHaveProperty('is_direct');
  expect(body).not.toHaveProperty('power_level_content_override.users');
});
