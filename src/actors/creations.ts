/** Chats whose creation nobody has on disk yet: their rooms are unknown, and their person may already speak in them. */
import type { UserId } from '../../machines/ids.ts';
import type { Now } from '../ports.ts';
import type { Alarm } from '../durable/timers.ts';

export interface Creations {
  /** A room is being made for this person; call what it returns when it is recorded which one, or that there is none. */
  begin(person: UserId): () => void;
  /** Resolves when no room is being made for the person, or after 10 s. */
  ended(person: UserId): Promise<void>;
}

/** The sync waits for it. */
const LONGEST_WAIT_MS = 10_000;

export function createCreations({ alarm, now }: { alarm: Alarm; now: Now }): Creations {
  const open = new Map<UserId, Set<object>>();
  const waiting = new Map<UserId, Set<() => void>>();

  return {
    begin(person) {
      const creation = {};
      open.set(person, (open.get(person) ?? new Set()).add(creation));
      return () => {
        const left = open.get(person);
        if (left === undefined || !left.delete(creation) || left.size > 0) return;
        open.delete(person);
        for (const tell of waiting.get(person) ?? []) tell();
      };
    },
    ended(person) {
      if (!open.has(person)) return Promise.resolve();
      return new Promise((resolve) => {
        const theirs = waiting.get(person) ?? new Set();
        waiting.set(person, theirs);
        const end = () => {
          cancel();
          theirs.delete(end);
          if (theirs.size === 0) waiting.delete(person);
          resolve();
        };
        const cancel = alarm.set(now() + LONGEST_WAIT_MS, end);
        theirs.add(end);
      });
    },
  };
}
