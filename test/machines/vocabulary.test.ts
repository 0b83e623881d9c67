/** What a name of a vocabulary may be used for: a typo does not compile, a wrong event is not guessed about. */
import { and, initialTransition, setup, transition, type AnyStateMachine } from 'xstate';
import { describe, expect, it } from 'vitest';
import type { EffectClass } from '../../machines/effects.ts';
import { person } from '../../machines/person-vocabulary.ts';
import { room } from '../../machines/room-vocabulary.ts';
import { as, asking, effects, whatItIsGiven } from '../../machines/vocabulary.ts';
import { nobody } from './person/story.ts';
import { text, testLimits, untouched } from './room/story.ts';

type RoomState = Parameters<typeof room.createStateConfig>[0];
type PersonState = Parameters<typeof person.createStateConfig>[0];

describe('a typo does not compile', () => {
  it('in a chapter of the room', () => {
    const chapters: RoomState[] = [
      { entry: 'say hello', on: { 'command.stop': { guard: 'a text waits', actions: 'say hello' } } },
      // @ts-expect-error an action that there is not
      { entry: 'say helo' },
      // @ts-expect-error an action that there is not, on an event
      { on: { 'command.stop': { actions: ['say hello', 'say helo'] } } },
      // @ts-expect-error a guard that there is not
      { on: { 'command.stop': { guard: 'a text wates', actions: 'say hello' } } },
      // @ts-expect-error an event that there is not
      { on: { 'command.stpo': { actions: 'say hello' } } },
      // @ts-expect-error a delay that there is not
      { after: { stopLimt: 'idle' } },
      // @ts-expect-error a tag that there is not
      { tags: 'buzy' },
    ];
    expect(chapters).toHaveLength(7);
  });

  it('in a chapter of the person', () => {
    const chapters: PersonState[] = [
      {
        entry: 'make the room',
        on: { 'chat.made': { guard: 'it is of this job', actions: 'note the room of the chat' } },
      },
      // @ts-expect-error an action that there is not
      { entry: 'make the rom' },
      // @ts-expect-error a guard that there is not
      { on: { 'chat.made': { guard: 'it is of this jop' } } },
    ];
    expect(chapters).toHaveLength(3);
  });

  it('in a name that is made of others', () => {
    // @ts-expect-error a guard that there is not
    expect(() => room.extend({ guards: { both: and(['a text waits', 'a text wates']) } })).not.toThrow();
    room.enqueueActions(({ enqueue, check }) => {
      // @ts-expect-error a guard that there is not
      check('a text wates');
      // @ts-expect-error an action that there is not
      enqueue('say helo');
    });
  });
});

describe('a name on an event that it is not for', () => {
  /** A chart that uses the name hears the event. */
  function hear(machine: AnyStateMachine, context: object, event: { type: string }) {
    return () => transition(machine, machine.resolveState({ value: {}, context }), event as never);
  }
  const heard = { ...untouched, limits: testLimits };

  it.each(['note the failed try', 'say who they are', 'wish for a chat', 'begin a turn with the word'] as const)(
    'throws in a room: %s',
    (name) => {
      const machine = room.createMachine({ context: heard, on: { 'text.received': { actions: name } } });
      expect(hear(machine, heard, text('1'))).toThrow(new Error("'text.received' is not what the chart does this on"));
    },
  );

  it.each([
    ['note the Space', "'access.restored' is not what the chart does this on"],
    ['say which chats there are', "nobody wished for 'access.restored'"],
    ['say that there is no such chat', "nobody wished for 'access.restored'"],
  ] as const)('throws in a person: %s', (name, reason) => {
    const machine = person.createMachine({ context: nobody, on: { 'access.restored': { actions: name } } });
    expect(hear(machine, nobody, { type: 'access.restored' })).toThrow(new Error(reason));
  });
});

describe('what every vocabulary is made of', () => {
  interface Params {
    ring: { times: number };
    'ring on': { door: string };
  }
  type Event = { type: 'rung'; door: string } | { type: 'left' };
  const classes: Record<keyof Params, EffectClass> = { ring: 'repeatable', 'ring on': 'disposable' };
  const asks = asking<{ times: number }, Event, Params>();
  const words = setup({
    types: {} as { context: { times: number }; events: Event; input: { times: number } },
    actions: effects<Params>(classes),
  }).extend({
    actions: {
      'ring as often': asks('ring', ({ context }) => context),
      'ring at that door': asks('ring on', ({ event }) => ({ door: as(event, 'rung').door })),
    },
  });
  const machine = words.createMachine({
    context: whatItIsGiven,
    on: { rung: { actions: ['ring as often', 'ring at that door'] } },
  });

  it('asks for an effect under its name, with params that are found in the moment', () => {
    const [snapshot] = initialTransition(machine, { times: 2 });
    const [, actions] = transition(machine, snapshot, { type: 'rung', door: 'blue' });
    expect(actions.map(({ type, params }) => [type, params])).toEqual([
      ['ring', { times: 2 }],
      ['ring on', { door: 'blue' }],
    ]);
  });

  it('takes an event as one of those that it may be', () => {
    const event = { type: 'rung', door: 'blue' } as Event;
    expect(as(event, 'left', 'rung')).toBe(event);
    expect(() => as(event, 'left')).toThrow("'rung' is not what the chart does this on");
  });
});
