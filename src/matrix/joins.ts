/** Joins rooms, each until there is a yes or a final no, and counts how many are under way for whom. */
import type { Done, JoinRoom, OnBehalf } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { toDone, type UntilFinal } from './until-final.ts';

/** A join can go through other homeservers, ms. */
const JOIN_TIMEOUT_MS = 60_000;

export interface Joins {
  /** Tries until the homeserver says yes or a final no, or for a day; rejects with `Closed` only. */
  joinRoom: JoinRoom;
  /** How many joins are under way for a party. */
  joinsOf(party: OnBehalf['party']): number;
}

export function createJoins({
  api,
  signal,
  joining,
}: {
  api: MatrixApi;
  signal: AbortSignal;
  joining: UntilFinal;
}): Joins {
  const underWay = new Map<string, number>();

  function count(party: string, change: 1 | -1): void {
    const now = (underWay.get(party) ?? 0) + change;
    if (now > 0) underWay.set(party, now);
    else underWay.delete(party);
  }

  return {
    async joinRoom(room, { party, since }): Promise<Done> {
      const limits = { signal, timeoutMs: JOIN_TIMEOUT_MS };
      count(party, 1);
      try {
        return toDone(await joining({ name: 'join', room, party, since }, () => api.join(room, limits)));
      } finally {
        count(party, -1);
      }
    },
    joinsOf: (party) => underWay.get(party) ?? 0,
  };
}
