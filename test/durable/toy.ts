/** A chart with one of everything that the host carries out or refuses, for tests of what the room's chart never does. */
import { assign, emit, log, raise, setup, type AnyEventObject } from 'xstate';
import { z } from 'zod';
import { RECORD_VERSION, type Envelope } from '../../src/durable/record.ts';
import type { Definition } from '../../src/durable/definition.ts';

const toyMachine = setup({
  types: {} as { context: { count: number }; events: AnyEventObject; input: { count: number } },
  actions: {
    repeat: (_, _params: Record<string, unknown>) => {},
    'do once': (_, _params: Record<string, unknown>) => {},
    show: (_, _params: Record<string, unknown>) => {},
    count: assign(({ context }) => ({ count: context.count + 1 })),
    break: assign(() => {
      throw new Error('the chart is broken');
    }),
  },
  delays: { soon: 100 },
}).createMachine({
  id: 'toy',
  context: ({ input }) => input,
  initial: 'off',
  on: {
    count: { actions: 'count' },
    all: {
      actions: [
        'count',
        { type: 'repeat', params: { n: 1 } },
        { type: 'do once', params: {} },
        { type: 'show', params: {} },
      ],
    },
    show: { actions: ['count', { type: 'show', params: {} }] },
    repeat: { actions: { type: 'repeat', params: ({ event }) => ({ n: event['n'] as unknown }) } },
    'repeat and break': { actions: ['count', { type: 'repeat', params: {} }, 'break'] },
    break: { actions: 'break' },
    emit: { actions: emit({ type: 'told' }) },
    log: { actions: log('hello') },
    'raise at once': { actions: raise({ type: 'count' }) },
    end: '.ended',
    settled: { actions: 'count' },
    resumed: { actions: 'count' },
  },
  states: {
    off: { on: { start: 'on' } },
    on: {
      after: { soon: { target: 'off', actions: 'count' } },
      on: { stop: 'off', restart: { target: 'on', reenter: true } },
    },
    ended: { type: 'final' },
  },
});

export const toy: Definition<{ count: number }> = {
  name: 'toy',
  machine: toyMachine,
  context: z.object({ count: z.number() }),
  limits: {},
  device: 'DEVICE',
  effects: { repeat: 'repeatable', 'do once': 'once', show: 'disposable' },
  light: new Set(),
  classify: (_, event) => [event],
  settled: (_, { ok }) => (ok ? { type: 'settled' } : null),
  apology: (event) =>
    event['sender'] === undefined ? null : { type: 'repeat', params: { sorry: event['sender'] as unknown } },
};

export function toyRecord(): Envelope<{ count: number }> {
  return {
    version: RECORD_VERSION,
    machine: 'toy',
    origin: 'origin',
    sequence: 0,
    done: false,
    value: 'off',
    context: { count: 0 },
    timers: [],
    outbox: [],
    parked: [],
    seen: '',
    behind: null,
    behindCount: 0,
  };
}

export function countOf(record: Envelope): number {
  return (record.context as { count: number }).count;
}
