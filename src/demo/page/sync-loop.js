import { MatrixError } from './matrix.js';

/** @import { Matrix, SyncResponse } from './types.ts' */

const POLL_MS = 30_000;
const LONGEST_WAIT_MS = 5_000;

/**
 * Syncs for good, from the beginning. `take(response)` gets each answer; `trouble(sentence)` hears what is wrong, null
 * when it is over. Ends when the login is not accepted any more.
 * @param {Matrix} matrix
 * @param {{ take: (response: SyncResponse) => void, trouble: (sentence: string | null) => void }} told
 */
export async function keepSyncing(matrix, { take, trouble }) {
  /** @type {string | null} */
  let since = null;
  let failures = 0;
  for (;;) {
    try {
      const response = await matrix.sync(since, since === null || failures > 0 ? 0 : POLL_MS);
      if (failures > 0) trouble(null);
      failures = 0;
      take(response);
      since = response.next_batch;
    } catch (error) {
      if (error instanceof MatrixError && error.status === 401) return;
      failures += 1;
      trouble('The demo does not answer. Is it still running? This page goes on by itself when it is back.');
      await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures)));
    }
  }
}
