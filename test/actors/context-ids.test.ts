/** The id of a memory is never given to a second room: not after a restart, not after the loss of the state folder. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createReception } from '../../src/actors/reception.ts';
import { openStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/support.ts';
import { agent } from './support.ts';

/** Three ids of a service that starts at that time, with what is in the folder. */
async function mintedIn(folder: string, startedAt: number): Promise<bigint[]> {
  const store = await openStore(folder, { fsync: false });
  const { mintContextId } = createReception({
    registry: { agentOf: () => agent, has: () => true },
    access: { mayInvite: () => true, assignmentOf: () => 'configured' },
    mode: 'spaces',
    companyOf: async () => null,
    isMine: async () => false,
    scope: 'room',
    host: store.host,
    readMarker: async () => null,
    inTheMaking: () => null,
    languageOf: () => null,
    contextOf: () => null,
    now: () => startedAt,
  });
  const ids = await Promise.all([mintContextId(), mintContextId(), mintContextId()]);
  await store.close();
  return ids.map(BigInt);
}

const isRising = (ids: bigint[]) => ids.every((id, index) => index === 0 || id > (ids[index - 1] as bigint));

it('rises over restarts, also when the clock was set back', async () => {
  const folder = await temporaryFolder();
  const ids: bigint[] = [];
  for (const startedAt of [1_000_000, 1_000_001, 5, 2_000_000]) ids.push(...(await mintedIn(folder, startedAt)));
  expect([ids.length, isRising(ids)]).toEqual([12, true]);
});

it('rises when nothing remembers the ones before', async () => {
  const folder = await temporaryFolder();
  const before = await mintedIn(folder, 1_000_000);
  await rm(path.join(folder, 'state.db'));
  const ids = [...before, ...(await mintedIn(folder, 1_000_001))];
  expect([ids.length, isRising(ids)]).toEqual([6, true]);
});
