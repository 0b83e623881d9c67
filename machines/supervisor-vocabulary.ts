/** What each name in the root's chart means. What is done outside is the host's: `src/app.ts` provides it. */
import { assign, setup } from 'xstate';
import { failed, failureOf, held, released, spawned, type SupervisorContext, type Why } from './supervisor-words.ts';
import { decidePause, decideRestart, type RestartPolicy } from './restart-policy.ts';
import { as, type Moment as MomentOf } from './vocabulary.ts';

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
  /** An actor threw, or its record could not be read or written; `shared`: by no fault of its own; `at` in ms. */
  | { type: 'actor.failed'; key: string; error: string; shared: boolean; at: number }
  | { type: 'drain' }
  /** Another service may speak for the account, or have its state, by now. */
  | { type: 'displaced' }
  | { type: 'drained' }
  | { type: `xstate.error.actor.${string}`; actorId: string; error: unknown }
  | { type: `xstate.done.actor.${string}`; actorId: string; output: { key: string } };

type Moment = MomentOf<SupervisorContext, SupervisorEvent>;

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
    // These two happen for every actor: what they need is read from the event.
    'spawn the actor': (_: Moment) => {},
    'let go of the actor': (_: Moment) => {},
    restart: (_, _params: { key: string; afterMs: number }) => {},
    park: (_, _params: { key: string; afterMs: number }) => {},
  },
  delays: { drainLimit: 10_000 },
});

export const supervisor = host.extend({
  actions: {
    'count it among the living': host.assign(({ context, event }) => spawned(context, as(event, 'actor.wanted').keys)),
    'count it no longer': host.assign(({ context, event }) => released(context, endedIn(event))),
    'restart or park the actor': host.enqueueActions(({ context, event, enqueue }) => {
      const { key, error, at } = as(event, 'actor.failed');
      const decision = decideRestart(context.policy, failureOf(context.failures, key)?.crashes ?? [], at);
      enqueue.assign(failed(context, { key, error }, decision));
      if (decision.kind === 'park') enqueue({ type: 'park', params: { key, afterMs: context.policy.parkedMs } });
      else enqueue({ type: 'restart', params: { key, afterMs: decision.afterMs } });
    }),
    'restart the actor, however often that takes': host.enqueueActions(({ context, event, enqueue }) => {
      const { key, error, at } = as(event, 'actor.failed');
      const { afterMs, outages } = decidePause(context.policy, failureOf(context.failures, key)?.outages ?? [], at);
      enqueue.assign(held(context, { key, error }, outages));
      enqueue({ type: 'restart', params: { key, afterMs } });
    }),
    'note what is wrong with the sync': host.assign(({ event }) => ({ sync: as(event, 'sync.failed').detail })),
    'note what is wrong with the store': host.assign(({ event }) => ({ store: as(event, 'store.failed').detail })),
    'note that the sync works': assign({ sync: null }),
    'note that the store works': assign({ store: null }),
  },
  guards: {
    'what all share failed': ({ event }) => as(event, 'actor.failed').shared,
    'the store works': ({ context }) => context.store === null,
    'the sync works': ({ context }) => context.sync === null,
  },
});

/** The key of the actor that ended. */
export function endedIn(event: SupervisorEvent): string {
  if (!('output' in event)) throw new Error(`'${event.type}' is not the end of an actor`);
  return event.output.key;
}

/** What the root knows before it begins. */
export function nothingKnown({ input }: { input: { policy: RestartPolicy } }): SupervisorContext {
  return { sync: null, store: null, policy: input.policy, live: 0, backingOff: 0, parked: 0, failures: {} };
}
