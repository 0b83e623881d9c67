/** The writes in flight: each actor has at most one, and nothing ends before they do. */
import { describeError } from '../basics/describe-error.ts';
import type { Envelope } from './record.ts';
import type { Records } from './world.ts';

export interface Writes<Key extends string, Context> {
  /** Puts a record on disk, or takes away one that is done. Rejects when the disk refuses. */
  write(key: Key, record: Envelope<Context>): Promise<void>;
  /** Resolves when no write of this actor is in flight; never rejects. */
  written(key: Key): Promise<void>;
  /** Another change on disk that has to end before the service does. */
  track(change: Promise<void>): void;
  /** Resolves when nothing is in flight any more. */
  ended(): Promise<void>;
}

/** `onStore` hears after each write what is wrong with the store; null for nothing. */
export function createWrites<Key extends string, Context>(
  records: Records,
  onStore: (problem: string | null) => void,
): Writes<Key, Context> {
  const all = new Set<Promise<void>>();
  const writing = new Map<Key, Promise<void>>();

  function track(write: Promise<void>): void {
    all.add(write);
    void write.finally(() => all.delete(write)).catch(() => {});
  }

  return {
    track,
    async write(key, record) {
      const write = record.done ? records.remove(key) : records.write(key, record);
      track(write);
      writing.set(key, write);
      try {
        await write;
        onStore(null);
      } catch (error) {
        onStore(describeError(error));
        throw error;
      } finally {
        if (writing.get(key) === write) writing.delete(key);
      }
    },
    written: (key) => Promise.resolve(writing.get(key)).catch(() => {}),
    async ended() {
      while (all.size > 0) await Promise.allSettled(all);
    },
  };
}
