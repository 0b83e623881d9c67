import { expect, it } from 'vitest';
import { backoff } from '../../machines/backoff.ts';

const pauses = { firstMs: 500, capMs: 30_000 };
const waits = (chance?: number) => [1, 2, 3, 7, 2_000].map((attempt) => backoff(attempt, pauses, chance));

it('doubles up to its cap', () => {
  expect(waits()).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
});

it.each([
  [0, [250, 500, 1_000, 15_000, 15_000]],
  [0.5, [375, 750, 1_500, 22_500, 22_500]],
  [0.999, [500, 1_000, 1_999, 29_985, 29_985]],
])('with chance %d gives up to half of it', (chance, expected) => {
  expect(waits(chance)).toEqual(expected);
});
