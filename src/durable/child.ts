/**
 * One actor with what surrounds it: reads its record, holds what comes until it is on disk, rings its timers, keeps
 * letters while it cannot run. When it is spawned, restarted or parked is the root's decision. A class, because there
 * are tens of thousands: what is rarely needed (timers, letters) is made when it is.
 */
import { createActor, type Actor, type AnyEventObject } from 'xstate';
import { describeError } from '../basics/describe-error.ts';
import { createDeadLetterBox, type DeadLetterBox, type Held } from './dead-letters.ts';
import type { Input } from './definition.ts';
import type { DurableLogic } from './durable.ts';
import type { Nursery } from './nursery.ts';
import { holdWithinBounds, type Incoming } from './letter-bounds.ts';
import { loadRecord } from './load-record.ts';
import { tellOfChanges } from './changes.ts';
import type { Envelope, Timer } from './record.ts';
import type { RunningTimer } from './timers.ts';

/** Whoever delivers waits for an actor that is being loaded no longer than this, ms: what it has become letters. */
const LONGEST_LOAD_MS = 1_000;

export class Child<Key extends string, Context, Event extends AnyEventObject, Facts> {
  readonly key: Key;
  readonly #nursery: Nursery<Key, Context, Event, Facts>;
  #actor: Actor<DurableLogic<Key, Context>> | null = null;
  /** The record, where it is at hand before the actor is spawned. */
  #found: Envelope<Context> | null;
  readonly #held = new Set<Held>();
  #timers: Map<string, RunningTimer> | null = null;
  #letters: DeadLetterBox | null = null;
  #lastUsed: number;
  #isLoading = false;
  /** Its loading takes long: nobody waits for it any more. */
  #isLate = false;
  /** Ends the wait for what is being loaded or found out; of an actor that failed meanwhile it says nothing of the next. */
  #endOfWait: (() => void) | null = null;
  /** What is being found out for inputs on their way: what comes behind them is held until then. */
  #briefing: Promise<unknown> | null = null;
  /** Why it failed last. */
  #error: unknown = null;

  constructor(key: Key, nursery: Nursery<Key, Context, Event, Facts>, found: Envelope<Context> | null) {
    this.key = key;
    this.#nursery = nursery;
    this.#found = found;
    this.#lastUsed = nursery.world.now();
  }

  /** What is on disk; null while the actor does not run. */
  get record(): Envelope<Context> | null {
    return this.#actor?.getSnapshot().record ?? null;
  }

  /** Inputs stay held until they are on disk, so that a crash of the actor takes none with it. */
  take(inputs: readonly Input[], onDisk: (() => void) | null, byLetter: boolean): void {
    const { world, effects } = this.#nursery;
    this.#lastUsed = world.now();
    const standing = this.#actor === null ? world.supervision.standingOf(this.key) : null;
    if (standing !== null || this.#isLate) {
      this.#keep({ inputs, onDisk, byLetter });
      if (standing === 'parked') effects.sayTroubled(this.key, inputs);
      return;
    }
    const last = inputs.length - 1;
    const batch = inputs.map((input, index) => ({ input, onDisk: index === last ? onDisk : null, byLetter }));
    for (const one of batch) this.#held.add(one);
    if (this.#actor !== null && this.#briefing === null) this.#send(this.#actor, batch);
  }

  #keep(incoming: Incoming): void {
    const { world } = this.#nursery;
    const isFirst = holdWithinBounds(this.#held, incoming, (input) => world.insteadOf?.(input) ?? null);
    if (isFirst) world.log.error({ actor: this.key }, 'too much waits for the actor: what comes is not kept');
    this.#letterBox().keep();
  }

  /** An earlier process left letters of these inputs. */
  foundLetters(inputs: readonly Input[]): void {
    this.#letterBox().found(inputs);
  }

  /** It is gone: whoever takes what it held takes its letters away. */
  leaveLettersTo(next: Child<Key, Context, Event, Facts> | null): void {
    if (this.#letters === null) return;
    if (next === null) this.#letters.forget();
    else next.foundLetters(this.#letters.needed());
  }

  /** Nothing is held, so that letters of an earlier process say nothing more. */
  forgetLetters(): void {
    this.#letters?.forget();
  }

  /** Makes the actor from its record and lets it run. */
  spawn(): void {
    if (this.#actor !== null || this.#isLoading) return;
    const found = this.#found;
    this.#found = null;
    if (found !== null) return this.#begin(found);
    this.#isLoading = true;
    this.#inTime(this.#load())
      .finally(() => (this.#isLoading = false))
      .then(
        (record) => this.#begin(record),
        (error: unknown) => this.#failed(error),
      );
  }

  /** Whoever delivers waits no longer than a moment for what takes longer. */
  #inTime<T>(work: Promise<T>): Promise<T> {
    const { alarm, now } = this.#nursery.world;
    const cancel = alarm.set(now() + LONGEST_LOAD_MS, () => {
      this.#isLate = true;
      this.#letterBox().keep();
    });
    const end = () => {
      cancel();
      this.#isLate = false;
    };
    this.#endOfWait = end;
    return work.finally(() => {
      if (this.#endOfWait === end) end();
    });
  }

  /** The actor failed: lets go of everything and keeps what is held as letters, until its restart or for good. */
  rest(until: { afterMs: number } | 'parked'): void {
    const { effects, world } = this.#nursery;
    const about = { actor: this.key, error: this.#error };
    this.#error = null;
    this.#stop();
    if (until === 'parked') {
      world.log.error(about, 'actor parked');
      const inputs = [...this.#held].map(({ input }) => input);
      effects.sayTroubled(this.key, inputs);
    } else {
      const { isShared, log } = world;
      if (isShared(about.error)) log.debug({ ...about, ...until }, 'actor waits for what all share');
      else log.error({ ...about, ...until }, 'actor crashed, restarting');
    }
    this.#letterBox().keep();
  }

  crash(error: unknown): void {
    this.#actor?.send({ type: 'crash', error });
  }

  /** False: it is at something, and judges what changed around it only behind that. */
  hearOfChanges(): boolean {
    return this.#actor === null || tellOfChanges(this.#actor, this.#nursery.world);
  }

  /** A commit: its timers are set. */
  committed({ done, timers }: Envelope<Context>): void {
    this.#setTimers(done ? [] : timers);
  }

  /** Leaves memory where nothing is under way and nothing came for so long, ms. */
  evictAfter(idleMs: number): void {
    const { world } = this.#nursery;
    if (this.#actor === null || this.#held.size > 0 || world.now() - this.#lastUsed < idleMs) return;
    if (world.mayLeaveMemory(this.#actor.getSnapshot().record)) this.#actor.send({ type: 'evict' });
  }

  /** The actor is gone; gives what is held for the next one. */
  leave(): readonly Held[] {
    this.#stop();
    return [...this.#held];
  }

  #load(): Promise<Envelope<Context>> {
    return loadRecord(this.#nursery, this.key, {
      first: () => [...this.#held].map(({ input }) => input).find(({ kind }) => kind === 'event'),
      hearFirst: (input) => this.#hearFirst(input),
    });
  }

  #hearFirst(input: Input): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const one of [{ input, onDisk: null, byLetter: false }, ...held]) this.#held.add(one);
  }

  /** Called by the root and by nobody who waits: what is thrown here is felt by this actor alone. */
  #begin(record: Envelope<Context>): void {
    try {
      this.#start(record);
    } catch (error) {
      if (this.#actor === null) this.#failed(error);
      else this.crash(error);
    }
  }

  #start(record: Envelope<Context>): void {
    const { world, logic, effects, isClosed } = this.#nursery;
    if (isClosed()) return;
    const key = this.key;
    const { root } = world.supervision;
    const actor = createActor(logic, {
      // One id for all of a kind: XState remembers every type of event that a machine ever heard, and this one is named after it.
      ...{ id: world.definition.name, systemId: key, parent: root, input: { key, record } },
    });
    actor.subscribe({ error: (error: unknown) => this.#failed(error), complete: () => {} });
    this.#actor = actor;
    actor.start();
    this.#setTimers(record.timers);
    for (const item of record.outbox) {
      try {
        effects.perform(key, { ...item, class: 'repeatable' }, record);
      } catch (error) {
        return this.crash(error);
      }
    }
    const news = world.news(record);
    if (news.length > 0) actor.send({ type: 'admit', inputs: news, onDisk: null });
    if (this.#held.size > 0) this.#send(actor, [...this.#held]);
  }

  #send(actor: Actor<DurableLogic<Key, Context>>, batch: readonly Held[]): void {
    const { world } = this.#nursery;
    const held = batch.map(({ input }) => input);
    const briefed = world.brief(actor.getSnapshot().record, held);
    if (!(briefed instanceof Promise)) return this.#admit(actor, batch, briefed);
    const before = new Set(this.#held);
    const briefing = this.#inTime(briefed).then(
      (inputs) => {
        if (this.#briefing !== briefing) return;
        this.#briefing = null;
        this.#admit(actor, batch, inputs);
        const since = [...this.#held].filter((one) => !before.has(one));
        if (since.length > 0) this.#send(actor, since);
      },
      (error: unknown) => {
        if (this.#briefing === briefing) this.crash(error);
      },
    );
    this.#briefing = briefing;
  }

  #admit(actor: Actor<DurableLogic<Key, Context>>, batch: readonly Held[], inputs: readonly Input[]): void {
    actor.send({
      type: 'admit',
      inputs,
      // What came behind its end stays held, for the next actor.
      onDisk: (untaken) => {
        const left = new Set(untaken);
        this.#written(left.size === 0 ? batch : batch.filter((_, index) => !left.has(inputs[index] as Input)));
      },
    });
  }

  #written(batch: readonly Held[]): void {
    for (const one of batch) this.#held.delete(one);
    for (const one of batch) one.onDisk?.();
    this.#letters?.taken(batch.map(({ input }) => input));
  }

  #failed(error: unknown): void {
    const { world, isClosed } = this.#nursery;
    if (isClosed()) return;
    this.#error = error;
    const about = { key: this.key, error: describeError(error), shared: world.isShared(error), at: world.now() };
    world.supervision.tell({ type: 'actor.failed', ...about });
  }

  #stop(): void {
    this.#actor = null;
    this.#briefing = null;
    this.#endOfWait?.();
    this.#endOfWait = null;
    this.#setTimers([]);
    this.#nursery.effects.release(this.key);
  }

  #setTimers(timers: readonly Timer[]): void {
    if (this.#timers === null && timers.length === 0) return;
    const set = (this.#timers ??= new Map<string, RunningTimer>());
    for (const [id, { timer, cancel }] of set) {
      if (timers.some((other) => other.id === id && other.at === timer.at)) continue;
      cancel();
      set.delete(id);
    }
    const { alarm, now } = this.#nursery.world;
    for (const timer of timers) {
      if (set.has(timer.id)) continue;
      const cancel = alarm.set(timer.at, () => {
        set.delete(timer.id);
        this.take([{ kind: 'timer', timer, at: now() }], null, false);
      });
      set.set(timer.id, { timer, cancel });
    }
  }

  #letterBox(): DeadLetterBox {
    this.#letters ??= createDeadLetterBox(
      { key: this.key, held: () => [...this.#held], isRunning: () => this.#actor !== null && this.#briefing === null },
      this.#nursery.letters,
    );
    return this.#letters;
  }
}
