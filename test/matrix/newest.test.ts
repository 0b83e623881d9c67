import { expect, test } from 'vitest';
import { newestLast } from '../../src/matrix/newest.ts';
import { room } from './support.ts';

/** Writes that end when they are told to. */
function scripted() {
  const begun: { room: string; value: number; end: PromiseWithResolvers<string> }[] = [];
  const write = newestLast((where: ReturnType<typeof room>, value: number) => {
    const end = Promise.withResolvers<string>();
    begun.push({ room: where, value, end });
    return end.promise;
  });
  return { begun, write, values: () => begun.map(({ value }) => value) };
}

test('those who waited settle with the newest, also with its failure', async () => {
  const { begun, write, values } = scripted();
  const all = Promise.allSettled([write(room('a'), 1), write(room('a'), 2), write(room('a'), 3)]);
  begun[0]?.end.resolve('first');
  await begun[0]?.end.promise;
  await expect.poll(values).toEqual([1, 3]);
  const fourth = write(room('a'), 4);
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

test('a failure lets the next one go, and rooms do not wait for each other', async () => {
  const { begun, write, values } = scripted();
  const first = write(room('a'), 1).catch((error: unknown) => error);
  const next = write(room('a'), 2);
  void write(room('b'), 7);
  expect(values()).toEqual([1, 7]);
  begun[0]?.end.reject('gone');
  expect(await first).toBe('gone');
  await expect.poll(values).toEqual([1, 7, 2]);
  begun[2]?.end.resolve('second');
  expect(await next).toBe('second');
});
