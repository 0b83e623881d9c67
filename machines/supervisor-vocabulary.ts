/** What each name in the root's chart means. What is done outside is the host's: `src/app.ts` provides it. */
import { assign, setup } from 'xstate';
import { failed, released, spawned, type SupervisorContext, type Why } from './supervisor-words.ts';
import { decideRestart, type RestartPolicy } from './restart-policy.ts';
import { as } from './vocabulary.ts';

export type SupervisorEvent =
  | { type: 'logged in' }
  | { type: 'reconciled' }
  | { type: 'woken' }
  | { type: 'sync.succeeded' }
  | { type: 'sync.failed'; detail: string }
  | { type: 'store.succeeded' }
  | { type: 'store.failed'; detail: string }
  /** Somebody has something for these actors, and they are not there. */
  | { type: 'actor.wanted'; keys: readonly string[]; why: Why }
  /** An actor threw, or its record could not be read or written; `at` in ms. */
  | { type: 'actor.failed'; key: string; error: string; at: number }
  | { type: 'drain' }
  | { type: 'drained' }
  | { type: `xstate.error.actor.${string}`; actorId: string; error: unknown }
  | { type: `xstate.done.actor.${string}`; actorId: string; output: unknown };

/** The host's part: each of these is provided by `src/app.ts`. */
const host = setup({
  types: {} as { context: SupervisorContext; events: SupervisorEvent; input: { policy: RestartPolicy }; tags: 'ready' },
  actions: {
    'log in': () => {},
    'bring the records up to date': () => {},
    'wake what was under way': () => {},
    'start syncing': () => {},
    'stop syncing': () => {},
    'finish open work': () => {},
    spawn: (_, _params: { keys: readonly string[]; why: Why }) => {},
    restart: (_, _params: { key: string; afterMs: number }) => {},
    park: (_, _params: { key: string }) => {},
    release: (_, _params: { key: string }) => {},
  },
  delays: { drainLimit: 10_000 },
});

export const supervisor = host.extend({
  actions: {
    'spawn the actor': host.enqueueActions(({ context, event, enqueue }) => {
      const { keys, why } = as(event, 'actor.wanted');
      enqueue.assign(spawned(context, keys));
      enqueue({ type: 'spawn', params: { keys, why } });
    }),
    'restart or park the actor': host.enqueueActions(({ context, event, enqueue }) => {
      const { key, at } = as(event, 'actor.failed');
      const decision = decideRestart(context.policy, context.failures[key]?.crashes ?? [], at);
      enqueue.assign(failed(context, key, decision));
      if (decision.kind === 'park') enqueue({ type: 'park', params: { key } });
      else enqueue({ type: 'restart', params: { key, afterMs: decision.afterMs } });
    }),
    'release the actor': host.enqueueActions(({ context, event, enqueue }) => {
      if (!('actorId' in event)) throw new Error(`'${event.type}' is not the end of an actor`);
      enqueue.assign(released(context, event.actorId));
      enqueue({ type: 'release', params: { key: event.actorId } });
    }),
    'note what is wrong with the sync': host.assign(({ event }) => ({ sync: as(event, 'sync.failed').detail })),
    'note what is wrong with the store': host.assign(({ event }) => ({ store: as(event, 'store.failed').detail })),
    'note that the sync works': assign({ sync: null }),
    'note that the store works': assign({ store: null }),
  },
  guards: {
    'the store works': ({ context }) => context.store === null,
    'the sync works': ({ context }) => context.sync === null,
  },
});

/** What the root knows before it begins. */
export function nothingKnown({ input }: { input: { policy: RestartPolicy } }): SupervisorContext {
  return { sync: null, store: null, policy: input.policy, live: 0, backingOff: 0, parked: 0, failures: {} };
}
