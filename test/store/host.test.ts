import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ContextId } from '../../machines/ids.ts';
import { openHostState } from '../../src/store/host.ts';
import { filesIn, temporaryFolder, watchedFs } from './support.ts';

const empty = { syncPosition: null, deviceId: null, userId: null, memories: {}, lastContextId: null, lastSyncAt: null };

test('it begins empty and comes back as it was written', async () => {
  const folder = await temporaryFolder();
  const host = await openHostState(folder, { fsync: true });
  expect(host.read()).toEqual(empty);
  expect(await filesIn(folder)).toEqual([]);
  await host.update({ deviceId: 'DEVICE' });
  await host.update({ syncPosition: 's1', lastSyncAt: 5, lastContextId: ContextId.parse('7') });

  const again = await openHostState(folder, { fsync: true });
  expect(again.read()).toEqual({
    syncPosition: 's1',
    deviceId: 'DEVICE',
    userId: null,
    memories: {},
    lastContextId: '7',
    lastSyncAt: 5,
  });
  expect(JSON.parse(await readFile(path.join(folder, 'host.json'), 'utf8'))).toEqual({ version: 1, ...again.read() });
});

test('changes at the same time all arrive, in order', async () => {
  const folder = await temporaryFolder();
  const host = await openHostState(folder, { fsync: false });
  const positions = Array.from({ length: 30 }, (_, n) => `s${n}`);
  const states = await Promise.all([
    host.update({ deviceId: 'DEVICE' }),
    ...positions.map((syncPosition) => host.update({ syncPosition })),
  ]);
  expect(states.slice(1)).toEqual(positions.map((syncPosition) => ({ ...empty, deviceId: 'DEVICE', syncPosition })));
  expect((await openHostState(folder, { fsync: false })).read()).toEqual({
    ...empty,
    deviceId: 'DEVICE',
    syncPosition: 's29',
  });
});

test('a failed write changes nothing and does not hold the next one', async () => {
  const folder = await temporaryFolder();
  let full = true;
  const { fs } = watchedFs((step) => (full && step === 'write' ? 'ENOSPC' : null));
  const host = await openHostState(folder, { fsync: true, fs });
  await expect(host.update({ syncPosition: 's1', deviceId: 'DEVICE' })).rejects.toThrow('the disk is full (ENOSPC)');
  expect(host.read()).toEqual(empty);
  full = false;
  expect(await host.update({ lastSyncAt: 1 })).toEqual({ ...empty, lastSyncAt: 1 });
});

test('a patch that is no state is refused', async () => {
  const host = await openHostState(await temporaryFolder(), { fsync: false });
  await expect(host.update({ lastSyncAt: 'now' as unknown as number })).rejects.toThrow();
  await expect(host.update({ other: 1 } as object)).rejects.toThrow();
  expect(host.read()).toEqual(empty);
});

test.each(['{', '[]', '{"version":1}', '{"version":1,"syncPosition":5}', '{"version":0}'])(
  'the document %s is kept aside and told',
  async (content) => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'host.json'), content);
    await expect(openHostState(folder, { fsync: false })).rejects.toThrow(
      expect.objectContaining({ name: 'CorruptRecord' }),
    );
    expect(await readFile(path.join(folder, 'host.json.corrupt-1'), 'utf8')).toBe(content);
    expect((await openHostState(folder, { fsync: false })).read()).toEqual(empty);
  },
);

test('the document of a newer version stays where it is', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'host.json'), '{"version":2,"more":1}');
  await expect(openHostState(folder, { fsync: false })).rejects.toThrow(
    'was written by a newer version of this service (format 2',
  );
  expect(await filesIn(folder)).toEqual(['host.json']);
});
