import { expect, test } from 'vitest';
import { createSteadyClock } from '../../src/basics/steady-clock.ts';
import { createBudget } from '../../src/matrix/budget.ts';

const DAY = 86_400_000;

/** A wall clock that can be set, and the time that passes. */
function clocks() {
  const machine = { wall: 1_790_000_000_000, passed: 5_000 };
  const jumps: number[] = [];
  const now = createSteadyClock({
    wall: () => machine.wall,
    passed: () => machine.passed,
    onJump: (ms) => jumps.push(ms),
  });
  const pass = (ms: number) => {
    machine.wall += ms;
    machine.passed += ms;
  };
  return { machine, jumps, now, pass };
}

test('begins with the time of day and goes by what passes', () => {
  const { now, pass, jumps } = clocks();
  expect(now()).toBe(1_790_000_000_000);
  pass(1_234);
  expect(now()).toBe(1_790_000_001_234);
  expect(jumps).toEqual([]);
});

test.each([DAY, -DAY])('a clock that is set by %i ms changes nothing, and is told once', (ms) => {
  const { machine, now, pass, jumps } = clocks();
  now();
  machine.wall += ms;
  pass(1_000);
  expect([now(), now()]).toEqual([1_790_000_001_000, 1_790_000_001_000]);
  expect(jumps).toEqual([ms]);
  machine.wall -= ms;
  expect(now()).toBe(1_790_000_001_000);
  expect(jumps).toEqual([ms, -ms]);
});

test('a clock that is put right in small steps is no jump', () => {
  const { machine, now, jumps } = clocks();
  for (const ms of [200, -300, 900]) {
    machine.wall += ms;
    now();
  }
  expect(jumps).toEqual([]);
});

test.each([DAY, -DAY])('the budget of the account waits as long as it should when the clock is set by %i ms', (ms) => {
  const { machine, now, pass } = clocks();
  const budget = createBudget(now);
  budget.limited(budget.started(), 2_000);
  machine.wall += ms;
  expect(budget.delay()).toBe(2_000);
  pass(2_000);
  expect(budget.delay()).toBe(0);
});
