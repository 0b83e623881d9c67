import { describe, expect, test } from 'vitest';
import { readOldRows } from '../../src/import/rows.ts';
import { ann, chat, line, usual, type Rows } from './old-bot.ts';

const asRows = (rows: Rows) =>
  Object.entries(rows).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));

const decoded = (rows: Rows) => readOldRows(asRows(rows));
const findings = (rows: Rows) => decoded(rows).findings.map(({ about, what }) => `${about} ${what}`);

test('what the old bot kept is read, what it did not need to keep is counted', () => {
  const { rooms, users, chats, lastContextId, ignored, findings: told } = decoded(usual);
  expect(rooms.get('!a2:example.org' as never)).toEqual({
    ...{ room: '!a2:example.org', kind: 'chat', person: ann, number: 2, name: 'Чат C2', contextId: '12' },
    ...{ space: '!space-ann:example.org', agent: 'one', assignment: 'default', noticed: true, archived: false },
  });
  expect(rooms.get('!dm:example.org' as never)).toEqual({
    ...{ room: '!dm:example.org', kind: 'entry', person: ann, number: null, name: null, contextId: null },
    ...{ space: null, agent: null, assignment: null, noticed: false, archived: false },
  });
  expect(users.get(ann)).toEqual({ person: ann, space: '!space-ann:example.org', nextNumber: 4 });
  expect(chats[1]).toEqual({ person: ann, number: 2, room: '!a2:example.org', name: 'Чат 2', archived: true });
  expect([rooms.size, users.size, chats.length, lastContextId, told]).toEqual([4, 2, 3, 41n, []]);
  expect([...ignored]).toEqual([
    ['auth', 1],
    ['settings', 1],
    ['matrix_state', 1],
  ]);
});

describe('what is no record, or no id', () => {
  test.each([
    ['broken JSON', { 'matrix_room:!a:x': '{"room_type"' }, 'matrix_room:!a:x is no JSON object; left out'],
    ['a list', { 'matrix_user:@a:x': [1] }, 'matrix_user:@a:x is no JSON object; left out'],
    ['no room', { 'matrix_room:a:x': {} }, 'matrix_room:a:x is no id of a room; left out'],
    ['a line break in an id', { 'matrix_room:!a\n:x': {} }, 'matrix_room:!a\n:x is no id of a room; left out'],
    ['no user', { 'matrix_user:ann': {} }, 'matrix_user:ann is no id of a user; left out'],
    ['no line', { 'chat:C1': {} }, 'chat:C1 is no line of a list of chats; left out'],
    [
      'another type',
      { 'matrix_room:!a:x': { room_type: 'settings' } },
      'matrix_room:!a:x is of the type "settings", which the service does not have; left out',
    ],
  ])('%s is left out with a word', (_, rows, told) => {
    const { rooms, users, chats } = decoded(rows as Rows);
    expect([rooms.size, users.size, chats.length, findings(rows as Rows)]).toEqual([0, 0, 0, [told]]);
  });

  test.each([
    ['platform_chat_id', 'x', 'the chat begins a new memory'],
    ['platform_chat_id', '007', 'the chat begins a new memory'],
    ['platform_chat_id', -1, 'the chat begins a new memory'],
    ['platform_chat_id', 1.5, 'the chat begins a new memory'],
    ['platform_chat_id', '9'.repeat(19), 'the chat begins a new memory'],
    ['matrix_user_id', 'ann', 'it counts as missing'],
    ['matrix_user_id', `@${'a'.repeat(300)}:x`, 'it counts as missing'],
    ['space_id', {}, 'it counts as missing'],
    ['display_name', 7, 'it counts as missing'],
    ['agent_id', 'a\u001b[31m', 'the registry says which agent answers'],
    ['agent_assignment', 'chosen', 'it counts as missing'],
  ])('%s %j does not stop its room', (field, value, otherwise) => {
    const rows = { 'matrix_room:!a:x': { ...chat(ann, 'C1', '5'), [field]: value } };
    expect(decoded(rows).rooms.size).toBe(1);
    const [told] = findings(rows);
    expect(told).toMatch(new RegExp(`^matrix_room:!a:x ${field} is .*, which it cannot be; ${otherwise}$`));
  });
});

test('a memory is numbered by a text or a number, a chat by C and digits, and the chat of a meeting has no number', () => {
  const { rooms } = decoded({
    'matrix_room:!a:x': chat(ann, 'c12', null, { platform_chat_id: 7 }),
    'matrix_room:!b:x': { matrix_user_id: ann, chat_id: '0', welcomed: true },
    'matrix_room:!c:x': chat(ann, 'Chat', '8'),
    'matrix_room:!d:x': { matrix_user_id: ann, redirect_room_id: '!a:x' },
    'matrix_room:!e:x': { room_type: 'space', matrix_user_id: ann },
  });
  expect([...rooms.values()].map(({ room, kind, number, contextId }) => [room, kind, number, contextId])).toEqual([
    ['!a:x', 'chat', 12, '7'],
    ['!b:x', 'chat', 'none', null],
    ['!c:x', 'chat', null, '8'],
    ['!d:x', 'entry', null, null],
  ]);
});

test.each([{ archived: true }, { is_archived: 1 }, { archived_at: '2026-04-01' }, { status: 'archived' }])(
  'a chat is archived by %j',
  (more) => {
    const { chats } = decoded({
      'chat:@a:x:C1': line('!a:x', 'A', more),
      'chat:@a:x:C2': line('!b:x', 'B', { archived: 0, archived_at: null }),
    });
    expect(chats.map(({ archived }) => archived)).toEqual([true, false]);
  },
);

test.each([
  ['a number', { next_platform_chat_index: 42 }, 41n],
  ['a text', { next_platform_chat_index: '42' }, 41n],
  ['behind what rooms have', { next_platform_chat_index: 2 }, 9n],
  ['none', { next_platform_chat_index: 'many' }, 9n],
  ['missing', {}, 9n],
])('the counter of context ids, %s', (_, counter, last) => {
  expect(decoded({ 'matrix_room:!a:x': chat(ann, 'C1', '9'), matrix_platform_chat_seq: counter }).lastContextId).toBe(
    last,
  );
});

test('a name is one line, and kinds of rows are not counted without a bound', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`kind${n}:x`, {}]));
  const { rooms, ignored } = decoded({
    'matrix_room:!a:x': chat(ann, 'C1', '9', { display_name: 'a\n\u202eb'.repeat(200) }),
    ...many,
  });
  expect(rooms.get('!a:x' as never)?.name).toMatch(/^(?:a b){60,66}a?$/);
  expect([ignored.size, ignored.get('others')]).toEqual([21, 80]);
});

test('a key that stands there twice counts once', () => {
  const twice = [
    { key: 'matrix_room:!a:x', value: JSON.stringify(chat(ann, 'C1', '1')) },
    { key: 'matrix_room:!a:x', value: JSON.stringify(chat(ann, 'C2', '2')) },
  ];
  const { rooms, findings: told } = readOldRows(twice);
  expect(rooms.get('!a:x' as never)?.contextId).toBe('1');
  expect(told).toEqual([{ about: 'matrix_room:!a:x', what: 'stands there twice; the first one counts' }]);
});
