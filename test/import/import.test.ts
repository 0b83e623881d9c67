/** The import as a whole: what stands in the state folder after it, over whatever the old bot left. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PersonContext } from '../../machines/person.model.ts';
import { RoomId, UserId } from '../../machines/ids.ts';
import { blankRoom, type RoomContext } from '../../machines/room.model.ts';
import { newPersonRecord, readPersonRecord } from '../../src/actors/person.ts';
import { newRoomRecord, readRoomRecord } from '../../src/actors/room.ts';
import { runImport } from '../../src/import.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { openStore } from '../../src/store/store.ts';
import { filesIn, sql, temporaryFolder } from '../store/support.ts';
import type { BotOptions } from '../support/bot.ts';
import { ann, bob, chat, configOf, line, me, oldBot, one, usual, type Rows } from './old-bot.ts';

const NOW = Date.UTC(2026, 4, 1);
const now = () => NOW;
/** The first id that the service gives out itself, and the one after it. */
const [fresh, freshToo] = [`${NOW}000`, `${NOW}001`];

type Report = { report: string; lines: string[] };

async function imported(rows: Rows, state: string, more: Partial<BotOptions> = {}, dryRun = false): Promise<Report> {
  const report = await runImport(configOf(state, more), await oldBot(rows), { dryRun, now });
  const [, findings = ''] = /\n\nNot taken as it stands there:\n([^]*?)\n\n/.exec(report) ?? [];
  return { report, lines: findings.split('\n').map((each) => each.replace(/^ {2}- /, '')) };
}

interface Kept {
  people: Record<string, PersonContext>;
  rooms: Record<string, RoomContext>;
  host: Record<string, unknown>;
}

/** All records, checked as a start checks them. */
async function kept(state: string): Promise<Kept> {
  const store = await openStore(state, { fsync: false });
  const all: Kept = { people: {}, rooms: {}, host: { ...store.host.read() } };
  for await (const [key, record] of store.people.entries()) all.people[key] = readPersonRecord(record).context;
  for await (const [key, record] of store.rooms.entries()) all.rooms[key] = readRoomRecord(record).context;
  await store.close();
  return all;
}

/** Of each room its number, name and memory; `archived` where it is. */
async function chatsIn(state: string): Promise<unknown[]> {
  const { rooms } = await kept(state);
  return Object.values(rooms)
    .filter(({ role }) => role === 'chat')
    .map(({ room, number, contextId }) => [room, number, contextId]);
}

const stateFolder = async () => `${await temporaryFolder()}/state`;

describe('what the old bot knew', () => {
  test('becomes the records of rooms and people, and the ids that it gave out are not given again', async () => {
    const state = await stateFolder();
    const { report, lines } = await imported(usual, state);
    const { people, rooms, host } = await kept(state);
    expect(people[ann]).toEqual(
      newPersonRecord(ann, 'x', {
        ...{ space: RoomId.parse('!space-ann:example.org'), nextNumber: 4 },
        chats: [
          { number: 1, room: RoomId.parse('!a1:example.org'), name: 'Garden', archived: false },
          { number: 2, room: RoomId.parse('!a2:example.org'), name: 'Чат 2', archived: true },
        ],
      }).context,
    );
    expect(Object.keys(people)).toEqual([ann, bob]);
    const blank = { agent: one, person: ann, assignment: 'configured' } as const;
    expect(rooms).toEqual({
      '!a1:example.org': blankRoom({
        ...{ ...blank, room: RoomId.parse('!a1:example.org'), number: 1, name: 'Garden', contextId: '11' as never },
      }),
      '!a2:example.org': blankRoom({
        ...{ ...blank, room: RoomId.parse('!a2:example.org'), number: 2, name: 'Чат 2', contextId: '12' as never },
        ...{ archived: true, assignment: 'default', noticed: true },
      }),
      '!b1:example.org': blankRoom({
        ...{
          ...blank,
          room: RoomId.parse('!b1:example.org'),
          number: 1,
          name: 'Чат 1',
          contextId: '21' as never,
          person: bob,
        },
      }),
      '!dm:example.org': blankRoom({
        ...{ ...blank, room: RoomId.parse('!dm:example.org'), role: 'entry', contextId: fresh as never },
      }),
    });
    expect(host).toEqual({
      ...{ syncPosition: null, deviceId: null, instance: null, userId: me, memories: {}, lastSyncAt: null },
      lastContextId: `${NOW + 60_000}000`,
    });
    expect(lines).toEqual(['']);
    expect(report).toContain(`3 chats (1 archived), 1 entry room, 2 people taken into ${state} for ${me}.`);
    expect(report).toContain('\n  C2          !a2:example.org  "Чат 2"  (memory 12)  agent one  archived\n');
    expect(report).toContain('rows that the service has no use for: 1 auth, 1 matrix_state, 1 settings\n');
  });

  test('is there once, however often it is imported', async () => {
    const state = await stateFolder();
    await imported(usual, state);
    const before = await kept(state);
    const { report } = await imported(usual, state);
    expect(await kept(state)).toEqual(before);
    expect(report).toContain(
      `All of it is there: nothing to take into ${state} for ${me}.\n  there already: 4 rooms\n`,
    );
  });

  test('is told by a dry run in the same words, which changes nothing', async () => {
    const state = await stateFolder();
    const dry = await imported(usual, state, {}, true);
    await expect(filesIn(state)).rejects.toThrow('ENOENT');
    const done = await imported(usual, state);
    const asDone = dry.report
      .replace('\nThis is a dry run: nothing was changed.', '')
      .replace('would be taken', 'taken')
      .replace(
        'Run the same command without --dry-run; then start the service.',
        'Start the service. The old bot stays stopped: both would answer.',
      )
      .replace(/lambda_matrix|\/roomkeeper-\w+\//g, '');
    expect(done.report.replace(/lambda_matrix|\/roomkeeper-\w+\//g, '')).toBe(asDone);
    const before = await kept(state);
    const more = { ...usual, 'matrix_room:!a3:example.org': chat(ann, 'C3', '13') };
    expect((await imported(more, state, {}, true)).report).toContain(
      `1 chat, 0 entry rooms, 1 person would be taken into ${state}`,
    );
    expect(await kept(state)).toEqual(before);
  });

  test('of a database with a counter alone is the counter', async () => {
    const state = await stateFolder();
    await imported({ matrix_platform_chat_seq: { next_platform_chat_index: 8 } }, state);
    expect((await kept(state)).host['lastContextId']).toBe('7');
  });
});

describe('what does not fit together', () => {
  test('two chats with one number: the one of the list keeps it, the others get the next ones', async () => {
    const state = await stateFolder();
    const { lines } = await imported(
      {
        'matrix_room:!a:x': chat(ann, 'C1', '1'),
        'matrix_room:!b:x': chat(ann, 'C1', '2'),
        'matrix_room:!c:x': chat(ann, 'Чат', '3'),
        [`chat:${ann}:C1`]: line('!b:x', 'B'),
      },
      state,
    );
    expect(await chatsIn(state)).toEqual([
      ['!a:x', 2, '1'],
      ['!b:x', 1, '2'],
      ['!c:x', 3, '3'],
    ]);
    expect((await kept(state)).people[ann]?.nextNumber).toBe(4);
    expect(lines).toEqual([
      'matrix_room:!c:x chat_id is "Чат", which is no number of a chat',
      '!a:x has the number 1 as !b:x has; it gets the number 2',
      '!c:x has no number; it gets the number 3',
    ]);
  });

  test('two rooms with one memory: the first of a person keeps it, and what two people said is for neither', async () => {
    const state = await stateFolder();
    const { lines } = await imported(
      {
        'matrix_room:!a:x': chat(ann, 'C2', '1'),
        'matrix_room:!b:x': chat(ann, 'C1', '1'),
        'matrix_room:!c:x': chat(ann, 'C3', '7'),
        'matrix_room:!d:x': chat(bob, 'C1', '7'),
        'matrix_room:!e:x': chat(bob, 'C2', '0'),
      },
      state,
    );
    const { rooms } = await kept(state);
    const memories = Object.values(rooms).map(({ room, contextId }) => [room, contextId]);
    expect(memories).toEqual([
      ['!a:x', fresh],
      ['!b:x', '1'],
      ['!c:x', freshToo],
      ['!d:x', `${NOW}002`],
      ['!e:x', `${NOW}003`],
    ]);
    expect(lines).toEqual([
      '!a:x has the memory 1, which !b:x keeps; it begins a new one',
      '!d:x has the memory 7, as a room of somebody else has; it begins a new one',
      '!c:x has the memory 7, as a room of somebody else has; it begins a new one',
      '!e:x has the memory 0, as every room may have; it begins a new one',
    ]);
  });

  test('a chat without a memory, of nobody, of the bot, or in a list only', async () => {
    const state = await stateFolder();
    const { lines } = await imported(
      {
        'matrix_room:!a:x': chat(ann, 'C1', null),
        'matrix_room:!b:x': chat('nobody', 'C1', '4'),
        'matrix_room:!c:x': chat(me, 'C1', '5'),
        [`chat:${ann}:C2`]: line('!d:x', 'Listed'),
        [`chat:${ann}:C3`]: { name: 'Nowhere' },
        [`chat:${bob}:C1`]: line('!a:x', 'Not his'),
      },
      state,
    );
    expect(await chatsIn(state)).toEqual([
      ['!a:x', 1, freshToo],
      ['!d:x', 2, fresh],
    ]);
    expect(lines).toEqual([
      'matrix_room:!b:x matrix_user_id is "nobody", which it cannot be; it counts as missing',
      `chat C3 of ${ann} names no room; left out`,
      `!a:x is ${ann}'s, and stands in the list of ${bob}; that line is left out`,
      '!d:x stands in a list of chats only; it begins a new memory',
      '!b:x nothing says whose it is; left out, the start looks for its person on the homeserver',
      '!c:x is said to be of the bot itself; left out',
    ]);
  });

  test('a Space of two people, or that is a chat, is for the start to find', async () => {
    const state = await stateFolder();
    const space = (of: string) => ({ space_id: of, next_chat_index: 2 });
    const { lines } = await imported(
      {
        'matrix_user:@a:x': space('!s:x'),
        'matrix_user:@b:x': space('!s:x'),
        'matrix_user:@c:x': space('!room:x'),
        'matrix_room:!room:x': chat('@d:x', 'C1', '1', { space_id: '!own:x' }),
      },
      state,
    );
    const { people } = await kept(state);
    expect(Object.values(people).map(({ person, space: of }) => [person, of])).toEqual([
      ['@a:x', null],
      ['@b:x', null],
      ['@c:x', null],
      ['@d:x', '!own:x'],
    ]);
    const left = 'left out, the start looks for it on the homeserver';
    expect(lines).toEqual([
      `@a:x has the Space !s:x, as somebody else has; ${left}`,
      `@b:x has the Space !s:x, as somebody else has; ${left}`,
      `@c:x has the Space !room:x, which is a chat; ${left}`,
    ]);
  });

  test('an agent that is not configured, or of somebody else by now, and people who are refused', async () => {
    const state = await stateFolder();
    const { lines } = await imported(
      {
        'matrix_room:!a:x': chat(ann, 'C1', '1', { agent_id: 'gone' }),
        'matrix_room:!b:x': chat(bob, 'C1', '2', { agent_id: 'one' }),
        'matrix_room:!c:x': chat('@eve:elsewhere.org', 'C1', null, { agent_id: null }),
      },
      state,
      {
        ...{ agents: { one: 'ws://127.0.0.1:9/', two: 'ws://127.0.0.1:9/' }, userAgents: { [bob]: 'two' } },
        access: { allowed: ['@*:example.org'] },
      },
    );
    const { rooms } = await kept(state);
    expect(Object.values(rooms).map(({ agent, assignment }) => [agent, assignment])).toEqual([
      ['gone', 'configured'],
      ['one', 'configured'],
      ['one', 'configured'],
    ]);
    expect(lines).toEqual([
      '!a:x was answered by the agent gone; no such agent is configured: one answers, which has not that memory',
      '!b:x was answered by the agent one; the registry gives its person another one: two answers, which has not that memory',
      '@eve:elsewhere.org is not served: the configuration refuses them',
    ]);
  });
});

describe('where the service knows some of it already', () => {
  const space = RoomId.parse('!space-ann:example.org');
  const [known, other] = [RoomId.parse('!a1:example.org'), RoomId.parse('!new:example.org')];

  /** A service that knows Ann, with the chat C1 of the old bot under another memory, and a chat C2 of its own. */
  async function inhabited(): Promise<string> {
    const state = await stateFolder();
    const store = await openStore(state, { fsync: false });
    const chats = [
      { number: 1, room: known, name: 'Mine', archived: false },
      { number: 2, room: other, name: 'New', archived: false },
    ];
    for (const [room, number, contextId] of [
      [known, 1, '900'],
      [other, 2, '21'],
    ] as const)
      await store.rooms.write(
        room,
        newRoomRecord(blankRoom({ room, number, agent: one, person: ann, contextId: contextId as never }), 'r'),
      );
    await store.people.write(ann, newPersonRecord(ann, 'p', { space, nextNumber: 3, chats }));
    await store.host.update({ userId: me, syncPosition: 's1', lastContextId: '1000' as never });
    await store.close();
    return state;
  }

  test('what it knows stays, what it lacks comes, and its next start looks at all rooms', async () => {
    const state = await inhabited();
    const before = await kept(state);
    const { report, lines } = await imported(
      { ...usual, [`matrix_user:${ann}`]: { space_id: '!else:x', next_chat_index: 9 } },
      state,
    );
    const { people, rooms, host } = await kept(state);
    expect([rooms[known], rooms[other]]).toEqual([before.rooms[known], before.rooms[other]]);
    expect(await chatsIn(state)).toEqual([
      ['!a1:example.org', 1, '900'],
      ['!a2:example.org', 9, '12'],
      ['!b1:example.org', 1, `${NOW}001`],
      ['!new:example.org', 2, '21'],
    ]);
    expect(people[ann]).toEqual({
      ...before.people[ann],
      nextNumber: 10,
      chats: [
        ...(before.people[ann]?.chats ?? []),
        { number: 9, room: '!a2:example.org', name: 'Чат 2', archived: true },
      ],
    });
    expect([host['syncPosition'], host['lastContextId']]).toEqual([null, `${NOW + 60_000}000`]);
    expect(lines).toEqual([
      '!a1:example.org is known already, and stays as it is: memory 900 here, 11 there',
      '!b1:example.org has the memory 21, which !new:example.org keeps; it begins a new one',
      '!a1:example.org stands in the Space !space-ann:example.org, but its person has !else:x',
      '!a2:example.org stands in the Space !space-ann:example.org, but its person has !else:x',
      '!a2:example.org has the number 2 as !new:example.org has; it gets the number 9',
      `${ann} is known already, and stays as they are: the Space ${space} here, !else:x there`,
    ]);
    expect(report).toContain('The service has been here before: its next start looks at all rooms anew');
    const again = await imported(usual, state);
    expect(again.report).toContain('All of it is there');
  });

  test('whose records are damaged is for the start, and nothing of it is touched', async () => {
    const state = await inhabited();
    sql(state, "UPDATE people SET record = '{'");
    sql(state, `UPDATE rooms SET record = '{' WHERE id = '${other}'`);
    const { lines } = await imported({ ...usual, 'matrix_room:!new:example.org': chat(bob, 'C7', '77') }, state);
    expect(lines).toEqual([
      '!a1:example.org is known already, and stays as it is: memory 900 here, 11 there',
      `!a2:example.org the record that the service has of ${ann} is damaged: start the service first; left out`,
      `!dm:example.org the record that the service has of ${ann} is damaged: start the service first; left out`,
      '!new:example.org the record that the service has of it is damaged: start the service first; left out',
    ]);
    expect(sql(state, "SELECT record FROM people WHERE id LIKE '@ann%' UNION ALL SELECT id FROM damaged")).toEqual([
      { record: '{' },
    ]);
  });

  test('a folder in use, of another account or of a newer version is left alone', async () => {
    const state = await inhabited();
    const lock = lockFolder(state);
    await expect(imported(usual, state)).rejects.toThrow('is in use by another process');
    await expect(imported(usual, state, {}, true)).rejects.toThrow('is in use by another process');
    lock.release();
    await expect(imported(usual, state, { userId: '@other:example.org' })).rejects.toThrow(`belongs to ${me}`);
    sql(state, `UPDATE rooms SET record = json_set(record, '$.version', 99)`);
    await expect(imported(usual, state)).rejects.toThrow('was written by a newer version');
  });
});

test('one memory a person: the old ids are kept for the start to replace, and it is told', async () => {
  const state = await stateFolder();
  const dm = { matrix_user_id: ann, chat_id: '0', welcomed: true, platform_chat_id: '0' };
  const { report, lines } = await imported({ ...usual, 'matrix_room:!only:x': dm }, state, {
    context: { scope: 'person' },
  });
  const { rooms } = await kept(state);
  expect(
    Object.values(rooms).map(({ room, number, contextId, oneMemory }) => [room, number, contextId, oneMemory]),
  ).toEqual([
    ['!a1:example.org', 1, '11', false],
    ['!a2:example.org', 2, '12', false],
    ['!b1:example.org', 1, '21', false],
    ['!dm:example.org', null, '0', true],
    ['!only:x', null, '0', true],
  ]);
  expect(report).toContain('policy.context.scope is person');
  expect(lines).toEqual(['']);
});

/** Rows as the old bot wrote them, and now and then something else in the place of each part. */
function anyRows(): fc.Arbitrary<Rows> {
  const or = (...usually: unknown[]) => fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...usually) }, junk);
  const junk = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(1e30, '\u0000', '!r1:x', '@a:x', 'x'.repeat(300), '\ud800', '__proto__'),
  );
  const rooms = ['!r1:x', '!r2:x', '!r3:x', '!r4:x', '!r5:x', '!s:x', '!', ''];
  const people = ['@a:x', '@a:x', '@b:x', '@b:x', me, '@', ''];
  const fields = fc.record(
    {
      room_type: or('chat', 'chat', 'redirect', 'entry', 'space', 'other'),
      matrix_user_id: or(...people),
      chat_id: or('C1', 'C2', 'C3', '0', 'x'),
      platform_chat_id: or('1', '2', '3', 4, '0', '01'),
      space_id: or(...rooms),
      surface_ref: or(...rooms),
      name: or('A', 'B\u001b[2J', ''),
      next_chat_index: or(1, 2, 3),
      next_platform_chat_index: or(1, 9, '12'),
      agent_id: or('one', 'gone'),
      archived: or(true, false, 0, 1),
      redirect_room_id: or(...rooms),
    },
    { requiredKeys: ['matrix_user_id', 'chat_id'] },
  );
  const value = fc.oneof(
    { weight: 12, arbitrary: fields },
    fc.constantFrom('{', 'null', '[]', '', '{"__proto__":{"room_type":"chat"}}'),
  );
  const key = fc.oneof(
    fc.constantFrom(...rooms).map((room) => `matrix_room:${room}`),
    fc.constantFrom(...people).map((person) => `matrix_user:${person}`),
    fc
      .tuple(fc.constantFrom(...people), fc.constantFrom('C1', 'C2', 'C9', 'x', ''))
      .map((parts) => `chat:${parts.join(':')}`),
    fc.constantFrom('matrix_platform_chat_seq', '', ':', 'auth:x', 'matrix_room', 'chat:', '\u0001'),
  );
  const rows = fc.uniqueArray(fc.tuple(key, value), { minLength: 8, maxLength: 20, selector: ([name]) => name });
  return rows.map((all) => ({ 'matrix_user:@z:x': {}, ...Object.fromEntries(all) }));
}

test('whatever rows there are, a start can read what comes of them, no memory or number is there twice, and a second import adds nothing', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(anyRows(), async (rows) => {
      const state = await stateFolder();
      const { report } = await imported(rows, state);
      const { people, rooms } = await kept(state);
      const all = Object.values(rooms);
      taken += all.length;
      expect(report).not.toMatch(/(?!\n)\p{Cc}/u);
      expect(new Set(all.map(({ contextId }) => contextId)).size).toBe(all.length);
      expect(all.filter(({ person }) => person === null || person === me || !UserId.safeParse(person).success)).toEqual(
        [],
      );
      for (const { chats, nextNumber, person: owner } of Object.values(people)) {
        const numbers = chats.map(({ number }) => number);
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(nextNumber).toBeGreaterThan(Math.max(0, ...numbers));
        const numbered = all.filter(({ person, number }) => person === owner && number !== null);
        expect(numbered.map(({ room }) => room).sort()).toEqual(chats.map(({ room }) => room).sort());
      }
      expect((await imported(rows, state)).report).toContain('All of it is there');
    }),
    { seed: 12, numRuns: 40 },
  );
  expect(taken).toBeGreaterThan(60);
}, 120_000);
