import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/durable/definition.ts';
import { AgentId, ContextId, RoomId, type UserId } from '../../machines/ids.ts';
import { type Marker } from '../../machines/marker.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { createReception, type Reception, type ReceptionWorld } from '../../src/actors/reception.ts';
import type { RoomFacts } from '../../src/actors/room.ts';
import type { Arrival, Heard } from '../../src/ports.ts';
import {
  after,
  agent,
  ann,
  bob,
  contextId,
  contextOf,
  conversationOf,
  eventId,
  freshRecord,
  ROOM,
  textInput,
} from './support.ts';
import { input } from '../support/inputs.ts';

const annsAgent = AgentId.parse('agent-ann');
const marker: Marker = {
  version: 1,
  kind: 'chat',
  person: ann,
  number: 3,
  name: 'Plans',
  agent,
  contextId: ContextId.parse('77'),
  archived: true,
};

/** A house in which Ann has an agent of her own and Bob the one for everybody; the clock stands still. */
function reception(changes: Partial<ReceptionWorld> = {}) {
  let lastContextId: ContextId | null = null;
  const written: ContextId[] = [];
  const it = createReception({
    registry: { agentOf: (person) => (person === ann ? annsAgent : agent), has: () => true },
    access: {
      mayInvite: () => true,
      assignmentOf: (person) => (person === ann ? 'configured' : 'default'),
    },
    mode: 'spaces',
    companyOf: async () => null,
    isMine: async () => false,
    scope: 'room',
    host: {
      read: () => ({ lastContextId }),
      update: async (patch) => {
        lastContextId = patch.lastContextId;
        written.push(patch.lastContextId);
      },
    },
    readMarker: async () => null,
    inTheMaking: () => null,
    languageOf: () => null,
    contextOf: () => null,
    now: () => 5,
    ...changes,
  });
  const eventOf = async (heard: Heard) => {
    const inputs = (await it.inputsOf([{ room: ROOM, id: '$1', heard }], null)).get(ROOM);
    return inputs === undefined ? null : inputs.map((one) => (one.kind === 'event' ? one.event : one));
  };
  return { ...it, written, eventOf };
}

const denied = { mayInvite: () => true, assignmentOf: () => 'denied' as const };
const command = { type: 'command', args: '', eventId: eventId(1), sender: ann } as const;

describe('what is heard', () => {
  it('of an invite says who comes, and in which role', async () => {
    const common = { type: 'room.invited', person: ann, agent: annsAgent, assignment: 'configured', contextId: '5000' };
    const invited = { type: 'room.invited', person: ann } as const;
    expect(await reception().eventOf(invited)).toEqual([{ ...common, role: 'entry' }]);
    expect(await reception({ mode: 'dm' }).eventOf(invited)).toEqual([{ ...common, role: 'chat' }]);
    expect(await reception({ access: denied }).eventOf(invited)).toEqual([
      { ...common, role: 'refused', assignment: 'default' },
    ]);
  });

  it('of an invite says what who comes chose to be spoken to in', async () => {
    const languageOf = (person: UserId) => (person === ann ? ('ru' as const) : null);
    const languageIn = async (person: UserId) => {
      const [event] = (await reception({ languageOf }).eventOf({ type: 'room.invited', person })) ?? [];
      return (event as { language?: string }).language;
    };
    expect([await languageIn(ann), await languageIn(bob)]).toEqual(['ru', undefined]);
  });

  it('of members is who left; who joined is nothing to a room', async () => {
    expect(await reception().eventOf({ type: 'member.left', user: bob, sender: ann })).toEqual([
      { type: 'member.left', user: bob },
    ]);
    expect(await reception().eventOf({ type: 'member.joined', user: bob, sender: bob })).toBeNull();
  });

  it.each<[Heard, object]>([
    [
      { ...command, name: 'clear' },
      { type: 'command.clear', contextId: '5000' },
    ],
    [
      { ...command, name: 'new' },
      { type: 'command.new', name: null, more: true },
    ],
    [
      { ...command, name: 'new', args: 'Plans' },
      { type: 'command.new', name: 'Plans', more: true },
    ],
    [
      { ...command, name: 'new', args: '\u200b' },
      { type: 'command.new', name: null, more: true },
    ],
    [
      { ...command, name: 'rename', args: '\u202eevil\u0007  \u001b[1mname' },
      { type: 'command.rename', name: 'evil name' },
    ],
    [
      { ...command, name: 'rename', args: '🦉'.repeat(300) },
      { type: 'command.rename', name: '🦉'.repeat(200), surplus: '🦉'.repeat(100) },
    ],
    [
      { ...command, name: 'chats' },
      { type: 'command.chats', all: false },
    ],
    [
      { ...command, name: 'chats', args: 'ALL' },
      { type: 'command.chats', all: true },
    ],
    [
      { ...command, name: 'unarchive', args: 'C12' },
      { type: 'command.unarchive', number: 12 },
    ],
    [
      { ...command, name: 'unarchive', args: '12' },
      { type: 'command.unarchive', number: 12 },
    ],
    [
      { ...command, name: 'unarchive', args: 'the last' },
      { type: 'command.unarchive', number: null },
    ],
    [
      { ...command, name: 'whoami', args: 'x' },
      { type: 'command.whoami', surplus: 'x' },
    ],
  ])('of the command %j carries what the chart needs', async (heard, event) => {
    expect(await reception().eventOf(heard)).toEqual([{ ...event, eventId: '$1', sender: ann }]);
  });
});

describe('what came while the service was away', () => {
  const text: Heard = { type: 'text.received', text: { eventId: eventId(1), sender: ann, body: 'a', replyTo: null } };
  const withdrawn: Heard = { type: 'text.withdrawn', of: eventId(1) };
  const other = RoomId.parse('!other:test');
  const arrivals = (room = ROOM, ...all: Heard[]) => all.map((heard, index) => ({ room, id: `$${index}`, heard }));
  const inputsOf = async (missed: 'told' | 'passed over', all: Arrival[]) => {
    const inputs = await reception().inputsOf(all, 's1', { ms: 7, missed });
    const of = (room: RoomId) =>
      (inputs.get(room) ?? []).map((one) => (one.kind === 'event' ? [one.id, one.event] : one));
    return [of(ROOM), of(other)];
  };

  it('is marked where somebody wrote it, and behind it each of their rooms hears that it is all', async () => {
    const all = [...arrivals(ROOM, text, withdrawn, { ...command, name: 'help' }), ...arrivals(other, withdrawn)];
    expect(await inputsOf('told', all)).toEqual([
      [
        ['$0', { ...text, missed: 'told' }],
        ['$1', withdrawn],
        ['$2', { type: 'command.help', eventId: eventId(1), sender: ann, missed: 'told' }],
        ['away:$2', { type: 'absence.over', awayMs: 7 }],
      ],
      [['$0', withdrawn]],
    ]);
  });

  it('is marked and nothing more where it is passed over', async () => {
    expect(await inputsOf('passed over', arrivals(ROOM, text))).toEqual([
      [['$0', { ...text, missed: 'passed over' }]],
      [],
    ]);
  });
});

describe('a context id', () => {
  it('is higher than every one before, also on a clock that stands, and reserved on disk for a minute', async () => {
    const { mintContextId, written } = reception();
    expect([await mintContextId(), await mintContextId()]).toEqual(['5000', '5001']);
    expect(written).toEqual(['60005000']);
    expect(
      await reception({
        host: { read: () => ({ lastContextId: written[0]! }), update: async () => {} },
      }).mintContextId(),
    ).toBe('60005001');
  });

  it('is higher than those of rooms that were found', async () => {
    const { mintContextId, noteContextId } = reception();
    for (const id of ['70000000', '3']) noteContextId(ContextId.parse(id));
    expect(await mintContextId()).toBe('70000001');
  });

  it('is not given out when it could not be reserved', async () => {
    let problem: Error | null = new Error('disk full');
    const update = () => (problem === null ? Promise.resolve() : Promise.reject(problem));
    const { mintContextId } = reception({ host: { read: () => ({ lastContextId: null }), update } });
    await expect(Promise.all([mintContextId(), mintContextId()])).rejects.toThrow('disk full');
    problem = null;
    expect(await mintContextId()).toBe('5002');
  });

  it('is that of all their rooms where the person has one memory, and number 0 until they clear it', async () => {
    const theirs = reception({ scope: 'person', contextOf: (person) => (person === ann ? contextId(9) : null) });
    expect(await Promise.all([ann, bob, null].map(theirs.contextFor))).toEqual(['9', '0', '0']);
    expect([ann, bob].map((person) => theirs.isOfScope(contextId(9), person))).toEqual([true, false]);
    expect(theirs.written).toEqual([]);
    expect(await theirs.mintContextId()).toBe('5000');
  });

  it('is a new one where each room has its own, also where they had one memory before', async () => {
    const own = reception({ contextOf: () => contextId(9) });
    expect([await own.contextFor(ann), own.sharedBy(ann)]).toEqual(['5000', null]);
    expect(['9', '0', '7'].map((id) => own.isOfScope(ContextId.parse(id), ann))).toEqual([false, false, true]);
  });
});

it('what is heard of !new says that no more chats are made where each has one', async () => {
  const events = await reception({ mode: 'dm' }).eventOf({ ...command, name: 'new' });
  expect(events).toEqual([{ type: 'command.new', eventId: '$1', sender: ann, name: null, more: false }]);
});

describe('the record of a room that was never seen', () => {
  const blank = contextOf(freshRecord());

  it('comes from its marker, whoever speaks', async () => {
    const { newRecord } = reception({ readMarker: async () => marker });
    expect(contextOf(await newRecord(ROOM, textInput(1, bob)))).toEqual({
      ...blank,
      agent: annsAgent,
      contextId: ContextId.parse('77'),
      number: 3,
      name: 'Plans',
      archived: true,
    } satisfies RoomContext);
  });

  const unclaimed = { ...blank, person: null, assignment: 'default', contextId: '5000' };

  it('is spoken to in the language of its marker, else in that of its person', async () => {
    const languageIn = async (changes: Partial<ReceptionWorld>) =>
      (await reception(changes).newRecord(ROOM, textInput(1))).context.language;
    const languageOf = () => 'ru' as const;
    expect([
      await languageIn({ readMarker: async () => ({ ...marker, language: 'en' }), languageOf }),
      await languageIn({ readMarker: async () => marker, languageOf }),
      await languageIn({ readMarker: async () => marker }),
    ]).toEqual(['en', 'ru', null]);
  });

  it('knows nobody where there is no marker, whoever speaks', async () => {
    const record = await reception().newRecord(ROOM, textInput(1, bob));
    expect(record.value).toBe('unclaimed');
    expect(contextOf(record)).toEqual(unclaimed);
  });

  it('knows nobody where the marker is that of a Space', async () => {
    const { newRecord } = reception({ readMarker: async () => ({ ...marker, kind: 'space' }) });
    expect((await newRecord(ROOM, textInput(1))).value).toBe('unclaimed');
  });

  it.each([
    ['begins with an invite', {}, input({ type: 'room.invited', person: ann })],
    ['begins with its person’s word for it', {}, input({ type: 'room.adopted', person: ann })],
    ['begins with its end', {}, input({ type: 'room.left' })],
    ['is in the making', { inTheMaking: () => ({ person: ann, number: 2, name: 'Plans' }) }, textInput(1)],
  ])('waits for its person where it %s, without a look at the marker', async (_, changes, first) => {
    const { newRecord } = reception({ ...changes, readMarker: () => Promise.reject(new Error('nobody asks')) });
    const record = await newRecord(ROOM, first);
    expect(record.value).toBe('unclaimed');
    expect(contextOf(record)).toEqual(unclaimed);
  });

  it('has a context id of the scope of today', async () => {
    const only = { ...marker, contextId: ContextId.parse('0') };
    const idOf = async (changes: Partial<ReceptionWorld>) =>
      contextOf(await reception(changes).newRecord(ROOM, textInput(1))).contextId;
    expect(await idOf({ readMarker: async () => only })).toBe('5000');
    expect(await idOf({ readMarker: async () => only, scope: 'person' })).toBe('0');
    expect(await idOf({ readMarker: async () => marker, scope: 'person' })).toBe('0');
    expect(await idOf({ readMarker: async () => ({ ...marker, contextId: null }) })).toBe('5000');
  });

  it('is that of a chat where the marker is of an entry room, and each has one chat by now', async () => {
    const readMarker = async (): Promise<Marker> => ({ ...marker, kind: 'entry', number: null });
    expect((await reception({ readMarker }).newRecord(ROOM, textInput(1))).value).toBe('pointing');
    const inDm = await reception({ readMarker, mode: 'dm' }).newRecord(ROOM, textInput(1));
    const { role, person, contextId } = contextOf(inDm);
    expect(conversationOf(inDm)).toBe('idle');
    expect({ role, person, contextId }).toEqual({ role: 'chat', person: ann, contextId: '77' });
  });

  it('refuses a person of a marker who may not talk to an agent any more', async () => {
    const record = await reception({ access: denied, readMarker: async () => marker }).newRecord(ROOM, textInput(1));
    const { role, person, number } = contextOf(record);
    expect(record.value).toBe('refusing');
    expect({ role, person, number }).toEqual({ role: 'refused', person: ann, number: 3 });
  });
});

/** Whose a room is that nobody is known in, when `speaker` says something there. */
async function claimedIn({ brief }: Reception, speaker: UserId): Promise<unknown> {
  const [input] = await brief(freshRecord(ROOM, { person: null }), [textInput(1, speaker)]);
  return input?.kind === 'event' && (input.facts as RoomFacts).claimed;
}

describe('a room that nobody is known in', () => {
  it('is somebody’s only by what a person says there; a known room needs no facts', () => {
    const { brief } = reception();
    const joined = [input({ type: 'room.joined' })];
    expect(brief(freshRecord(ROOM, { person: null }), joined)).toEqual(joined);
    const said = [textInput(1, bob)];
    expect(brief(freshRecord(), said)).toBe(said);
  });

  const claimed = { type: 'room.claimed', number: null, name: null };
  const bobs = { ...claimed, person: bob, agent, assignment: 'default' };

  it('is of who speaks first, as what their invite would have made it', async () => {
    expect(await claimedIn(reception(), bob)).toEqual({ ...bobs, role: 'entry' });
    expect(await claimedIn(reception({ mode: 'dm' }), bob)).toEqual({ ...bobs, role: 'chat' });
    expect(await claimedIn(reception({ access: denied }), bob)).toEqual({ ...bobs, role: 'refused' });
    const strangers = { mayInvite: () => false, assignmentOf: () => 'default' as const };
    expect(await claimedIn(reception({ access: strangers, mode: 'dm' }), bob)).toEqual({ ...bobs, role: 'refused' });
  });

  it('is a chat of the person it is being made for, whoever speaks', async () => {
    const inTheMaking = () => ({ person: ann, number: 2, name: 'Plans' });
    const anns = { type: 'room.claimed', person: ann, agent: annsAgent, number: 2, name: 'Plans' };
    for (const speaker of [ann, bob]) {
      expect(await claimedIn(reception({ inTheMaking }), speaker)).toEqual({
        ...anns,
        role: 'chat',
        assignment: 'configured',
      });
    }
    expect(await claimedIn(reception({ inTheMaking, access: denied }), ann)).toEqual({
      ...anns,
      role: 'refused',
      assignment: 'default',
    });
  });
});

const invitation: RoomEvent = {
  type: 'room.invited',
  ...{ person: bob, role: 'chat', agent, assignment: 'configured', contextId: ContextId.parse('9') },
};

describe('others in a room that nobody is known in', () => {
  const unknown = freshRecord(ROOM, { person: null });
  const companyIn = (inputs: readonly Input[]) =>
    inputs.map((one) => one.kind === 'event' && (one.facts as RoomFacts | undefined)?.company);

  it.each(['declined', 'accepted', null] as const)('%s', async (company) => {
    const asked: unknown[] = [];
    const companyOf = async (...about: unknown[]) => (asked.push(about), company);
    const { brief } = reception({ companyOf });
    const inputs = [input({ type: 'room.joined' }), textInput(1, bob), textInput(2, ann)];
    expect(companyIn(await brief(unknown, inputs))).toEqual([undefined, company, company]);
    expect(asked).toEqual([
      [ROOM, bob],
      [ROOM, ann],
    ]);
  });

  it('are looked for before the words of a person are heard to whom the bot has just come', async () => {
    const coming = after(freshRecord(), input(invitation));
    const asked: unknown[] = [];
    const companyOf = async (...about: unknown[]) => (asked.push(about), 'declined' as const);
    const { brief } = reception({ companyOf });
    const inputs = [input({ type: 'room.joined' }), textInput(1, bob), textInput(2, ann)];
    expect(companyIn(await brief(coming, inputs))).toEqual([undefined, 'declined', 'declined']);
    expect(asked).toEqual([
      [ROOM, bob],
      [ROOM, bob],
    ]);
    const silent = after(freshRecord(), input({ ...invitation, person: ann }));
    expect(brief(silent, inputs)).toBe(inputs);
  });

  it('are not looked for in a chat in the making: the bot made it', async () => {
    const companyOf = () => Promise.reject(new Error('nobody asks'));
    const inTheMaking = () => ({ person: ann, number: 2, name: 'Plans' });
    expect(companyIn(await reception({ companyOf, inTheMaking }).brief(unknown, [textInput(1, bob)]))).toEqual([null]);
  });
});

describe('a reply among others', () => {
  const company = freshRecord(ROOM, { company: true });
  const reply = (changes: object = {}): Input => {
    const said = textInput(1) as Extract<Input, { kind: 'event' }>;
    const text = { ...(said.event as unknown as { text: object }).text, replyTo: '$0', ...changes };
    return { ...said, event: { ...said.event, text } };
  };
  const addressed = async (brief: Reception['brief'], record: typeof company, input: Input) =>
    (await brief(record, [input])).map((one): unknown => one.kind === 'event' && one.event['addressed']);

  it('is said to the bot where it answers the bot, as the homeserver says', async () => {
    const asked: unknown[] = [];
    const isMine = async (...about: unknown[]) => asked.push(about) > 0;
    expect(await addressed(reception({ isMine }).brief, company, reply())).toEqual([true]);
    expect(asked).toEqual([[ROOM, '$0']]);
    expect(await addressed(reception().brief, company, reply())).toEqual([undefined]);
  });

  it('is not looked into where that is known, or where nobody else is', async () => {
    const { brief } = reception({ isMine: () => Promise.reject(new Error('nobody asks')) });
    const quoted = { author: bob, excerpt: 'a' };
    expect(await addressed(brief, company, reply({ quoted }))).toEqual([undefined]);
    expect(await addressed(brief, company, textInput(1))).toEqual([undefined]);
    expect(await addressed(brief, freshRecord(ROOM), reply())).toEqual([undefined]);
  });
});

describe('what the registry says by now', () => {
  const room = (changes: Partial<RoomContext>) => contextOf(freshRecord(ROOM, changes));

  it('is nothing new where the room remembers the same, or has no person', () => {
    const { refresh } = reception();
    expect(refresh(room({ agent: annsAgent }))).toEqual([]);
    expect(refresh(room({ person: null }))).toEqual([]);
  });

  it('is another agent', () => {
    expect(reception().refresh(room({}))).toEqual([
      { type: 'agent.assigned', role: 'chat', agent: annsAgent, assignment: 'configured' },
    ]);
  });

  it('is everybody’s agent where the person is named no more', () => {
    expect(reception().refresh(room({ person: bob, agent: annsAgent }))).toEqual([
      { type: 'agent.assigned', role: 'chat', agent, assignment: 'default' },
    ]);
  });

  it('is that an entry room is a chat, where each has one chat by now', () => {
    const entry = room({ role: 'entry', agent: annsAgent });
    const assigned = { type: 'agent.assigned', role: 'chat', agent: annsAgent, assignment: 'configured' };
    expect(reception({ mode: 'dm' }).refresh(entry)).toEqual([assigned]);
    expect(reception().refresh(entry)).toEqual([]);
    expect(reception({ mode: 'dm' }).refresh(room({ agent: annsAgent }))).toEqual([]);
    expect(reception({ mode: 'dm' }).refresh(room({ agent: annsAgent, number: 3 }))).toEqual([]);
  });

  it('turns a person away, and takes them back', () => {
    const rolesOf = (events: RoomEvent[]) => events.map((event) => 'role' in event && event.role);
    const refused = { role: 'refused', agent: annsAgent } as const;
    expect(rolesOf(reception({ access: denied }).refresh(room({})))).toEqual(['refused']);
    expect(rolesOf(reception().refresh(room(refused)))).toEqual(['entry']);
    expect(rolesOf(reception({ mode: 'dm' }).refresh(room(refused)))).toEqual(['chat']);
    expect(rolesOf(reception().refresh(room({ ...refused, number: 3 })))).toEqual(['chat']);
  });
});
