import { createActor, SimulatedClock, transition } from 'xstate';
import { describe, expect, it } from 'vitest';
import { supervisorMachine, type SupervisorContext, type SupervisorEvent } from '../../machines/supervisor.machine.ts';

const booted: SupervisorEvent = { type: 'booted' };
const synced: SupervisorEvent = { type: 'sync.succeeded' };
const stored: SupervisorEvent = { type: 'store.succeeded' };
const noSync: SupervisorEvent = { type: 'sync.failed', detail: 'the homeserver is away' };
const noStore: SupervisorEvent = { type: 'store.failed', detail: 'the disk is full' };
const drain: SupervisorEvent = { type: 'drain' };
const drained: SupervisorEvent = { type: 'drained' };

type SupervisorSnapshot = ReturnType<typeof supervisorMachine.resolveState>;

/** The supervisor after these events: where it is, what it knows, what the last one made it do. */
function after(...events: SupervisorEvent[]) {
  let snapshot: SupervisorSnapshot = createActor(supervisorMachine).getSnapshot();
  let does: [string, unknown][] = [];
  for (const event of events) {
    const [next, actions] = transition(supervisorMachine, snapshot, event);
    snapshot = next;
    const own = (actions as { type: string; params: unknown }[]).filter(({ type }) => !type.startsWith('xstate.'));
    does = own.map(({ type, params }) => [type, params]);
  }
  return { at: snapshot.value, context: snapshot.context, ready: snapshot.hasTag('ready'), does };
}

const well: SupervisorContext = { sync: null, store: null };
const noSyncNoted: SupervisorContext = { sync: 'the homeserver is away', store: null };
const noStoreNoted: SupervisorContext = { sync: null, store: 'the disk is full' };
const bothNoted: SupervisorContext = { sync: 'the homeserver is away', store: 'the disk is full' };

describe('the supervisor', () => {
  it('boots, catches up and runs', () => {
    expect([after(), after(booted), after(booted, synced)]).toEqual([
      { at: 'booting', context: well, ready: false, does: [] },
      { at: 'catching up', context: well, ready: false, does: [['start syncing', {}]] },
      { at: 'running', context: well, ready: true, does: [] },
    ]);
  });

  it('keeps catching up while the homeserver is away, and says why', () => {
    expect(after(booted, noSync)).toEqual({ at: 'catching up', context: noSyncNoted, ready: false, does: [] });
    expect(after(booted, noSync, synced)).toEqual({ at: 'running', context: well, ready: true, does: [] });
  });

  it('notes in every state that the disk fails, and that it works again', () => {
    expect([after(noStore), after(noStore, stored)]).toEqual([
      { at: 'booting', context: noStoreNoted, ready: false, does: [] },
      { at: 'booting', context: well, ready: false, does: [] },
    ]);
    expect(after(noStore, booted)).toEqual({
      at: 'catching up',
      context: noStoreNoted,
      ready: false,
      does: [['start syncing', {}]],
    });
    expect([after(booted, noStore), after(booted, noStore, stored)]).toEqual([
      { at: 'catching up', context: noStoreNoted, ready: false, does: [] },
      { at: 'catching up', context: well, ready: false, does: [] },
    ]);
  });

  it('is degraded when it has caught up while the disk fails', () => {
    expect([after(booted, noSync, noStore, synced), after(booted, noStore, synced, stored)]).toEqual([
      { at: 'degraded', context: noStoreNoted, ready: false, does: [] },
      { at: 'running', context: well, ready: true, does: [] },
    ]);
  });

  it('is degraded while the homeserver is away', () => {
    expect(after(booted, synced, noSync)).toEqual({ at: 'degraded', context: noSyncNoted, ready: false, does: [] });
    expect(after(booted, synced, noSync, synced)).toEqual({ at: 'running', context: well, ready: true, does: [] });
  });

  it('is degraded while the disk fails', () => {
    expect(after(booted, synced, noStore)).toEqual({ at: 'degraded', context: noStoreNoted, ready: false, does: [] });
    expect(after(booted, synced, noStore, stored)).toEqual({ at: 'running', context: well, ready: true, does: [] });
  });

  it('runs again only when nothing fails any more', () => {
    const both = { at: 'degraded', context: bothNoted, ready: false, does: [] };
    expect(after(booted, synced, noSync, noStore)).toEqual(both);
    expect(after(booted, synced, noStore, noSync)).toEqual(both);
    const storeLeft = { at: 'degraded', context: noStoreNoted, ready: false, does: [] };
    expect(after(booted, synced, noSync, noStore, synced)).toEqual(storeLeft);
    const syncLeft = { at: 'degraded', context: noSyncNoted, ready: false, does: [] };
    expect(after(booted, synced, noSync, noStore, stored)).toEqual(syncLeft);
    expect(after(booted, synced, noSync, noStore, stored, synced).at).toBe('running');
  });

  it.each([
    ['booting', []],
    ['catching up', [booted]],
    ['running', [booted, synced]],
    ['degraded', [booted, synced, noSync]],
  ])('drains when told: %s', (at, events: SupervisorEvent[]) => {
    expect(after(...events).at).toBe(at);
    const draining = after(...events, drain);
    expect([draining.at, draining.ready, draining.does]).toEqual([
      'draining',
      false,
      [
        ['stop syncing', {}],
        ['finish open work', {}],
      ],
    ]);
    expect(after(...events, drain, drained).at).toBe('stopped');
  });

  it('does not come back from draining, nor drain twice', () => {
    const draining = after(booted, drain, drain, synced, noSync, stored, noStore, booted);
    expect([draining.at, draining.does]).toEqual(['draining', []]);
  });

  it.each([
    ['booting', []],
    ['catching up', [booted]],
    ['running', [booted, synced]],
    ['degraded', [booted, synced, noSync]],
    ['draining', [drain]],
  ])('minds its rooms: %s', (at, events: SupervisorEvent[]) => {
    const error = new Error('broken');
    const crashed = after(...events, { type: 'xstate.error.actor.!a.b:x', actorId: '!a.b:x', error });
    expect([crashed.at, crashed.does]).toEqual([at, [['restart or park the room', { room: '!a.b:x', error }]]]);
    const done = after(...events, { type: 'xstate.done.actor.!a:x', actorId: '!a:x', output: undefined });
    expect([done.at, done.does]).toEqual([at, [['release the room', { room: '!a:x' }]]]);
  });

  it('waits ten seconds for open work, and stops', () => {
    const clock = new SimulatedClock();
    const root = createActor(supervisorMachine, { clock }).start();
    root.send(booted);
    root.send(drain);
    clock.increment(9_999);
    expect(root.getSnapshot().value).toBe('draining');
    clock.increment(1);
    expect([root.getSnapshot().value, root.getSnapshot().status]).toEqual(['stopped', 'done']);
  });
});
