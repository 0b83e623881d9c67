import { describe, expect, it } from 'vitest';
import { RoomId } from '../../../machines/ids.ts';
import { type PersonEvent } from '../../../machines/person.model.ts';
import { personMachine } from '../../../machines/person.machine.ts';
import {
  access,
  ann,
  chat,
  chatSteps,
  createsChat,
  createsSpace,
  type Effect,
  introduces,
  invitedAgain,
  invitesAgain,
  isReady,
  isThere,
  job,
  links,
  lists,
  making,
  nobody,
  ready,
  refused,
  renamed,
  say,
  settled,
  space,
  spaceSteps,
  steps,
  Story,
  wanted,
} from './story.ts';

describe('the first chat', () => {
  it.each<[string, PersonEvent]>([
    ['!new', wanted()],
    ['coming to the entry room', access()],
  ])('is made step by step, each of them recorded: %s', (_, first) => {
    const told: [string, Effect[]][] = [];
    let story = ready();
    for (const event of [first, ...steps()]) {
      story = story.after(event);
      told.push([story.at, story.does]);
    }
    expect(told).toEqual([
      ['making the room', [createsChat('a', 1, null, null)]],
      ['making the Space', [createsSpace()]],
      ['marking the Space', [['mark the Space', { operation: 'a.space', space, person: ann }], lists()]],
      ['linking the room', [links()]],
      ['introducing the room', [introduces()]],
      ['ready', [isReady(1)]],
    ]);
    expect(story.context).toEqual({ ...nobody, space, nextNumber: 2, chats: [chat(1)] });
  });

  it('carries the name that is wanted', () => {
    const named = ready().after(wanted('a', { name: 'Plans' }));
    expect(named.does).toEqual([createsChat('a', 1, 'Plans', null)]);
  });

  it.each(making)('minds nothing that another making says, or another Space: %s', (at, scene) => {
    const elsewhere = RoomId.parse('!elsewhere:example.org');
    const late = [
      ...steps('other'),
      refused({ operation: 'other' }),
      refused({ operation: 'other.space' }),
      refused({ space: elsewhere }),
      ...chatSteps('a', 1, 'Chat 1', elsewhere).slice(0, 2),
      ...spaceSteps('a.space', elsewhere).slice(1),
    ];
    expect(late.map((event) => scene.on(event))).toEqual(late.map(() => ({ at, does: [], changes: {} })));
  });

  it.each(making)('is called as its person calls it meanwhile: %s', (_, scene, left) => {
    const made = scene.context.job?.room !== null;
    expect(scene.after(renamed(1, 'Plans'), ...left).context.chats).toEqual([
      { ...chat(1), name: made ? 'Plans' : 'Chat 1' },
    ]);
  });
});

describe('more chats', () => {
  it('are made in the Space that stands', () => {
    const begun = settled.on(wanted());
    expect(begun).toEqual({
      at: 'making the room',
      does: [createsChat('a', 3)],
      changes: { nextNumber: 4, job: job('a', { number: 3 }) },
    });
    expect(settled.after(wanted(), ...chatSteps('a', 3)).context).toEqual({
      ...settled.context,
      nextNumber: 4,
      chats: [chat(1), chat(2, true), chat(3)],
    });
  });

  it.each(making)('wait in line: %s', (at, scene, left) => {
    expect(scene.on(wanted('b'))).toEqual({ at, does: [], changes: { waiting: [job('b')] } });
    const last = scene.after(wanted('b'), ...left);
    expect([last.at, last.does]).toEqual(['making the room', [isReady(1), createsChat('b', 2)]]);
    expect(last.after(...chatSteps('b', 2)).context).toEqual({
      ...nobody,
      space,
      nextNumber: 3,
      chats: [chat(1), chat(2)],
    });
  });

  it('wait in a line of twenty, and whoever finds it full is told', () => {
    const full = ready().after(wanted(), ...Array.from({ length: 20 }, (_, n) => wanted(`w${n}`)));
    expect(full.context.waiting.length).toBe(20);
    expect(full.on(wanted('late'))).toEqual({
      at: 'making the room',
      does: [say({ key: 'too many chats are wanted', limit: 20 })],
      changes: {},
    });
  });

  it('stand once in the list, whoever put them there before', () => {
    const scene = settled.after(wanted(), ...chatSteps('a', 3).slice(0, 2));
    const restored = new Story(
      personMachine.resolveState({
        value: scene.snapshot.value,
        context: { ...scene.context, chats: [...scene.context.chats, chat(3)] },
      }),
      [],
    );
    expect(restored.after(...chatSteps('a', 3).slice(2)).context.chats).toEqual([chat(1), chat(2, true), chat(3)]);
  });
});

describe('coming to the entry room', () => {
  it('brings the invitations again where there are chats', () => {
    expect(settled.on(access())).toEqual({
      at: 'ready',
      does: invitesAgain(1),
      changes: { inviting: true },
    });
  });

  it('brings them once, however often the person comes before they are there', () => {
    const inviting = settled.after(access());
    expect(inviting.context).toEqual({ ...settled.context, inviting: true });
    expect(inviting.on(access('b'))).toEqual({
      at: 'ready',
      does: [say({ key: 'invitations are on their way' })],
      changes: {},
    });
    const there = invitedAgain(2);
    expect(inviting.on(there)).toEqual({ at: 'ready', does: [isThere(2, chat(1))], changes: { inviting: false } });
    expect(inviting.on(invitedAgain(0)).does).toEqual([isThere(0, chat(1))]);
    expect(inviting.on(invitedAgain(0, 'M_FORBIDDEN'))).toEqual({
      at: 'ready',
      does: [say({ key: 'invitations were refused', code: 'M_FORBIDDEN' })],
      changes: { inviting: false },
    });
    const unasked: PersonEvent = { type: 'access.restored', origin: null, answers: null, invited: 1, code: null };
    expect(inviting.on(unasked)).toEqual({ at: 'ready', does: [], changes: { inviting: false } });
    expect(inviting.after(there).on(access('b')).does).toEqual(invitesAgain(1));
  });

  it('is answered with what the invitations came to, right after the first chat is made', () => {
    const coming = ready().after(wanted(), ...steps(), access('b'));
    expect([coming.at, coming.does]).toEqual(['ready', invitesAgain(1)]);
    expect(coming.on(invitedAgain(1))).toEqual({
      at: 'ready',
      does: [isThere(1, chat(1))],
      changes: { inviting: false },
    });
    expect(coming.on(invitedAgain(0, 'M_FORBIDDEN')).does).toEqual([
      say({ key: 'invitations were refused', code: 'M_FORBIDDEN' }),
    ]);
  });

  it('makes a chat where all are archived', () => {
    const scene = ready({ space, nextNumber: 2, chats: [chat(1, true)] });
    expect(scene.on(access()).does).toEqual([createsChat('a', 2)]);
  });

  it.each(making)('is answered while the first chat is made: %s', (at, scene) => {
    expect(scene.on(access('b'))).toEqual({ at, does: [say({ key: 'chat is being made' })], changes: {} });
  });

  it('brings the invitations to the other chats again while one is made', () => {
    expect(settled.after(wanted()).on(access('b'))).toEqual({
      at: 'making the room',
      does: invitesAgain(1),
      changes: { inviting: true },
    });
  });
});
