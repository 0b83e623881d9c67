import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentId, ContextId, RoomId, UserId } from '../../machines/ids.ts';
import { type Marker } from '../../machines/marker.ts';
import {
  reconcile,
  type Known,
  type PersonFacts,
  type ReconcileOptions,
  type Repair,
  type RoomFacts,
} from '../../src/start/reconcile.ts';
import { numberInName } from '../../src/start/reconcile/names.ts';
import type { KnownRoom } from '../../src/ports.ts';

const me = UserId.parse('@bot:test');
const [anna, boris] = [UserId.parse('@anna:test'), UserId.parse('@boris:test')];
const id = (name: string) => RoomId.parse(`!${name}`);
const agent = AgentId.parse('agent-1');
const options: ReconcileOptions = { me, mode: 'spaces', scope: 'room', agentOf: () => agent };
const nothing: Known = { people: new Map(), rooms: new Map(), busy: new Set() };
const joined = (...users: UserId[]): KnownRoom['members'] => users.map((user) => ({ user, membership: 'join' }));

const room = (name: string, more: Partial<KnownRoom> = {}): KnownRoom => ({
  ...{ room: id(name), isSpace: false, createdByMe: true, encrypted: false, name: null, marker: null, members: [] },
  ...{ parents: [], children: [], replacement: null, lastWord: null },
  ...more,
});
const marker = (person: UserId, more: Partial<Marker> = {}): Marker => ({
  ...{ version: 1, kind: 'chat', person, number: null, name: null },
  ...{ agent: null, contextId: null, archived: false },
  ...more,
});
const chatMarker = (person: UserId, number: number, more: Partial<Marker> = {}): Marker =>
  marker(person, { number, name: `Chat ${number}`, agent, contextId: ContextId.parse(String(number)), ...more });
const space = (name: string, person: UserId | null, children: string[], more: Partial<KnownRoom> = {}): KnownRoom =>
  room(name, {
    isSpace: true,
    children: children.map(id),
    marker: person && marker(person, { kind: 'space' }),
    ...more,
  });
const chatFacts = (name: string, person: UserId, number: number | null, more: Partial<RoomFacts> = {}): RoomFacts => ({
  ...{ room: id(name), person, kind: 'chat', number, name: `Chat ${number}`, agent },
  ...{ contextId: number === null ? null : ContextId.parse(String(number)), archived: false },
  ...more,
});
const line = (name: string, number: number, more: object = {}) => ({
  ...{ number, room: id(name), name: `Chat ${number}`, archived: false },
  ...more,
});
const linked = (name: string, person: UserId, number: number, archived = false): Repair => ({
  ...{ kind: 'link child', space: id('s'), room: id(name) },
  ...{ person, number, archived },
});
const quiet = { skipped: [], conflicts: 0, backfilled: 0, repaired: 0, restored: 0 };
const knows = (people: PersonFacts[], rooms: RoomFacts[] = [], busy: UserId[] = []): Known => ({
  busy: new Set(busy),
  people: new Map(people.map((one) => [one.person, one])),
  rooms: new Map(rooms.map((one) => [one.room, one])),
});

test('everything is rebuilt from the markers alone, whatever the rooms are called', () => {
  const rooms = [
    space('s', anna, ['a', 'b']),
    room('a', { marker: chatMarker(anna, 2), name: 'C9', parents: [id('s')] }),
    room('b', { marker: chatMarker(anna, 5, { archived: true }), name: 'Plans', parents: [id('s')] }),
    room('e', { marker: marker(anna, { kind: 'entry' }) }),
    space('t', boris, []),
  ];
  expect(reconcile(rooms, nothing, options)).toEqual({
    people: [
      {
        person: anna,
        space: id('s'),
        nextNumber: 6,
        chats: [line('a', 2), line('b', 5, { archived: true })],
        language: null,
        contextId: null,
      },
      { person: boris, space: id('t'), nextNumber: 1, chats: [], language: null, contextId: null },
    ],
    rooms: [
      chatFacts('a', anna, 2),
      chatFacts('b', anna, 5, { archived: true }),
      chatFacts('e', anna, null, { kind: 'entry', name: null, agent: null }),
    ],
    repairs: [],
    report: { ...quiet, joined: 5, restored: 3 },
  });
});

test('links that are missing or have no via are repaired, also of archived chats', () => {
  const rooms = [
    space('s', anna, ['a']),
    room('a', { marker: chatMarker(anna, 1) }),
    room('b', { marker: chatMarker(anna, 2, { archived: true }), parents: [id('s')] }),
  ];
  const { repairs, report } = reconcile(rooms, nothing, options);
  expect(repairs).toEqual([linked('b', anna, 2, true)]);
  expect(report).toEqual({ ...quiet, joined: 3, restored: 2, repaired: 1 });
});

test('what a marker lacks comes from the record, the room and the registry, and is written', () => {
  const rooms = [
    space('s', anna, ['a', 'b', 'c']),
    room('a', { marker: marker(anna, { number: 1 }), name: 'Plans' }),
    room('b', { marker: marker(anna, { number: 2 }) }),
    room('c', { marker: marker(anna, { number: 3 }) }),
  ];
  const record = chatFacts('c', anna, 3, { name: 'Recorded', agent: AgentId.parse('other') });
  const expected = [
    chatFacts('a', anna, 1, { name: 'Plans', contextId: null }),
    chatFacts('b', anna, 2, { name: 'C2', contextId: null }),
    record,
  ];
  const result = reconcile(rooms, knows([], [record]), options);
  expect(result.rooms).toEqual(expected);
  expect(result.repairs).toEqual(
    expected.map(({ room, ...facts }) => ({ kind: 'write marker', room, marker: { version: 1, ...facts } })),
  );
  expect(result.report).toEqual({ ...quiet, joined: 4, restored: 2, repaired: 3, backfilled: 2 });
});

test('a record of another person lends nothing', () => {
  const rooms = [space('s', anna, ['a']), room('a', { marker: chatMarker(anna, 1, { contextId: null }) })];
  const record = chatFacts('a', boris, 1, { contextId: ContextId.parse('99') });
  expect(reconcile(rooms, knows([], [record]), options).rooms).toEqual([chatFacts('a', anna, 1, { contextId: null })]);
});

test('a counter is never taken back, whatever else is lost', () => {
  const known = knows([
    { person: anna, space: id('gone'), nextNumber: 12, chats: [line('gone too', 11)], language: null, contextId: null },
  ]);
  const rooms = [space('s', anna, ['a']), room('a', { marker: chatMarker(anna, 3) })];
  expect(reconcile(rooms, known, options).people).toEqual([
    { person: anna, space: id('s'), nextNumber: 12, chats: [line('a', 3)], language: null, contextId: null },
  ]);
  const behind = knows([{ person: anna, space: id('s'), nextNumber: 2, chats: [], language: null, contextId: null }]);
  expect(reconcile(rooms, behind, options).people[0]?.nextNumber).toBe(4);
  expect(reconcile([], known, options).people).toEqual([
    { person: anna, space: null, nextNumber: 12, chats: [], language: null, contextId: null },
  ]);
});

test('rooms whose marker was never written are those of the records', () => {
  const known = knows(
    [
      {
        person: anna,
        space: id('s'),
        nextNumber: 3,
        chats: [line('a', 1), line('b', 2, { archived: true })],
        language: null,
        contextId: null,
      },
    ],
    [chatFacts('b', anna, 2), chatFacts('e', anna, null, { kind: 'entry', name: null, agent: null })],
  );
  const rooms = [space('s', null, ['a', 'b'], { members: joined(boris) }), room('a'), room('b'), room('e')];
  const result = reconcile(rooms, known, options);
  expect(result.people).toEqual([...known.people.values()]);
  expect(result.rooms).toEqual([
    chatFacts('a', anna, 1, { contextId: null }),
    chatFacts('b', anna, 2, { archived: true }),
    ...[...known.rooms.values()].filter(({ kind }) => kind === 'entry'),
  ]);
  expect(result.repairs.map(({ kind, room }) => [kind, room])).toEqual(
    ['s', 'a', 'b', 'e'].map((name) => ['write marker', id(name)]),
  );
});

describe('rooms of the old system, without markers', () => {
  const owned = { members: joined(anna) };

  test('are known by the number in their name and the Space above them', () => {
    const rooms = [
      space('s', null, ['a', 'b'], owned),
      room('a', { ...owned, name: 'Чат 3' }),
      room('b', { ...owned, name: 'Travel (c7)' }),
      room('c', { ...owned, name: 'C5', parents: [id('s')] }),
    ];
    const result = reconcile(rooms, nothing, options);
    const facts = [
      chatFacts('a', anna, 3, { name: 'Чат 3', contextId: null }),
      chatFacts('b', anna, 7, { name: 'Travel (c7)', contextId: null }),
      chatFacts('c', anna, 5, { name: 'C5', contextId: null }),
    ];
    expect(result.rooms).toEqual(facts);
    expect(result.people).toEqual([
      {
        ...{ person: anna, space: id('s'), nextNumber: 8, language: null, contextId: null },
        chats: [line('a', 3, { name: 'Чат 3' }), line('c', 5, { name: 'C5' }), line('b', 7, { name: 'Travel (c7)' })],
      },
    ]);
    expect(new Set(result.repairs)).toEqual(
      new Set<Repair>([
        { kind: 'write marker', room: id('s'), marker: marker(anna, { kind: 'space' }) },
        linked('c', anna, 5),
        ...facts.map(({ room, ...more }): Repair => ({ kind: 'write marker', room, marker: { version: 1, ...more } })),
      ]),
    );
  });

  test('get the next free number when they were renamed but hang in the Space', () => {
    const rooms = [
      space('s', anna, ['a', 'b', 'c']),
      room('a', { ...owned, name: 'Garden' }),
      room('b', { ...owned, name: 'C4' }),
      room('c', { ...owned, name: 'Work' }),
    ];
    const { people, report } = reconcile(rooms, nothing, options);
    expect(people).toEqual([
      {
        ...{ person: anna, space: id('s'), nextNumber: 7, language: null, contextId: null },
        chats: [line('b', 4, { name: 'C4' }), line('a', 5, { name: 'Garden' }), line('c', 6, { name: 'Work' })],
      },
    ]);
    expect(report.conflicts).toBe(0);
  });

  test('belong to the owner of the Space, whoever else is in them', () => {
    const rooms = [space('s', anna, ['a']), room('a', { name: 'C1', members: joined(boris, anna) })];
    expect(reconcile(rooms, nothing, options).rooms.map(({ person }) => person)).toEqual([anna]);
  });

  test('are no chats when only they say whose they are', () => {
    const rooms = [
      space('s', anna, []),
      room('forged', { name: 'C9', members: joined(boris), parents: [id('s')] }),
      room('unnamed', { ...owned, name: 'Hall', parents: [id('s')] }),
      room('dm', { ...owned, name: 'C1' }),
      room('empty', { name: 'C2' }),
      space('stranger', null, [], owned),
    ];
    const { rooms: facts, repairs, report } = reconcile(rooms, nothing, options);
    expect({ facts, repairs, skipped: report.skipped }).toEqual({
      facts: [],
      repairs: [],
      skipped: [
        { room: id('dm'), reason: 'not under a Space of its owner' },
        { room: id('empty'), reason: 'nobody owns it' },
        { room: id('forged'), reason: 'nobody owns it' },
        { room: id('stranger'), reason: 'Space of nobody' },
        { room: id('unnamed'), reason: 'no number in its name' },
      ],
    });
  });
});

describe('what others wrote into rooms of theirs, after all markers are lost', () => {
  const theirs = { createdByMe: false };

  test('makes no chat in anybody’s Space, also where its owner is invited or the Space has the link', () => {
    const rooms = [
      space('s', anna, ['linked']),
      room('forged', { ...theirs, name: 'C7', parents: [id('s')], members: [{ user: anna, membership: 'invite' }] }),
      room('joined', { ...theirs, name: 'C8', parents: [id('s')], members: joined(boris, anna) }),
      room('linked', { ...theirs, name: 'C9', members: joined(anna) }),
    ];
    const { people, rooms: facts, report } = reconcile(rooms, nothing, options);
    expect({ chats: people[0]?.chats, facts, skipped: report.skipped }).toEqual({
      ...{ chats: [], facts: [] },
      skipped: ['forged', 'joined', 'linked'].map((name) => ({ room: id(name), reason: 'not made by the bot' })),
    });
  });

  test('makes no Space of anybody', () => {
    const rooms = [
      space('s', null, ['a'], { ...theirs, members: joined(anna) }),
      room('a', { marker: chatMarker(anna, 1) }),
    ];
    const { people, report } = reconcile(rooms, nothing, options);
    expect([people[0]?.space, report.skipped]).toEqual([null, [{ room: id('s'), reason: 'not made by the bot' }]]);
  });

  test('but a room that the bot made is its person’s who is invited, and not who left', () => {
    const made = (membership: 'invite' | 'leave') => [
      space('s', anna, []),
      room('a', { name: 'C2', parents: [id('s')], members: [{ user: anna, membership }] }),
    ];
    const numbers = (rooms: KnownRoom[]) => reconcile(rooms, nothing, options).people[0]?.chats.map((c) => c.number);
    expect([numbers(made('invite')), numbers(made('leave'))]).toEqual([[2], []]);
  });
});

test.each<[string | null, number | null]>([
  ['C1', 1],
  ['c12', 12],
  ['Travel C3', 3],
  ['[C4] Travel', 4],
  ['Чат 5', 5],
  ['чат  6 ', 6],
  ['Чат C7', 7],
  ['Чат 8 и ещё', null],
  ['ABC9', null],
  ['C10a', null],
  ['C0', null],
  ['C99999999999999999999', null],
  ['C', null],
  ['Travel', null],
  ['', null],
  [null, null],
])('the number in the name %j is %j', (name, number) => {
  expect(numberInName(name)).toBe(number);
});

describe('while a chat is being made for a person', () => {
  const rooms = [
    space('s', null, ['a', 'b'], { members: joined(anna) }),
    room('a', { name: 'C1', members: joined(anna), parents: [id('s')] }),
    room('b', { marker: chatMarker(anna, 2), parents: [id('s')] }),
    room('c', { name: 'C1', members: joined(boris), parents: [id('t')] }),
    space('t', boris, ['c']),
  ];

  test('their rooms and Spaces without a marker are left to that, those of others are not', () => {
    const { people, repairs, report } = reconcile(rooms, knows([], [], [anna]), options);
    expect(people).toEqual([
      { person: anna, space: null, nextNumber: 3, chats: [line('b', 2)], language: null, contextId: null },
      {
        person: boris,
        space: id('t'),
        nextNumber: 2,
        chats: [line('c', 1, { name: 'C1' })],
        language: null,
        contextId: null,
      },
    ]);
    expect(repairs.map((repair) => [repair.kind, repair.room])).toEqual([['write marker', id('c')]]);
    expect(report.skipped).toEqual([
      { room: id('a'), reason: 'in the making' },
      { room: id('s'), reason: 'in the making' },
    ]);
  });

  test('what the record knows of them stays known', () => {
    const records = knows(
      [{ person: anna, space: id('s'), nextNumber: 3, chats: [line('a', 1)], language: null, contextId: null }],
      [],
      [anna],
    );
    const [annas] = reconcile(rooms, records, options).people;
    expect(annas).toEqual({
      person: anna,
      space: id('s'),
      nextNumber: 3,
      chats: [line('a', 1), line('b', 2)],
      language: null,
      contextId: null,
    });
  });
});

describe('two rooms that claim one number', () => {
  test('the one with a marker keeps it', () => {
    const rooms = [
      space('s', anna, ['a', 'b', 'c']),
      room('a', { name: 'C1', members: joined(anna) }),
      room('b', { marker: chatMarker(anna, 1) }),
      room('c', { marker: chatMarker(anna, 2) }),
    ];
    const { people, repairs, report } = reconcile(rooms, nothing, options);
    expect(people[0]).toEqual({
      ...{ person: anna, space: id('s'), nextNumber: 4, language: null, contextId: null },
      chats: [line('b', 1), line('c', 2), line('a', 3, { name: 'C1' })],
    });
    const written = marker(anna, { number: 3, name: 'C1', agent });
    expect(repairs).toEqual([{ kind: 'write marker', room: id('a'), marker: written }]);
    expect(report.conflicts).toBe(1);
  });

  test('of two with a marker, the one that the record names, else the first in the order of ids', () => {
    const rooms = [
      space('s', anna, ['a', 'b']),
      room('b', { marker: chatMarker(anna, 1) }),
      room('a', { marker: chatMarker(anna, 1) }),
    ];
    const numbers = (known: Known) => reconcile(rooms, known, options).rooms.map(({ room, number }) => [room, number]);
    expect(numbers(nothing)).toEqual([
      [id('a'), 1],
      [id('b'), 2],
    ]);
    expect(
      numbers(
        knows([
          { person: anna, space: id('s'), nextNumber: 2, chats: [line('b', 1)], language: null, contextId: null },
        ]),
      ),
    ).toEqual([
      [id('a'), 2],
      [id('b'), 1],
    ]);
  });

  test('are none when they are of two people', () => {
    const rooms = [
      space('s', anna, ['a']),
      space('t', boris, ['b']),
      room('a', { marker: chatMarker(anna, 1) }),
      room('b', { marker: chatMarker(boris, 1) }),
    ];
    expect(reconcile(rooms, nothing, options).report).toEqual({ ...quiet, joined: 4, restored: 2 });
  });
});

test('of two Spaces the fuller one is the person’s, and gets the chats of both', () => {
  const rooms = [
    space('r', anna, ['a']),
    space('s', anna, ['b', 'c']),
    room('a', { marker: chatMarker(anna, 1), parents: [id('r')] }),
    room('b', { marker: chatMarker(anna, 2) }),
    room('c', { marker: chatMarker(anna, 3) }),
  ];
  const { people, repairs, report } = reconcile(rooms, nothing, options);
  expect(people.map(({ space }) => space)).toEqual([id('s')]);
  expect(repairs).toEqual([linked('a', anna, 1)]);
  expect(report).toEqual({
    ...quiet,
    ...{ joined: 5, restored: 3, repaired: 1, conflicts: 1 },
    skipped: [{ room: id('r'), reason: 'person has another Space' }],
  });
});

describe('a Space that a record gives to somebody who has another one by its marker', () => {
  const outdated = knows([
    { person: boris, space: id('a'), nextNumber: 1, chats: [], language: null, contextId: null },
  ]);

  test.each([
    ['that replaces the Space of somebody else is theirs', [space('g', anna, [], { replacement: id('a') })], []],
    ['that holds the chat of its member is theirs', [room('g', { marker: chatMarker(anna, 1) })], ['g']],
  ] as const)('%s', (_, more, children) => {
    const unmarked = space('a', null, [...children], { members: joined(anna) });
    const { people } = reconcile([unmarked, space('d', boris, []), ...more], outdated, options);
    expect(people.map(({ person, space }) => ({ person, space }))).toEqual([
      { person: anna, space: id('a') },
      { person: boris, space: id('d') },
    ]);
  });
});

test('a marker that does not fit the room is not believed', () => {
  const rooms = [
    space('s', null, [], { marker: chatMarker(anna, 4) }),
    room('a', { marker: marker(anna, { kind: 'space' }) }),
  ];
  expect(reconcile(rooms, nothing, options)).toEqual({
    ...{ people: [], rooms: [], repairs: [] },
    report: {
      ...quiet,
      joined: 2,
      skipped: [
        { room: id('a'), reason: 'marker does not fit the room' },
        { room: id('s'), reason: 'marker does not fit the room' },
      ],
    },
  });
});

describe('a room that was replaced', () => {
  const old = (more: Partial<KnownRoom> = {}) =>
    room('old', { marker: chatMarker(anna, 4), replacement: id('new'), ...more });

  test('hands its marker on, over several replacements', () => {
    const rooms = [
      space('s', anna, ['old']),
      old({ replacement: id('middle') }),
      room('middle', { replacement: id('new') }),
      room('new', { members: joined(anna) }),
    ];
    const { rooms: facts, repairs, report } = reconcile(rooms, nothing, options);
    expect(facts).toEqual([chatFacts('new', anna, 4)]);
    expect(repairs).toEqual([
      linked('new', anna, 4),
      { kind: 'write marker', room: id('new'), marker: chatMarker(anna, 4) },
    ]);
    expect(report.skipped).toEqual([
      { room: id('middle'), reason: 'replaced by another room' },
      { room: id('old'), reason: 'replaced by another room' },
    ]);
  });

  test('hands nothing to a room that has a marker, that its person is not in, or that is a Space', () => {
    const owned = { ...space('s', anna, ['old']) };
    const theirs = room('new', { marker: chatMarker(boris, 1) });
    expect(reconcile([owned, old(), theirs], nothing, options).rooms).toEqual([chatFacts('new', boris, 1)]);
    for (const stranger of [room('new', { members: joined(boris) }), space('new', null, [], { members: joined(anna) })])
      expect(reconcile([owned, old(), stranger], nothing, options).rooms).toEqual([]);
  });

  test('keeps its number when the bot is not in the new one, or when there is no end', () => {
    const without = [space('s', anna, ['old']), old()];
    const turning = [space('s', anna, ['old']), old(), room('new', { replacement: id('old') })];
    for (const rooms of [without, turning]) {
      expect(reconcile(rooms, nothing, options).people).toEqual([
        { person: anna, space: id('s'), nextNumber: 5, chats: [], language: null, contextId: null },
      ]);
    }
  });
});

describe('the language of a person', () => {
  const [a, b, c] = [1, 2, 3].map((number) => chatMarker(anna, number));
  const rooms = (...languages: ('en' | 'ru' | undefined)[]) => [
    space('s', anna, ['a', 'b', 'c']),
    ...[a, b, c].map((one, index) => {
      const language = languages[index];
      return room('abc'.charAt(index), { marker: { ...one!, ...(language !== undefined && { language }) } });
    }),
  ];

  test.each([
    [['ru', 'ru', 'ru'], 'ru', []],
    [['ru', 'en', 'ru'], 'ru', ['b']],
    [['en', undefined, undefined], 'en', ['b', 'c']],
    [[undefined, undefined, undefined], null, []],
  ] as const)('is that of most of their rooms, and then of all: %j', (languages, language, mended) => {
    const { people, rooms: facts, repairs } = reconcile(rooms(...languages), nothing, options);
    expect(people.map((one) => one.language)).toEqual([language]);
    expect(facts.map((one) => one.language ?? null)).toEqual([language, language, language]);
    expect(repairs.map((one) => one.room)).toEqual(mended.map(id));
  });

  test('is what their record says, where there is one', () => {
    const known = knows([{ person: anna, space: id('s'), nextNumber: 4, chats: [], language: 'en', contextId: null }]);
    expect(reconcile(rooms('ru', 'ru', 'ru'), known, options).people[0]?.language).toBe('en');
  });
});

describe('in DMs', () => {
  const dm: ReconcileOptions = { ...options, mode: 'dm' };

  test('a room without a marker is the conversation of whoever is in it', () => {
    const rooms = [
      room('a', { name: 'C4', members: joined(me, anna) }),
      room('b', { members: [] }),
      room('c', { marker: marker(boris, { agent, contextId: ContextId.parse('0') }) }),
    ];
    const { people, rooms: facts, repairs, report } = reconcile(rooms, nothing, dm);
    expect(facts).toEqual([
      chatFacts('a', anna, null, { name: 'C4' }),
      chatFacts('c', boris, null, { name: null, contextId: ContextId.parse('0') }),
    ]);
    expect(people.map(({ chats, space }) => ({ chats, space }))).toEqual(Array(2).fill({ chats: [], space: null }));
    expect(repairs).toEqual([{ kind: 'write marker', room: id('a'), marker: marker(anna, { name: 'C4', agent }) }]);
    expect(report.skipped).toEqual([{ room: id('b'), reason: 'nobody owns it' }]);
  });
});

// ── any state at all ──────────────────────────────────────────────────────────────────────────────────────────────

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const anyPerson = fc.constantFrom(anna, boris);
const anyId = fc.constantFrom(...names, 'elsewhere').map(id);
const anyNumber = fc.option(fc.integer({ min: -1, max: 4 }), { nil: null });
const anyName = fc.constantFrom(null, 'C1', 'C2', 'Чат 3', 'Plans');
const anyContext = fc.constantFrom(null, ContextId.parse('1'), ContextId.parse('2'));
const anyAgent = fc.constantFrom(null, agent);
const anyLanguage = fc.constantFrom(null, 'en' as const, 'ru' as const);
/** In a language or in none. */
function spoken<Facts extends object>(facts: fc.Arbitrary<Facts>): fc.Arbitrary<Facts & { language?: 'en' | 'ru' }> {
  return fc.tuple(facts, anyLanguage).map(([some, language]) => (language === null ? some : { ...some, language }));
}
const anyMarker = spoken(
  fc.record<Omit<Marker, 'language'>>({
    version: fc.constant(1),
    kind: fc.constantFrom('space', 'chat', 'entry'),
    person: anyPerson,
    number: anyNumber,
    name: anyName,
    agent: anyAgent,
    contextId: anyContext,
    archived: fc.boolean(),
  }),
);
const anyMembers = fc.uniqueArray(
  fc.record({ user: anyPerson, membership: fc.constantFrom('join' as const, 'invite' as const) }),
  { selector: ({ user }) => user, maxLength: 2 },
);
const fewIds = fc.uniqueArray(anyId, { maxLength: 3 });
const anyRoom = (name: string) =>
  fc
    .record({
      isSpace: fc.boolean(),
      createdByMe: fc.boolean(),
      encrypted: fc.boolean(),
      name: anyName,
      marker: fc.option(anyMarker, { nil: null }),
      members: anyMembers,
      parents: fewIds,
      children: fewIds,
      replacement: fc.option(anyId, { nil: null, freq: 4 }),
      lastWord: fc.constant(null),
    })
    .map((one): KnownRoom => ({ room: id(name), ...one }));
const anyRooms = fc.subarray(names).chain((some) => fc.tuple(...some.map(anyRoom)));
const anyKnown = fc
  .record({
    people: fc.array(
      fc.record({
        person: anyPerson,
        space: fc.option(anyId, { nil: null }),
        nextNumber: fc.integer({ min: 1, max: 6 }),
        language: anyLanguage,
        contextId: anyContext,
        chats: fc.uniqueArray(
          fc.record({
            number: fc.integer({ min: 1, max: 4 }),
            room: anyId,
            name: fc.constant('N'),
            archived: fc.boolean(),
          }),
          { selector: ({ number }) => number },
        ),
      }),
    ),
    rooms: fc.array(
      spoken(
        fc.record<Omit<RoomFacts, 'language'>>({
          ...{ room: anyId, person: anyPerson, kind: fc.constantFrom('chat', 'entry'), number: anyNumber },
          ...{ name: anyName, agent: anyAgent, contextId: anyContext, archived: fc.boolean() },
        }),
      ),
    ),
    busy: fc.uniqueArray(anyPerson, { maxLength: 1 }),
  })
  .map(({ people, rooms, busy }) => knows(people, rooms, busy));
const anyOptions = fc.constantFrom<ReconcileOptions>(
  options,
  { ...options, mode: 'dm' },
  { ...options, mode: 'dm', scope: 'person' },
  { ...options, agentOf: () => null },
);

/** What the next survey shows after the repairs. */
function repaired(rooms: readonly KnownRoom[], repairs: readonly Repair[]): KnownRoom[] {
  return rooms.map((one) => {
    const written = repairs.find((repair) => repair.kind === 'write marker' && repair.room === one.room);
    const linked = repairs.flatMap((repair) =>
      repair.kind === 'link child' && repair.space === one.room ? [repair.room] : [],
    );
    const marker = written?.kind === 'write marker' ? written.marker : one.marker;
    return { ...one, marker, members: marker === null ? one.members : [], children: [...one.children, ...linked] };
  });
}

test('a second run over the repaired rooms comes to the same and repairs nothing', () => {
  fc.assert(
    fc.property(anyRooms, anyKnown, anyOptions, (rooms, known, given) => {
      const listed = rooms.map((one) => (one.marker === null ? one : { ...one, members: [] }));
      const first = reconcile(listed, known, given);
      const after = repaired(listed, first.repairs);
      for (const records of [known, knows(first.people, first.rooms, [...known.busy])]) {
        const second = reconcile(after, records, given);
        expect({ people: second.people, rooms: second.rooms, repairs: second.repairs }).toEqual({
          people: first.people,
          rooms: first.rooms,
          repairs: [],
        });
      }
    }),
    { numRuns: 3_000 },
  );
});

test('from the markers alone comes what came from markers and records together', () => {
  fc.assert(
    fc.property(anyRooms, anyKnown, (rooms, known) => {
      const first = reconcile(rooms, known, options);
      const alone = reconcile(repaired(rooms, first.repairs), { ...nothing, busy: known.busy }, options);
      expect(alone.rooms).toEqual(first.rooms);
      const speaks = ({ people }: typeof first) =>
        people.filter(({ person }) => first.rooms.some((one) => one.person === person)).map(({ language }) => language);
      expect(speaks(alone)).toEqual(speaks(first));
      expect(alone.people.map(({ chats }) => chats).filter((chats) => chats.length > 0)).toEqual(
        first.people.map(({ chats }) => chats).filter((chats) => chats.length > 0),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('no two chats of a person have one number, no number is given again, and no room counts twice', () => {
  fc.assert(
    fc.property(anyRooms, anyKnown, anyOptions, (rooms, known, given) => {
      const { people, rooms: facts, repairs } = reconcile(rooms, known, given);
      for (const { person, nextNumber, chats } of people) {
        const numbers = chats.map(({ number }) => number);
        const given = [...numbers, ...(known.people.get(person)?.chats.map(({ number }) => number) ?? [])];
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(Math.min(nextNumber, ...numbers)).toBeGreaterThan(0);
        expect(nextNumber).toBeGreaterThan(Math.max(0, ...given));
        expect(nextNumber).toBeGreaterThanOrEqual(known.people.get(person)?.nextNumber ?? 1);
      }
      const used = [...facts.map(({ room }) => room), ...people.flatMap(({ space }) => space ?? [])];
      expect(new Set(used).size).toBe(used.length);
      const here = new Set(rooms.map(({ room }) => room));
      expect([...used, ...repairs.map(({ room }) => room)].filter((one) => !here.has(one))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

describe('the memory of all rooms of a person', () => {
  const rooms = (...ids: string[]) =>
    ids.map((one, index) =>
      room('abc'.charAt(index), { marker: marker(anna, { agent, contextId: ContextId.parse(one) }) }),
    );
  const shared = (found: KnownRoom[], known = nothing) =>
    reconcile(found, known, { ...options, mode: 'dm', scope: 'person' }).people.map((one) => one.contextId);

  test('is the one that they began last, as their rooms remember it', () => {
    expect(shared(rooms('0', '900', '1000'))).toEqual(['1000']);
    expect(shared(rooms('0', '0'))).toEqual([null]);
  });

  test('is what their record says, where there is one', () => {
    const contextId = ContextId.parse('950');
    const known = knows([{ person: anna, space: null, nextNumber: 1, chats: [], language: null, contextId }]);
    expect(shared(rooms('0', '900', '1000'), known)).toEqual([contextId]);
  });

  test('is nothing where each room has its own', () => {
    expect(reconcile(rooms('900', '1000'), nothing, options).people.map((one) => one.contextId)).toEqual([null]);
  });
});
