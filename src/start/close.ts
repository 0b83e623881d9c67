import { asError } from '../basics/describe-error.ts';
import type { Log } from '../ports.ts';

/** Takes all steps, whatever fails of them; gives what failed first, null for nothing. Never rejects. */
export async function closeAll(steps: readonly (() => unknown)[], log: Log): Promise<Error | null> {
  const failures: Error[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      log.error({ error }, 'not everything could be closed');
      failures.push(asError(error));
    }
  }
  return failures[0] ?? null;
}
