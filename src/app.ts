/** Composition root: configuration → adapters → root actor, which says what happens when. */
import { createActor, type InspectionEvent } from 'xstate';
import type { RoomId } from '../machines/ids.ts';
import type { RoomContext } from '../machines/room.model.ts';
import { restartPolicy } from '../machines/restart-policy.ts';
import { supervisorMachine } from '../machines/supervisor.machine.ts';
import { endedIn, type SupervisorEvent } from '../machines/supervisor-vocabulary.ts';
import { as } from '../machines/vocabulary.ts';
import { standingOf, type SupervisorContext } from '../machines/supervisor-words.ts';
import { asError } from './basics/describe-error.ts';
import type { Reach } from './actors/boundaries.ts';
import { composeService, type Service } from './compose/service.ts';
import type { Config } from './config/config.ts';
import type { RegistrySource } from './config/reload.ts';
import type { Change } from './durable/durable.ts';
import { chartsOnly } from './durable/inspection.ts';
import type { Supervision } from './durable/supervision.ts';
import { Closed } from './matrix/errors.ts';
import { noRight } from './matrix/lease.ts';
import { LoginRefused } from './matrix/login.ts';
import type { Suspension } from './matrix/standing.ts';
import type { Health } from './ops/health.ts';
import type { Log, Meter, OpsDesk } from './ports.ts';
import { noMeter } from './ports/meter.ts';
import type { TakePush } from './ports/pushes.ts';
import { close, type Closing } from './start/close.ts';
import { bringUpToDate, wakeUp } from './start/come-back.ts';
import { enter, type Entered } from './start/enter.ts';
import { watchFolder } from './start/house.ts';
import { clockOf } from './start/clock.ts';
import { openRemembered } from './start/open.ts';
import { PositionLost } from './start/position-lost.ts';
import { storeNotes } from './start/store-notes.ts';
import { startReloading, type Reloading } from './start/reload.ts';
import type { Remembered } from './start/remembered.ts';

export interface App {
  health(): Health;
  /** The service as operators see it; null until it is logged in. */
  desk(): OpsDesk | null;
  /** What an agent says of its own accord. */
  push: TakePush;
  /** Drains and stops; resolves when everything is closed. */
  stop(): Promise<void>;
  /** Reads the registry file again, and says in the log what came of it. */
  reload(): void;
  /** What runs by now. */
  config(): Config;
  /** Resolves when the service has ended: null after `stop`, else why it cannot go on. */
  ended: Promise<Error | null>;
}

export interface AppOptions {
  log: Log;
  /** The registry file, which is watched; left out, the configuration stays. */
  registry?: RegistrySource | null;
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
  /** Asks another service of the account to end, instead of ending. */
  takeOver?: boolean;
  /** How often it says that it has the account, ms. */
  leaseMs?: number;
  /** How long a stopping service waits for answers that are being written, ms. */
  drainMs?: number;
  /** Counts what it does. */
  meter?: Meter;
}

const SYNC_STALE_MS = 90_000;
const EVICT_AFTER_MS = 5 * 60_000;
const DRAIN_MS = 8_000;

/** What a service knows of itself while it runs. */
interface Run extends Closing {
  config: Config;
  options: AppOptions;
  now: () => number;
  supervision: Supervision;
  /** Null until it is woken. */
  reloading: Reloading | null;
  /** The records, between their reading and the waking. */
  remembered: Remembered | null;
  lastSyncAt: number | null;
  /** Why the homeserver does not let it in yet, a sentence for the operator. */
  trouble: string | null;
  /** Why the homeserver lets the account send nothing. */
  suspended: Suspension | null;
  /** Why it ends. */
  problem: Error | null;
  /** Another service may speak for the account by now. */
  isDisplaced: boolean;
  send(event: SupervisorEvent): void;
  /** What the root knows. */
  known(): SupervisorContext;
  health(): Health;
}

/**
 * Starts the service and returns while it still logs in. Throws as `openRemembered` does; a homeserver that is
 * away is waited for, one that refuses the bot ends the service.
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log, drainMs = DRAIN_MS, inspect } = options;
  const now = clockOf(options);
  const { house, remembered } = await openRemembered(config, now, log);
  const machine = supervisorMachine.provide({ actions: deedsOf(() => run), delays: { drainLimit: drainMs } });
  const root = createActor(machine, {
    ...{ id: 'supervisor', systemId: 'supervisor', input: { policy: restartPolicy } },
    ...(inspect === undefined ? {} : { inspect: chartsOnly(inspect) }),
  });
  const run: Run = {
    ...{ config, options, house, now, starting: new AbortController() },
    ...{ entering: null, service: null, reloading: null, remembered, lastSyncAt: null, suspended: null, problem: null },
    ...{ trouble: null, isDisplaced: false },
    supervision: {
      root,
      tell: (event) => root.send(event),
      standingOf: (key) => standingOf(root.getSnapshot().context, key),
    },
    send: (event) => root.send(event),
    known: () => root.getSnapshot().context,
    // The chart's states are chapters, which tell the compiler nothing of their names.
    health: () => healthOf(run, root.getSnapshot().value as unknown as Health['state']),
  };
  const ended = new Promise<Error | null>((resolve) => {
    root.subscribe({
      error: (error) => void close(run, log).then(() => resolve(asError(error))),
      complete() {
        // What the rest of a start meets in a closed house is no reason to end.
        const { problem } = run;
        void close(run, log).then((failure) => resolve(problem ?? failure));
      },
    });
  });
  root.start();
  watchFolder(house, config.state.dir, now, (why) => displace(run, why));

  return {
    ended,
    health: run.health,
    desk: () => run.service?.desk ?? null,
    reload: () => void (run.reloading?.again(true) ?? log.info({}, 'registry is read again once the service is up')),
    config: () => run.reloading?.config() ?? config,
    push: async (pushed) => (await run.service?.push(pushed)) ?? 'not now',
    async stop() {
      if (root.getSnapshot().status === 'active') root.send({ type: 'drain' });
      await ended;
    },
  };
}

/** What the names in the root's chart do; nothing of it is called before the root starts. */
function deedsOf(run: () => Run) {
  /** Part of the start, after which the root hears `done`: what it cannot do ends the service. */
  const step = (work: (run: Run) => Promise<void>, done: SupervisorEvent) => () => {
    const it = run();
    work(it).then(
      () => it.send(done),
      (error: unknown) => fail(it, error),
    );
  };
  const household = (key: string) => run().service?.household.of(key);
  return {
    'log in': step(logIn, { type: 'logged in' }),
    'bring the records up to date': step(
      async (it) => {
        it.remembered = await bringUpToDate(comingBack(it), recalled(it));
      },
      { type: 'reconciled' },
    ),
    'wake what was under way': step(wake, { type: 'woken' }),
    'start syncing': () => run().service?.sync.start(),
    'stop syncing'() {
      const { starting, service, options } = run();
      starting.abort();
      service?.sync.stop().catch((error: unknown) => options.log.error({ error }, 'sync did not stop cleanly'));
    },
    'finish open work'() {
      const { service, send } = run();
      void Promise.resolve(service?.household.quiet()).then(() => send({ type: 'drained' }));
    },
    'spawn the actor'({ event }: { event: SupervisorEvent }) {
      for (const key of as(event, 'actor.wanted').keys) household(key)?.spawn(key);
    },
    'let go of the actor'({ event }: { event: SupervisorEvent }) {
      const key = endedIn(event);
      household(key)?.release(key);
    },
    restart(_: unknown, { key, afterMs }: { key: string; afterMs: number }) {
      run().options.meter?.count('restarts', { of: kindOf(key) });
      household(key)?.restartAfter(key, afterMs);
    },
    park(_: unknown, { key, afterMs }: { key: string; afterMs: number }) {
      run().options.meter?.count('parkings', { of: kindOf(key) });
      household(key)?.park(key, afterMs);
    },
  };
}

async function logIn(run: Run): Promise<void> {
  const { config, house, starting, options } = run;
  const { log, takeOver = false, leaseMs } = options;
  const onLost = (why: Error) => displace(run, why);
  const onTrouble = (says: string | null) => void (run.trouble = says);
  const entering = enter({ config, house, signal: starting.signal, log, takeOver, leaseMs, onTrouble, onLost });
  run.entering = entering;
  const entered = await entering;
  // A stop may have come meanwhile: nothing is opened after everything was closed.
  if (starting.signal.aborted) throw new Closed();
  run.service = serviceFor(run, entered);
}

async function wake(run: Run): Promise<void> {
  const { config, options, known } = run;
  await wakeUp(comingBack(run), recalled(run));
  run.remembered = null;
  options.log.info({ user: config.matrix.userId, live: known().live }, 'booted');
  run.reloading = startReloading({ ...comingBack(run), config, source: options.registry ?? null, house: run.house });
}

function recalled({ remembered }: Run): Remembered {
  if (remembered === null) throw new Error('the records are not read');
  return remembered;
}

function comingBack({ service, house, config, now, options }: Run) {
  if (service === null) throw new Error('nobody is logged in');
  const { onboarding, context } = config.policy;
  const modes = { mode: onboarding.mode, scope: context.scope };
  return { ...service, ...house, ...modes, me: config.matrix.userId, now, log: options.log };
}

function serviceFor(run: Run, { sure, ...entered }: Entered): Service {
  const { config, options, house, now, supervision, send } = run;
  const { log, reach = () => {}, evictAfterMs = EVICT_AFTER_MS, pollMs, observe, meter = noMeter } = options;
  return composeService({
    ...{ config, supervision, now, wall: options.now ?? Date.now, log, reach, evictAfterMs, pollMs, observe },
    ...{ ...entered, ...house },
    sure: () => (run.isDisplaced ? Promise.reject(noRight()) : sure()),
    ...{ chance: Math.random, health: run.health, supervisor: run.known, meter },
    on: {
      unauthorised: () =>
        fail(run, new LoginRefused('The homeserver no longer accepts the access token. Log in again and restart.')),
      suspended: (state) => void (run.suspended = state),
      positionLost: () =>
        void house.host.update({ syncPosition: null }).then(
          () => fail(run, new PositionLost()),
          (error: unknown) => fail(run, error),
        ),
      synced() {
        run.lastSyncAt = now();
        send({ type: 'sync.succeeded' });
      },
      syncFailed: (detail) => send({ type: 'sync.failed', detail }),
      store: storeNotes({ send, storeFails: () => run.known().store !== null }, log),
    },
  });
}

function fail(run: Run, error: unknown): void {
  if (error instanceof Closed) return;
  run.problem ??= asError(error);
  run.send({ type: 'drain' });
}

/** Nothing more is said or asked: somebody else does that by now. */
function displace(run: Run, why: Error): void {
  run.options.log.error({ problem: why.message }, 'displaced');
  run.problem ??= why;
  run.isDisplaced = true;
  run.send({ type: 'displaced' });
}

function healthOf(run: Run, state: Health['state']): Health {
  const { lastSyncAt, trouble, suspended, service, reloading, house, now, known } = run;
  const { store, parked } = known();
  return {
    state,
    lastSyncAgeMs: lastSyncAt === null ? null : now() - lastSyncAt,
    syncStaleAfterMs: SYNC_STALE_MS,
    ...{ storeWritable: store === null, parkedRooms: parked, trouble, suspended },
    refusedMessages: service?.refusedMessages() ?? 0,
    registry: reloading?.health() ?? null,
    ...{ damagedRecords: house.store.damaged.count(), workspaces: house.workspaces.watch.problems() },
  };
}

function kindOf(key: string): 'room' | 'person' {
  return key.startsWith('@') ? 'person' : 'room';
}
