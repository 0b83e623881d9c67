import { describe, expect, it } from 'vitest';
import { personEffects, type PersonEffectParams } from '../../../machines/person.model.ts';
import { RoomId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { Boundary } from '../../../src/actors/boundaries.ts';
import { createPersonEffects } from '../../../src/actors/effects/person.ts';
import { newPersonRecord } from '../../../src/actors/person.ts';
import type { Input } from '../../../src/durable/definition.ts';
import type { Done, Outgoing, RoomWork } from '../../../src/ports.ts';
import { settled, until } from '../../support/until.ts';
import { ann, bob, DEVICE, eventId, ROOM } from '../support.ts';
import { input } from '../../support/inputs.ts';
import { silentLog } from '../../support/log-book.ts';

const SPACE = RoomId.parse('!space:test');
const CHAT = RoomId.parse('!chat:test');
const event: RoomEvent = { type: 'chat.archived', archived: true };
class Closing extends Error {}

const inIt = (language: string | null) => (language === null ? '' : ` in ${language}`);

/** Effects on ports that note what they are asked for. `answer`: what the homeserver says to everything. */
function theatre(
  answer: () => Promise<Done> = async () => ({ ok: true }),
  language: 'ru' | null = null,
  worded: (...words: unknown[]) => void = () => {},
) {
  const calls: unknown[][] = [];
  const sent: [Outgoing, string][] = [];
  const admitted: { key: string; input: Input; onDisk: () => void }[] = [];
  const reached: Boundary[] = [];
  const creations: string[] = [];
  const told: (() => void)[] = [];
  const call = (...what: unknown[]) => {
    calls.push(what);
    return answer();
  };
  const work: RoomWork = {
    createRoom: async (room) => {
      const done = await call('create', room);
      return done.ok ? { ok: true, room: CHAT } : done;
    },
    newOperation: () => 'op',
    linkChild: (space, child) => call('link', space, child),
    invite: (room, person) => call('invite', room, person),
    displayName: async () => null,
    setName: (room, name) => call('name', room, name),
    writeMarker: (room, marker) => call('mark', room, marker),
    readMarker: async () => null,
    leave: (room) => call('leave', room),
    redact: () => Promise.reject(new Error('a person takes nothing back')),
    react: () => Promise.reject(new Error('a person reacts to nothing')),
  };
  const effects = createPersonEffects(
    {
      work,
      send: async (message, priority) => {
        sent.push([message, priority]);
        return { ok: true, eventId: eventId('sent') };
      },
      renderNotice: (notice, chosen) => {
        worded(notice, chosen);
        return { body: `notice ${notice.key}` };
      },
      tellRoom: (word, onDisk) => {
        calls.push(['tell', word]);
        told.push(onDisk);
      },
      creations: {
        begin(person) {
          creations.push(`begun for ${person}`);
          return () => void creations.push(`recorded for ${person}`);
        },
      },
      names: {
        space: async (person, chosen) => `Space of ${person}${inIt(chosen)}`,
        chat: (number, chosen) => `Chat ${number}${inIt(chosen)}`,
      },
      topics: {
        space: (chosen) => `All chats${inIt(chosen)}`,
        chat: (number, person, chosen) => `Chat ${number} of ${person}${inIt(chosen)}`,
      },
      now: () => 9,
      log: silentLog,
      reach: (boundary) => void reached.push(boundary),
      isClosing: (error) => error instanceof Closing,
      isEncrypted: (room) => room === SPACE,
      isShared: () => false,
      roomsOf: () => [ROOM, CHAT],
      languageIn: () => null,
    },
    (key, input, onDisk) => void admitted.push({ key, input, onDisk: onDisk ?? (() => {}) }),
  );
  const record = newPersonRecord(ann, 'origin', { space: null, nextNumber: 1, chats: [], language });
  function perform<Name extends keyof PersonEffectParams>(type: Name, params: PersonEffectParams[Name]): void {
    const common = { id: '4', class: personEffects[type], since: 5, device: DEVICE, cursor: 0 };
    effects.perform(ann, { ...common, type, params: params as unknown as Record<string, unknown> }, record);
  }
  const { sayTroubled } = effects;
  return { perform, sayTroubled, calls, sent, admitted, reached, creations, told };
}

const marker = { version: 1, kind: 'space', person: ann, number: null, name: null, agent: null, contextId: null };
const operation = 'op';
const creation = { kind: 'chat', operation, topic: `Chat 3 of ${ann}`, person: ann, space: SPACE };
const place = { room: CHAT, number: 3, archived: true };
const link = { operation, space: SPACE, ...place };
const newChat = { operation, person: ann, space: SPACE, number: 3, name: null };

describe('what is made for a person', () => {
  it.each<[keyof PersonEffectParams, PersonEffectParams[keyof PersonEffectParams], unknown[][], object]>([
    [
      'create the Space',
      { operation, person: ann, chats: [place] },
      [
        [
          'create',
          {
            ...{ ...creation, kind: 'space', name: `Space of ${ann}`, topic: 'All chats', space: null },
            children: [{ ...place, person: ann }],
          },
        ],
      ],
      { ok: true, room: CHAT },
    ],
    [
      'mark the Space',
      { operation, space: SPACE, person: ann },
      [['mark', SPACE, { ...marker, archived: false }]],
      { ok: true },
    ],
    [
      'create the chat',
      newChat,
      [['create', { ...creation, name: 'Chat 3' }]],
      { ok: true, room: CHAT, name: 'Chat 3' },
    ],
    [
      'create the chat',
      { ...newChat, name: 'Plans' },
      [['create', { ...creation, name: 'Plans' }]],
      { ok: true, room: CHAT, name: 'Plans' },
    ],
    ['link the chat', link, [['link', SPACE, { ...place, person: ann }]], { ok: true }],
    [
      'link the other chats',
      { space: SPACE, rooms: [ROOM], chats: [place] },
      [
        ['link', SPACE, { room: ROOM, number: null, archived: false, person: ann }],
        ['link', SPACE, { ...place, person: ann }],
      ],
      { ok: true },
    ],
    ['restore access', { person: ann, rooms: [SPACE] }, [['invite', SPACE, ann]], { ok: true, invited: 0 }],
    [
      'invite again',
      { person: ann, rooms: [SPACE, CHAT] },
      [
        ['invite', SPACE, ann],
        ['invite', CHAT, ann],
      ],
      { ok: true },
    ],
  ])('%s', async (type, params, calls, result) => {
    const it = theatre();
    it.perform(type, params as never);
    await until(() => it.admitted.length === 1);
    expect(it.calls).toEqual(calls);
    const { key, input: told } = it.admitted[0]!;
    expect({ key, told }).toEqual({ key: ann, told: { kind: 'settled', effect: '4', result, at: 9 } });
    expect(it.reached).toEqual(['effect about to be sent', 'effect sent']);
    it.admitted[0]?.onDisk();
    expect(it.reached.at(-1)).toBe('effect acknowledged');
  });

  it('is refused with the words of the homeserver', async () => {
    const no = { ok: false, code: 'M_LIMIT', detail: 'no' } as const;
    const { perform, admitted } = theatre(async () => no);
    perform('create the chat', newChat);
    await until(() => admitted.length === 1);
    expect(admitted[0]?.input).toEqual({ kind: 'settled', effect: '4', result: no, at: 9 });
  });

  it('is refused when something breaks, so that the person hears of it and nothing is stuck', async () => {
    const { perform, admitted } = theatre(() => Promise.reject(new Error('a secret detail')));
    perform('create the chat', newChat);
    await until(() => admitted.length === 1);
    const result = { ok: false, code: 'INTERNAL', detail: 'the effect failed' };
    expect(admitted[0]?.input).toEqual({ kind: 'settled', effect: '4', result, at: 9 });
  });

  it('is refused when one of many is', async () => {
    const no = { ok: false, code: 'M_FORBIDDEN', detail: 'no' } as const;
    const replies: Done[] = [{ ok: true }, no, { ok: true }];
    const { perform, admitted, calls } = theatre(async () => replies.shift() ?? { ok: true });
    perform('invite again', { person: ann, rooms: [SPACE, CHAT, ROOM] });
    await until(() => admitted.length === 1);
    expect(calls.map(([, room]) => room)).toEqual([SPACE, CHAT, ROOM]);
    expect(admitted[0]?.input).toEqual({ kind: 'settled', effect: '4', result: no, at: 9 });
  });

  it('stays in the outbox when the service closes', async () => {
    const { perform, admitted } = theatre(() => Promise.reject(new Closing()));
    perform('link the chat', link);
    await settled();
    expect(admitted).toEqual([]);
  });
});

it.each(['introduce the chat', 'tell the room'] as const)(
  '%s: the room hears it under the id of the effect, done when that is on disk there',
  async (type) => {
    const { perform, calls, admitted, told } = theatre();
    perform(type, { operation, room: CHAT, event });
    await settled();
    expect(calls).toEqual([['tell', { person: ann, room: CHAT, event, id: 'origin.4' }]]);
    expect(admitted).toEqual([]);
    told[0]?.();
    await until(() => admitted.length === 1);
    expect(admitted[0]?.input).toEqual({ kind: 'settled', effect: '4', result: { ok: true }, at: 9 });
  },
);

describe('a room that is made', () => {
  it('is known as being made until it is recorded', async () => {
    const { perform, admitted, creations } = theatre();
    perform('create the chat', newChat);
    await until(() => admitted.length === 1);
    expect(creations).toEqual([`begun for ${ann}`]);
    admitted[0]?.onDisk();
    expect(creations).toEqual([`begun for ${ann}`, `recorded for ${ann}`]);
  });

  it('is none where only a Space is', async () => {
    const { perform, admitted, creations } = theatre();
    perform('create the Space', { operation, person: ann, chats: [] });
    await until(() => admitted.length === 1);
    admitted[0]?.onDisk();
    expect(creations).toEqual([]);
  });
});

describe('in the language of the person', () => {
  const spoken: unknown[] = [];
  const said = async (language: 'ru' | null, name: keyof PersonEffectParams, params: object) => {
    spoken.length = 0;
    const { perform, calls, admitted } = theatre(undefined, language, (...words) => spoken.push(words));
    perform(name, params as never);
    await until(() => admitted.length === 1);
    return [...calls, ...spoken];
  };

  it.each(['ru', null] as const)('rooms are named and described, and notices said (%s)', async (language) => {
    const { operation: _, ...made } = creation;
    const called = language === null ? '' : ` in ${language}`;
    expect(await said(language, 'create the Space', { operation, person: ann })).toEqual([
      [
        'create',
        {
          ...{ ...made, operation, kind: 'space', name: `Space of ${ann}${called}`, topic: `All chats${called}` },
          ...{ space: null, children: [] },
        },
      ],
    ]);
    expect(await said(language, 'create the chat', newChat)).toEqual([
      ['create', { ...creation, name: `Chat 3${called}`, topic: `Chat 3 of ${ann}${called}` }],
    ]);
    const notice = { key: 'no chats' };
    expect(await said(language, 'say', { room: ROOM, notice, answers: null })).toEqual([[notice, language]]);
  });
});

it('a word to all rooms is done when all of them have it on disk', async () => {
  const { perform, calls, admitted, told } = theatre();
  const chosen: RoomEvent = { type: 'language.chosen', language: 'ru' };
  perform('tell all rooms', { event: chosen });
  await settled();
  expect(calls).toEqual([ROOM, CHAT].map((room) => ['tell', { person: ann, room, event: chosen, id: 'origin.4' }]));
  told[0]?.();
  await settled();
  expect(admitted).toEqual([]);
  told[1]?.();
  await until(() => admitted.length === 1);
  expect(admitted[0]?.input).toEqual({ kind: 'settled', effect: '4', result: { ok: true }, at: 9 });
});

it('tells each room once that asked for something that it is in trouble', () => {
  const { sayTroubled, sent } = theatre();
  const asks = (room: RoomId, answers: string | null): Input =>
    input({ type: 'chats.asked', origin: room, answers: answers && eventId(answers), all: false });
  const wanted = input({ type: 'access.wanted', job: { origin: CHAT, answers: eventId('b') } });
  const moot: Input[] = [
    input({ type: 'space.gone', room: SPACE }),
    { kind: 'settled', effect: '1', result: { ok: true }, at: 1 },
  ];
  sayTroubled(ann, [asks(ROOM, 'a'), ...moot, wanted, asks(ROOM, 'c')]);
  sayTroubled(ann, [wanted]);
  sayTroubled(bob, [asks(ROOM, null)]);
  expect(sent.map(([{ room, answers, content }, priority]) => [room, answers, content.body, priority])).toEqual([
    [ROOM, '$a', 'notice room is troubled', 'notice'],
    [CHAT, '$b', 'notice room is troubled', 'notice'],
    [ROOM, null, 'notice room is troubled', 'notice'],
  ]);
});

it('says a notice in the room that asked', async () => {
  const { perform, sent, admitted } = theatre();
  perform('say', { room: ROOM, notice: { key: 'no chats' }, answers: eventId('asked') });
  await until(() => admitted.length === 1);
  expect(sent).toEqual([
    [
      {
        room: ROOM,
        transaction: 'origin.4',
        msgtype: 'm.notice',
        content: { body: 'notice no chats' },
        replaces: null,
        answers: '$asked',
        since: 5,
        device: DEVICE,
      },
      'command',
    ],
  ]);
});
