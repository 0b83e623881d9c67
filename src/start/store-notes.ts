import type { SupervisorEvent } from '../../machines/supervisor-vocabulary.ts';
import type { Log } from '../ports.ts';

interface Root {
  storeFails(): boolean;
  send(event: SupervisorEvent): void;
}

/** Tells the root how the store is; says in the log once that it fails, and once that it works again. */
export function storeNotes({ storeFails, send }: Root, log: Log): (problem: string | null) => void {
  return (detail) => {
    if (detail !== null && !storeFails()) log.error({ detail }, 'store fails');
    if (detail === null && storeFails()) log.info({}, 'store works again');
    send(detail === null ? { type: 'store.succeeded' } : { type: 'store.failed', detail });
  };
}
