import { expect, test } from 'vitest';
import { backoff, wait } from '../../src/matrix/wait.ts';

test('the backoff doubles up to its cap, and chance takes away at most half', () => {
  const waits = (chance: number) => [1, 2, 3, 7, 8, 1_000].map((attempt) => backoff(attempt, () => chance));
  expect(waits(1)).toEqual([500, 1_000, 2_000, 30_000, 30_000, 30_000]);
  expect(waits(0)).toEqual([250, 500, 1_000, 15_000, 15_000, 15_000]);
  expect(backoff(1_000, () => 1, 300_000)).toBe(300_000);
});

test('a wait ends after its time, or when its signal aborts, and never rejects', async () => {
  const abort = new AbortController();
  expect(await wait(1, abort.signal)).toBe(undefined);
  const long = wait(1e9, abort.signal);
  abort.abort();
  expect(await long).toBe(undefined);
  expect(await wait(1e9, abort.signal)).toBe(undefined);
});
