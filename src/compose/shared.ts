/** What the actors of rooms and of people have alike. */
import { restartPolicy } from '../../machines/restart-policy.ts';
import type { Input } from '../durable/definition.ts';
import type { Shared } from './household.ts';

export function shareOf({ supervision, store, alarm, evictAfterMs, now, log, reach, onStore }: Shared) {
  const { deadLetters } = store;
  return {
    supervision,
    deadLetters,
    alarm,
    evictAfterMs,
    now,
    log,
    reach,
    onStore,
    lettersRetryMs: restartPolicy.capMs,
  };
}

/** What an actor hears that something was under way with while it was away. */
export function resumed(at: number): Input {
  return { kind: 'event', id: null, at, event: { type: 'resumed' }, from: 'supervisor' };
}
