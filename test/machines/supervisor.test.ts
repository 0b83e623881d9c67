import { createActor, SimulatedClock, transition } from 'xstate';
import { describe, expect, it } from 'vitest';
import type { RestartPolicy } from '../../machines/restart-policy.ts';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import type { SupervisorEvent } from '../../machines/supervisor-vocabulary.ts';
import {
  failureOf,
  held,
  released,
  spawned,
  standingOf,
  type SupervisorContext,
} from '../../machines/supervisor-words.ts';

const policy: RestartPolicy = {
  ...{ baseMs: 200, capMs: 30_000, budget: 2, withinMs: 60_000 },
  ...{ sharedCapMs: 1_000, parkedMs: 3_600_000 },
};
const loggedIn: SupervisorEvent = { type: 'logged in' };
const reconciled: SupervisorEvent = { type: 'reconciled' };
const woken: SupervisorEvent = { type: 'woken' };
const waking = [loggedIn, reconciled];
const synced: SupervisorEvent = { type: 'sync.succeeded' };
const running = [...waking, woken, synced];
const stored: SupervisorEvent = { type: 'store.succeeded' };
const noSync: SupervisorEvent = { type: 'sync.failed', detail: 'the homeserver is away' };
const noStore: SupervisorEvent = { type: 'store.failed', detail: 'the disk is full' };
const drain: SupervisorEvent = { type: 'drain' };
const drained: SupervisorEvent = { type: 'drained' };

const A = '!a.b:x';
const B = '@b:x';
/** Where the root keeps what it knows of A. */
const DRAWER = 18;
const wanted = (...keys: string[]): SupervisorEvent => ({ type: 'actor.wanted', keys, why: 'spoken to' });
const restarted = (key: string): SupervisorEvent => ({ type: 'actor.wanted', keys: [key], why: 'restarted' });
const failed = (key: string, at: number, shared = false): SupervisorEvent => ({
  ...{ type: 'actor.failed', key, error: 'broken', shared, at },
});
const ended = (key: string): SupervisorEvent => ({
  ...{ type: 'xstate.done.actor.room', actorId: 'room', output: { key } },
});

type SupervisorSnapshot = ReturnType<typeof supervisorMachine.resolveState>;

/** The root after these events: where it is, what it knows, what the last one made it do. */
function after(...events: SupervisorEvent[]) {
  let snapshot: SupervisorSnapshot = createActor(supervisorMachine, { input: { policy } }).getSnapshot();
  let does: unknown[] = [];
  for (const event of events) {
    const [next, actions] = transition(supervisorMachine, snapshot, event);
    snapshot = next;
    const own = (actions as { type: string; params: unknown }[]).filter(({ type }) => !type.startsWith('xstate.'));
    does = own.map(({ type, params }) => (params === undefined ? type : [type, params]));
  }
  return { at: snapshot.value as unknown, context: snapshot.context, ready: snapshot.hasTag('ready'), does };
}

const well: SupervisorContext = { sync: null, store: null, policy, live: 0, backingOff: 0, parked: 0, failures: {} };
const noSyncNoted: SupervisorContext = { ...well, sync: 'the homeserver is away' };
const noStoreNoted: SupervisorContext = { ...well, store: 'the disk is full' };
const bothNoted: SupervisorContext = { ...noSyncNoted, store: 'the disk is full' };

describe('the root', () => {
  it('logs in at once', () => {
    const does: string[] = [];
    createActor(supervisorMachine.provide({ actions: { 'log in': () => does.push('log in') } }), {
      input: { policy },
    }).start();
    expect(does).toEqual(['log in']);
  });

  it('logs in, brings its records up to date, wakes its actors, catches up and runs', () => {
    expect([after(), after(loggedIn), after(...waking), after(...waking, woken), after(...running)]).toEqual([
      { at: 'logging in', context: well, ready: false, does: [] },
      { at: 'reconciling', context: well, ready: false, does: ['bring the records up to date'] },
      { at: 'waking', context: well, ready: false, does: ['wake what was under way'] },
      { at: 'waking', context: well, ready: false, does: ['start syncing'] },
      { at: 'running', context: well, ready: true, does: [] },
    ]);
  });

  it('keeps catching up while the homeserver is away, and says why', () => {
    const away = after(...waking, woken, noSync);
    expect(away).toEqual({ at: 'waking', context: noSyncNoted, ready: false, does: [] });
    expect(after(...waking, woken, noSync, synced)).toEqual({ at: 'running', context: well, ready: true, does: [] });
  });

  it.each([
    ['logging in', []],
    ['reconciling', [loggedIn]],
    ['waking', waking],
    ['draining', [drain]],
  ])('notes that the disk fails, and that it works again: %s', (at, events: SupervisorEvent[]) => {
    expect(after(...events, noStore)).toEqual({ at, context: noStoreNoted, ready: false, does: [] });
    expect(after(...events, noStore, stored)).toEqual({ at, context: well, ready: false, does: [] });
  });

  it('is degraded when it has caught up while the disk fails', () => {
    expect([after(...waking, noSync, noStore, synced), after(...waking, noStore, synced, stored)]).toEqual([
      { at: 'degraded', context: noStoreNoted, ready: false, does: [] },
      { at: 'running', context: well, ready: true, does: [] },
    ]);
  });

  it('is degraded while the homeserver is away', () => {
    expect(after(...running, noSync)).toEqual({ at: 'degraded', context: noSyncNoted, ready: false, does: [] });
    expect(after(...running, noSync, synced)).toEqual({ at: 'running', context: well, ready: true, does: [] });
  });

  it('is degraded while the disk fails', () => {
    expect(after(...running, noStore)).toEqual({ at: 'degraded', context: noStoreNoted, ready: false, does: [] });
    expect(after(...running, noStore, stored)).toEqual({ at: 'running', context: well, ready: true, does: [] });
  });

  it('runs again only when nothing fails any more', () => {
    const both = { at: 'degraded', context: bothNoted, ready: false, does: [] };
    expect(after(...running, noSync, noStore)).toEqual(both);
    expect(after(...running, noStore, noSync)).toEqual(both);
    const storeLeft = { at: 'degraded', context: noStoreNoted, ready: false, does: [] };
    expect(after(...running, noSync, noStore, synced)).toEqual(storeLeft);
    const syncLeft = { at: 'degraded', context: noSyncNoted, ready: false, does: [] };
    expect(after(...running, noSync, noStore, stored)).toEqual(syncLeft);
    expect(after(...running, noSync, noStore, stored, synced).at).toBe('running');
  });

  it.each([
    ['logging in', []],
    ['reconciling', [loggedIn]],
    ['waking', waking],
    ['running', running],
    ['degraded', [...running, noSync]],
  ])('drains when told: %s', (at, events: SupervisorEvent[]) => {
    expect(after(...events).at).toBe(at);
    const draining = after(...events, drain);
    expect([draining.at, draining.ready, draining.does]).toEqual([
      'draining',
      false,
      ['stop syncing', 'finish open work'],
    ]);
    expect(after(...events, drain, drained).at).toBe('stopped');
  });

  it('does not come back from draining, nor drain twice', () => {
    const draining = after(loggedIn, drain, drain, synced, noSync, stored, noStore, loggedIn);
    expect([draining.at, draining.does]).toEqual(['draining', []]);
  });

  it('waits ten seconds for open work, and stops', () => {
    const clock = new SimulatedClock();
    const root = createActor(supervisorMachine, { clock, input: { policy } }).start();
    root.send(loggedIn);
    root.send(drain);
    clock.increment(9_999);
    expect(root.getSnapshot().value).toBe('draining');
    clock.increment(1);
    expect([root.getSnapshot().value, root.getSnapshot().status]).toEqual(['stopped', 'done']);
  });
});

describe('the actors of the root', () => {
  it.each([
    ['logging in', []],
    ['reconciling', [loggedIn]],
    ['waking', waking],
    ['running', running],
    ['degraded', [...running, noSync]],
    ['draining', [drain]],
  ])('are spawned when they are wanted, and let go when they end: %s', (at, events: SupervisorEvent[]) => {
    const spawned = after(...events, wanted(A, B));
    expect([spawned.at, spawned.context.live, spawned.does]).toEqual([at, 2, ['spawn the actor']]);
    const released = after(...events, wanted(A, B), ended(A));
    expect([released.at, released.context.live, released.does]).toEqual([at, 1, ['let go of the actor']]);
  });

  it('are restarted when they fail, each time later, and parked beyond the budget', () => {
    const once = [wanted(A), failed(A, 1_000)];
    const twice = [...once, restarted(A), failed(A, 2_000)];
    const thrice = [...twice, restarted(A), failed(A, 3_000)];
    expect([after(...once).does, after(...twice).does, after(...thrice).does]).toEqual([
      [['restart', { key: A, afterMs: 200 }]],
      [['restart', { key: A, afterMs: 400 }]],
      [['park', { key: A, afterMs: 3_600_000 }]],
    ]);
    expect(after(...once).context).toEqual({
      ...well,
      backingOff: 1,
      failures: { [DRAWER]: { [A]: { error: 'broken', crashes: [1_000], outages: [], standing: 'backing off' } } },
    });
    expect(after(...once, restarted(A)).context).toEqual({
      ...well,
      live: 1,
      failures: { [DRAWER]: { [A]: { error: 'broken', crashes: [1_000], outages: [], standing: 'running again' } } },
    });
    expect(after(...thrice).context).toEqual({
      ...well,
      parked: 1,
      failures: {
        [DRAWER]: { [A]: { error: 'broken', crashes: [1_000, 2_000, 3_000], outages: [], standing: 'parked' } },
      },
    });
  });

  it('are restarted for ever, within a bounded wait, while what all share fails', () => {
    const outage = Array.from({ length: 50 }, (_, index) => [failed(A, index * 1_000, true), restarted(A)]).flat();
    const { context, does } = after(wanted(A), ...outage, failed(A, 50_000, true));
    expect(does).toEqual([['restart', { key: A, afterMs: 1_000 }]]);
    expect([context.live, context.backingOff, context.parked]).toEqual([0, 1, 0]);
    expect(failureOf(context.failures, A)).toEqual({
      crashes: [],
      outages: [43_000, 44_000, 45_000, 46_000, 47_000, 48_000, 49_000, 50_000],
      standing: 'backing off',
      error: 'broken',
    });
    // What it did itself counts as before.
    expect(after(wanted(A), ...outage, failed(A, 50_000)).does).toEqual([['restart', { key: A, afterMs: 200 }]]);
  });

  it('that were parked are tried again, and then judged as others', () => {
    const parking = [wanted(A), failed(A, 1), restarted(A), failed(A, 2), restarted(A), failed(A, 3)];
    expect(after(...parking).context.parked).toBe(1);
    const again = after(...parking, restarted(A));
    expect([again.context.live, again.context.backingOff, again.context.parked]).toEqual([1, 0, 0]);
    expect(after(...parking, restarted(A), failed(A, 3_700_000)).does).toEqual([['restart', { key: A, afterMs: 200 }]]);
  });

  it('are judged one by one, and forgiven what was long ago', () => {
    const { context } = after(wanted(A, B), failed(A, 0), restarted(A), failed(B, 1), failed(A, 60_000));
    expect([standingOf(context, A), standingOf(context, B), standingOf(context, '!c:x')]).toEqual([
      'backing off',
      'backing off',
      null,
    ]);
    expect(failureOf(context.failures, A)?.crashes).toEqual([60_000]);
    expect([context.live, context.backingOff, context.parked]).toEqual([0, 2, 0]);
  });

  it('fail and come back by the ten thousand without holding each other up', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `!room${index}:x`);
    let context = { ...well, live: keys.length };
    const began = performance.now();
    for (const key of keys) context = { ...context, ...held(context, { key, error: 'broken' }, [0]) };
    expect([context.live, context.backingOff]).toEqual([0, keys.length]);
    for (const key of keys) context = { ...context, ...spawned(context, [key]) };
    for (const key of keys) context = { ...context, ...released(context, key) };
    expect(context).toEqual(well);
    // One copy of all for each of them took a minute.
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('begin anew when they end', () => {
    expect(after(wanted(A), failed(A, 0), restarted(A), ended(A)).context).toEqual(well);
  });

  it('do not end the root when they fail: why comes as an event of its own', () => {
    const died: SupervisorEvent = { type: `xstate.error.actor.${A}`, actorId: A, error: new Error('broken') };
    expect(after(...running, died)).toEqual({ at: 'running', context: well, ready: true, does: [] });
  });
});
