/** The ids of conversations' memories: decimal, rising, never given twice, over restarts and the loss of the state folder. */
import { ContextId, ONLY_CONTEXT } from '../../machines/ids.ts';
import type { Now } from '../ports.ts';

export interface ContextIds {
  /** max(last + 1, now in ms × 1000). Given out when it is reserved on disk; rejects where the disk refuses. */
  mintContextId(): Promise<ContextId>;
  /** A room has this id: no other gets it, or a lower one. */
  noteContextId(contextId: ContextId): void;
  /** Whether the id is one that rooms have by now: people's only one, or one of the room's own. */
  isOfScope(contextId: ContextId): boolean;
}

export interface ContextIdsWorld {
  /** `person`: a person's only context is the fixed id 0. */
  scope: 'room' | 'person';
  /** Remembers the highest context id over restarts. */
  host: {
    read(): { lastContextId: ContextId | null };
    update(patch: { lastContextId: ContextId }): Promise<unknown>;
  };
  now: Now;
}

/** Ids of the next minute, so that not every one costs a write. */
const RESERVED_AHEAD = 60_000n * 1000n;

export function createContextIds({ scope, host, now }: ContextIdsWorld): ContextIds {
  let last = BigInt(host.read().lastContextId ?? 0);
  /** On disk, or on its way there: no other process gives out an id up to this one. */
  let reserved = { upTo: last, written: Promise.resolve<unknown>(null) };

  return {
    async mintContextId() {
      if (scope === 'person') return ONLY_CONTEXT;
      const fromClock = BigInt(Math.trunc(now())) * 1000n;
      last = fromClock > last ? fromClock : last + 1n;
      const id = last;
      if (id > reserved.upTo) {
        const upTo = id + RESERVED_AHEAD;
        reserved = { upTo, written: host.update({ lastContextId: ContextId.parse(upTo.toString()) }) };
      }
      const { written } = reserved;
      await written.catch((error: unknown) => {
        if (reserved.written === written) reserved = { upTo: 0n, written: Promise.resolve(null) };
        throw error;
      });
      return ContextId.parse(id.toString());
    },
    noteContextId(contextId) {
      const id = BigInt(contextId);
      if (id > last) last = id;
    },
    isOfScope: (contextId) => (contextId === ONLY_CONTEXT) === (scope === 'person'),
  };
}
