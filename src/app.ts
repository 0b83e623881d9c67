/** Composition root: configuration → adapters → root actor, which says what happens when. */
import { createActor, type InspectionEvent } from 'xstate';
import type { RoomId } from '../machines/ids.ts';
import type { RoomContext } from '../machines/room.model.ts';
import { restartPolicy } from '../machines/restart-policy.ts';
import { supervisorMachine } from '../machines/supervisor.machine.ts';
import { standingOf } from '../machines/supervisor-words.ts';
import { asError } from './basics/describe-error.ts';
import { createSteadyClock } from './basics/steady-clock.ts';
import type { Reach } from './actors/boundaries.ts';
import { composeService, type Service } from './compose/service.ts';
import type { Config } from './config/config.ts';
import type { Change } from './durable/durable.ts';
import { chartsOnly } from './durable/inspection.ts';
import { Closed } from './matrix/errors.ts';
import type { Suspension } from './matrix/standing.ts';
import { LoginRefused, type Session } from './matrix/login.ts';
import type { Health } from './ops/health.ts';
import type { Log } from './ports.ts';
import { bringUpToDate, wakeUp } from './start/come-back.ts';
import { enter } from './start/enter.ts';
import { openHouse } from './start/house.ts';
import type { Remembered } from './start/remembered.ts';

export interface App {
  health(): Health;
  /** Drains and stops; resolves when everything is closed. */
  stop(): Promise<void>;
  /** Resolves when the service has ended: null after `stop`, else why it cannot go on. */
  ended: Promise<Error | null>;
}

export interface AppOptions {
  log: Log;
  /** Called at every boundary of an event's life; the crash tests kill here. */
  reach?: Reach;
  /** The time of day, ms since 1970: asked at the start, and to notice that it was set. */
  now?: () => number;
  /** Sees every commit of every room. */
  observe?: (room: RoomId, change: Change<RoomContext>) => void;
  /** Sees the root and every room and person as XState's inspectors do. */
  inspect?: (event: InspectionEvent) => void;
  /** How long an idle room stays in memory, ms. */
  evictAfterMs?: number;
  /** How long the homeserver may hold an empty sync back, ms. */
  pollMs?: number;
  /** How long a stopping service waits for answers that are being written, ms. */
  drainMs?: number;
}

/** What came since the last sync can no longer be asked for; the next start finds out what is unheard. */
export class PositionLost extends Error {
  constructor() {
    super('The homeserver no longer knows how far the bot has read. A new start reads its rooms anew.');
  }
}

const SYNC_STALE_MS = 90_000;
const EVICT_AFTER_MS = 5 * 60_000;
const DRAIN_MS = 8_000;

/**
 * Starts the service and returns while it still logs in. Throws `FolderInUse` or `StoreFailure`; a homeserver that is
 * away is waited for, one that refuses the bot ends the service.
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log, reach = () => {}, evictAfterMs = EVICT_AFTER_MS } = options;
  const now = steadyClock(options);
  const house = await openHouse(config, now, log);
  const starting = new AbortController();
  let service: Service | null = null;
  let remembered: Remembered | null = null;
  let lastSyncAt: number | null = null;
  let suspended: Suspension | null = null;
  let problem: Error | null = null;

  function fail(error: unknown): void {
    if (error instanceof Closed) return;
    problem ??= asError(error);
    root.send({ type: 'drain' });
  }

  /** Part of the start: what it cannot do ends the service. */
  function step(work: () => Promise<void>): void {
    work().catch(fail);
  }

  async function close(): Promise<void> {
    starting.abort();
    void service?.sync.stop();
    await service?.household.close();
    await service?.close();
    await house.close();
    log.info({}, 'stopped');
  }

  const root = createActor(
    supervisorMachine.provide({
      actions: {
        'log in': () =>
          step(async () => {
            const { session, baseOf } = await enter(config, house, starting.signal, log);
            service = serviceFor(session, baseOf);
            root.send({ type: 'logged in' });
          }),
        'bring the records up to date': () =>
          step(async () => {
            remembered = await bringUpToDate(comingBack());
            root.send({ type: 'reconciled' });
          }),
        'wake what was under way': () =>
          step(async () => {
            if (remembered === null) throw new Error('the records are not read');
            await wakeUp(comingBack(), remembered);
            remembered = null;
            log.info({ user: config.matrix.userId, live: root.getSnapshot().context.live }, 'booted');
            root.send({ type: 'woken' });
          }),
        'start syncing': () => service?.sync.start(),
        'stop syncing': () => {
          starting.abort();
          service?.sync.stop().catch((error: unknown) => log.error({ error }, 'sync did not stop cleanly'));
        },
        'finish open work': () => void service?.household.quiet().then(() => root.send({ type: 'drained' })),
        spawn: (_, { keys }) => keys.forEach((key) => service?.household.of(key).spawn(key)),
        restart: (_, { key, afterMs }) => service?.household.of(key).restartAfter(key, afterMs),
        park: (_, { key }) => service?.household.of(key).park(key),
        release: (_, { key }) => service?.household.of(key).release(key),
      },
      delays: { drainLimit: options.drainMs ?? DRAIN_MS },
    }),
    {
      ...{ id: 'supervisor', systemId: 'supervisor', input: { policy: restartPolicy } },
      ...(options.inspect === undefined ? {} : { inspect: chartsOnly(options.inspect) }),
    },
  );

  function comingBack() {
    if (service === null) throw new Error('nobody is logged in');
    return { ...service, ...house, mode: config.policy.onboarding.mode, me: config.matrix.userId, now, log };
  }

  function serviceFor(session: Session, baseOf: Parameters<typeof composeService>[0]['baseOf']): Service {
    return composeService({
      ...{ config, session, baseOf, now, log, reach, evictAfterMs, ...house },
      ...{ chance: Math.random, pollMs: options.pollMs, observe: options.observe },
      supervision: { root, standingOf: (key) => standingOf(root.getSnapshot().context, key) },
      on: {
        unauthorised: () =>
          fail(new LoginRefused('The homeserver no longer accepts the access token. Log in again and start anew.')),
        suspended: (state) => (suspended = state),
        positionLost: () => void house.host.update({ syncPosition: null }).then(() => fail(new PositionLost()), fail),
        synced() {
          lastSyncAt = now();
          root.send({ type: 'sync.succeeded' });
        },
        syncFailed: (detail) => root.send({ type: 'sync.failed', detail }),
        store: (detail) => root.send(detail === null ? { type: 'store.succeeded' } : { type: 'store.failed', detail }),
      },
    });
  }

  const ended = new Promise<Error | null>((resolve) => {
    root.subscribe({
      error: (error) => void close().then(() => resolve(asError(error))),
      complete: () => void close().then(() => resolve(problem)),
    });
  });
  root.start();

  return {
    ended,
    health() {
      const { value, context } = root.getSnapshot();
      return {
        state: value as unknown as Health['state'],
        lastSyncAgeMs: lastSyncAt === null ? null : now() - lastSyncAt,
        syncStaleAfterMs: SYNC_STALE_MS,
        storeWritable: context.store === null,
        parkedRooms: context.parked,
        suspended,
        refusedMessages: service?.refusedMessages() ?? 0,
      };
    },
    async stop() {
      root.send({ type: 'drain' });
      await ended;
    },
  };
}

function steadyClock({ log, now: wall = Date.now }: AppOptions): () => number {
  return createSteadyClock({
    wall,
    onJump: (ms) => log.warn({ ms }, 'the clock of the machine was set; what waits here goes by the time that passes'),
  });
}
