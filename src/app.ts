/** Composition root: configuration → adapters → root actor, which says what happens when. */
import { createActor, type InspectionEvent } from 'xstate';
import type { RoomId } from '../machines/ids.ts';
import type { RoomContext } from '../machines/room.model.ts';
import { restartPolicy } from '../machines/restart-policy.ts';
import { supervisorMachine } from '../machines/supervisor.machine.ts';
import { endedIn, type SupervisorEvent } from '../machines/supervisor-vocabulary.ts';
import { as } from '../machines/vocabulary.ts';
import { standingOf } from '../machines/supervisor-words.ts';
import { asError } from './basics/describe-error.ts';
import type { Reach } from './actors/boundaries.ts';
import { composeService, type Service } from './compose/service.ts';
import type { Config } from './config/config.ts';
import type { Change } from './durable/durable.ts';
import { chartsOnly } from './durable/inspection.ts';
import type { Supervision } from './durable/supervision.ts';
import { Closed } from './matrix/errors.ts';
import { noRight } from './matrix/lease.ts';
import { LoginRefused } from './matrix/login.ts';
import type { Suspension } from './matrix/standing.ts';
import type { Health } from './ops/health.ts';
import type { Log } from './ports.ts';
import type { TakePush } from './ports/pushes.ts';
import { bringUpToDate, wakeUp } from './start/come-back.ts';
import { enter, type Entered } from './start/enter.ts';
import { watchFolder, type House } from './start/house.ts';
import { clockOf } from './start/clock.ts';
import { openRemembered } from './start/open.ts';
import { PositionLost } from './start/position-lost.ts';
import type { Remembered } from './start/remembered.ts';

export interface App {
  health(): Health;
  /** What an agent says of its own accord. */
  push: TakePush;
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
  /** Asks another service of the account to end, instead of ending. */
  takeOver?: boolean;
  /** How often it says that it has the account, ms. */
  leaseMs?: number;
  /** How long a stopping service waits for answers that are being written, ms. */
  drainMs?: number;
}

const SYNC_STALE_MS = 90_000;
const EVICT_AFTER_MS = 5 * 60_000;
const DRAIN_MS = 8_000;

/** What a service knows of itself while it runs. */
interface Run {
  config: Config;
  options: AppOptions;
  house: House;
  now: () => number;
  /** Aborts the login. */
  starting: AbortController;
  supervision: Supervision;
  /** The login, while and after it is tried. */
  entering: Promise<unknown> | null;
  /** Null until it is logged in. */
  service: Service | null;
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
  storeFails(): boolean;
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
    ...{ entering: null, service: null, remembered, lastSyncAt: null, suspended: null, problem: null },
    ...{ trouble: null, isDisplaced: false },
    supervision: {
      root,
      tell: (event) => root.send(event),
      standingOf: (key) => standingOf(root.getSnapshot().context, key),
    },
    send: (event) => root.send(event),
    storeFails: () => root.getSnapshot().context.store !== null,
  };
  const ended = new Promise<Error | null>((resolve) => {
    root.subscribe({
      error: (error) => void close(run).then(() => resolve(asError(error))),
      complete() {
        // What the rest of a start meets in a closed house is no reason to end.
        const { problem } = run;
        void close(run).then((failure) => resolve(problem ?? failure));
      },
    });
  });
  root.start();
  watchFolder(house, config.state.dir, now, (why) => displace(run, why));

  return {
    ended,
    health() {
      const { value, context } = root.getSnapshot();
      return {
        // The chart's states are chapters, which tell the compiler nothing of their names.
        state: value as unknown as Health['state'],
        lastSyncAgeMs: run.lastSyncAt === null ? null : now() - run.lastSyncAt,
        syncStaleAfterMs: SYNC_STALE_MS,
        storeWritable: context.store === null,
        parkedRooms: context.parked,
        ...{ trouble: run.trouble, suspended: run.suspended },
        refusedMessages: run.service?.refusedMessages() ?? 0,
        ...{ damagedRecords: house.store.damaged.count(), workspaces: house.workspaces.watch.problems() },
      };
    },
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
    restart: (_: unknown, { key, afterMs }: { key: string; afterMs: number }) =>
      household(key)?.restartAfter(key, afterMs),
    park: (_: unknown, { key, afterMs }: { key: string; afterMs: number }) => household(key)?.park(key, afterMs),
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
  const { config, options, supervision } = run;
  await wakeUp(comingBack(run), recalled(run));
  run.remembered = null;
  const { live } = (supervision.root.getSnapshot() as { context: { live: number } }).context;
  options.log.info({ user: config.matrix.userId, live }, 'booted');
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
  const { log, reach = () => {}, evictAfterMs = EVICT_AFTER_MS, pollMs, observe } = options;
  return composeService({
    ...{ config, supervision, now, wall: options.now ?? Date.now, log, reach, evictAfterMs, pollMs, observe },
    ...{ ...entered, ...house },
    sure: () => (run.isDisplaced ? Promise.reject(noRight()) : sure()),
    chance: Math.random,
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
      store: (detail) => noteStore(run, detail),
    },
  });
}

/** Says once that the store fails, and once that it works again. */
function noteStore({ options: { log }, send, storeFails }: Run, detail: string | null): void {
  if (detail !== null && !storeFails()) log.error({ detail }, 'store fails');
  if (detail === null && storeFails()) log.info({}, 'store works again');
  send(detail === null ? { type: 'store.succeeded' } : { type: 'store.failed', detail });
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

/** Closes all of it, whatever fails of it; gives what failed first, null for nothing. Never rejects. */
async function close({ starting, entering, service, house, options }: Run): Promise<Error | null> {
  starting.abort();
  service?.sync.stop().catch((error: unknown) => options.log.error({ error }, 'sync did not stop cleanly'));
  // What it opens last is closed with the house.
  await entering?.catch(() => undefined);
  const steps = [() => service?.household.close(), () => service?.close(), () => house.close()];
  const failures: Error[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      options.log.error({ error }, 'not everything could be closed');
      failures.push(asError(error));
    }
  }
  options.log.info({}, 'stopped');
  return failures[0] ?? null;
}
