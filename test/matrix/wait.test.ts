import { expect, test } from 'vitest';
import { wait } from '../../src/matrix/wait.ts';

test('a wait ends after its time, or when its signal aborts, and never rejects', async () => {
  const abort = new AbortController();
  expect(await wait(1, abort.signal)).toBe(undefined);
  const long = wait(1e9, abort.signal);
  abort.abort();
  expect(await long).toBe(undefined);
  expect(await wait(1e9, abort.signal)).toBe(undefined);
});
