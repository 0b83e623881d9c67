import { expect, test } from 'vitest';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { pauseAfter, wait } from '../../src/matrix/wait.ts';

test('a wait ends after its time, or when its signal aborts, and never rejects', async () => {
  const abort = new AbortController();
  expect(await wait(1, abort.signal)).toBe(undefined);
  const long = wait(1e9, abort.signal);
  abort.abort();
  expect(await long).toBe(undefined);
  expect(await wait(1e9, abort.signal)).toBe(undefined);
});

test('after a failure it is waited as long as the homeserver says, and never "at once" again and again', () => {
  const pauses = (retryAfterMs?: number) => {
    const failure = new MatrixFailure({
      ...{ kind: 'limited' as const, status: 429, code: 'M_LIMIT_EXCEEDED', detail: 'Slow' },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
    return [1, 2, 3, 10].map((attempt) => pauseAfter(failure, attempt, 1));
  };
  expect([pauses(9_000), pauses(0), pauses()]).toEqual([
    [9_000, 9_000, 9_000, 9_000],
    [50, 100, 200, 2_000],
    [500, 1_000, 2_000, 20_000],
  ]);
});
