/** People and rooms together on a real store, on a homeserver that does what it is asked, when the test lets it. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import { type PersonContext } from '../../machines/person.model.ts';
import { type RoomContext } from '../../machines/room.model.ts';
import { createAccess } from '../../src/actors/access.ts';
import { createDirectory } from '../../src/actors/directory.ts';
import { createReception } from '../../src/actors/reception.ts';
import type { Envelope } from '../../src/durable/record.ts';
import type { Input } from '../../src/durable/definition.ts';
import { createOpsParts } from '../../src/compose/ops-parts.ts';
import { noMeter } from '../../src/ports/meter.ts';
import { composeHousehold, type Household } from '../../src/compose/household.ts';
import { createRoster } from '../../src/compose/roster.ts';
import { composeWorkspaces } from '../../src/compose/workspaces.ts';
import type { Config } from '../../src/config/config.ts';
import { defaultPolicy } from '../../src/config/policy.ts';
import type { Done, Made, NewRoom, RoomWork } from '../../src/ports.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { textInput } from '../actors/support.ts';
import { input } from '../support/inputs.ts';
import { noMedia } from '../support/no-files.ts';
import { silentLog } from '../support/log-book.ts';
import { temporaryFolder, temporaryStore } from '../store/support.ts';
import { createFakeAlarm, type FakeAlarm } from '../support/fake-alarm.ts';
import { startRoot, type Root } from '../support/root.ts';
import { until } from '../support/until.ts';

const TROUBLED = renderNotice(en)({ key: 'room is troubled' }).body;
const me = UserId.parse('@bot:test');
const ann = UserId.parse('@ann:test');
const agent = AgentId.parse('agent-0');
const ENTRY = RoomId.parse('!entry:test');
const SPACE = RoomId.parse('!space:test');
const CHAT = RoomId.parse('!chat:test');

const configOf = (dir: string): Config => ({
  matrix: { homeserver: 'http://test', userId: me, accessToken: 't', password: null, deviceId: 'DEVICE' },
  backend: 'real',
  agents: [{ id: agent, label: 'Agent', baseUrl: 'ws://test', workspace: '/w', concurrency: 1 }],
  userAgents: {},
  policy: {
    ...defaultPolicy(me),
    reply: { ...defaultPolicy(me).reply, stream: 'final' },
    names: { space: 'Space of {name}', chat: 'Chat {number}' },
  },
  authorities: [],
  state: { dir, fsync: false },
  log: { level: 'silent', format: 'json' },
  ops: null,
  pushes: null,
  warnings: [],
});

const done: Done = { ok: true };
const invited = input({
  type: 'room.invited',
  person: ann,
  role: 'entry',
  agent,
  assignment: 'configured',
  contextId: '1',
});

/** A household whose homeserver makes rooms as `create` says. */
async function household(create: (room: NewRoom) => Promise<Made>) {
  const config = configOf(await temporaryFolder());
  const store = await temporaryStore(config.state.dir);
  const alarm = createFakeAlarm();
  const directory = createDirectory();
  const said: [RoomId, string][] = [];
  const work: RoomWork = {
    createRoom: create,
    newOperation: () => randomUUID(),
    linkChild: async () => done,
    invite: async () => done,
    setName: async () => done,
    displayName: async () => 'Ann',
    writeMarker: async () => done,
    readMarker: async () => null,
    leave: async () => done,
    redact: async () => done,
    react: async () => ({ ok: true, eventId: EventId.parse('$reaction') }),
  };
  const reception = createReception({
    registry: { agentOf: () => agent, has: () => true },
    access: createAccess({ me, allowed: ['@*:test'], userAgents: {}, unmapped: 'default_agent' }),
    mode: 'spaces',
    companyOf: async () => null,
    isMine: async () => false,
    scope: 'room',
    host: { read: () => ({ lastContextId: null }), update: async () => {} },
    readMarker: work.readMarker,
    inTheMaking: directory.inTheMaking,
    languageOf: directory.languageOf,
    contextOf: directory.contextOf,
    now: alarm.now,
  });
  const root = startRoot((key) => house.of(key));
  const house: Household = composeHousehold({
    ...{ config, supervision: root, store, device: 'DEVICE', reception, work, alarm, now: alarm.now, log: silentLog },
    send: async ({ room, content }) => {
      said.push([room, content.body]);
      return { ok: true, eventId: EventId.parse('$sent') };
    },
    sendDisposable: async () => ({ ok: true, eventId: EventId.parse('$sent') }),
    joinRoom: async () => done,
    showTyping: async () => {},
    baseOf: () => null,
    roster: createRoster(config),
    workspaces: composeWorkspaces(config, { now: alarm.now, log: silentLog }),
    chance: () => 0,
    reach: () => {},
    evictAfterMs: 60_000,
    observe: { person: (_, { record }) => directory.note(record), room: () => {} },
    letIn: async () => {},
    ...{ elsewhere: { tell: async () => {} }, companyOf: async () => null, quoteOf: async () => null },
    media: noMedia,
    isEncrypted: () => false,
    ...{ roomsOf: directory.roomsOf, languageIn: directory.languageIn, farewell: () => 'Goodbye.' },
    isShared: () => false,
    onStore: () => {},
    ops: createOpsParts({
      config,
      roster: createRoster(config),
      baseOf: () => null,
      meter: noMeter,
      now: alarm.now,
      chance: () => 0,
      log: silentLog,
    }),
    answerOperator: async () => ({ body: '' }),
  });
  const roomOf = async (room: RoomId) => (await store.rooms.read(room)) as Envelope | null;
  const personOf = async () =>
    ((await store.people.read(ann)) as Envelope | null)?.context as PersonContext | undefined;
  return { ...house, counts: root.counts, store, alarm, said, roomOf, personOf };
}

describe('the first words in a chat that nobody has on disk yet', () => {
  /** A household that makes Ann's first chat, and what ends that. */
  async function making() {
    const { promise: chat, resolve } = Promise.withResolvers<Made>();
    let wanted = false;
    const it = await household(async ({ kind }) => {
      if (kind === 'space') return { ok: true, room: SPACE };
      wanted = true;
      return chat;
    });
    await it.rooms.deliver(ENTRY, [invited], 'invited');
    await until(() => wanted);
    return { ...it, made: () => resolve({ ok: true, room: CHAT }) };
  }

  it('are those of its person, who gets an answer there', async () => {
    const it = await making();
    const heard = it.rooms.deliver(CHAT, [textInput('hello')], 'spoken to');
    it.made();
    await heard;
    const context = (await it.roomOf(CHAT))?.context as RoomContext;
    const { person, role, number, turn } = context;
    expect([person, role, number, turn?.text.eventId]).toEqual([ann, 'chat', 1, '$hello']);
    await until(async () => (await it.personOf())?.chats.length === 1);
    await it.close();
  });

  it('keep nobody waiting for long, where the making takes its time', async () => {
    const it = await making();
    const heard = it.rooms.deliver(CHAT, [textInput('hello')], 'spoken to');
    await until(() => it.alarm.pending().includes(it.alarm.now() + 10_000));
    it.alarm.advance(10_000);
    await heard;
    expect((await it.roomOf(CHAT))?.value).toBe('pointing');
    await it.close();
  });
});

describe('a person whose record cannot be read', () => {
  it('is said to be in trouble where something is wanted, and keeps no room from coming to rest', async () => {
    const it = await household(() => Promise.reject(new Error('nothing is made')));
    await it.store.people.write(ann, { version: 99 });
    await it.rooms.deliver(ENTRY, [invited, textInput('hello')], 'invited');
    await untilParked(it);
    await until(async () => (await it.roomOf(ENTRY))?.outbox.length === 0);
    const letters = (await it.store.deadLetters.read(ann)) as Input[];
    expect(letters.map(typeOf)).toEqual(['access.wanted', 'access.wanted']);
    expect(it.said.filter(([, body]) => body === TROUBLED)).toHaveLength(1);
    await it.close();
  });
});

it('a chat whose record cannot be read is there for its person all the same', async () => {
  const it = await household(async ({ kind }) => ({ ok: true, room: kind === 'space' ? SPACE : CHAT }));
  await it.store.rooms.write(CHAT, { version: 99 });
  await it.rooms.deliver(ENTRY, [invited], 'invited');
  await untilParked(it);
  await until(async () => (await it.personOf())?.chats.length === 1);
  expect(((await it.store.deadLetters.read(CHAT)) as Input[]).map(typeOf)).toEqual(['room.adopted']);
  await it.close();
});

function typeOf(letter: Input): unknown {
  return letter.kind === 'event' && letter.event.type;
}

async function untilParked({ alarm, counts }: { alarm: FakeAlarm; counts: Root['counts'] }): Promise<void> {
  await until(() => {
    alarm.advance(100);
    return counts().parked === 1;
  });
}
