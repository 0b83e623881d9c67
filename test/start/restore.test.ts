/** Survey results as data, a real store in a folder of its own, and a homeserver that takes the repairs. */
import { describe, expect, it } from 'vitest';
import { AgentId, ContextId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import { type Marker } from '../../machines/marker.ts';
import { theMarker } from '../../machines/room-words.ts';
import { type PersonContext } from '../../machines/person.model.ts';
import { type RoomContext } from '../../machines/room.model.ts';
import { newPersonRecord, personDefinition, readPersonRecord } from '../../src/actors/person.ts';
import { createReception } from '../../src/actors/reception.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { newRoomRecord, readRoomRecord } from '../../src/actors/room.ts';
import { step } from '../../src/durable/step.ts';
import type { Arrival, Child, Done, KnownRoom, Log, RoomWork, Store } from '../../src/ports.ts';
import { readRemembered } from '../../src/start/remembered.ts';
import { restore } from '../../src/start/restore.ts';
import { after, freshRecord, textInput, toStreaming } from '../actors/support.ts';
import { input } from '../support/inputs.ts';
import { temporaryStore } from '../store/support.ts';
import { createFakeAlarm, type FakeAlarm } from '../support/fake-alarm.ts';
import { settled, until } from '../support/until.ts';

const me = UserId.parse('@bot:test');
const ann = UserId.parse('@ann:test');
const bob = UserId.parse('@bob:test');
const agent = AgentId.parse('agent-ann');
const others = AgentId.parse('agent-of-all');
const id = (name: string) => RoomId.parse(`!${name}:test`);
const context = (n: number) => ContextId.parse(String(n));

const marker = (more: Partial<Marker>): Marker => ({
  ...{ version: 1, kind: 'chat', person: ann, number: null, name: null },
  ...{ agent: null, contextId: null, archived: false },
  ...more,
});
const chat = (number: number, more: Partial<Marker> = {}): Marker =>
  marker({ number, name: `Chat ${number}`, agent, contextId: context(number), ...more });
const room = (name: string, more: Partial<KnownRoom> = {}): KnownRoom => ({
  ...{ room: id(name), isSpace: false, createdByMe: true, encrypted: false, name: null, marker: null },
  ...{ members: [{ user: ann, membership: 'join' }], parents: [], children: [], replacement: null, lastWord: null },
  ...more,
});

/** What the bot of Ann is in: two chats with markers, one of the old system, her entry room, and what is nobody's. */
const household = (): KnownRoom[] => [
  room('space', { isSpace: true, marker: marker({ kind: 'space' }), children: [id('one'), id('old')] }),
  room('one', { marker: chat(1), name: 'Renamed by hand', parents: [id('space')] }),
  room('two', { marker: chat(2, { archived: true }), parents: [id('space')] }),
  room('old', { name: 'C7', parents: [id('space')] }),
  room('entry', { marker: marker({ kind: 'entry', agent, contextId: context(90) }) }),
  room('nobody'),
];

const chatContext = (name: string, number: number, more: Partial<RoomContext> = {}): RoomContext => ({
  ...(freshRecord(id(name)).context as RoomContext),
  ...{ person: ann, agent, number, name: `Chat ${number}`, contextId: context(number) },
  ...more,
});
const line = (name: string, number: number, more: object = {}) => ({
  ...{ number, room: id(name), name: `Chat ${number}`, archived: false },
  ...more,
});
/** Whom the household makes of Ann. */
const annOfTheHousehold: PersonContext = {
  ...{
    person: ann,
    space: id('space'),
    nextNumber: 8,
    job: null,
    waiting: [],
    failed: null,
    inviting: false,
    saves: [],
  },
  language: null,
  contextId: null,
  chats: [line('one', 1), line('two', 2, { archived: true }), line('old', 7, { name: 'C7' })],
};

interface World {
  store: Store;
  rooms: KnownRoom[];
  arrivals: Arrival[];
  /** What was written into the store and done on the homeserver, since the last look. */
  happened: string[];
  errors: { actor?: string }[];
  refuses: Set<string>;
  /** What becomes of some repairs, when the test says so. */
  hangs: Map<string, Promise<Done>>;
  links: Child[];
  alarm: FakeAlarm;
  warnings: string[];
  reports: Record<string, unknown>[];
  goesOn: boolean;
}

async function world(rooms: KnownRoom[]): Promise<World> {
  const opened = await temporaryStore();
  const happened: string[] = [];
  const watched = (name: 'rooms' | 'people') => {
    const records = opened[name];
    const writeAll: typeof records.writeAll = (written) => {
      const all = [...written];
      happened.push(...all.map(([key]) => `${name} ${key}`));
      return records.writeAll(all);
    };
    return { ...records, writeAll };
  };
  const store: Store = { ...opened, rooms: watched('rooms'), people: watched('people') };
  return {
    store,
    rooms,
    arrivals: [],
    happened,
    errors: [],
    refuses: new Set(),
    hangs: new Map(),
    links: [],
    alarm: createFakeAlarm(),
    warnings: [],
    reports: [],
    goesOn: false,
  };
}

async function run(it: World) {
  let lastContextId: ContextId | null = null;
  const registry = { agentOf: (person: UserId | null) => (person === ann ? agent : others), has: () => true };
  const repair = async (what: string, room: RoomId, change: (known: KnownRoom) => KnownRoom): Promise<Done> => {
    it.happened.push(`${what} ${room}`);
    const hanging = it.hangs.get(what);
    if (hanging !== undefined) return hanging;
    if (it.refuses.has(what)) return { ok: false, code: 'M_FORBIDDEN', detail: 'no' };
    it.rooms = it.rooms.map((known) => (known.room === room ? change(known) : known));
    return { ok: true };
  };
  const work = {
    linkChild(space: RoomId, child: Child) {
      it.links.push(child);
      const change = (known: KnownRoom) => ({ ...known, children: [...known.children, child.room] });
      return repair(`link ${child.room} in`, space, change);
    },
    writeMarker: (marked: RoomId, marker: Marker) => repair('mark', marked, (known) => ({ ...known, marker })),
  } as unknown as RoomWork;
  const log: Log = {
    debug: () => {},
    warn: (_, message) => it.warnings.push(message),
    info: (fields) => it.reports.push({ ...fields }),
    error: (fields) => it.errors.push(fields),
  };
  return restore({
    store: it.store,
    remembered: await readRemembered(it.store, log),
    goesOn: it.goesOn,
    ...{ alarm: it.alarm, now: it.alarm.now },
    survey: async () => ({ rooms: it.rooms, arrivals: it.arrivals, position: 's1' }),
    work,
    reception: createReception({
      registry,
      access: { mayInvite: () => true, assignmentOf: () => 'configured' },
      mode: 'spaces',
      companyOf: async () => null,
      isMine: async () => false,
      scope: 'room',
      host: { read: () => ({ lastContextId }), update: async (patch) => (lastContextId = patch.lastContextId) },
      readMarker: () => Promise.reject(new Error('nobody asks')),
      inTheMaking: () => null,
      languageOf: () => null,
      contextOf: () => null,
      now: () => 5,
    }),
    registry,
    directory: { note: () => {} },
    ...{ mode: 'spaces', scope: 'room' },
    me,
    log,
  });
}

/** What happened since the last look. */
function look(it: World): string[] {
  return it.happened.splice(0).toSorted();
}

async function personIn({ store }: World, person = ann): Promise<PersonContext> {
  return readPersonRecord(await store.people.read(person)).context as PersonContext;
}

async function recordOf({ store }: World, name: string): Promise<Envelope> {
  return readRoomRecord(await store.rooms.read(id(name)));
}

async function contextOf(it: World, name: string): Promise<RoomContext> {
  return (await recordOf(it, name)).context as RoomContext;
}

describe('an empty store', () => {
  it('is filled from what the homeserver shows, and what is missing there is mended', async () => {
    const it = await world(household());
    expect(await run(it)).toEqual({ arrivals: [], position: 's1', unheard: [] });
    expect(look(it)).toEqual([
      'link !two:test in !space:test',
      'mark !old:test',
      'people @ann:test',
      ...['entry', 'old', 'one', 'two'].map((name) => `rooms ${id(name)}`),
    ]);
    expect(await personIn(it)).toEqual(annOfTheHousehold);
    expect(await contextOf(it, 'one')).toEqual(chatContext('one', 1));
    expect(await contextOf(it, 'two')).toEqual(chatContext('two', 2, { archived: true }));
    expect(await contextOf(it, 'old')).toEqual(chatContext('old', 7, { name: 'C7', contextId: context(5000) }));
    expect((await recordOf(it, 'entry')).value).toBe('pointing');
    const { role, person } = await contextOf(it, 'entry');
    expect({ role, person }).toEqual({ role: 'entry', person: ann });
    expect(await it.store.rooms.keys()).toHaveLength(4);
    expect(it.rooms.find(({ room: known }) => known === id('old'))?.marker).toEqual(
      chat(7, { name: 'C7', contextId: context(5000) }),
    );
    expect(it.reports).toEqual([
      {
        ...{ joined: 6, restored: 4, repaired: 2, conflicts: 0, backfilled: 1, failedRepairs: 0 },
        skipped: [{ room: id('nobody'), reason: 'not under a Space of its owner' }],
      },
    ]);
  });

  it('is filled once: a second run writes nothing', async () => {
    const it = await world(household());
    await run(it);
    const before = await recordOf(it, 'old');
    look(it);
    await run(it);
    expect(look(it)).toEqual([]);
    expect(await recordOf(it, 'old')).toEqual(before);
    const { restored, repaired, backfilled } = it.reports[1]!;
    expect({ restored, repaired, backfilled }).toEqual({ restored: 0, repaired: 0, backfilled: 0 });
  });

  it('gives every record an origin of its own', async () => {
    const it = await world(household());
    await run(it);
    const origins = await Promise.all(
      ['one', 'two', 'old', 'entry'].map(async (name) => (await recordOf(it, name)).origin),
    );
    expect(new Set(origins).size).toBe(4);
  });

  it('hands on the invites that wait', async () => {
    const it = await world([]);
    it.arrivals = [{ room: id('new'), id: null, heard: { type: 'room.invited', person: bob } }];
    expect(await run(it)).toEqual({ arrivals: it.arrivals, position: 's1', unheard: [] });
    expect(look(it)).toEqual([]);
  });

  it('tells the chats whose person spoke last from those where the bot or a bystander did', async () => {
    const word = (name: string, sender: UserId) => ({ eventId: EventId.parse(`$${name}`), sender });
    const it = await world([
      room('space', { isSpace: true, marker: marker({ kind: 'space' }), children: [id('one'), id('two'), id('six')] }),
      room('one', { marker: chat(1), lastWord: word('asked', ann) }),
      room('two', { marker: chat(2), lastWord: word('answered', me) }),
      room('six', { marker: chat(6), lastWord: word('chatter', bob) }),
      room('entry', { marker: marker({ kind: 'entry' }), lastWord: word('hello', ann) }),
    ]);
    expect((await run(it)).unheard).toEqual([{ room: id('one'), eventId: '$asked' }]);
  });
});

describe('repairs that the homeserver does not answer', () => {
  /** A start whose repairs of this kind hang; settled once it has waited for them. */
  async function late(what: string) {
    const it = await world(household());
    const { promise, resolve, reject } = Promise.withResolvers<Done>();
    it.hangs.set(what, promise);
    let isRestored = false;
    const restored = run(it).then((found) => {
      isRestored = true;
      return found;
    });
    await until(() => it.happened.length === 7);
    it.alarm.advance(29_999);
    await settled();
    expect(isRestored).toBe(false);
    it.alarm.advance(1);
    expect((await restored).position).toBe('s1');
    expect(it.warnings.splice(0)).toEqual(['repairs on the homeserver take long, going on without them']);
    return { it, resolve, reject };
  }

  it.each(['mark', 'link !two:test in'])('are waited for 30 s, then go on beside the service: %s', async (what) => {
    const { it, resolve } = await late(what);
    expect(it.reports).toEqual([]);
    resolve({ ok: true });
    await until(() => it.reports.length === 1);
    expect(it.reports[0]?.['failedRepairs']).toBe(0);
  });

  it('say what the room remembers by then, where they are begun late', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `c${n + 10}`);
    const it = await world([
      room('space', { isSpace: true, marker: marker({ kind: 'space' }) }),
      ...names.map((name, n) => room(name, { name: `C${n + 10}`, parents: [id('space')] })),
    ]);
    const { promise, resolve } = Promise.withResolvers<Done>();
    for (const what of ['mark', ...names.map((name) => `link ${id(name)} in`)]) it.hangs.set(what, promise);
    const restored = run(it);
    await until(() => it.happened.filter((what) => /^(mark|link)/.test(what)).length === 32);
    it.alarm.advance(30_000);
    await restored;
    const changed = new Map(
      await Promise.all(
        names.map(async (name) => {
          const record = await recordOf(it, name);
          const context = { ...(record.context as RoomContext), contextId: ContextId.parse('9999'), archived: true };
          await it.store.rooms.write(id(name), { ...record, context });
          return [id(name), context] as const;
        }),
      ),
    );
    it.hangs.clear();
    resolve({ ok: true });
    await until(() => it.reports.length === 1);
    const marked = it.rooms.flatMap((known) => (known.marker?.kind === 'chat' ? [known] : []));
    expect(marked.length).toBeGreaterThan(7);
    for (const { room: one, marker: written } of marked) {
      expect(written).toEqual({ ...theMarker({ context: changed.get(one) as RoomContext }).marker });
    }
    const late = it.links.slice(32 - (40 - marked.length));
    expect(late.length).toBeGreaterThan(0);
    expect(late.every(({ archived }) => archived)).toBe(true);
  });

  it('and end with the service are a line in the log', async () => {
    const { it, reject } = await late('mark');
    reject(new Error('closed'));
    await until(() => it.warnings.length === 1);
    expect(it.warnings).toEqual(['repairs on the homeserver were not finished']);
  });

  it('are no reason to wait where they are done, and what fails at once ends the start', async () => {
    const it = await world(household());
    await run(it);
    expect(it.alarm.pending()).toEqual([]);
    const other = await world(household());
    const { promise, reject } = Promise.withResolvers<Done>();
    promise.catch(() => undefined);
    reject(new Error('closed'));
    other.hangs.set('mark', promise);
    await expect(run(other)).rejects.toThrow('closed');
    expect([other.alarm.pending(), other.warnings]).toEqual([[], []]);
  });
});

describe('where the sync goes on', () => {
  it('rooms with a marker and no record are left to themselves, to hear of the loss first', async () => {
    const it = await world(household());
    it.goesOn = true;
    const kept = newRoomRecord(chatContext('one', 1), 'kept');
    await it.store.rooms.write(id('one'), kept);
    await run(it);
    expect(await it.store.rooms.keys()).toEqual([id('old'), id('one')]);
    expect(await recordOf(it, 'one')).toEqual(kept);
    expect(await personIn(it)).toEqual(annOfTheHousehold);
  });
});

describe('records that are there', () => {
  it('keep what they know best, and follow the homeserver in the rest', async () => {
    const it = await world(household());
    const streaming = after(
      newRoomRecord(chatContext('one', 4, { name: 'Stale', archived: true, agent: others }), 'kept'),
      textInput(1),
      ...toStreaming(1),
    );
    await it.store.rooms.write(id('one'), streaming);
    await it.store.people.write(
      ann,
      newPersonRecord(ann, 'kept', { space: id('gone'), nextNumber: 3, chats: [line('one', 4, { name: 'Stale' })] }),
    );
    await run(it);
    expect(await recordOf(it, 'one')).toEqual({
      ...streaming,
      context: { ...(streaming.context as RoomContext), number: 1, name: 'Chat 1', archived: false },
    });
    expect(await it.store.people.read(ann)).toEqual({ ...newPersonRecord(ann, 'kept'), context: annOfTheHousehold });
  });

  it('that nobody was known in become those of their markers', async () => {
    const it = await world(household());
    const unclaimed = newRoomRecord({ ...chatContext('one', 1), person: null, number: null, name: null }, 'unclaimed');
    await it.store.rooms.write(id('one'), unclaimed);
    await run(it);
    expect(await contextOf(it, 'one')).toEqual(chatContext('one', 1));
  });

  it('that cannot be read are made anew, and said to be', async () => {
    const it = await world(household());
    const room = { ...freshRecord(id('one')), context: 'half of' };
    await it.store.rooms.write(id('one'), room);
    await it.store.people.write(ann, { hello: 'world' });
    await run(it);
    // The room itself replaces its record, when it tells.
    expect(await it.store.rooms.read(id('one'))).toEqual(room);
    expect(await personIn(it)).toEqual(annOfTheHousehold);
    expect(it.errors.map(({ actor }) => actor)).toEqual([ann, id('one')]);
    expect(it.store.damaged.count()).toBe(2);
  });

  it.each([
    ['a later version', { version: 3 }, 'it has version 3, known is 2'],
    ['a state that is not known', { value: 'dreaming' }, 'it is in a state that this version does not have'],
    [
      'an effect that is not known',
      { outbox: [{ id: '1', type: 'dream', params: {}, since: 0, device: 'D', cursor: 0 }] },
      "its outbox item 1 wants 'dream', which no outbox keeps",
    ],
  ])('that a newer version wrote, with %s, stop the start: nothing is replaced', async (_, changes, why) => {
    const it = await world(household());
    await it.store.rooms.write(id('one'), { ...freshRecord(id('one')), ...changes });
    await it.store.people.write(ann, { ...newPersonRecord(ann, 'kept'), version: 7 });
    const before = [await it.store.rooms.read(id('one')), await it.store.people.read(ann)];
    await expect(run(it)).rejects.toThrow(
      expect.objectContaining({
        name: 'NewerState',
        message: expect.stringMatching(
          /^The record of @ann:test \(one of 2\) was written by a newer version of this service \(it has version 7, known is 2\)/,
        ) as unknown,
      }),
    );
    await it.store.people.remove(ann);
    await expect(run(it)).rejects.toThrow(
      `The record of ${id('one')} was written by a newer version of this service (${why}`,
    );
    expect([await it.store.rooms.read(id('one')), before[1]]).toEqual(before);
    expect(it.store.damaged.count()).toBe(0);
  });

  it('know which last words were heard', async () => {
    const rooms = [room('one', { marker: chat(1), lastWord: { eventId: EventId.parse('$1'), sender: ann } })];
    const it = await world(rooms);
    const heard = after(newRoomRecord(chatContext('one', 1), 'kept'), textInput(1));
    await it.store.rooms.write(id('one'), heard);
    expect((await run(it)).unheard).toEqual([]);
  });

  it('of rooms that the bot is no longer in stay, and their numbers are not given again', async () => {
    const it = await world([household()[0] as KnownRoom]);
    const lost = newRoomRecord(chatContext('lost', 12), 'kept');
    await it.store.rooms.write(id('lost'), lost);
    await it.store.people.write(
      ann,
      newPersonRecord(ann, 'kept', { space: id('space'), nextNumber: 13, chats: [line('lost', 12)] }),
    );
    await run(it);
    expect(await recordOf(it, 'lost')).toEqual(lost);
    const { nextNumber, chats } = await personIn(it);
    expect({ nextNumber, chats }).toEqual({ nextNumber: 13, chats: [] });
  });
});

describe('a person for whom a chat is being made', () => {
  const job: NonNullable<PersonContext['job']> = {
    ...{ operation: 'op', spaceOperation: 'op.space', origin: id('entry'), answers: null, name: null },
    ...{ agent, assignment: 'configured', contextId: context(30), number: 8, room: id('made'), archived: false },
  };
  const making = (space: RoomId): Envelope => ({
    ...newPersonRecord(ann, 'kept'),
    value: { 'making a chat': 'linking the room' },
    context: { ...annOfTheHousehold, nextNumber: 9, chats: [], space, job } satisfies PersonContext,
  });

  it('goes on with it: the room in the making is left to that, the others are known', async () => {
    const made = room('made', { name: 'Chat 8', parents: [id('space')] });
    const it = await world([...household(), made]);
    await it.store.people.write(ann, making(id('space')));
    await run(it);
    expect(look(it).filter((what) => what.includes('made'))).toEqual([]);
    expect(await it.store.people.read(ann)).toEqual({
      ...making(id('space')),
      context: { ...annOfTheHousehold, nextNumber: 9, job, chats: annOfTheHousehold.chats.slice(0, 2) },
    });
    // Without a marker it is told apart from a room in the making only when nothing is made any more.
    expect(await it.store.rooms.read(id('old'))).toBeNull();
  });

  it('keeps the Space that its steps are made in, until it hears that the Space is gone', async () => {
    const it = await world([room('one', { marker: chat(1) })]);
    await it.store.people.write(ann, making(id('space')));
    await run(it);
    const stored = readPersonRecord(await it.store.people.read(ann));
    expect([stored.context.space, stored.context.job]).toEqual([id('space'), job]);
    const told = step(personDefinition('DEVICE'), stored, [input({ type: 'space.gone', room: id('space') })]);
    expect([told.record.value, told.record.parked]).toEqual([{ 'making a chat': 'making the Space' }, []]);
  });
});

it('a repair that is refused is counted, and left to the next time', async () => {
  const it = await world(household());
  it.refuses.add('mark');
  await run(it);
  expect(it.reports.map(({ repaired, failedRepairs }) => [repaired, failedRepairs])).toEqual([[2, 1]]);
  look(it);
  it.refuses.clear();
  await run(it);
  expect(look(it)).toEqual(['mark !old:test']);
  expect(it.rooms.find(({ room: known }) => known === id('old'))?.marker).toEqual(
    chat(7, { name: 'C7', contextId: context(5000) }),
  );
  await run(it);
  expect(look(it)).toEqual([]);
});
