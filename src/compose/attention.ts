/** Since when the service is there: what its first sync brings was written while it was away. */
import { absenceOf, THERE_MS, type Absence, type MissedPolicy } from '../actors/absence.ts';
import type { HostState, Now } from '../ports.ts';

export interface Attention {
  /** The time away in which came what is read now; null where it is answered. */
  absence(): Absence | null;
  /** All that was read up to this position is in records. */
  caughtUp(syncPosition: string): Promise<void>;
}

/** `wall`: the time of day, by which alone two processes can know how far apart they were. */
export function createAttention(host: Pick<HostState, 'read' | 'update'>, wall: Now, policy: MissedPolicy): Attention {
  const until = wall();
  let isFirst = true;

  function isNotedLately(): boolean {
    const ago = wall() - (host.read().lastSyncAt ?? 0);
    return ago >= 0 && ago < THERE_MS;
  }

  return {
    absence: () => (isFirst ? absenceOf({ since: host.read().lastSyncAt, until }, policy) : null),
    async caughtUp(syncPosition) {
      const isNew = isFirst || syncPosition !== host.read().syncPosition;
      if (isNew || !isNotedLately()) await host.update({ syncPosition, lastSyncAt: wall() });
      isFirst = false;
    },
  };
}
