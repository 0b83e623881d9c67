import { expect, test } from 'vitest';
import { MxcUri, UserId } from '../../machines/ids.ts';
import type { NewRoom } from '../../src/ports.ts';
import { markOf, childContent, newRoomBody, serverOf } from '../../src/matrix/room-templates.ts';
import { me, room } from './support.ts';

const person = UserId.parse('@anna:test');
const wish: NewRoom = {
  ...{ kind: 'chat', operation: 'anna 1', name: 'Chat C1', topic: 'Talk', person, space: room('space') },
};

test('the mark of a creation', () => {
  expect(markOf(wish.operation)).toMatch(/^roomkeeper-[0-9a-f]{16}$/);
  expect(markOf(wish.operation)).not.toBe(markOf('anna 2'));
  expect(serverOf(UserId.parse('@bot:example.org:8448'))).toBe('example.org:8448');
});

const hidden = [{ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'invited' } }];

test('a Space is created closed, with nobody in its power levels, and lists its chats from the beginning', () => {
  const children = [
    { room: room('one'), person, number: 1, archived: true },
    { room: room('two'), person, number: 2, archived: false },
  ];
  expect(newRoomBody({ ...wish, kind: 'space', space: null, children }, me, '12')).toEqual({
    name: 'Chat C1',
    topic: 'Talk',
    invite: [person],
    room_version: '12',
    preset: 'private_chat',
    visibility: 'private',
    creation_content: { type: 'm.space', 'org.roomkeeper.operation': markOf(wish.operation) },
    power_level_content_override: {
      ...{ events_default: 100, state_default: 100, invite: 100 },
      events: { 'm.room.name': 0, 'm.room.topic': 0, 'm.room.avatar': 0 },
    },
    initial_state: [
      ...hidden,
      { type: 'm.space.child', state_key: '!one:test', content: { via: ['test'], order: 'archived 000000001' } },
      {
        type: 'm.space.child',
        state_key: '!two:test',
        content: { via: ['test'], order: '000000002', suggested: true },
      },
    ],
  });
});

test.each([
  { space: room('space'), parents: ['m.space.parent'] },
  { space: null, parents: [] },
])('a chat under $space has its parent from the beginning', ({ space, parents }) => {
  const body = newRoomBody({ ...wish, space }, me, '12');
  expect(body.initial_state).toEqual([
    ...hidden,
    ...parents.map((type) => ({ type, state_key: space, content: { via: ['test'], canonical: true } })),
  ]);
  expect(body.creation_content).toEqual({ 'org.roomkeeper.operation': markOf(wish.operation) });
  expect(body).not.toHaveProperty('is_direct');
});

test.each([
  { version: '11', users: { [me]: 100, [person]: 50 } },
  { version: '12', users: { [person]: 50 } },
  { version: '13', users: { [person]: 50 } },
  { version: null, users: { [me]: 100, [person]: 50 } },
])('in the power levels of a chat of version $version stand $users', ({ version, users }) => {
  expect(newRoomBody(wish, me, version).power_level_content_override).toEqual({
    users,
    ...{ state_default: 100, kick: 50, ban: 50, redact: 50 },
    events: { 'm.room.name': 50, 'm.room.topic': 50, 'm.room.avatar': 50, 'm.room.pinned_events': 50 },
  });
});

test('nothing is said in place of a topic', () => {
  expect(newRoomBody({ ...wish, topic: '' }, me, null)).not.toHaveProperty('topic');
});

test('a chat is reached through the server of its person as well, and stands by its number', () => {
  const chat = { room: room('one'), person: UserId.parse('@anna:other.test'), archived: false };
  const via = ['test', 'other.test'];
  expect(childContent({ ...chat, number: 12 }, me)).toEqual({ via, order: '000000012', suggested: true });
  expect(childContent({ ...chat, number: null }, me)).toEqual({ via });
  const orders = [2, 10, 999_999_999].flatMap((number) =>
    [true, false].map((archived) => (childContent({ ...chat, number, archived }, me) as { order: string }).order),
  );
  expect(orders.toSorted()).toEqual([orders[1], orders[3], orders[5], orders[0], orders[2], orders[4]]);
  // The spec's rule: at most 50 characters, each from the space to the tilde.
  for (const order of orders) expect(order).toMatch(/^[ -~]{1,50}$/);
});

test('a picture that the operator wants is there from the beginning', () => {
  const avatar = MxcUri.parse('mxc://hs.test/abc');
  const stateOf = (body: ReturnType<typeof newRoomBody>) => body.initial_state?.map(({ type }) => type);
  expect(stateOf(newRoomBody({ ...wish, avatar }, me, '12'))).toContain('m.room.avatar');
  expect(stateOf(newRoomBody(wish, me, '12'))).not.toContain('m.room.avatar');
});
