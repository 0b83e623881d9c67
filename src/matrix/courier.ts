/**
 * Brings what the account sends to the homeserver: in order within a room, the rooms in turn, under one budget, and
 * messages again and again under the same transaction id until there is a yes or a final no.
 */
import { backoff } from '../../machines/backoff.ts';
import type { RoomId } from '../../machines/ids.ts';
import type { Chance, Outgoing, Priority, Receipt, Send, SendDisposable } from '../ports.ts';
import { createBudget, type Budget } from './budget.ts';
import { placeFor } from './crowd.ts';
import { classOf } from './failure-classes.ts';
import { Closed, MatrixFailure, toFailure } from './errors.ts';
import { createLanes } from './lanes.ts';
import { createLimitHint } from './limit-hint.ts';
import { failedOnce, newTries, verdictOn, wayWasFree } from './patience.ts';
import { createPutting, type Putting, type PuttingOptions } from './putting.ts';
import { meetsAll, receiptOf, skipped, tellDone, tellFailed, type Sending } from './sendings.ts';
import type { Standing } from './standing.ts';
import type { Wait } from './wait.ts';
import { PAUSES, wait as realWait } from './wait.ts';

/** How many messages are under way at once. */
export const MAX_IN_FLIGHT = 32;
/** How long everything rests after the access token was not accepted, and while the account is suspended, ms. */
export const UNAUTHORISED_PAUSE_MS = 30_000;
export const SUSPENDED_PAUSE_MS = 10_000;
/** The longest wait between two tries of one message, ms. */
const LONGEST_PAUSE_MS = 20_000;
const GRACE_MS = 2_000;

export interface CourierOptions extends Omit<PuttingOptions, 'signal'> {
  chance: Chance;
  /** While it is in doubt everything waits, and one try now and then finds out. */
  standing: Standing;
  wait?: Wait;
  /** How long `close` lets what is under way end by itself, ms. */
  graceMs?: number;
}

export interface Courier {
  /** Rejects with `Closed` only. */
  send: Send;
  sendDisposable: SendDisposable;
  /**
   * Makes one call that the homeserver counts like a message (state of a room), when the budget allows. Waits out limits and
   * suspensions; rejects with any other MatrixFailure, or with `Closed`.
   */
  counted<T>(room: RoomId, call: () => Promise<T>): Promise<T>;
  /**
   * Makes one call that is counted as well, and has limits of its own besides, when the budget allows; null: in no room yet.
   * Rejects as the call does, or with `Closed`: its "too many" may be of those limits, so it is no measure for the others.
   */
  inTurn<T>(room: RoomId | null, priority: Priority, call: () => Promise<T>): Promise<T>;
  /** Messages that were given up because the way to the homeserver refused them again and again. */
  readonly givenUp: number;
  /** Rejects what waits with `Closed`, lets what is under way end for a moment, then aborts it. */
  close(): Promise<void>;
}

/** Its calls may be handed on without it. */
export function createCourier(options: CourierOptions): Courier {
  const courier = new AccountCourier(options);
  return {
    send: (message, priority) => courier.send(message, priority),
    sendDisposable: (message) => courier.sendDisposable(message),
    counted: (room, call) => courier.counted(room, call),
    inTurn: (room, priority, call) => courier.inTurn(room, priority, call),
    get givenUp() {
      return courier.givenUp;
    },
    close: () => courier.close(),
  };
}

class AccountCourier implements Courier {
  readonly #options: CourierOptions;
  readonly #putting: Putting;
  readonly #sayHowToExempt: () => void;
  readonly #wait: Wait;
  readonly #budget: Budget;
  readonly #lanes = createLanes<Sending>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #stopped = new AbortController();
  readonly #aborted = new AbortController();
  #inFlight = 0;
  /** How many sends the homeserver took: what fails beside them fails for itself. */
  #passed = 0;
  #givenUp = 0;
  #waking = false;
  #closing: Promise<void> | null = null;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#wait = options.wait ?? realWait;
    this.#budget = createBudget(options.now);
    this.#sayHowToExempt = createLimitHint(options);
    this.#putting = createPutting({ ...options, signal: this.#aborted.signal });
  }

  get givenUp(): number {
    return this.#givenUp;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  #pump(): void {
    while (this.#lanes.ready && !this.#closing && this.#hasRoom()) {
      const ms = this.#budget.delay();
      if (ms > 0) return this.#wakeAfter(ms);
      const item = this.#lanes.take();
      if (item?.run === null) this.#giveTurn(item);
      else if (item) void this.#track(this.#deliver(item, item.run));
    }
  }

  /** While it is in doubt whether the account may send, one try at a time finds out. */
  #hasRoom(): boolean {
    return this.#inFlight < (this.#options.standing.inDoubt ? 1 : MAX_IN_FLIGHT);
  }

  #wakeAfter(ms: number): void {
    if (this.#waking) return;
    this.#waking = true;
    void this.#wait(ms, this.#stopped.signal).then(() => {
      this.#waking = false;
      this.#pump();
    });
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
    return work;
  }

  #giveTurn(item: Sending): void {
    this.#budget.started();
    this.#end(item, () => tellDone(item, undefined));
  }

  async #deliver(item: Sending, run: () => Promise<unknown>): Promise<void> {
    this.#inFlight += 1;
    const outcome = await this.#attempt(run);
    this.#inFlight -= 1;
    if (!(outcome instanceof MatrixFailure)) this.#end(item, () => tellDone(item, outcome));
    else if (this.#closing) tellFailed(item, new Closed());
    else if (meetsAll(outcome)) this.#lanes.putBack(item);
    else if (item.message === null || outcome.kind === 'refused' || outcome.kind === 'aborted')
      this.#refuse(item, outcome);
    else await this.#tryLater(item, item.message, outcome);
    this.#pump();
  }

  /** What is thrown is a MatrixFailure. */
  async #attempt<T>(call: () => Promise<T>): Promise<T | MatrixFailure> {
    const start = this.#budget.started();
    try {
      const value = await call();
      this.#passed += 1;
      this.#options.standing.rose();
      this.#budget.succeeded(start);
      return value;
    } catch (error) {
      const failure = toFailure(error, { retryAfter: null, now: this.#options.now() });
      if (failure.kind === 'refused') {
        this.#options.standing.rose();
        this.#budget.succeeded(start);
      }
      if (failure.kind === 'limited') this.#slowDown(start, failure.retryAfterMs);
      if (failure.kind === 'unauthorised' || failure.kind === 'suspended') this.#rest(failure.kind, failure);
      return failure;
    }
  }

  #end(item: Sending, tell: () => void): void {
    this.#lanes.finish(item);
    tell();
  }

  #refuse(item: Sending, failure: MatrixFailure): void {
    this.#end(item, () => tellFailed(item, failure));
  }

  async #tryLater(item: Sending, message: Outgoing, failure: MatrixFailure): Promise<void> {
    const { status, code, detail } = failure;
    failedOnce(item.tries, this.#passed);
    const { failures } = item.tries;
    const about = { ...this.#about(message, failures), status, code, detail };
    if (failure.kind === 'unavailable') {
      const verdict = verdictOn(item.tries, failure);
      if (verdict === 'ask' && (await this.#putting.wayIsFree(message.room))) wayWasFree(item.tries);
      if (verdict === 'give up') {
        this.#givenUp += 1;
        this.#options.log.error(about, 'message given up: others pass, it does not');
        return this.#refuse(item, failure);
      }
    }
    const waitMs = backoff(failures, { ...PAUSES, capMs: LONGEST_PAUSE_MS }, this.#options.chance());
    const fields = { ...about, waitMs, class: classOf(failure) };
    if (failures === 1) this.#options.log.warn(fields, 'message not sent, trying again');
    else this.#options.log.debug(fields, 'message not sent, trying again');
    this.#pump();
    await this.#wait(waitMs, this.#stopped.signal);
    if (this.#closing) tellFailed(item, new Closed());
    else this.#lanes.putBack(item);
  }

  /** What names a message in the log. */
  #about({ room, transaction, answers, since }: Outgoing, tries: number) {
    return { room, transaction, event: answers, tries, ms: this.#options.now() - since };
  }

  #slowDown(start: number, retryAfterMs: number | null): void {
    this.#sayHowToExempt();
    if (retryAfterMs === null) return this.#budget.limitedForUnknown(start);
    if (this.#budget.unlimited()) this.#options.log.warn({ retryAfterMs }, 'homeserver limits the sending');
    this.#budget.limited(start, retryAfterMs);
  }

  #rest(kind: 'unauthorised' | 'suspended', failure: MatrixFailure): void {
    this.#budget.pause(kind === 'suspended' ? SUSPENDED_PAUSE_MS : UNAUTHORISED_PAUSE_MS);
    this.#options.standing.fell(kind, failure);
  }

  async sendDisposable(message: Outgoing): ReturnType<SendDisposable> {
    if (this.#closing || this.#options.standing.inDoubt || !this.#hasRoom() || !this.#budget.unlimited()) {
      return skipped('The account is busy or closed');
    }
    if (!this.#lanes.hold(message.room)) return skipped('Another message to the room is under way');
    this.#inFlight += 1;
    const outcome = await this.#track(this.#attempt(() => this.#putting.once(message)));
    this.#inFlight -= 1;
    this.#lanes.free(message.room);
    this.#pump();
    if (!(outcome instanceof MatrixFailure)) return outcome;
    if (outcome.kind === 'refused') return receiptOf(outcome);
    const notSent = outcome.kind === 'limited' || meetsAll(outcome);
    return notSent ? skipped(outcome.message) : { ok: false, code: 'unknown', detail: outcome.message };
  }

  send(message: Outgoing, priority: Priority): Promise<Receipt> {
    if (this.#closing) return Promise.reject(new Closed());
    const { room } = message;
    const tries = newTries(this.#passed);
    const place = placeFor(message, priority, this.#lanes.waitingIn(room));
    if (place === 'refused') return Promise.resolve({ ok: false, code: 'TOO_MANY_REPLIES', detail: 'Too many wait' });
    return new Promise<Receipt>((resolve, reject) => {
      const done = (value: unknown) => resolve(value as Receipt);
      const failed = (why: MatrixFailure | Closed): void => {
        if (why instanceof Closed) return reject(why);
        const { code, detail } = why;
        this.#options.log.warn({ ...this.#about(message, tries.failures + 1), code, detail }, 'message refused');
        resolve(receiptOf(why));
      };
      if (place !== 'waits') return void place.join.waiting.push({ done, failed });
      const run = this.#putting.triesOf(message);
      this.#lanes.add({ lane: room, priority, message, tries, run, waiting: [{ done, failed }] });
      this.#pump();
    });
  }

  counted<T>(room: RoomId, call: () => Promise<T>): Promise<T> {
    return this.#inLine(`state of ${room}`, 'notice', call) as Promise<T>;
  }

  /** `run`: null where only the turn is waited for. */
  #inLine(lane: string, priority: Priority, run: Sending['run']): Promise<unknown> {
    if (this.#closing) return Promise.reject(new Closed());
    return new Promise((done, failed) => {
      const waiting = [{ done, failed }];
      this.#lanes.add({ lane, priority, message: null, tries: newTries(this.#passed), run, waiting });
      this.#pump();
    });
  }

  async inTurn<T>(room: RoomId | null, priority: Priority, call: () => Promise<T>): Promise<T> {
    await this.#inLine(room === null ? 'new rooms' : `members of ${room}`, priority, null);
    try {
      return await call();
    } catch (error) {
      if (error instanceof MatrixFailure && error.kind === 'limited') this.#sayHowToExempt();
      throw error;
    }
  }

  async #shutDown(): Promise<void> {
    this.#stopped.abort();
    for (const item of this.#lanes.waiting()) tellFailed(item, new Closed());
    const idle = new AbortController();
    const ended = Promise.allSettled(this.#running).then(() => idle.abort());
    await Promise.race([ended, this.#wait(this.#options.graceMs ?? GRACE_MS, idle.signal)]);
    this.#aborted.abort();
    await ended;
  }
}
