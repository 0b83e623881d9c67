/**
 * Brings the messages of all rooms to the homeserver: in order within a room, rooms side by side, under one budget for
 * the account, and again and again under the same transaction id until there is a yes or a final no.
 */
import { backoff } from '../../machines/backoff.ts';
import type { UserId } from '../../machines/ids.ts';
import type { Chance, Log, Now, Outgoing, Priority, Receipt, Send, SendDisposable } from '../ports.ts';
import { createBudget } from './budget.ts';
import type { MatrixApi } from './client.ts';
import { messageContent } from './content.ts';
import type { MatrixFailure } from './errors.ts';
import { Closed, toFailure } from './errors.ts';
import { findSent } from './history.ts';
import { createLanes } from './lanes.ts';
import type { Wait } from './wait.ts';
import { PAUSES, wait as realWait } from './wait.ts';

/** How many messages are under way at once. */
export const MAX_IN_FLIGHT = 32;
/** Homeservers forget transaction ids after a day; a message older than this, ms, is looked for first. */
export const TRANSACTION_MEMORY_MS = 20 * 3_600_000;
/** How long a disposable message may take, ms. */
const DISPOSABLE_TIMEOUT_MS = 5_000;
/** How long everything rests after the access token was not accepted, ms. */
export const UNAUTHORISED_PAUSE_MS = 30_000;

export interface CourierOptions {
  api: MatrixApi;
  /** The device of `api`'s access token: transaction ids are remembered per device. */
  device: string;
  me: UserId;
  now: Now;
  chance: Chance;
  log: Log;
  /** Called once when the access token is refused; everything waits, and one try every half minute finds out when it is good again. */
  onUnauthorised: () => void;
  wait?: Wait;
  /** How long `close` lets what is under way end by itself, ms. */
  graceMs?: number;
}

export interface Courier {
  /** Rejects with `Closed` only. */
  send: Send;
  sendDisposable: SendDisposable;
  /** Rejects what waits with `Closed`, lets what is under way end for a moment, then aborts it. */
  close(): Promise<void>;
}

interface Item {
  message: Outgoing;
  priority: Priority;
  /** Failures in a row. */
  failures: number;
  /** When the room's history was searched for it in vain; null for not yet. */
  searchedAt: number | null;
  resolve: (receipt: Receipt) => void;
  reject: (error: Closed) => void;
}

export function createCourier(options: CourierOptions): Courier {
  const { api, device, me, now, chance, log, onUnauthorised, wait = realWait, graceMs = 2_000 } = options;
  const budget = createBudget(now);
  const lanes = createLanes<Item>();
  const running = new Set<Promise<unknown>>();
  const stopped = new AbortController();
  const aborted = new AbortController();
  let inFlight = 0;
  let disposable = 0;
  let authorised = true;
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

  /** While the access token is in doubt, one try at a time finds out. */
  function hasRoom(): boolean {
    return inFlight + disposable < (authorised ? MAX_IN_FLIGHT : 1);
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

  async function deliver(item: Item): Promise<void> {
    inFlight += 1;
    const outcome = await attempt(() => (mustSearch(item) ? searchThenPut(item) : put(item.message)));
    inFlight -= 1;
    if ('ok' in outcome) finish(item, outcome);
    else if (closing) item.reject(new Closed());
    else if (outcome.kind === 'unavailable') await tryLater(item, outcome);
    else lanes.putBack(item);
    pump();
  }

  async function attempt(call: () => Promise<Receipt>): Promise<Receipt | MatrixFailure> {
    const start = budget.started();
    try {
      const receipt = await call();
      authorised = true;
      budget.succeeded(start);
      return receipt;
    } catch (error) {
      const failure = toFailure(error, { retryAfter: null, now: now() });
      if (failure.kind === 'refused') {
        authorised = true;
        budget.succeeded(start);
        return { ok: false, code: failure.code, detail: failure.detail };
      }
      if (failure.kind === 'limited') slowDown(start, failure.retryAfterMs ?? 0);
      if (failure.kind === 'unauthorised') suspend(failure);
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

  function mustSearch({ message, searchedAt }: Item): boolean {
    if (now() - (searchedAt ?? message.since) > TRANSACTION_MEMORY_MS) return true;
    return searchedAt === null && message.device !== null && message.device !== device;
  }

  async function searchThenPut(item: Item): Promise<Receipt> {
    const { room, transaction } = item.message;
    const eventId = await findSent(api, me, item.message, aborted.signal);
    log.info({ room, transaction, found: eventId !== null }, 'searched a room for a message that may have been sent');
    if (eventId !== null) return { ok: true, eventId };
    item.searchedAt = now();
    return put(item.message);
  }

  function finish(item: Item, receipt: Receipt): void {
    const { room, transaction } = item.message;
    if (!receipt.ok) log.warn({ room, transaction, code: receipt.code, detail: receipt.detail }, 'message refused');
    lanes.finish(item);
    item.resolve(receipt);
  }

  async function tryLater(item: Item, failure: MatrixFailure): Promise<void> {
    item.failures += 1;
    const { room, transaction } = item.message;
    const waitMs = backoff(item.failures, PAUSES, chance());
    const { status, code, detail } = failure;
    const fields = { room, transaction, failures: item.failures, waitMs, status, code, detail };
    if (item.failures === 1) log.warn(fields, 'message not sent, trying again');
    else log.debug(fields, 'message not sent, trying again');
    pump();
    await wait(waitMs, stopped.signal);
    if (closing) item.reject(new Closed());
    else lanes.putBack(item);
  }

  function slowDown(start: number, retryAfterMs: number): void {
    if (budget.unlimited()) log.warn({ retryAfterMs }, 'homeserver limits the sending');
    budget.limited(start, retryAfterMs);
  }

  function suspend({ code, detail }: MatrixFailure): void {
    budget.pause(UNAUTHORISED_PAUSE_MS);
    if (!authorised) return;
    authorised = false;
    log.error({ code, detail }, 'homeserver does not accept the access token');
    onUnauthorised();
  }

  async function sendDisposable(message: Outgoing): ReturnType<SendDisposable> {
    if (closing || !authorised || !hasRoom() || !budget.unlimited()) return skipped('The account is busy or closed');
    if (!lanes.hold(message.room)) return skipped('Another message to the room is under way');
    disposable += 1;
    const outcome = await track(attempt(() => put(message, DISPOSABLE_TIMEOUT_MS)));
    disposable -= 1;
    lanes.free(message.room);
    pump();
    if ('ok' in outcome) return outcome;
    const notSent = outcome.kind === 'limited' || outcome.kind === 'unauthorised';
    return notSent ? skipped(outcome.message) : { ok: false, code: 'unknown', detail: outcome.message };
  }

  function send(message: Outgoing, priority: Priority): Promise<Receipt> {
    if (closing) return Promise.reject(new Closed());
    return new Promise<Receipt>((resolve, reject) => {
      lanes.add({ message, priority, failures: 0, searchedAt: null, resolve, reject });
      pump();
    });
  }

  async function shutDown(): Promise<void> {
    stopped.abort();
    for (const item of lanes.waiting()) item.reject(new Closed());
    const idle = new AbortController();
    const ended = Promise.allSettled(running).then(() => idle.abort());
    await Promise.race([ended, wait(graceMs, idle.signal)]);
    aborted.abort();
    await ended;
  }

  return {
    send,
    sendDisposable,
    close: () => (closing ??= shutDown()),
  };
}

function skipped(detail: string): { ok: false; code: 'skipped'; detail: string } {
  return { ok: false, code: 'skipped', detail };
}
