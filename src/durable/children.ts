/**
 * The children of the root: one detached actor per room that something happens in. Loads a room's record on its first
 * event, restarts a crashed room from its record within the budget, parks it beyond, lets idle rooms leave memory.
 */
import { createActor, type Actor, type AnyActorRef } from 'xstate';
import { decideRestart, type RestartPolicy } from '../../machines/restart-policy.ts';
import { describeError } from '../basics/describe-error.ts';
import type { Log, Now, Records } from '../ports.ts';
import { createDeadLetterBox, type DeadLetterBox, type DeadLetterWorld, type Held } from './dead-letters.ts';
import { durable, type Change, type DurableLogic } from './durable.ts';
import type { Reach } from './boundaries.ts';
import type { Envelope, Timer } from './record.ts';
import type { Definition, Effect, Input } from './step.ts';
import type { Alarm } from './timers.ts';

export interface Children {
  /** Admits inputs into a room; resolves when they are on disk, or kept as dead letters of a room that cannot be written. */
  deliver(room: Key, inputs: readonly Input[]): Promise<void>;
  /** Admits what an earlier process kept as dead letters of this room. */
  redeliver(room: Key, inputs: readonly Input[]): void;
  /** Admits one input without waiting. */
  admit(room: Key, input: Input, settled?: () => void): void;
  /** Wakes a room whose record says that something is under way. */
  wake(room: Key, record: Envelope): void;
  restartOrPark(room: Key, error: unknown): void;
  release(room: Key): void;
  /** Resolves when every room is at rest. */
  quiet(): Promise<void>;
  /** Ends all actors; resolves when no write is in flight. */
  close(): Promise<void>;
  counts(): { live: number; backingOff: number; parked: number };
}

/** A room id or a user id: what names an actor. */
export type Key = string;

/** What carries out the effects of one kind of actor. */
export interface EffectRunner {
  /** Begins an effect; what comes of it is admitted into the actor. Throws what only this actor should feel. */
  perform(key: Key, effect: Effect, record: Envelope): void;
  /** The actor is gone: lets go of what it held. */
  release(key: Key): void;
  /** Tells whoever waits for this actor that it has to be looked after: at its parking, and with all that comes later. */
  sayTroubled(key: Key, inputs: readonly Input[]): void;
}

export type Admit = (key: Key, input: Input, settled?: () => void) => void;

export type Observe = (room: Key, change: Change) => void;

export interface ChildrenWorld {
  /** The root actor, which hears when a child ends or fails. */
  root: AnyActorRef;
  definition: Definition;
  records: Records;
  deadLetters: Records;
  /** Throws when the stored document is no record of this kind. */
  readRecord(stored: unknown): Envelope;
  isAtRest(record: Envelope): boolean;
  /** The record of a room that was never seen, made for its first input. */
  newRecord(room: Key, first: Input): Promise<Envelope>;
  /** Made once, with the way back into the rooms. */
  createEffects(admit: Admit): EffectRunner;
  /** What has changed around an actor while it was not in memory. */
  refresh(record: Envelope): Input[];
  policy: RestartPolicy;
  /** How long an idle room stays in memory, ms. */
  evictAfterMs: number;
  alarm: Alarm;
  now: Now;
  log: Log;
  reach: Reach;
  onStore(problem: string | null): void;
  /** Sees every commit; must not throw. */
  observe: Observe | undefined;
}

interface Child {
  actor: Actor<DurableLogic> | null;
  state: 'loading' | 'running' | 'backing off' | 'parked';
  crashes: number[];
  /** What came while the actor is not running, or is not on disk yet: replayed into the restarted actor. */
  held: Held[];
  timers: Map<string, { timer: Timer; cancel: () => void }>;
  lastUsed: number;
  letters: DeadLetterBox;
}

export function createChildren(world: ChildrenWorld): Children {
  const { now, log, alarm } = world;
  const children = new Map<Key, Child>();
  const writes = new Set<Promise<void>>();
  /** The write in flight of each room: a restarted actor reads only behind it. */
  const writing = new Map<Key, Promise<void>>();
  const effects = world.createEffects(admit);
  let cancelSweep: (() => void) | null = null;
  let closed = false;
  let quietWaits: (() => void)[] = [];

  const letters: DeadLetterWorld = {
    ...{ letters: world.deadLetters, retryMs: world.policy.capMs, alarm, now, log, track },
    onFailed: (error) => world.onStore(describeError(error)),
  };

  function track(write: Promise<void>): void {
    writes.add(write);
    void write.finally(() => writes.delete(write)).catch(() => {});
  }

  const logic = durable(world.definition, {
    reach: world.reach,
    async write(key, record) {
      const room = key;
      const write = record.done ? world.records.remove(room) : world.records.write(room, record);
      track(write);
      writing.set(room, write);
      try {
        await write;
        world.onStore(null);
      } catch (error) {
        world.onStore(describeError(error));
        throw error;
      } finally {
        if (writing.get(room) === write) writing.delete(room);
      }
    },
    committed(key, change) {
      const { record } = change;
      const child = children.get(key);
      if (child !== undefined) setTimers(key, child, record.done ? [] : record.timers);
      world.observe?.(key, change);
      tellWhenQuiet();
    },
    perform(key, effect, record) {
      try {
        effects.perform(key, effect, record);
      } catch (error) {
        children.get(key)?.actor?.send({ type: 'crash', error });
      }
    },
  });

  function admit(room: Key, input: Input, settled?: () => void): void {
    take(room, [input], settled ?? null, false);
  }

  function take(room: Key, inputs: readonly Input[], settled: (() => void) | null, byLetter: boolean): void {
    const child = childOf(room, inputs);
    if (child === null) return;
    child.lastUsed = now();
    hold(room, child, inputs, settled, byLetter);
  }

  /**
   * The child that inputs are for, loaded for the first event among them; null when there is none. What is settled or
   * due is of an actor that is in memory: without it there is nothing to settle.
   */
  function childOf(room: Key, inputs: readonly Input[]): Child | null {
    if (closed) return null;
    const known = children.get(room);
    if (known !== undefined) return known;
    const first = inputs.find(({ kind }) => kind === 'event');
    if (first === undefined) return null;
    const child = newChild(room);
    children.set(room, child);
    load(room, child, first);
    return child;
  }

  function newChild(room: Key): Child {
    const child: Child = {
      actor: null,
      state: 'loading',
      crashes: [],
      held: [],
      timers: new Map(),
      lastUsed: now(),
      letters: createDeadLetterBox(
        { key: room, held: () => child.held, isRunning: () => child.state === 'running' },
        letters,
      ),
    };
    return child;
  }

  /** Inputs stay held until they are on disk, so that a crash of the actor takes none with it. */
  function hold(
    room: Key,
    child: Child,
    inputs: readonly Input[],
    settled: (() => void) | null,
    byLetter: boolean,
  ): void {
    const last = inputs.length - 1;
    const held = inputs.map((input, index) => ({ input, settled: index === last ? settled : null, byLetter }));
    child.held.push(...held);
    if (child.state === 'running') send(room, child, held);
    else if (child.state !== 'loading') child.letters.keep();
    if (child.state === 'parked') effects.sayTroubled(room, inputs);
  }

  function send(room: Key, child: Child, batch: readonly Held[]): void {
    child.actor?.send({
      type: 'admit',
      inputs: batch.map(({ input }) => input),
      settled: () => {
        const settled = new Set(batch);
        child.held = child.held.filter((held) => !settled.has(held));
        for (const held of batch) held.settled?.();
        if (child.held.length === 0) child.letters.forget();
      },
    });
  }

  function load(room: Key, child: Child, first: Input): void {
    Promise.resolve(writing.get(room))
      .catch(() => {})
      .then(() => world.records.read(room))
      .then((stored) => (stored === null ? world.newRecord(room, first) : world.readRecord(stored)))
      .then(
        (record) => start(room, child, record),
        (error: unknown) => restartOrPark(room, error),
      );
  }

  function start(room: Key, child: Child, record: Envelope): void {
    if (closed) return;
    const actor = createActor(logic, { id: room, parent: world.root, input: { key: room, record } });
    actor.subscribe({ error: () => {}, complete: () => {} });
    child.actor = actor;
    child.state = 'running';
    actor.start();
    setTimers(room, child, record.timers);
    for (const item of record.outbox) {
      try {
        effects.perform(room, { ...item, class: 'repeatable' }, record);
      } catch (error) {
        actor.send({ type: 'crash', error });
        return;
      }
    }
    if (!world.isAtRest(record)) {
      actor.send({
        type: 'admit',
        inputs: [{ kind: 'event', id: null, at: now(), event: { type: 'resumed' } }],
        settled: null,
      });
    }
    const news = world.refresh(record);
    if (news.length > 0) actor.send({ type: 'admit', inputs: news, settled: null });
    if (child.held.length > 0) send(room, child, child.held.slice());
    sweepLater();
  }

  function setTimers(room: Key, child: Child, timers: readonly Timer[]): void {
    for (const [id, set] of child.timers) {
      if (timers.some((timer) => timer.id === id && timer.at === set.timer.at)) continue;
      set.cancel();
      child.timers.delete(id);
    }
    for (const timer of timers) {
      if (child.timers.has(timer.id)) continue;
      const cancel = alarm.set(timer.at, () => {
        child.timers.delete(timer.id);
        admit(room, { kind: 'timer', timer, at: now() });
      });
      child.timers.set(timer.id, { timer, cancel });
    }
  }

  function tellWhenQuiet(): void {
    if (quietWaits.length === 0) return;
    for (const { actor, state } of children.values()) {
      if (state === 'running' && actor !== null && !world.isAtRest(actor.getSnapshot().record)) return;
    }
    for (const tell of quietWaits) tell();
    quietWaits = [];
  }

  function stopped(room: Key, child: Child): void {
    child.actor = null;
    setTimers(room, child, []);
    effects.release(room);
  }

  function restartOrPark(room: Key, error: unknown): void {
    const child = children.get(room);
    if (child === undefined || closed) return;
    stopped(room, child);
    const decision = decideRestart(world.policy, child.crashes, now());
    child.crashes = decision.crashes;
    if (decision.kind === 'restart') {
      child.state = 'backing off';
      log.error({ room, error, afterMs: decision.afterMs }, 'room crashed, restarting');
      alarm.set(now() + decision.afterMs, () => {
        child.state = 'loading';
        const first = child.held.map(({ input }) => input).find(({ kind }) => kind === 'event') ?? {
          kind: 'event',
          id: null,
          at: now(),
          event: { type: 'resumed' },
        };
        load(room, child, first);
      });
    } else {
      child.state = 'parked';
      log.error({ room, error, crashes: decision.crashes.length }, 'room parked');
      effects.sayTroubled(
        room,
        child.held.map(({ input }) => input),
      );
      tellWhenQuiet();
    }
    child.letters.keep();
  }

  /** One sweep for all rooms, and only while there are any. */
  function sweepLater(): void {
    cancelSweep ??= alarm.set(now() + world.evictAfterMs, () => {
      cancelSweep = null;
      for (const child of children.values()) {
        const idle =
          child.state === 'running' && child.held.length === 0 && now() - child.lastUsed >= world.evictAfterMs;
        if (idle && child.actor !== null && world.isAtRest(child.actor.getSnapshot().record)) {
          child.actor.send({ type: 'evict' });
        }
      }
      if (children.size > 0 && !closed) sweepLater();
    });
  }

  return {
    admit,
    deliver: (room, inputs) =>
      new Promise((resolve) => {
        if (inputs.length === 0) resolve();
        else take(room, inputs, resolve, true);
      }),
    redeliver(room, inputs) {
      if (closed) return;
      const child = childOf(room, inputs);
      const { letters: box } = child ?? newChild(room);
      box.found();
      if (child === null) return box.forget();
      hold(room, child, inputs, null, false);
    },
    wake(room, record) {
      if (children.has(room)) return;
      const child = newChild(room);
      children.set(room, child);
      start(room, child, record);
    },
    restartOrPark,
    release(room) {
      const child = children.get(room);
      if (child === undefined) return;
      stopped(room, child);
      children.delete(room);
      for (const { input, settled, byLetter } of child.held) take(room, [input], settled, byLetter);
      tellWhenQuiet();
    },
    quiet: () =>
      new Promise((resolve) => {
        quietWaits.push(resolve);
        tellWhenQuiet();
      }),
    async close() {
      closed = true;
      cancelSweep?.();
      for (const [room, child] of children) stopped(room, child);
      while (writes.size > 0) await Promise.allSettled(writes);
    },
    counts() {
      let live = 0;
      let backingOff = 0;
      let parked = 0;
      for (const { state } of children.values()) {
        if (state === 'running' || state === 'loading') live++;
        else if (state === 'backing off') backingOff++;
        else parked++;
      }
      return { live, backingOff, parked };
    },
  };
}
