import { expect, test } from 'vitest';
import { type Health, readiness } from '../../src/ops/health.ts';

const well: Health = {
  state: 'running',
  lastSyncAgeMs: 10,
  syncStaleAfterMs: 60_000,
  storeWritable: true,
  parkedRooms: 0,
  trouble: null,
  suspended: null,
  refusedMessages: 0,
  damagedRecords: 0,
  workspaces: [],
  registry: null,
};

const unwritable = { agent: 'one', folder: '/agents/1', code: 'not written', says: '/agents/1 cannot be written.' };

test('a running service with a fresh sync and a writable store is ready, whatever else is told', () => {
  expect(readiness(well)).toEqual({ ready: true, missing: [] });
  expect(
    readiness({ ...well, parkedRooms: 3, refusedMessages: 2, damagedRecords: 1, workspaces: [unwritable] }),
  ).toEqual({
    ready: true,
    missing: [],
  });
  expect(readiness({ ...well, lastSyncAgeMs: 59_999 })).toEqual({ ready: true, missing: [] });
});

test.each<[Partial<Health>, string]>([
  [{ state: 'logging in' }, 'The service is logging in.'],
  [{ state: 'reconciling' }, 'The service is finding its rooms.'],
  [{ state: 'waking' }, 'The service is catching up with what happened while it was away.'],
  [{ state: 'degraded' }, 'The service runs, but something it needs is failing.'],
  [{ state: 'draining' }, 'The service is shutting down.'],
  [{ state: 'stopped' }, 'The service has stopped.'],
  [{ lastSyncAgeMs: null }, 'No sync has come back from the homeserver yet.'],
  [{ lastSyncAgeMs: 60_000 }, 'The last sync came back 60 s ago; it should be less than 60 s.'],
  [{ lastSyncAgeMs: 95_900 }, 'The last sync came back 95 s ago; it should be less than 60 s.'],
  [
    { suspended: { code: 'M_USER_SUSPENDED', detail: 'Ask your administrator' } },
    "The homeserver lets the bot's account send nothing (M_USER_SUSPENDED: Ask your administrator).",
  ],
  [{ storeWritable: false }, 'The state folder cannot be written.'],
])('with %j it is not', (facts, sentence) => {
  expect(readiness({ ...well, ...facts })).toEqual({ ready: false, missing: [sentence] });
});

test('everything that is missing is named', () => {
  const facts: Health = { ...well, state: 'logging in', lastSyncAgeMs: null, storeWritable: false };
  expect(readiness(facts).missing).toHaveLength(3);
});
