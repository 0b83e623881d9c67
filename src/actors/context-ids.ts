/** The ids of conversations' memories: decimal, rising, never given twice, over restarts and the loss of the state folder. */
import { ContextId, ONLY_CONTEXT, type UserId } from '../../machines/ids.ts';
import type { Now } from '../ports.ts';

export interface ContextIds {
  /** max(last + 1, now in ms × 1000). Given out when it is reserved on disk; rejects where the disk refuses. */
  mintContextId(): Promise<ContextId>;
  /** A room has this id: no other gets it, or a lower one. */
  noteContextId(contextId: ContextId): void;
  /** The memory of all rooms of this person; null where each room has its own. */
  sharedBy(person: UserId | null): ContextId | null;
  /** For a room that this person comes to: their shared one, or a new one. Rejects like `mintContextId`. */
  contextFor(person: UserId | null): Promise<ContextId>;
  /** Whether a room of this person may have the id by now: their shared one, or one of the room's own. */
  isOfScope(contextId: ContextId, person: UserId | null): boolean;
}

export interface ContextIdsWorld {
  /** `person`: all rooms of a person have one memory, under the fixed id 0 until they clear it. */
  scope: 'room' | 'person';
  /** The memory of all rooms of this person since they cleared it; null where they never did. */
  contextOf(person: UserId): ContextId | null;
  /** Remembers the highest context id over restarts. */
  host: {
    read(): { lastContextId: ContextId | null };
    update(patch: { lastContextId: ContextId }): Promise<unknown>;
  };
  now: Now;
}

/** Ids of the next minute, so that not every one costs a write. */
const RESERVED_AHEAD = 60_000n * 1000n;

export function createContextIds({ scope, contextOf, host, now }: ContextIdsWorld): ContextIds {
  let last = BigInt(host.read().lastContextId ?? 0);
  /** On disk, or on its way there: no other process gives out an id up to this one. */
  let reserved = { upTo: last, written: Promise.resolve<unknown>(null) };

  const theirs = (person: UserId | null) => (person === null ? null : contextOf(person)) ?? ONLY_CONTEXT;
  const sharedBy = (person: UserId | null) => (scope === 'person' ? theirs(person) : null);

  async function mintContextId(): Promise<ContextId> {
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
  }

  return {
    mintContextId,
    sharedBy,
    contextFor: async (person) => sharedBy(person) ?? (await mintContextId()),
    noteContextId(contextId) {
      const id = BigInt(contextId);
      if (id > last) last = id;
    },
    isOfScope(contextId, person) {
      if (scope === 'person') return contextId === theirs(person);
      return contextId !== ONLY_CONTEXT && contextId !== theirs(person);
    },
  };
}
