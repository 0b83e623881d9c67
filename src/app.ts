/** Composition root: configuration → adapters → root actor. The only file that knows everything. */
import { createActor } from 'xstate';
import path from 'node:path';
import { EventId, type AgentId, type RoomId, type UserId } from '../machines/ids.ts';
import { supervisorMachine } from '../machines/supervisor.machine.ts';
import { createAccess } from './actors/access.ts';
import type { Reach } from './durable/boundaries.ts';
import { createDirectory } from './actors/directory.ts';
import { createDoor } from './actors/door.ts';
import { createReception } from './actors/reception.ts';
import type { Change } from './durable/durable.ts';
import { createAlarm } from './durable/timers.ts';
import { createRegistry } from './agents/registry.ts';
import { comeBack } from './start/come-back.ts';
import { compose, openStore } from './compose.ts';
import type { Config } from './config/config.ts';
import { createActions } from './matrix/actions.ts';
import { createAntechamber } from './matrix/antechamber.ts';
import { createAttendance } from './matrix/attendance.ts';
import { createClient } from './matrix/client.ts';
import { createCourier } from './matrix/courier.ts';
import { Closed } from './matrix/errors.ts';
import { login, LoginRefused, type Session } from './matrix/login.ts';
import { createRoomWork } from './matrix/rooms.ts';
import { createSurvey } from './matrix/survey.ts';
import { createSync } from './matrix/sync.ts';
import { claimMemories } from './start/memories.ts';
import type { Health } from './ops/health.ts';
import type { Arrival, Log } from './ports.ts';

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
  observe?: (room: RoomId, change: Change) => void;
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

/** The state folder remembers the rooms of another account. */
class WrongAccount extends Error {
  constructor(folder: string, found: UserId, wanted: UserId) {
    super(
      `The state folder ${folder} belongs to ${found}, but MATRIX_USER_ID is ${wanted}. ` +
        'Give each account a state folder of its own (STATE_DIR).',
    );
  }
}

const SYNC_STALE_MS = 90_000;
const EVICT_AFTER_MS = 5 * 60_000;
const DRAIN_MS = 8_000;

/**
 * Starts the service and returns while it still logs in. Throws as `openStore` does; a homeserver that is
 * away is waited for, one that refuses the bot ends the service.
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log, now = Date.now, reach = () => {}, evictAfterMs = EVICT_AFTER_MS } = options;
  const chance = Math.random;
  const me = config.matrix.userId;
  const folder = (name: string) => path.join(config.state.dir, name);
  const store = await openStore(config, log);
  const { host } = store;
  const registry = createRegistry(config);
  const access = createAccess({
    me,
    allowed: config.policy.access.allowed,
    userAgents: config.userAgents,
    unmapped: config.policy.access.unmapped,
  });
  const directory = createDirectory();
  const alarm = createAlarm(now);
  const starting = new AbortController();
  const closers: (() => Promise<void> | void)[] = [];
  let ready: ReturnType<typeof connect> | null = null;
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
          const { rooms, people } = ready?.household ?? {};
          void Promise.all([rooms?.quiet(), people?.quiet()]).then(() => root.send({ type: 'drained' }));
        },
        'restart or park the room': (_, { room, error }) => ready?.household.of(room).restartOrPark(room, error),
        'release the room': (_, { room }) => ready?.household.of(room).release(room),
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
    void ready?.sync.stop();
    await ready?.household.rooms.close();
    await ready?.household.people.close();
    for (const closer of closers.reverse()) await closer();
    await host.update({});
    alarm.close();
    await store.close();
    log.info({}, 'stopped');
  }

  async function boot(): Promise<void> {
    await claimFolder();
    await claimMemories(host, config);
    const baseOf = await agentAddresses();
    const session = await enter();
    await host.update({ deviceId: session.deviceId });
    ready = connect(session, baseOf);
    const { household } = ready;
    await comeBack({ ...ready, store, host, directory, registry, mode: config.policy.onboarding.mode, me, now, log });
    log.info({ user: me, device: session.deviceId, live: household.rooms.counts().live }, 'booted');
    root.send({ type: 'booted' });
  }

  /** The records are of the rooms of one account; under another they would be taken for lost. */
  async function claimFolder(): Promise<void> {
    const { userId } = host.read();
    if (userId !== null && userId !== me) throw new WrongAccount(config.state.dir, userId, me);
    if (userId === null) await host.update({ userId: me });
  }

  /** The bot is no longer in a room, and no sync says so. */
  async function noteGone(room: RoomId): Promise<void> {
    const admitted = await ready?.door.admit([{ room, id: null, heard: { type: 'room.left' } }]);
    await Promise.all(admitted ?? []);
  }

  function observe(key: string, change: Change): void {
    if (key.startsWith('@')) directory.note(change.record);
    else options.observe?.(key as RoomId, change);
  }

  /** With the mock backend the reference agent runs in this process and answers for every agent. */
  async function agentAddresses(): Promise<(agent: AgentId) => string | null> {
    const addresses = new Map(config.agents.map(({ id, baseUrl }) => [id, baseUrl]));
    if (config.backend === 'real') return (agent) => addresses.get(agent) ?? null;
    const { startAgent } = await import('./reference-agent/server.ts');
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

  function connect({ accessToken, deviceId }: Session, baseOf: (agent: AgentId) => string | null) {
    const api = createClient({ homeserver: config.matrix.homeserver, accessToken, log });
    const refused = () =>
      fail(new LoginRefused('The homeserver no longer accepts the access token. Log in again and start anew.'));
    const courier = createCourier({ api, device: deviceId, me, now, chance, log, onUnauthorised: refused });
    const actions = createActions({ api, me, chance, log });
    const work = createRoomWork({ api, me, chance, log });
    const attendance = createAttendance({ api, me, chance, log });
    const antechamber = createAntechamber({
      joinRoom: actions.joinRoom,
      isChat: (room) => directory.personOf(room) !== undefined,
    });
    const watching = attendance.watching({ work, send: courier.send }, noteGone);
    closers.push(
      () => attendance.close(),
      () => courier.close(),
      () => actions.close(),
      () => work.close(),
    );
    const reception = createReception({
      registry,
      access,
      mode: config.policy.onboarding.mode,
      scope: config.policy.context.scope,
      host,
      readMarker: work.readMarker,
      inTheMaking: directory.inTheMaking,
      now,
    });
    const household = compose({
      ...{ config, root, store, device: deviceId, actions, reception, baseOf },
      courier: { ...courier, send: watching.send },
      work: watching.work,
      ...{ alarm, now, chance, log, reach, evictAfterMs, observe },
      letIn: antechamber.letIn,
      onStore: (detail) => root.send(detail === null ? { type: 'store.succeeded' } : { type: 'store.failed', detail }),
    });
    const door = createDoor({
      ...{ access, rooms: household.rooms, people: household.people, reception, now, log },
      ownerOf: directory.ownerOf,
      leave: work.leave,
      invitesPerMinute: config.policy.onboarding.invitesPerMinute,
    });
    const sync = createSync({
      api,
      me,
      async receive(arrivals) {
        reach('sync response received');
        const news = Map.groupBy(antechamber.others(arrivals), ({ heard }) => heard.type === 'room.left');
        // A room that the bot was removed from and is invited to again (Synapse tells both) begins anew.
        await Promise.all(await door.admit(news.get(true) ?? []));
        const admitted = await door.admit(news.get(false) ?? []);
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
      onPositionLost: () => void host.update({ syncPosition: null }).then(() => fail(new PositionLost()), fail),
      onDropped: (reason) => log.debug({ reason }, 'event dropped'),
      now,
      chance,
      log,
      ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
    });
    const survey = createSurvey({ api, me, log, chance });
    closers.push(() => survey.close());
    return { household, sync, work, reception, door, survey, attendance };
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
      parkedRooms: (ready?.household.rooms.counts().parked ?? 0) + (ready?.household.people.counts().parked ?? 0),
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
