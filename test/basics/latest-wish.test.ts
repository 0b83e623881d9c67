import { expect, test } from 'vitest';
import { latestWish } from '../../src/basics/latest-wish.ts';

/** Wishes that end when they are told to. */
function scripted() {
  const begun: { key: string; value: number; end: PromiseWithResolvers<string> }[] = [];
  const wish = latestWish((key: string, value: number) => {
    const end = Promise.withResolvers<string>();
    begun.push({ key, value, end });
    return end.promise;
  });
  return { begun, wish, values: () => begun.map(({ value }) => value) };
}

test('those who waited end with the latest, also with its failure', async () => {
  const { begun, wish, values } = scripted();
  const all = Promise.allSettled([wish('a', 1), wish('a', 2), wish('a', 3)]);
  begun[0]?.end.resolve('first');
  await begun[0]?.end.promise;
  await expect.poll(values).toEqual([1, 3]);
  const fourth = wish('a', 4);
  begun[1]?.end.reject('gone');
  expect(await all).toEqual([
    { status: 'fulfilled', value: 'first' },
    { status: 'rejected', reason: 'gone' },
    { status: 'rejected', reason: 'gone' },
  ]);
  await expect.poll(values).toEqual([1, 3, 4]);
  begun[2]?.end.resolve('fourth');
  expect(await fourth).toBe('fourth');
});

test('a failure lets the next one go, and keys do not wait for each other', async () => {
  const { begun, wish, values } = scripted();
  const first = wish('a', 1).catch((error: unknown) => error);
  const next = wish('a', 2);
  void wish('b', 7);
  expect(values()).toEqual([1, 7]);
  begun[0]?.end.reject('gone');
  expect(await first).toBe('gone');
  await expect.poll(values).toEqual([1, 7, 2]);
  begun[2]?.end.resolve('second');
  expect(await next).toBe('second');
});
