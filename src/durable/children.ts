/**
 * The actors of one kind, by key: each is wanted by what comes for it, spawned by the root, let out of memory when
 * nothing is under way. No actor is started anywhere else.
 */
import type { AnyEventObject } from 'xstate';
import { describeError } from '../basics/describe-error.ts';
import { Child } from './child.ts';
import { createChanges } from './changes.ts';
import type { Input } from './definition.ts';
import { durable } from './durable.ts';
import type { Admit } from './effect-runner.ts';
import type { ChildrenWorld, Nursery } from './nursery.ts';
import { createQuiet } from './quiet.ts';
import type { Envelope } from './record.ts';
import type { Why } from './supervision.ts';
import { createWrites } from './writes.ts';

/** What the root says of its actors. */
export interface Orders {
  /** The actor is made and runs. */
  spawn(key: string): void;
  /** The actor failed; it is wanted again after so long, ms. */
  restartAfter(key: string, ms: number): void;
  /** The actor failed too often; it is tried once more after so long, ms. */
  park(key: string, afterMs: number): void;
  /** The actor has ended. */
  release(key: string): void;
}

export interface Children<Key extends string = string, Context = unknown> extends Orders {
  /** Admits inputs into an actor; resolves when they are on disk, or kept as dead letters of one that cannot run. */
  deliver(key: Key, inputs: readonly Input[], why: Why): Promise<void>;
  /** Admits what an earlier process kept as dead letters. */
  redeliver(key: Key, inputs: readonly Input[]): void;
  /** Admits one input without waiting. */
  admit: Admit<Key>;
  /** Wakes actors whose records are at hand. */
  wake(records: ReadonlyMap<Key, Envelope<Context>>): void;
  /** A parked actor is tried once more, now; false where it is not parked. */
  unpark(key: Key): boolean;
  /** The record of an actor in memory, as it is on disk; null for one that is not there, or is not running. */
  recordOf(key: Key): Envelope<Context> | null;
  /** Something changed around all actors, or this one: those in memory hear it, the others when they are loaded. */
  hearOfChanges(key?: Key): void;
  /** Resolves when nothing is under way that a stop should wait for. */
  quiet(): Promise<void>;
  /** Ends all actors; resolves when no write is in flight. */
  close(): Promise<void>;
}

export function createChildren<Key extends string, Context, Event extends AnyEventObject, Facts>(
  world: ChildrenWorld<Key, Context, Event, Facts>,
): Children<Key, Context> {
  const children = new Map<string, Child<Key, Context, Event, Facts>>();
  const writes = createWrites<Key, Context>(world.records, world.onStore);
  const quiet = createQuiet(() => {
    for (const { record } of children.values()) if (record !== null && world.holdsAStop(record)) return false;
    return true;
  });
  let isClosed = false;
  const changes = createChanges(children);
  const admit: Admit<Key> = (key, input, onDisk) => take(key, [input], onDisk ?? null, false, 'told');
  const changed = (key: Key) => {
    changes.committed(key);
    quiet.look();
  };
  const nursery = createNursery(world, { children, writes, admit, isClosed: () => isClosed, changed });
  const { sweepLater, endSweep } = createSweep(world, children);

  /**
   * An actor is wanted by the first event among the inputs. What is acknowledged or due is of an actor that is in memory:
   * without it there is nothing to acknowledge.
   */
  function take(
    key: Key,
    inputs: readonly Input[],
    onDisk: (() => void) | null,
    byLetter: boolean,
    why: Why,
    found = false,
  ): void {
    if (isClosed) return;
    const known = children.get(key);
    const child = known ?? new Child(key, nursery, null);
    if (found) child.foundLetters(inputs);
    if (known !== undefined) return known.take(inputs, onDisk, byLetter);
    if (!inputs.some(({ kind }) => kind === 'event' || kind === 'parked')) return child.forgetLetters();
    children.set(key, child);
    child.take(inputs, onDisk, byLetter);
    want([key], why);
  }

  function want(keys: readonly string[], why: Why): void {
    world.supervision.tell({ type: 'actor.wanted', keys, why });
  }

  return {
    admit,
    deliver: (key, inputs, why) =>
      new Promise((resolve) => {
        if (inputs.length === 0) resolve();
        else take(key, inputs, resolve, true, why);
      }),
    redeliver: (key, inputs) => take(key, inputs, null, false, 'woken', true),
    wake(records) {
      const asleep = [...records].filter(([key]) => !children.has(key));
      for (const [key, record] of asleep) children.set(key, new Child(key, nursery, record));
      const keys = asleep.map(([key]) => key);
      if (keys.length > 0) want(keys, 'woken');
    },
    hearOfChanges: (key) => changes.tell(key === undefined ? [...children.keys()] : [key]),
    ...ordersOf(world, children, { isClosed: () => isClosed, want, spawned: sweepLater, changed: quiet.look }),
    recordOf: (key) => children.get(key)?.record ?? null,
    release(key) {
      const child = children.get(key);
      if (child === undefined) return;
      children.delete(key);
      for (const { input, onDisk, byLetter } of child.leave()) take(child.key, [input], onDisk, byLetter, 'told');
      child.leaveLettersTo(children.get(key) ?? null);
      quiet.look();
    },
    quiet: quiet.reached,
    async close() {
      isClosed = true;
      endSweep();
      for (const child of children.values()) child.leave();
      await writes.ended();
    },
  };
}

/** What the root says of actors that are there. */
function ordersOf<Key extends string, Context, Event extends AnyEventObject, Facts>(
  { alarm, now }: Pick<ChildrenWorld<Key, Context, Event, Facts>, 'alarm' | 'now'>,
  children: ReadonlyMap<string, Child<Key, Context, Event, Facts>>,
  house: { isClosed(): boolean; want(keys: readonly string[], why: Why): void; spawned(): void; changed(): void },
): Omit<Orders, 'release'> & Pick<Children<Key>, 'unpark'> {
  /** What ends the rest of each parked actor. */
  const resting = new Map<string, () => void>();
  return {
    unpark(key) {
      const wakeUp = resting.get(key);
      if (wakeUp === undefined || house.isClosed()) return false;
      wakeUp();
      return true;
    },
    spawn(key) {
      if (house.isClosed()) return;
      children.get(key)?.spawn();
      house.spawned();
    },
    restartAfter(key, afterMs) {
      if (house.isClosed()) return;
      children.get(key)?.rest({ afterMs });
      alarm.set(now() + afterMs, () => house.want([key], 'restarted'));
    },
    park(key, afterMs) {
      if (house.isClosed()) return;
      children.get(key)?.rest('parked');
      const wake = (why: Why) => {
        resting.delete(key);
        house.want([key], why);
      };
      const cancel = alarm.set(now() + afterMs, () => wake('restarted'));
      resting.set(key, () => {
        cancel();
        wake('unparked');
      });
      house.changed();
    },
  };
}

interface Parts<Key extends string, Context, Event extends AnyEventObject, Facts> {
  children: ReadonlyMap<string, Child<Key, Context, Event, Facts>>;
  writes: ReturnType<typeof createWrites<Key, Context>>;
  admit: Admit<Key>;
  isClosed(): boolean;
  /** An actor's record changed. */
  changed(key: Key): void;
}

function createNursery<Key extends string, Context, Event extends AnyEventObject, Facts>(
  world: ChildrenWorld<Key, Context, Event, Facts>,
  { children, writes, admit, isClosed, changed }: Parts<Key, Context, Event, Facts>,
): Nursery<Key, Context, Event, Facts> {
  const { alarm, now, log } = world;
  const effects = world.createEffects(admit);
  const logic = durable<Key, Context, Event, Facts>(world.definition, {
    reach: world.reach,
    write: writes.write,
    committed(key, change) {
      children.get(key)?.committed(change.record);
      world.observe?.(key, change);
      changed(key);
    },
    perform(key, effect, record) {
      try {
        effects.perform(key, effect, record);
      } catch (error) {
        children.get(key)?.crash(error);
      }
    },
  });
  return {
    ...{ world, logic, effects, written: writes.written, isClosed },
    letters: {
      ...{ letters: world.deadLetters, retryMs: world.lettersRetryMs, alarm, now, log, track: writes.track },
      onFailed: (error) => world.onStore(describeError(error)),
    },
  };
}

/** One sweep for all actors, and only while there are any. */
function createSweep<Key extends string, Context, Event extends AnyEventObject, Facts>(
  { alarm, now, evictAfterMs }: Pick<ChildrenWorld<Key, Context, Event, Facts>, 'alarm' | 'now' | 'evictAfterMs'>,
  children: ReadonlyMap<string, Child<Key, Context, Event, Facts>>,
) {
  let cancel: (() => void) | null = null;

  function sweepLater(): void {
    cancel ??= alarm.set(now() + evictAfterMs, () => {
      cancel = null;
      for (const child of children.values()) child.evictAfter(evictAfterMs);
      if (children.size > 0) sweepLater();
    });
  }

  return { sweepLater, endSweep: () => cancel?.() };
}
