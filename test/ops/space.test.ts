import { tmpdir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { watchSpace } from '../../src/ops/space.ts';

test('what is free is found, and a folder that is not there has nothing to say', async () => {
  let now = 0;
  const space = watchSpace(tmpdir(), () => now);
  expect([space.free(), space.little()]).toEqual([null, null]);
  space.look();
  await vi.waitFor(() => expect(space.free()).toBeGreaterThan(0));
  const none = watchSpace('/none/at/all', () => (now += 20_000));
  none.look();
  none.look();
  expect(none.free()).toBeNull();
});
