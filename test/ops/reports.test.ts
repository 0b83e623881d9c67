import { describe, expect, test } from 'vitest';
import { AgentId } from '../../machines/ids.ts';
import { judge, keyOf, QUIET_MS } from '../../src/ops/reports.ts';
import type { Cause, Report } from '../../src/ports/ops.ts';
import type { ToldCause } from '../../src/ports/store.ts';

const one = AgentId.parse('one');
const down: Cause = { about: 'agent', agent: one, trouble: 'unreachable' };
const parked: Cause = { about: 'room', room: '!a:test', error: 'broken' };
const store: Cause = { about: 'store', problem: 'full' };

/** What is told at each moment: `[seconds, causes that go on, those of which nobody knows]`. */
function told(...moments: [number, Cause[], Cause[]?][]): Report[][] {
  let before: readonly ToldCause[] = [];
  return moments.map(([seconds, causes, unknown = []]) => {
    const seen = { causes, unknown: new Set(unknown.map(keyOf)) };
    const { after, reports } = judge(before, seen, seconds * 1_000);
    before = after;
    return reports;
  });
}

const began = (cause: Cause, again = 0, seconds = 0): Report => ({ cause, is: 'began', again, forMs: seconds * 1_000 });
const ended = (cause: Cause, seconds: number, again = 0): Report => ({
  ...{ cause, is: 'ended', again, forMs: seconds * 1_000 },
});

describe('a cause', () => {
  test('is told once when it begins, and once when it ends', () => {
    expect(told([0, [down]], [2, [down]], [60, [down, parked]], [90, [parked]], [92, [parked]])).toEqual([
      ...[[began(down)], [], [began(parked)], [ended(down, 90)], []],
    ]);
  });

  test('whose words change is the same one', () => {
    expect(told([0, [down]], [2, [{ ...down, trouble: 'no-status' }]])).toEqual([[began(down)], []]);
  });

  test('of which nobody knows neither begins nor ends', () => {
    expect(told([0, [], [down]], [2, [down]], [4, [], [down]], [6, []])).toEqual([
      ...[[], [began(down)], [], [ended(down, 4)]],
    ]);
  });

  test('that comes and goes is told anew only after five minutes, with how often it came', () => {
    const quiet = QUIET_MS / 1_000;
    expect(
      told(
        ...([
          [0, [down]],
          [10, []],
          [20, [down]],
          [30, []],
          [40, [down]],
        ] as [number, Cause[]][]),
        [quiet - 1, [down]],
        [quiet, [down]],
        [quiet + 10, []],
      ),
    ).toEqual([
      ...[[began(down)], [ended(down, 10)], [], [], [], []],
      ...[[began(down, 1, quiet - 40)], [ended(down, quiet + 10 - 40)]],
    ]);
  });

  test('that came and went in the meantime is told when that is over', () => {
    const quiet = QUIET_MS / 1_000;
    expect(told([0, [store]], [1, []], [2, [store]], [3, []], [quiet, []], [quiet + 1, []])).toEqual([
      ...[[began(store)], [ended(store, 1)], [], [], [ended(store, 0, 1)], []],
    ]);
  });

  test('that was over for five minutes is told as if for the first time', () => {
    const quiet = QUIET_MS / 1_000;
    expect(told([0, [down]], [1, []], [quiet, []], [quiet + 1, [down]])).toEqual([
      ...[[began(down)], [ended(down, 1)], [], [began(down)]],
    ]);
  });
});

test('where nothing changes nothing has to be written', () => {
  const { after } = judge([], { causes: [down], unknown: new Set() }, 0);
  expect(judge(after, { causes: [down], unknown: new Set() }, 2_000).after).toBe(after);
  expect(judge([], { causes: [], unknown: new Set() }, 0).after).toEqual([]);
});

test('of more causes at once than 200 no more are remembered', () => {
  const causes = Array.from({ length: 250 }, (_, index): Cause => ({ ...parked, room: `!${index}:test` }));
  const { after, reports } = judge([], { causes, unknown: new Set() }, 0);
  expect([after.length, reports.length]).toEqual([200, 200]);
});
