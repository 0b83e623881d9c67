/** What a service ends with, however far it had come. */
import { asError } from '../basics/describe-error.ts';
import type { Service } from '../compose/service.ts';
import type { Log } from '../ports.ts';
import type { House } from './house.ts';

export interface Closing {
  /** Aborts the login. */
  starting: AbortController;
  /** The login, while and after it is tried. */
  entering: Promise<unknown> | null;
  /** Null until it is logged in. */
  service: Service | null;
  house: House;
}

/** Closes all of it, whatever fails of it; gives what failed first, null for nothing. Never rejects. */
export async function close({ starting, entering, service, house }: Closing, log: Log): Promise<Error | null> {
  starting.abort();
  service?.sync.stop().catch((error: unknown) => log.error({ error }, 'sync did not stop cleanly'));
  // What it opens last is closed with the house.
  await entering?.catch(() => undefined);
  const steps = [() => service?.household.close(), () => service?.close(), () => house.close()];
  const failures: Error[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      log.error({ error }, 'not everything could be closed');
      failures.push(asError(error));
    }
  }
  log.info({}, 'stopped');
  return failures[0] ?? null;
}
