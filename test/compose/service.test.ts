/** The service with its actors and its sync, a scripted homeserver, and a disk that takes each write when the test lets it. */
import { expect, onTestFinished, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { newPersonRecord } from '../../src/actors/person.ts';
import { restartPolicy } from '../../machines/restart-policy.ts';
import { nothingKnown } from '../../machines/supervisor-vocabulary.ts';
import type { Health } from '../../src/ops/health.ts';
import { noMeter } from '../../src/ports/meter.ts';
import { composeService } from '../../src/compose/service.ts';
import { createRoster } from '../../src/compose/roster.ts';
import { composeWorkspaces } from '../../src/compose/workspaces.ts';
import type { Session } from '../../src/matrix/login.ts';
import type { HostDocument, HostState, Store } from '../../src/ports.ts';
import { StoreFailure } from '../../src/store/errors.ts';
import { isSync, said } from '../matrix/sync-house.ts';
import { me, room, startServer, type Reply, type Seen } from '../matrix/support.ts';
import { temporaryStore } from '../store/support.ts';
import { botConfig } from '../support/bot.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { silentLog } from '../support/log-book.ts';
import { startRoot } from '../support/root.ts';
import { settled, until } from '../support/until.ts';

const ANN = UserId.parse('@anna:test');
const [A, B, SPACE] = [room('a'), room('b'), room('space')];

const texts = (...events: object[]) => ({ timeline: { events, limited: false, prev_batch: 'p' } });

/** Two rooms that somebody speaks in, and a Space that the bot is put out of. */
const spoken = { [A]: texts(said('one'), said('two')), [B]: texts(said('three')) };
const leave = { [SPACE]: texts() };

/** A store whose writes wait for `release`. `happened`: which have begun, and which are on disk. */
function held(store: Store, happened: string[], isBroken: (key: string) => boolean) {
  const waiting = new Map<string, () => void>();
  let isFree = false;
  const part = <Table extends 'rooms' | 'people' | 'deadLetters'>(name: Table): Store[Table] => ({
    ...store[name],
    async write(key: string, value: never) {
      const what = name === 'deadLetters' ? `letters of ${key}` : key;
      happened.push(`${what} begun`);
      if (!isFree) await new Promise<void>((resolve) => waiting.set(what, resolve));
      if (what === key && isBroken(key)) throw new StoreFailure('write', key, { code: 'EIO' });
      await store[name].write(key, value);
      happened.push(`${what} on disk`);
    },
  });
  return {
    store: { ...store, rooms: part('rooms'), people: part('people'), deadLetters: part('deadLetters') },
    release(what: string) {
      waiting.get(what)?.();
      waiting.delete(what);
    },
    releaseAll() {
      isFree = true;
      for (const resolve of waiting.values()) resolve();
    },
  };
}

/** It receives the response at once. */
async function open({ rooms = { join: spoken, leave } as object, broken = null as string | null } = {}) {
  const happened: string[] = [];
  const opened = await temporaryStore();
  await opened.people.write(ANN, newPersonRecord(ANN, 'kept', { space: SPACE, nextNumber: 1, chats: [] }));
  const { store, release, releaseAll } = held(opened, happened, (key) => key === broken);
  const server = await startServer((seen: Seen): Reply => {
    if (isSync(seen)) return seen.query.get('since') === 'old' ? { json: { next_batch: 'new', rooms } } : 'hang';
    if (seen.method === 'PUT') return { json: { event_id: '$sent' } };
    return { status: 404, json: { errcode: 'M_NOT_FOUND', error: 'No' } };
  });
  let document: HostDocument = { ...opened.host.read(), syncPosition: 'old' };
  const host: HostState = {
    read: () => document,
    async update(patch) {
      if ('syncPosition' in patch) happened.push(`position ${patch.syncPosition}`);
      return (document = { ...document, ...patch });
    },
  };
  const alarm = createFakeAlarm();
  const nothing = () => {};
  const unwell = (): Health => ({
    ...{ state: 'waking', lastSyncAgeMs: null, syncStaleAfterMs: 1, storeWritable: true, parkedRooms: 0 },
    ...{ registry: null, trouble: null, suspended: null, refusedMessages: 0, damagedRecords: 0, workspaces: [] },
  });
  const agents = { a: 'ws://a' };
  const config = botConfig({ homeserver: server.url, userId: me, password: '', agents, stateDir: '/none' });
  const service = composeService({
    config,
    roster: createRoster(config),
    workspaces: composeWorkspaces(config, { now: alarm.now, log: silentLog }),
    ...{
      host,
      store,
      alarm,
      now: alarm.now,
      wall: alarm.now,
      log: silentLog,
      chance: () => 1,
      reach: nothing,
      evictAfterMs: 60_000,
    },
    ...{ session: { accessToken: 't', deviceId: 'DEVICE' } as Session, sure: async () => {} },
    ...{ meter: noMeter, health: unwell, supervisor: () => nothingKnown({ input: { policy: restartPolicy } }) },
    hosting: { baseOf: () => null, prepare: async () => () => {} },
    ...{ supervision: startRoot((key) => service.household.of(key)), pollMs: undefined, observe: undefined },
    on: {
      ...{ unauthorised: nothing, suspended: nothing, positionLost: nothing },
      ...{ synced: nothing, syncFailed: nothing, store: nothing },
    },
  });
  service.directory.note(newPersonRecord(ANN, 'kept', { space: SPACE, nextNumber: 1, chats: [] }));
  onTestFinished(async () => {
    releaseAll();
    await service.sync.stop();
    await service.household.close();
    await service.close();
    await server.close();
  });
  service.sync.start();
  return {
    release,
    begun: (what: string) => until(() => happened.includes(`${what} begun`)),
    /** Lets one write through; what that leads to has happened then. */
    async through(what: string) {
      release(what);
      await until(() => happened.includes(`${what} on disk`));
      await settled();
    },
    /** What had happened when the position was written. */
    async position() {
      await until(() => happened.includes('position new'));
      return new Set(happened.slice(0, happened.indexOf('position new')));
    },
  };
}

const both = (what: string) => [`${what} begun`, `${what} on disk`];

test('the sync position is written when each record that the response touches is on disk, and not before', async () => {
  const it = await open();
  await it.begun(ANN);
  await it.through(ANN);
  await Promise.all([it.begun(A), it.begun(B)]);
  await it.through(B);
  await it.through(A);
  expect(await it.position()).toEqual(new Set([ANN, A, B].flatMap(both)));
});

test('of a room whose record the disk refuses, the position waits for the letters', async () => {
  const it = await open({ broken: A });
  await it.begun(ANN);
  await it.through(ANN);
  await Promise.all([it.begun(A), it.begun(B)]);
  await it.through(B);
  it.release(A);
  await it.begun(`letters of ${A}`);
  await settled();
  await it.through(`letters of ${A}`);
  expect(await it.position()).toEqual(new Set([...[ANN, B, `letters of ${A}`].flatMap(both), `${A} begun`]));
});

test('what is handed over before the rest is waited for as well', async () => {
  const it = await open({ rooms: { leave } });
  await it.begun(ANN);
  await settled();
  await it.through(ANN);
  expect(await it.position()).toEqual(new Set(both(ANN)));
});
