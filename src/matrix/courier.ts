/**
 * Brings what the account sends to the homeserver: in order within a room, the rooms in turn, under one budget, and
 * messages again and again under the same transaction id until there is a yes or a final no.
 */
import { backoff } from '../../machines/backoff.ts';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Chance, Log, Now, Outgoing, Priority, Receipt, Send, SendDisposable } from '../ports.ts';
import { createBudget } from './budget.ts';
import type { MatrixApi } from './client.ts';
import { messageContent } from './content.ts';
import { placeFor } from './crowd.ts';
import { classOf } from './failure-classes.ts';
import { Closed, MatrixFailure, toFailure } from './errors.ts';
import { findSent } from './history.ts';
import { createLanes } from './lanes.ts';
import { failedOnce, newTries, verdictOn, wayWasFree } from './patience.ts';
import { meetsAll, receiptOf, share, skipped, type Sending } from './sendings.ts';
import type { Standing } from './standing.ts';
import type { Wait } from './wait.ts';
import { PAUSES, wait as realWait } from './wait.ts';

/** How many messages are under way at once. */
export const MAX_IN_FLIGHT = 32;
/** Homeservers forget transaction ids after a day; a message older than this, ms, is looked for first. */
export const TRANSACTION_MEMORY_MS = 20 * 3_600_000;
/** How long a disposable message may take, ms. */
const DISPOSABLE_TIMEOUT_MS = 5_000;
/** How long everything rests after the access token was not accepted, and while the account is suspended, ms. */
export const UNAUTHORISED_PAUSE_MS = 30_000;
export const SUSPENDED_PAUSE_MS = 10_000;
/** The longest wait between two tries of one message, ms. */
export const LONGEST_PAUSE_MS = 20_000;

export interface CourierOptions {
  api: MatrixApi;
  /** The device of `api`'s access token: transaction ids are remembered per device. */
  device: string;
  me: UserId;
  now: Now;
  chance: Chance;
  log: Log;
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
  /** Messages that were given up because the way to the homeserver refused them again and again. */
  readonly givenUp: number;
  /** Rejects what waits with `Closed`, lets what is under way end for a moment, then aborts it. */
  close(): Promise<void>;
}

export function createCourier(options: CourierOptions): Courier {
  const { api, device, me, now, chance, log, standing, wait = realWait, graceMs = 2_000 } = options;
  const budget = createBudget(now);
  const lanes = createLanes<Sending>();
  const running = new Set<Promise<unknown>>();
  const stopped = new AbortController();
  const aborted = new AbortController();
  let inFlight = 0;
  let disposable = 0;
  /** How many sends the homeserver took: what fails beside them fails for itself. */
  let passed = 0;
  let givenUp = 0;
  let waking = false;
  let closing: Promise<void> | null = null;

  function pump(): void {
    while (lanes.ready && !closing && hasRoom()) {
      const ms = budget.delay();
      if (ms > 0) return wakeAfter(ms);
      const item = lanes.take();
      if (item) void track(deliver(item));
    }
  }

  /** While it is in doubt whether the account may send, one try at a time finds out. */
  function hasRoom(): boolean {
    return inFlight + disposable < (standing.inDoubt ? 1 : MAX_IN_FLIGHT);
  }

  function wakeAfter(ms: number): void {
    if (waking) return;
    waking = true;
    void wait(ms, stopped.signal).then(() => {
      waking = false;
      pump();
    });
  }

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    void work.finally(() => running.delete(work));
    return work;
  }

  async function deliver(item: Sending): Promise<void> {
    inFlight += 1;
    const outcome = await attempt(item.run);
    inFlight -= 1;
    if (!(outcome instanceof MatrixFailure)) end(item, () => item.done(outcome));
    else if (closing) item.failed(new Closed());
    else if (meetsAll(outcome)) lanes.putBack(item);
    else if (item.message === null || outcome.kind === 'refused' || outcome.kind === 'aborted') refuse(item, outcome);
    else await tryLater(item, item.message, outcome);
    pump();
  }

  /** What is thrown is a MatrixFailure. */
  async function attempt<T>(call: () => Promise<T>): Promise<T | MatrixFailure> {
    const start = budget.started();
    try {
      const value = await call();
      passed += 1;
      standing.rose();
      budget.succeeded(start);
      return value;
    } catch (error) {
      const failure = toFailure(error, { retryAfter: null, now: now() });
      if (failure.kind === 'refused') {
        standing.rose();
        budget.succeeded(start);
      }
      if (failure.kind === 'limited') slowDown(start, failure.retryAfterMs);
      if (failure.kind === 'unauthorised' || failure.kind === 'suspended') rest(failure.kind, failure);
      return failure;
    }
  }

  async function put(message: Outgoing, timeoutMs?: number): Promise<Receipt> {
    const limits = { signal: aborted.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const content = messageContent(message);
    return {
      ok: true,
      eventId: await api.putEvent(message.room, 'm.room.message', message.transaction, content, limits),
    };
  }

  function mustSearch(message: Outgoing, searchedAt: number | null): boolean {
    if (now() - (searchedAt ?? message.since) > TRANSACTION_MEMORY_MS) return true;
    return searchedAt === null && message.device !== null && message.device !== device;
  }

  async function searchThenPut(item: Sending, message: Outgoing): Promise<Receipt> {
    const { room, transaction } = message;
    const eventId = await findSent(api, me, message, aborted.signal);
    log.info({ room, transaction, found: eventId !== null }, 'searched a room for a message that may have been sent');
    if (eventId !== null) return { ok: true, eventId };
    item.searchedAt = now();
    return put(message);
  }

  function end(item: Sending, tell: () => void): void {
    lanes.finish(item);
    tell();
  }

  function refuse(item: Sending, failure: MatrixFailure): void {
    end(item, () => item.failed(failure));
  }

  async function tryLater(item: Sending, { room, transaction }: Outgoing, failure: MatrixFailure): Promise<void> {
    const { status, code, detail } = failure;
    failedOnce(item.tries, passed);
    const { failures } = item.tries;
    if (failure.kind === 'unavailable') {
      const verdict = verdictOn(item.tries, failure);
      if (verdict === 'ask' && (await wayIsFree(room))) wayWasFree(item.tries);
      if (verdict === 'give up') {
        givenUp += 1;
        log.error({ room, transaction, failures, status, code, detail }, 'message given up: others pass, it does not');
        return refuse(item, failure);
      }
    }
    const waitMs = backoff(failures, { ...PAUSES, capMs: LONGEST_PAUSE_MS }, chance());
    const fields = { room, transaction, failures, waitMs, status, code, detail, class: classOf(failure) };
    if (failures === 1) log.warn(fields, 'message not sent, trying again');
    else log.debug(fields, 'message not sent, trying again');
    pump();
    await wait(waitMs, stopped.signal);
    if (closing) item.failed(new Closed());
    else lanes.putBack(item);
  }

  /** Nobody else sends: whether something harmless that goes the same way arrives. */
  async function wayIsFree(room: RoomId): Promise<boolean> {
    const limits = { signal: aborted.signal, timeoutMs: DISPOSABLE_TIMEOUT_MS };
    return api.typing(room, 0, limits).then(
      () => true,
      (error: unknown) => toFailure(error, { retryAfter: null, now: now() }).kind === 'refused',
    );
  }

  function slowDown(start: number, retryAfterMs: number | null): void {
    if (retryAfterMs === null) return budget.limitedForUnknown(start);
    const help = 'docs/failures.md says how to exempt the account';
    if (budget.unlimited()) log.warn({ retryAfterMs, help }, 'homeserver limits the sending');
    budget.limited(start, retryAfterMs);
  }

  function rest(kind: 'unauthorised' | 'suspended', failure: MatrixFailure): void {
    budget.pause(kind === 'suspended' ? SUSPENDED_PAUSE_MS : UNAUTHORISED_PAUSE_MS);
    standing.fell(kind, failure);
  }

  async function sendDisposable(message: Outgoing): ReturnType<SendDisposable> {
    if (closing || standing.inDoubt || !hasRoom() || !budget.unlimited()) {
      return skipped('The account is busy or closed');
    }
    if (!lanes.hold(message.room)) return skipped('Another message to the room is under way');
    disposable += 1;
    const outcome = await track(attempt(() => put(message, DISPOSABLE_TIMEOUT_MS)));
    disposable -= 1;
    lanes.free(message.room);
    pump();
    if (!(outcome instanceof MatrixFailure)) return outcome;
    if (outcome.kind === 'refused') return receiptOf(outcome);
    const notSent = outcome.kind === 'limited' || meetsAll(outcome);
    return notSent ? skipped(outcome.message) : { ok: false, code: 'unknown', detail: outcome.message };
  }

  function send(message: Outgoing, priority: Priority): Promise<Receipt> {
    if (closing) return Promise.reject(new Closed());
    const { room, transaction } = message;
    const place = placeFor(message, priority, lanes.waitingIn(room));
    if (place === 'refused') return Promise.resolve({ ok: false, code: 'TOO_MANY_REPLIES', detail: 'Too many wait' });
    return new Promise<Receipt>((resolve, reject) => {
      const done = (value: unknown) => resolve(value as Receipt);
      const failed = (why: MatrixFailure | Closed): void => {
        if (why instanceof Closed) return reject(why);
        log.warn({ room, transaction, code: why.code, detail: why.detail }, 'message refused');
        resolve(receiptOf(why));
      };
      if (place !== 'waits') return share(place.join, done, failed);
      const run = () => (mustSearch(message, item.searchedAt) ? searchThenPut(item, message) : put(message));
      const item: Sending = {
        ...{ lane: room, priority, message, tries: newTries(passed), searchedAt: null },
        ...{ run, done, failed },
      };
      lanes.add(item);
      pump();
    });
  }

  function counted<T>(room: RoomId, call: () => Promise<T>): Promise<T> {
    if (closing) return Promise.reject(new Closed());
    return new Promise<T>((resolve, reject) => {
      lanes.add({
        ...{ lane: `state of ${room}`, priority: 'notice', message: null, tries: newTries(passed), searchedAt: null },
        ...{ run: call, done: (value) => resolve(value as T), failed: reject },
      });
      pump();
    });
  }

  async function shutDown(): Promise<void> {
    stopped.abort();
    for (const item of lanes.waiting()) item.failed(new Closed());
    const idle = new AbortController();
    const ended = Promise.allSettled(running).then(() => idle.abort());
    await Promise.race([ended, wait(graceMs, idle.signal)]);
    aborted.abort();
    await ended;
  }

  return {
    ...{ send, sendDisposable, counted },
    get givenUp() {
      return givenUp;
    },
    close: () => (closing ??= shutDown()),
  };
}
