import { describe, expect, it } from 'vitest';
import { decideRestart, restartPolicy, type RestartPolicy } from '../../machines/restart-policy.ts';

const policy: RestartPolicy = {
  baseMs: 100,
  capMs: 1_000,
  budget: 6,
  sharedCapMs: 10_000,
  parkedMs: 1,
  withinMs: 10_000,
};

describe('decideRestart', () => {
  it('waits twice as long after each crash, up to the cap', () => {
    const waits: number[] = [];
    let crashes: readonly number[] = [];
    for (let now = 0; now < 6; now++) {
      const decision = decideRestart(policy, crashes, now);
      if (decision.kind === 'restart') waits.push(decision.afterMs);
      crashes = decision.crashes;
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(crashes).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('parks after one crash more than the budget forgives', () => {
    expect(decideRestart(policy, [1, 2, 3, 4, 5, 6], 7)).toEqual({ kind: 'park', crashes: [1, 2, 3, 4, 5, 6, 7] });
    expect(decideRestart({ ...policy, budget: 0 }, [], 7)).toEqual({ kind: 'park', crashes: [7] });
  });

  it('forgets crashes as old as the window', () => {
    expect(decideRestart(policy, [0, 1, 2], 10_000)).toEqual({
      kind: 'restart',
      afterMs: 400,
      crashes: [1, 2, 10_000],
    });
    expect(decideRestart(policy, [0, 1, 2], 20_000)).toEqual({ kind: 'restart', afterMs: 100, crashes: [20_000] });
  });

  it('leaves what it is given as it is', () => {
    const crashes = Object.freeze([1, 2]);
    decideRestart(policy, crashes, 3);
    expect(crashes).toEqual([1, 2]);
  });

  it('forgives five crashes in ten minutes in service, the last after 3.2 seconds', () => {
    expect(decideRestart(restartPolicy, [0, 1, 2, 3], 4)).toEqual({
      kind: 'restart',
      afterMs: 3_200,
      crashes: [0, 1, 2, 3, 4],
    });
    expect(decideRestart(restartPolicy, [0, 1, 2, 3, 4], 599_999).kind).toBe('park');
    expect(decideRestart(restartPolicy, [0, 1, 2, 3, 4], 600_000).kind).toBe('restart');
  });
});
