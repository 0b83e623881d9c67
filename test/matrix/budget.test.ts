import { expect, test } from 'vitest';
import { MAX_RATE, MIN_RATE, QUIET_MS, createBudget } from '../../src/matrix/budget.ts';

function at(start = 1_000_000) {
  const time = { ms: start };
  return { time, budget: createBudget(() => time.ms) };
}

test('nothing is slowed down before the first "too many"', () => {
  const { budget } = at();
  const delays = Array.from({ length: 1000 }, () => {
    budget.started();
    return budget.delay();
  });
  expect(Math.max(...delays)).toBe(0);
  expect(budget.unlimited()).toBe(true);
});

test('the first "too many" pauses for its time, which becomes the time of one send', () => {
  const { time, budget } = at();
  budget.limited(budget.started(), 5_000);
  expect(budget.delay()).toBe(5_000);
  time.ms += 5_000;
  expect(budget.delay()).toBe(0);
  budget.started();
  expect(budget.delay()).toBe(5_000);
});

test('sends that were under way together slow it down once, and the longest pause holds', () => {
  const { time, budget } = at();
  const starts = [budget.started(), budget.started(), budget.started()];
  for (const [index, start] of starts.entries()) budget.limited(start, [2_000, 4_000, 1_000][index] ?? 0);
  expect(budget.delay()).toBe(4_000);
  time.ms += 4_000;
  budget.started();
  expect(budget.delay()).toBe(2_000);
});

test('each further "too many" halves the pace, each success quickens it by a tenth', () => {
  const { time, budget } = at();
  budget.limited(budget.started(), 1_000);
  time.ms += 1_000;
  budget.limited(budget.started(), 500);
  expect(budget.delay()).toBe(500);
  time.ms += 500;
  const start = budget.started();
  expect(budget.delay()).toBe(2_000);
  time.ms += 2_000;
  budget.succeeded(start);
  budget.started();
  expect(budget.delay()).toBeCloseTo(2_000 / 1.1);
});

test('successes in a row quicken it more and more, until each doubles it', () => {
  const { time, budget } = at();
  budget.limited(budget.started(), 64_000);
  const delays = Array.from({ length: 7 }, () => {
    time.ms += budget.delay();
    budget.succeeded(budget.started());
    return Math.round(budget.delay());
  });
  const times = [1, 1.1, 1.1 * 1.2, 1.1 * 1.2 * 1.4, 1.1 * 1.2 * 1.4 * 1.8, 1.1 * 1.2 * 1.4 * 1.8 * 2].map((by) =>
    Math.round(10_000 / by),
  );
  expect(delays).toEqual([...times, Math.round(times.at(-1)! / 2)]);
});

test('it is never slower than twice the time that the homeserver asks for, so that all is served soon after a limit ends', () => {
  const { time, budget } = at();
  for (let count = 0; count < 60; count += 1) {
    budget.limited(budget.started(), 1_000);
    time.ms += Math.max(budget.delay(), 1_000);
  }
  const ended = time.ms;
  for (let sent = 0; sent < 100; sent += 1) {
    time.ms += budget.delay();
    budget.succeeded(budget.started());
  }
  expect(time.ms - ended).toBeLessThan(10_000);
});

test('a success from before the "too many" proves nothing', () => {
  const { time, budget } = at();
  const [early, late] = [budget.started(), budget.started()];
  budget.limited(late, 1_000);
  budget.succeeded(early);
  time.ms += 1_000;
  budget.started();
  expect(budget.delay()).toBe(1_000);
});

test('the pace stays within its limits', () => {
  const { time, budget } = at();
  for (let count = 0; count < 20; count += 1) {
    budget.limited(budget.started(), 20_000);
    time.ms += 20_000;
  }
  budget.started();
  expect(budget.delay()).toBe(1000 / MIN_RATE);
  for (let count = 0; count < 100; count += 1) {
    time.ms += budget.delay();
    budget.succeeded(budget.started());
  }
  expect(1.1 ** 100 * MIN_RATE).toBeGreaterThan(MAX_RATE);
  expect(budget.delay()).toBe(0);
});

test('a quiet minute after the pause forgets the pace, also when single sends go through', () => {
  const { time, budget } = at();
  budget.limited(budget.started(), 10_000);
  time.ms += 10_000 + QUIET_MS / 2;
  expect(budget.delay()).toBe(0);
  budget.started();
  time.ms += QUIET_MS / 2 - 1;
  expect(budget.unlimited()).toBe(false);
  time.ms += 1;
  expect(budget.unlimited()).toBe(true);
});

test('what waits for the pace keeps it', () => {
  const { time, budget } = at();
  budget.limited(budget.started(), 5_000);
  for (let waited = 0; waited < 2 * QUIET_MS; waited += 5_000) {
    expect(budget.delay()).toBe(5_000);
    time.ms += 5_000;
    budget.started();
  }
  expect(budget.unlimited()).toBe(false);
});

test('a pause leaves the pace alone', () => {
  const { time, budget } = at();
  budget.pause(30_000);
  expect([budget.delay(), budget.unlimited()]).toEqual([30_000, false]);
  time.ms += 30_000;
  budget.started();
  expect([budget.delay(), budget.unlimited()]).toEqual([0, true]);
});

test('a "too many" that does not say how long is a short rest for all, and no pace', () => {
  const { time, budget } = at();
  const rests = Array.from({ length: 7 }, () => {
    budget.limitedForUnknown(budget.started());
    const ms = budget.delay();
    time.ms += ms;
    return ms;
  });
  expect(rests).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
  budget.succeeded(budget.started());
  expect([budget.delay(), budget.unlimited()]).toEqual([0, true]);
  budget.limitedForUnknown(budget.started());
  expect(budget.delay()).toBe(100);
});

test('sends that were under way together are one guess', () => {
  const { budget } = at();
  for (const start of [budget.started(), budget.started(), budget.started()]) budget.limitedForUnknown(start);
  expect(budget.delay()).toBe(100);
});

test('a measured "too many" holds beside a guess', () => {
  const { time, budget } = at();
  const [measured, guessed] = [budget.started(), budget.started()];
  budget.limited(measured, 4_000);
  budget.limitedForUnknown(guessed);
  expect(budget.delay()).toBe(4_000);
  time.ms += 4_000;
  budget.started();
  expect(budget.delay()).toBe(4_000);
});
