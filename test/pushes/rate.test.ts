import { expect, test } from 'vitest';
import { createRate } from '../../src/pushes/rate.ts';

test('so many at once, and again as time passes; nobody is charged for another', () => {
  let time = 0;
  const rate = createRate({ burst: 3, perMs: 6_000, now: () => time });
  expect([1, 2, 3, 4].map(() => rate.wait('a'))).toEqual([null, null, null, 2]);
  expect(rate.wait('b')).toBeNull();
  time += 1_000;
  expect(rate.wait('a')).toBe(1);
  time += 1_000;
  expect([rate.wait('a'), rate.wait('a')]).toEqual([null, 2]);
  time += 60_000;
  expect([1, 2, 3, 4].map(() => rate.wait('a'))).toEqual([null, null, null, 2]);
});
