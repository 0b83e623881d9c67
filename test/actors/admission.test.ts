/** P6 by its enemies: who is not allowed reaches no agent, in whatever order things happen, and whatever the policy. */
import { describe, expect, it } from 'vitest';
import { AgentId, ContextId, RoomId, UserId } from '../../machines/ids.ts';
import { commands } from '../../machines/commands.ts';
import { type Marker } from '../../machines/marker.ts';
import type { Heard } from '../../src/ports.ts';
import { agent, ann, bob, contextOf, eventId } from './support.ts';
import { input } from '../support/inputs.ts';
import { me, openHouse, street, type Rules } from './street.ts';

const A = RoomId.parse('!a:test');
const B = RoomId.parse('!b:test');
const mallory = UserId.parse('@mallory:evil.test');
const cleo = UserId.parse('@cleo:partner.test');
const annsAgent = AgentId.parse('agent-ann');
const cleosAgent = AgentId.parse('agent-cleo');

/** What of an agent a stranger could feel. */
const ofAgents = ['ask for a place', 'open the connection', 'send the user message', 'send the confirmation'];

const policies = (['spaces', 'dm'] as const).flatMap((mode) =>
  (['default_agent', 'deny'] as const).flatMap((unmapped) =>
    [false, true].flatMap((refuseAlways) =>
      [{}, { [ann]: annsAgent }].map((userAgents): Rules => ({
        ...openHouse,
        mode,
        unmapped,
        refuseAlways,
        userAgents,
      })),
    ),
  ),
);
const nameOf = ({ mode, unmapped, refuseAlways, userAgents }: Rules) =>
  `${mode}, ${unmapped}, ${refuseAlways ? 'always' : 'once'}, ${Object.keys(userAgents).length} named`;
const everyPolicy = policies.map((rules): [string, Rules] => [nameOf(rules), rules]);

/** Everything that can be said in a room. */
function everythingBy(sender: UserId): Heard[] {
  const author = (n: string) => ({ eventId: eventId(`${sender}-${n}`), sender });
  return [
    { type: 'text.received', text: { ...author('text'), body: 'hello', replyTo: null } },
    { type: 'file.received', ...author('file'), name: 'a.pdf' },
    ...commands.map(({ name }): Heard => ({ type: 'command', name, args: '1', ...author(name) })),
    { type: 'command.unknown', ...author('unknown'), name: 'nonsense' },
    { type: 'text.received', text: { ...author('again'), body: 'hello?', replyTo: null } },
  ];
}

describe.each(everyPolicy)('a stranger (%s)', (_, rules) => {
  it('who speaks in a room that nobody is known in reaches no agent, nor anything of the person’s', async () => {
    const it = street(rules);
    for (const heard of everythingBy(mallory)) await it.hear([A, heard]);
    const wanted = new Set(it.look());
    expect([...wanted].filter((what) => what !== 'you are' && what !== 'unknown command')).toEqual([
      'no agent for you',
    ]);
  });

  it('who invites is declined: no room, no record, no word', async () => {
    const it = street(rules);
    await it.invite(A, mallory);
    expect({ left: it.left, looked: it.look(), disk: it.disk.size, ...it.counts() }).toEqual({
      ...{ left: [A], looked: [], disk: 0 },
      ...{ live: 0, backingOff: 0, parked: 0 },
    });
  });

  it('reaches no agent in the room of somebody else either, and is told once', async () => {
    const it = street(rules);
    await it.invite(A, ann);
    it.look();
    for (const heard of everythingBy(mallory)) await it.hear([A, heard]);
    expect(it.look()).toEqual(['only for']);
    expect(contextOf(it.disk.get(A) as never).person).toBe(ann);
  });

  it('who is the bot itself is nobody’s person', async () => {
    const it = street(rules);
    await it.invite(A, me);
    await it.say(B, me);
    expect(it.left).toEqual([A]);
    expect(it.look().filter((what) => ofAgents.includes(what))).toEqual([]);
  });
});

describe('somebody of the house without an agent of their own', () => {
  it.each<[string, Rules, string[], string[]]>([
    ['talks to everybody’s agent', openHouse, ['greeting'], ['show typing', 'ask for a place', 'open the connection']],
    [
      'is told whom they talk to, where others have agents of their own',
      { ...openHouse, userAgents: { [ann]: annsAgent } },
      // The greeting says so.
      ['greeting'],
      ['show typing', 'ask for a place', 'open the connection'],
    ],
    ['is refused once', { ...openHouse, unmapped: 'deny' }, ['no agent for you'], []],
    [
      'is refused each time',
      { ...openHouse, unmapped: 'deny', refuseAlways: true },
      ['no agent for you'],
      ['no agent for you'],
    ],
  ])('%s', async (_, rules, atFirst, then) => {
    const it = street(rules);
    await it.invite(A, bob);
    expect(it.look().filter((what) => !['join the room', 'write the marker'].includes(what))).toEqual(atFirst);
    await it.say(A, bob);
    expect(it.look()).toEqual(then);
    await it.invite(A, bob);
    expect(it.look()).toEqual(['join the room']);
  });

  it('is refused with each command, so that nobody waits for an answer', async () => {
    const it = street({ ...openHouse, unmapped: 'deny' });
    await it.invite(A, bob);
    it.look();
    await it.hear([A, { type: 'command', name: 'start', args: '', eventId: eventId('start'), sender: bob }]);
    expect(it.look()).toEqual(['no agent for you']);
  });

  it('comes to the room that they claim in the way that their invite would have', async () => {
    const dm = street(openHouse);
    await dm.say(A, bob);
    expect(dm.look()).toEqual(['write the marker', 'show typing', 'ask for a place', 'open the connection']);
    const spaces = street({ ...openHouse, mode: 'spaces' });
    await spaces.say(A, bob);
    expect(spaces.look()).toEqual(['write the marker', 'tell the person']);
  });
});

describe('a room that nobody is known in', () => {
  it('waits for its person when somebody speaks first who may not, and who hears that once', async () => {
    const it = street(openHouse);
    await it.say(A, mallory);
    await it.say(A, mallory);
    expect(it.look()).toEqual(['no agent for you']);
    await it.say(A, ann);
    expect(it.reached()).toEqual([agent]);
    await it.say(A, mallory);
    const { person, turns, waiting } = contextOf(it.disk.get(A)!);
    expect({ person, turns, waiting }).toEqual({ person: ann, turns: 1, waiting: [] });
  });

  it('tells its Matrix id to whoever asks, so that they can ask for access', async () => {
    const it = street(openHouse);
    await it.hear([A, { type: 'command', name: 'whoami', args: '', eventId: eventId('who'), sender: mallory }]);
    expect([it.look(), contextOf(it.disk.get(A)!).person]).toEqual([['you are'], null]);
  });
});

describe('a chat that a room is to become', () => {
  const adopted = (person: UserId) => ({
    ...{ type: 'room.adopted', person, agent, assignment: 'configured', contextId: '9' },
    ...{ number: 3, name: 'Plans', archived: false },
  });
  const adopt = (it: ReturnType<typeof street>, person: UserId) =>
    it.rooms.deliver(A, [input(adopted(person), 0, '$adopted')], 'told');

  it('is its person’s where nobody is known, and where they are known already', async () => {
    for (const invited of [false, true]) {
      const it = street({ ...openHouse, mode: 'spaces' });
      if (invited) await it.invite(A, ann);
      await adopt(it, ann);
      const { person, role, number } = contextOf(it.disk.get(A)!);
      expect({ person, role, number }).toEqual({ person: ann, role: 'chat', number: 3 });
    }
  });

  it('is not taken from somebody else, and its person’s actor hears that', async () => {
    const it = street(openHouse);
    await it.invite(A, bob);
    const before = it.disk.get(A)!;
    it.look();
    await adopt(it, ann);
    expect(it.look()).toEqual(['tell the person']);
    expect(contextOf(it.disk.get(A)!)).toEqual(contextOf(before));
  });

  it('is not taken from somebody for whom it is being made', async () => {
    const making = new Map([[A, { person: bob, number: 1, name: 'Mine' }]]);
    const it = street({ ...openHouse, mode: 'spaces', making });
    await adopt(it, ann);
    const { person, number, name } = contextOf(it.disk.get(A)!);
    expect({ person, number, name }).toEqual({ person: bob, number: 1, name: 'Mine' });
  });

  it('is there, but nobody serves it, where its person is refused by now', async () => {
    const it = street({ ...openHouse, mode: 'spaces', unmapped: 'deny' });
    await adopt(it, ann);
    await it.say(A, ann);
    expect(it.reached()).toEqual([]);
    const { person, number, name } = contextOf(it.disk.get(A)!);
    expect(it.disk.get(A)?.value).toBe('refusing');
    expect({ person, number, name }).toEqual({ person: ann, number: 3, name: 'Plans' });
  });
});

describe('a person of another homeserver', () => {
  it('who is named is served, by their agent', async () => {
    const it = street({ ...openHouse, userAgents: { [cleo]: cleosAgent } });
    await it.invite(A, cleo);
    await it.say(A, cleo);
    expect(it.reached()).toEqual([cleosAgent]);
  });

  it('who is named no more is refused at their next word, though a text waited and a turn ran', async () => {
    const named = { ...openHouse, userAgents: { [cleo]: cleosAgent, [ann]: annsAgent } };
    const before = street(named);
    await before.invite(A, cleo);
    await before.say(A, cleo, 'first');
    await before.say(A, cleo, 'second');
    expect(before.reached()).toEqual([cleosAgent]);
    await before.rooms.close();

    const today = street({ ...named, userAgents: { [ann]: annsAgent } }, before.disk);
    await today.say(A, cleo, 'third');
    expect(today.reached()).toEqual([]);
    expect(today.look().filter((what) => what === 'no agent for you')).toHaveLength(1);
    const { role, turn, waiting, unanswered } = contextOf(today.disk.get(A)!);
    expect(today.disk.get(A)?.value).toBe('refusing');
    expect({ role, turn, waiting, unanswered }).toEqual({ role: 'refused', turn: null, waiting: [], unanswered: [] });
    await today.rooms.close();

    const again = street(named, today.disk);
    await again.say(A, cleo, 'fourth');
    expect(again.reached()).toEqual([cleosAgent]);
  });

  it('whose marker is all that is left is refused just so', async () => {
    const marker: Marker = {
      ...{ version: 1, kind: 'chat', person: cleo, number: null, name: null, agent: cleosAgent },
      ...{ contextId: ContextId.parse('7'), archived: false },
    };
    const it = street({ ...openHouse, markers: new Map([[A, marker]]) });
    await it.say(A, cleo);
    expect(it.look()).toEqual(['no agent for you']);
    await it.say(A, bob);
    expect(it.look()).toEqual(['only for']);
  });
});

describe('a room in the making', () => {
  const making = new Map([[A, { person: ann, number: 2, name: 'Plans' }]]);
  const house: Rules = { ...openHouse, mode: 'spaces', making, userAgents: { [ann]: annsAgent } };

  it('is its person’s, also when a bystander or a stranger speaks first', async () => {
    const it = street(house);
    await it.say(A, mallory);
    await it.say(A, bob);
    expect(it.look()).toEqual(['write the marker', 'only for', 'only for']);
    const { person, role, number, name } = contextOf(it.disk.get(A)!);
    expect({ person, role, number, name }).toEqual({ person: ann, role: 'chat', number: 2, name: 'Plans' });
    await it.say(A, ann);
    expect(it.reached()).toEqual([annsAgent]);
  });

  it('is refused where its person is named no more, whoever speaks', async () => {
    const it = street({ ...house, userAgents: { [cleo]: cleosAgent }, unmapped: 'deny' });
    for (const speaker of [bob, mallory, ann]) await it.say(A, speaker);
    expect(it.look()).toEqual(['only for', 'only for', 'no agent for you']);
  });
});

describe('many invites at once', () => {
  const rooms = Array.from({ length: 6 }, (_, index) => RoomId.parse(`!burst-${index}:test`));
  const invites = (person: UserId) => rooms.map((room): [RoomId, Heard] => [room, { type: 'room.invited', person }]);

  it('of one person are declined beyond the limit, and cost others nothing', async () => {
    const it = street(openHouse);
    await it.hear(...invites(bob), [A, { type: 'room.invited', person: ann }]);
    expect(it.left).toEqual(rooms.slice(2));
    expect([...it.disk.keys()]).toEqual([...rooms.slice(0, 2), A]);
  });

  it('of a stranger make nothing, and do not use up anybody’s invites', async () => {
    const it = street(openHouse);
    await it.hear(...invites(mallory), ...invites(mallory), [A, { type: 'room.invited', person: bob }]);
    expect(it.left).toHaveLength(2 * rooms.length);
    expect([...it.disk.keys()]).toEqual([A]);
  });
});

it('what is said in a Space reaches nobody', async () => {
  const it = street({ ...openHouse, spaces: new Map([[A, ann]]) });
  for (const heard of [...everythingBy(ann), ...everythingBy(mallory)]) await it.hear([A, heard]);
  expect({ looked: it.look(), disk: it.disk.size }).toEqual({ looked: [], disk: 0 });
});
