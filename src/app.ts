/** Composition root: configuration → adapters → root actor. The only file that knows everything. */
import { createActor } from 'xstate';
import path from 'node:path';
import { EventId, type AgentId, type RoomId } from '../machines/model.ts';
import { restartPolicy } from '../machines/restart-policy.ts';
import { supervisorMachine } from '../machines/supervisor.machine.ts';
import type { Reach } from './actors/boundaries.ts';
import { createRoomEffects } from './actors/effects/room.ts';
import { createReception } from './actors/reception.ts';
import { isAtRest, readRoomRecord, roomDefinition } from './actors/room.ts';
import { DeadLetters } from './actors/step.ts';
import { createChildren, type Children, type Observe } from './actors/supervisor.ts';
import { createAlarm } from './actors/timers.ts';
import { openLinks } from './agents/link.ts';
import { createPlaces } from './agents/places.ts';
import { createRegistry } from './agents/registry.ts';
import type { Config } from './config/config.ts';
import { createActions } from './matrix/actions.ts';
import { createClient } from './matrix/client.ts';
import { createCourier } from './matrix/courier.ts';
import { Closed } from './matrix/errors.ts';
import { login, LoginRefused, type Session } from './matrix/login.ts';
import { createSync } from './matrix/sync.ts';
import type { Health } from './ops/health.ts';
import type { Arrival, Log } from './ports.ts';
import { openAnswers } from './store/answers.ts';
import { openHostState } from './store/host.ts';
import { lockFolder } from './store/lock.ts';
import { openRecords } from './store/records.ts';
import { renderAnswer } from './text/answer.ts';
import { en } from './text/en.ts';
import { renderNotice } from './text/notices.ts';
import { renderPreview } from './text/preview.ts';

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
  now?: () => number;
  /** Sees every commit of every room. */
  observe?: Observe;
  /** How long an idle room stays in memory, ms. */
  evictAfterMs?: number;
  /** How long the homeserver may hold an empty sync back, ms. */
  pollMs?: number;
  /** How long a stopping service waits for answers that are being written, ms. */
  drainMs?: number;
}

const SYNC_STALE_MS = 90_000;
const EVICT_AFTER_MS = 5 * 60_000;
const DRAIN_MS = 8_000;

/**
 * Starts the service and returns while it still logs in. Throws `FolderInUse` or `StoreFailure`; a homeserver that is
 * away is waited for, one that refuses the bot ends the service.
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log, now = Date.now, reach = () => {}, evictAfterMs = EVICT_AFTER_MS } = options;
  const chance = Math.random;
  const me = config.matrix.userId;
  const lock = await lockFolder(config.state.dir);
  const writing = { fsync: config.state.fsync };
  const onCorrupt = (error: Error) => log.error({ error }, 'damaged record moved aside');
  const folder = (name: string) => path.join(config.state.dir, name);
  const [host, records, deadLetters, answers] = await Promise.all([
    openHostState(config.state.dir, writing),
    openRecords(folder('rooms'), { ...writing, onCorrupt }),
    openRecords(folder('dead-letters'), { ...writing, onCorrupt }),
    openAnswers(folder('answers'), writing),
  ]);
  const registry = createRegistry(config);
  const reception = createReception({ registry, host, now });
  const alarm = createAlarm(now);
  const starting = new AbortController();
  const closers: (() => Promise<void> | void)[] = [];
  let ready: { children: Children; sync: ReturnType<typeof createSync> } | null = null;
  let lastSyncAt: number | null = null;
  let problem: Error | null = null;

  function fail(error: Error): void {
    problem ??= error;
    root.send({ type: 'drain' });
  }

  const root = createActor(
    supervisorMachine.provide({
      actions: {
        'start syncing': () => ready?.sync.start(),
        'stop syncing': () => {
          starting.abort();
          ready?.sync.stop().catch((error: unknown) => log.error({ error }, 'sync did not stop cleanly'));
        },
        'finish open work': () => {
          const quiet = ready?.children.quiet() ?? Promise.resolve();
          void quiet.then(() => root.send({ type: 'drained' }));
        },
        'restart or park the room': (_, { room, error }) => ready?.children.restartOrPark(room as RoomId, error),
        'release the room': (_, { room }) => ready?.children.release(room as RoomId),
      },
      delays: { drainLimit: options.drainMs ?? DRAIN_MS },
    }),
  );
  const ended = new Promise<Error | null>((resolve) => {
    root.subscribe({
      error: (error) => void close().then(() => resolve(error instanceof Error ? error : new Error(String(error)))),
      complete: () => void close().then(() => resolve(problem)),
    });
  });

  async function close(): Promise<void> {
    starting.abort();
    await ready?.sync.stop();
    await ready?.children.close();
    for (const closer of closers.reverse()) await closer();
    alarm.close();
    await lock.release();
    log.info({}, 'stopped');
  }

  async function boot(): Promise<void> {
    const baseOf = await agentAddresses();
    const session = await enter();
    await host.update({ deviceId: session.deviceId });
    const { children, sync } = compose(session, baseOf);
    ready = { children, sync };
    for await (const [room, stored] of records.entries()) {
      try {
        const record = readRoomRecord(stored);
        if (!isAtRest(record)) children.wake(room as RoomId, record);
      } catch (error) {
        log.error({ room, error }, 'record cannot be read, its room is left out');
      }
    }
    for await (const [room, inputs] of deadLetters.entries()) {
      children.redeliver(room as RoomId, DeadLetters.parse(inputs));
    }
    log.info({ user: me, device: session.deviceId, live: children.counts().live }, 'booted');
    root.send({ type: 'booted' });
  }

  /** With the mock backend the reference agent runs in this process and answers for every agent. */
  async function agentAddresses(): Promise<(agent: AgentId) => string | null> {
    const addresses = new Map(config.agents.map(({ id, baseUrl }) => [id, baseUrl]));
    if (config.backend === 'real') return (agent) => addresses.get(agent) ?? null;
    const { startAgent } = await import('./demo/agent/server.ts');
    const agent = await startAgent({ port: 0, workspace: folder('workspace'), log });
    closers.push(() => agent.close());
    return () => agent.url;
  }

  function enter(): Promise<Session> {
    const { homeserver, accessToken, password, deviceId } = config.matrix;
    return login({
      homeserver,
      userId: me,
      credentials: accessToken !== null ? { accessToken } : { password: password ?? '' },
      deviceId,
      rememberedDeviceId: host.read().deviceId,
      signal: starting.signal,
      chance,
      log,
    });
  }

  function compose({ accessToken, deviceId }: Session, baseOf: (agent: AgentId) => string | null) {
    const { limits, reply } = config.policy;
    const api = createClient({ homeserver: config.matrix.homeserver, accessToken, log });
    const refused = () =>
      fail(new LoginRefused('The homeserver no longer accepts the access token. Log in again and start anew.'));
    const courier = createCourier({ api, device: deviceId, me, now, chance, log, onUnauthorised: refused });
    const actions = createActions({ api, me, chance, log });
    closers.push(
      () => courier.close(),
      () => actions.close(),
    );
    const concurrency = new Map(config.agents.map((agent) => [agent.id, agent.concurrency]));
    const children = createChildren({
      root,
      definition: roomDefinition({ queue: limits.queue, tries: limits.connectTries, turnMs: limits.turnMs }, deviceId),
      records,
      deadLetters,
      readRecord: readRoomRecord,
      isAtRest,
      newRecord: reception.newRecord,
      createEffects: (admit) =>
        createRoomEffects(
          {
            send: courier.send,
            sendDisposable: courier.sendDisposable,
            joinRoom: actions.joinRoom,
            showTyping: actions.showTyping,
            openLink: openLinks({
              baseOf,
              now,
              log,
              count: (frame) => log.debug({ frame }, 'frame changes nothing'),
              limits: {
                connect: limits.connectMs,
                status: limits.statusMs,
                silence: limits.silenceMs,
                maxFrame: limits.frameBytes,
              },
            }),
            places: createPlaces((agent) => concurrency.get(agent) ?? 1),
            answers,
            renderNotice: renderNotice(en),
            renderAnswer,
            renderPreview,
            now,
            chance,
            log,
            alarm,
            pace: reply,
            reach,
            isClosing: (error) => error instanceof Closed,
          },
          admit,
        ),
      policy: restartPolicy,
      evictAfterMs,
      alarm,
      now,
      log,
      reach,
      observe: options.observe,
      onStore: (detail) => root.send(detail === null ? { type: 'store.succeeded' } : { type: 'store.failed', detail }),
    });
    const sync = createSync({
      api,
      me,
      async receive(arrivals) {
        reach('sync response received');
        const rooms = await reception.inputsOf(arrivals);
        const admitted = [...rooms].map(([room, inputs]) => children.deliver(room, inputs));
        reach('events handed to rooms');
        await Promise.all(admitted);
        for (const [room, event] of lastEvents(arrivals)) void actions.sendReadReceipt(room, event);
      },
      position: {
        read: () => host.read().syncPosition,
        async write(syncPosition) {
          if (syncPosition !== host.read().syncPosition) await host.update({ syncPosition, lastSyncAt: now() });
          reach('sync position written');
        },
      },
      onSucceeded() {
        lastSyncAt = now();
        root.send({ type: 'sync.succeeded' });
      },
      onFailed: ({ detail }) => root.send({ type: 'sync.failed', detail }),
      onUnauthorised: refused,
      onDropped: (reason) => log.debug({ reason }, 'event dropped'),
      now,
      chance,
      log,
      ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
    });
    return { children, sync };
  }

  root.start();
  boot().catch((error: unknown) => {
    if (!(error instanceof Closed)) fail(error instanceof Error ? error : new Error(String(error)));
  });

  return {
    health: () => ({
      state: root.getSnapshot().value,
      lastSyncAgeMs: lastSyncAt === null ? null : now() - lastSyncAt,
      syncStaleAfterMs: SYNC_STALE_MS,
      storeWritable: root.getSnapshot().context.store === null,
      parkedRooms: ready?.children.counts().parked ?? 0,
    }),
    async stop() {
      root.send({ type: 'drain' });
      await ended;
    },
    ended,
  };
}

/** The newest event of each room, to be marked as read. */
function lastEvents(arrivals: readonly Arrival[]): Map<RoomId, EventId> {
  return new Map(arrivals.flatMap(({ room, id }) => (id === null ? [] : [[room, EventId.parse(id)]])));
}
