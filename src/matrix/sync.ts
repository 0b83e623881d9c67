/**
 * The only way in: one loop over `/sync`. A response's events go to the rooms, and only when all of them are on disk
 * the position moves; gaps in a limited timeline are filled from the room's history first.
 */
import { z } from 'zod';
import { backoff } from '../../machines/backoff.ts';
import { RoomId, type UserId } from '../../machines/ids.ts';
import type { Arrival, Chance, Log, Now, Receive } from '../ports.ts';
import type { MatrixApi, Messages, MessagesQuery } from './client.ts';
import { decodeEvent, inviterIn, isInvite, type DropReason } from './decode.ts';
import { MESSAGE_TYPES } from './decode/message.ts';
import { MatrixFailure, toFailure } from './errors.ts';
import { PAUSES, wait as realWait, type Wait } from './wait.ts';

const Timeline = z.object({
  events: z.array(z.unknown()).default([]),
  limited: z.boolean().default(false),
  prev_batch: z.string().optional(),
});

const SyncResponse = z.object({
  next_batch: z.string(),
  rooms: z
    .object({
      join: z.record(z.string(), z.object({ timeline: Timeline.default({ events: [], limited: false }) })).default({}),
      invite: z
        .record(z.string(), z.object({ invite_state: z.object({ events: z.array(z.unknown()) }).optional() }))
        .default({}),
      leave: z.record(z.string(), z.unknown()).default({}),
    })
    .default({ join: {}, invite: {}, leave: {} }),
});

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
  onDropped(reason: DropReason): void;
  /** A response arrived, nothing of it has been used. */
  onResponse?(): void;
  now: Now;
  chance: Chance;
  log: Log;
  wait?: Wait;
  /** How long the homeserver may hold an empty answer back, ms. */
  pollMs?: number;
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
const GAP_PAGE = 100;
const MAX_GAP_PAGES = 50;
const TYPES = [
  ...MESSAGE_TYPES,
  ...['m.room.encrypted', 'm.room.encryption'],
  ...['m.room.member', 'm.room.name', 'm.room.tombstone'],
];

export function createSync(options: SyncOptions): Sync {
  const { api, me, log, chance, wait = realWait, pollMs = POLL_MS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const timelineFilter = { types: TYPES, not_senders: [me] };
  const filter = JSON.stringify({
    presence: { not_types: ['*'] },
    account_data: { not_types: ['*'] },
    room: {
      state: { not_types: ['*'] },
      ephemeral: { not_types: ['*'] },
      account_data: { not_types: ['*'] },
      timeline: { ...timelineFilter, limit: GAP_PAGE },
    },
  });
  let running: Promise<void> | null = null;
  /** How often the position was lost since the last answer. */
  let losses = 0;

  /** Tells how it ended. */
  async function loop(): Promise<'position lost' | null> {
    let failures = 0;
    let soon = true;
    while (!signal.aborted) {
      try {
        await once(soon);
        soon = false;
        failures = 0;
        losses = 0;
        options.onSucceeded();
      } catch (thrown) {
        const failure = toFailure(thrown, { retryAfter: null, now: options.now() });
        if (signal.aborted || failure.kind === 'aborted') return null;
        if (failure.kind === 'unauthorised') {
          options.onUnauthorised(failure);
          return null;
        }
        if (isUnknownPosition(failure) && options.position.read() !== null) {
          log.error({ code: failure.code, detail: failure.detail }, 'the homeserver no longer knows the sync position');
          if (losses > 0) await wait(backoff(losses, PAUSES, chance()), signal);
          losses++;
          return signal.aborted ? null : 'position lost';
        }
        soon = true;
        failures++;
        options.onFailed(failure);
        const waitMs = failure.retryAfterMs ?? backoff(failures, PAUSES, chance());
        const { status, code, detail } = failure;
        log.warn({ status, code, detail, waitMs, failures }, 'sync failed, trying again');
        await wait(waitMs, signal);
      }
    }
    return null;
  }

  /** `soon`: the homeserver should answer at once, to show that it is there (again). */
  async function once(soon: boolean): Promise<void> {
    const since = options.position.read();
    const timeout = since === null || soon ? 0 : pollMs;
    const query = { filter, timeout, ...(since === null ? {} : { since }) };
    const timeoutMs = since === null ? FIRST_SYNC_MS : timeout + POLL_GRACE_MS;
    const response = await api.call(SyncResponse, 'GET', '/_matrix/client/v3/sync', { query, timeoutMs, signal });
    options.onResponse?.();
    await options.receive(await arrivalsOf(response, since));
    await options.position.write(response.next_batch);
  }

  async function arrivalsOf({ rooms }: z.infer<typeof SyncResponse>, since: string | null): Promise<Arrival[]> {
    const arrivals: Arrival[] = [];
    for (const [id, { invite_state }] of Object.entries(rooms.invite)) {
      const room = RoomId.safeParse(id).data;
      const person = inviterIn(invite_state?.events ?? [], me);
      if (room !== undefined && person !== null)
        arrivals.push({ room, id: null, heard: { type: 'room.invited', person } });
    }
    for (const [id, { timeline }] of Object.entries(rooms.join)) {
      const room = RoomId.safeParse(id).data;
      // What stood in a room before the first sync was answered by whoever came before, or never will be.
      if (room === undefined || since === null) continue;
      const events = [...(await gapBefore(room, timeline, since)), ...timeline.events];
      arrivals.push(...heardIn(room, events));
    }
    for (const id of Object.keys(rooms.leave)) {
      const room = RoomId.safeParse(id).data;
      if (room !== undefined) arrivals.push({ room, id: null, heard: { type: 'room.left' } });
    }
    return arrivals;
  }

  function heardIn(room: RoomId, events: readonly unknown[]): Arrival[] {
    const arrivals: Arrival[] = [];
    const invited = events.findLastIndex((event) => isInvite(event, me));
    for (const event of events.slice(invited + 1)) {
      const decoded = decodeEvent(event, me, options.names?.());
      if ('dropped' in decoded) options.onDropped(decoded.dropped);
      else arrivals.push({ room, ...decoded });
    }
    return arrivals;
  }

  /** What a limited timeline left out, oldest first. */
  async function gapBefore(room: RoomId, timeline: z.infer<typeof Timeline>, since: string): Promise<unknown[]> {
    if (!timeline.limited || timeline.prev_batch === undefined) return [];
    const events: unknown[] = [];
    let from = since;
    for (let page = 0; page < MAX_GAP_PAGES; page++) {
      const query: MessagesQuery = { dir: 'f', from, to: timeline.prev_batch, limit: GAP_PAGE, filter: timelineFilter };
      const { chunk, end }: Messages = await api.messages(room, query, { signal }).catch((thrown: unknown) => {
        if (thrown instanceof MatrixFailure && thrown.kind === 'refused') {
          log.error({ room, code: thrown.code, detail: thrown.detail }, 'gap in the timeline cannot be read');
          return { chunk: [] };
        }
        throw thrown;
      });
      events.push(...chunk);
      if (end === undefined || end === from || end === timeline.prev_batch) return events;
      from = end;
    }
    log.error({ room, events: events.length }, 'gap in the timeline is too long, the rest is lost');
    return events;
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

function isUnknownPosition({ status, code }: MatrixFailure): boolean {
  return status === 400 && /^M_(UNKNOWN|UNKNOWN_POS|INVALID_PARAM)$/.test(code);
}
