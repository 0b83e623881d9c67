/**
 * The only way in: one loop over `/sync`. A response's events go to the rooms, and only when all of them are on disk
 * the position moves; gaps in a limited timeline are filled from the room's history first.
 */
import { backoff } from '../../machines/backoff.ts';
import type { UserId } from '../../machines/ids.ts';
import type { Chance, Log, Now, Receive } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import type { OnDropped } from './decode.ts';
import { MESSAGE_TYPES } from './decode/message.ts';
import { toFailure, type MatrixFailure } from './errors.ts';
import { createNews } from './news.ts';
import { createRequestSizes, type RequestSize } from './request-size.ts';
import { SyncResponse } from './sync-response.ts';
import { PAUSES, pauseAfter, wait as realWait, type Wait } from './wait.ts';

export interface SyncOptions {
  api: MatrixApi;
  me: UserId;
  /** What the bot is called besides, by now. */
  names?(): readonly string[];
  receive: Receive;
  position: {
    read(): string | null;
    /** Called when everything up to `next` is on disk. */
    write(next: string): Promise<void>;
  };
  onSucceeded(): void;
  onFailed(failure: MatrixFailure): void;
  /** The access token is no longer good: the loop has ended. */
  onUnauthorised(failure: MatrixFailure): void;
  /**
   * The homeserver no longer knows the position, and with it what came since: the loop has ended. `start` begins it
   * anew, from the position that is to be read then.
   */
  onPositionLost(): void;
  onDropped: OnDropped;
  /** A response arrived, nothing of it has been used. */
  onResponse?(): void;
  now: Now;
  chance: Chance;
  log: Log;
  wait?: Wait;
  /** How long the homeserver may hold an empty answer back, ms. */
  pollMs?: number;
  /** Milliseconds of a clock that nobody sets. */
  monotonic?: Now;
}

export interface Sync {
  /** Begins the loop, unless it is running. */
  start(): void;
  /** Ends the loop; resolves when what it received is on disk. */
  stop(): Promise<void>;
}

const POLL_MS = 30_000;
/** The homeserver may be this much later than it promised before the request is given up. */
const POLL_GRACE_MS = 15_000;
const FIRST_SYNC_MS = 10 * 60_000;
/** The longest that an answer is waited for that did not come in time before, ms. */
const LONGEST_SYNC_MS = 2 * 60_000;
/** What brings nothing sooner than this was not held back, ms: it is asked for more slowly then. */
const AT_ONCE_MS = 1_000;
const IDLE_PAUSES = { firstMs: 50, capMs: 1_000 };
const TYPES = [
  ...MESSAGE_TYPES,
  ...['m.room.encrypted', 'm.room.encryption'],
  ...['m.room.member', 'm.room.name', 'm.room.tombstone'],
];

export function createSync(options: SyncOptions): Sync {
  const { log, chance, wait = realWait, pollMs = POLL_MS, monotonic = () => performance.now() } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const asking = createAsking(options, pollMs, signal);
  let running: Promise<void> | null = null;
  /** How often the position was lost since the last answer. */
  let losses = 0;
  /** Since the last answer. */
  let failures = 0;
  let failingSince = 0;

  const failingFor = () => Math.round(monotonic() - failingSince);

  /** Tells how it ended. */
  async function loop(): Promise<'position lost' | null> {
    let soon = true;
    let idle = 0;
    while (!signal.aborted) {
      try {
        const asked = monotonic();
        const isNews = await asking.once(soon);
        const wasHeldBack = soon || isNews || monotonic() - asked >= Math.min(pollMs, AT_ONCE_MS);
        idle = wasHeldBack ? 0 : idle + 1;
        soon = false;
        if (failures > 0) log.info({ tries: failures + 1, ms: failingFor() }, 'sync works again');
        failures = losses = 0;
        options.onSucceeded();
        if (idle > 0) await wait(backoff(idle, IDLE_PAUSES, chance()), signal);
      } catch (thrown) {
        const end = await fail(toFailure(thrown, { retryAfter: null, now: options.now() }));
        if (end !== 'again') return end;
        soon = true;
      }
    }
    return null;
  }

  async function fail(failure: MatrixFailure): Promise<'again' | 'position lost' | null> {
    const { kind, status, code, detail } = failure;
    if (signal.aborted || kind === 'aborted') return null;
    if (kind === 'unauthorised') {
      options.onUnauthorised(failure);
      return null;
    }
    if (isUnknownPosition(failure) && options.position.read() !== null) {
      log.error({ code, detail }, 'the homeserver no longer knows the sync position');
      if (losses > 0) await wait(backoff(losses, PAUSES, chance()), signal);
      losses++;
      return signal.aborted ? null : 'position lost';
    }
    if (failures++ === 0) failingSince = monotonic();
    options.onFailed(failure);
    const isAnother = asking.failed(failure);
    const waitMs = isAnother ? 0 : pauseAfter(failure, failures, chance());
    const about = { tries: failures, ms: failingFor(), status, code, detail, waitMs, next: asking.size() };
    log.warn(about, 'sync failed, trying again');
    if (!isAnother) await wait(waitMs, signal);
    return 'again';
  }

  return {
    start() {
      running ??= loop().then((end) => {
        if (end === null) return;
        running = null;
        options.onPositionLost();
      });
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Makes the requests: each as the failures before it suggest. */
function createAsking(options: SyncOptions, pollMs: number, signal: AbortSignal) {
  const { api, me, onDropped, position, log } = options;
  const filter = { types: TYPES, not_senders: [me] };
  const newsOf = createNews({ api, me, names: options.names, filter, signal, onDropped, log });
  const sizes = createRequestSizes();
  /** Answers in a row that did not come in time. */
  let timeouts = 0;

  /** Who answers too late to the same request needs longer for it. */
  function patience(timeout: number): number {
    return Math.min(LONGEST_SYNC_MS, (timeout + POLL_GRACE_MS) * 2 ** timeouts);
  }

  return {
    size: sizes.current,
    /** True where the next request differs, so that it may be made at once. */
    failed(failure: MatrixFailure): boolean {
      if (failure.code === 'ESOCKETTIMEDOUT') timeouts++;
      return sizes.failed(failure);
    },
    /** Whether it brought anything. `soon`: the homeserver should answer at once, to show that it is there (again). */
    async once(soon: boolean): Promise<boolean> {
      const since = position.read();
      const timeout = since === null || soon ? 0 : pollMs;
      const size = sizes.current();
      const query = { filter: filterOf(filter, size), timeout, ...(since === null ? {} : { since }) };
      const timeoutMs = since === null ? FIRST_SYNC_MS : patience(timeout);
      const response = await api.call(SyncResponse, 'GET', '/_matrix/client/v3/sync', { query, timeoutMs, signal });
      options.onResponse?.();
      const { arrivals, failure } = await newsOf(response, { since, bare: size.bare });
      await options.receive(arrivals);
      if (failure !== null) throw failure;
      await position.write(response.next_batch);
      newsOf.done();
      sizes.succeeded();
      timeouts = 0;
      return arrivals.length > 0 && response.next_batch !== since;
    },
  };
}

function filterOf(timeline: object, { limit, bare }: RequestSize): string {
  return JSON.stringify({
    ...(bare ? { event_fields: ['event_id', 'type', 'sender', 'state_key'] } : {}),
    presence: { not_types: ['*'] },
    account_data: { not_types: ['*'] },
    room: {
      state: { not_types: ['*'] },
      ephemeral: { not_types: ['*'] },
      account_data: { types: ['m.tag'] },
      timeline: { ...timeline, limit },
    },
  });
}

function isUnknownPosition({ status, code }: MatrixFailure): boolean {
  return status === 400 && /^M_(UNKNOWN|UNKNOWN_POS|INVALID_PARAM)$/.test(code);
}
