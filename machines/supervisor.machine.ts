/**
 * The root of the service: from booting to stopped, and what it does when a part of it fails.
 * It holds no rooms: the registry of its children is `src/actors/supervisor.ts`, which these actions speak to.
 */
import { assign, setup } from 'xstate';

export interface SupervisorContext {
  /** Why the service is degraded, in a sentence for the operator; null for what works. */
  sync: string | null;
  store: string | null;
}

export type SupervisorEvent =
  | { type: 'booted' }
  | { type: 'sync.succeeded' }
  | { type: 'sync.failed'; detail: string }
  | { type: 'store.succeeded' }
  | { type: 'store.failed'; detail: string }
  | { type: 'drain' }
  | { type: 'drained' }
  | { type: `xstate.error.actor.${string}`; actorId: string; error: unknown }
  | { type: `xstate.done.actor.${string}`; actorId: string; output: unknown };

export const supervisorMachine = setup({
  types: {} as { context: SupervisorContext; events: SupervisorEvent; tags: 'ready' },
  actions: {
    'start syncing': (_, _params: Record<string, never>) => {},
    'stop syncing': (_, _params: Record<string, never>) => {},
    'finish open work': (_, _params: Record<string, never>) => {},
    'restart or park the room': (_, _params: { room: string; error: unknown }) => {},
    'release the room': (_, _params: { room: string }) => {},
    'note the sync trouble': assign((_, p: { detail: string }) => ({ sync: p.detail })),
    'note the store trouble': assign((_, p: { detail: string }) => ({ store: p.detail })),
    'forget the sync trouble': assign({ sync: null }),
    'forget the store trouble': assign({ store: null }),
  },
  guards: {
    'nothing else fails': ({ context, event }) =>
      event.type === 'sync.succeeded' ? context.store === null : context.sync === null,
  },
  delays: { drainLimit: 10_000 },
}).createMachine({
  id: 'supervisor',
  context: { sync: null, store: null },
  initial: 'booting',
  on: {
    'xstate.error.actor.*': {
      actions: {
        type: 'restart or park the room',
        params: ({ event }) => ({ room: event.actorId, error: event.error }),
      },
    },
    'xstate.done.actor.*': { actions: { type: 'release the room', params: ({ event }) => ({ room: event.actorId }) } },
  },
  states: {
    booting: {
      on: {
        booted: 'catching up',
        'store.failed': {
          actions: { type: 'note the store trouble', params: ({ event }) => ({ detail: event.detail }) },
        },
        'store.succeeded': { actions: 'forget the store trouble' },
        drain: 'draining',
      },
    },

    'catching up': {
      entry: { type: 'start syncing', params: {} },
      on: {
        'sync.succeeded': [
          { guard: 'nothing else fails', target: 'running', actions: 'forget the sync trouble' },
          { target: 'degraded', actions: 'forget the sync trouble' },
        ],
        'store.succeeded': { actions: 'forget the store trouble' },
        'sync.failed': {
          actions: { type: 'note the sync trouble', params: ({ event }) => ({ detail: event.detail }) },
        },
        'store.failed': {
          actions: { type: 'note the store trouble', params: ({ event }) => ({ detail: event.detail }) },
        },
        drain: 'draining',
      },
    },

    running: {
      tags: 'ready',
      on: {
        'sync.failed': {
          target: 'degraded',
          actions: { type: 'note the sync trouble', params: ({ event }) => ({ detail: event.detail }) },
        },
        'store.failed': {
          target: 'degraded',
          actions: { type: 'note the store trouble', params: ({ event }) => ({ detail: event.detail }) },
        },
        drain: 'draining',
      },
    },

    degraded: {
      on: {
        'sync.succeeded': [
          { guard: 'nothing else fails', target: 'running', actions: 'forget the sync trouble' },
          { actions: 'forget the sync trouble' },
        ],
        'store.succeeded': [
          { guard: 'nothing else fails', target: 'running', actions: 'forget the store trouble' },
          { actions: 'forget the store trouble' },
        ],
        'sync.failed': {
          actions: { type: 'note the sync trouble', params: ({ event }) => ({ detail: event.detail }) },
        },
        'store.failed': {
          actions: { type: 'note the store trouble', params: ({ event }) => ({ detail: event.detail }) },
        },
        drain: 'draining',
      },
    },

    draining: {
      entry: [
        { type: 'stop syncing', params: {} },
        { type: 'finish open work', params: {} },
      ],
      after: { drainLimit: 'stopped' },
      on: { drained: 'stopped' },
    },

    stopped: { type: 'final' },
  },
});
