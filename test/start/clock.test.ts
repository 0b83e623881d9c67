import { expect, test } from 'vitest';
import { clockOf } from '../../src/start/clock.ts';
import { logBook } from '../support/log-book.ts';

test('the clock of the service goes on by what passes where the one of the machine is set, and the log says so once', () => {
  const log = logBook();
  const began = Date.now();
  let set = 0;
  const now = clockOf({ log, now: () => began + set });
  const DAY_MS = 86_400_000;
  const away = [DAY_MS, DAY_MS, -DAY_MS].map((ms) => {
    set = ms;
    return Math.abs(now() - began) < 60_000;
  });
  expect(away).toEqual([true, true, true]);
  expect(log.lines.map(({ level, message }) => [level, message])).toEqual(
    Array(2).fill(['warn', 'the clock of the machine was set; what waits here goes by the time that passes']),
  );
});
