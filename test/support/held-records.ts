/** Take it where a test holds back writes, refuses them, or looks at what is on disk. */
import type { Records } from '../../src/durable/world.ts';

interface HeldWrite {
  key: string;
  record: unknown;
  /** Lets it onto the disk. */
  release(): void;
  fail(error: Error): void;
}

export interface HeldRecords extends Records {
  /** Writes and removals (`record: undefined`) that have begun and not ended, oldest first. */
  held: HeldWrite[];
  /** All that were begun. */
  begun: { key: string; record: unknown }[];
  /** What is on disk, as text. */
  disk: Map<string, string>;
}

/** Records in memory as JSON text; every write waits for `release`. */
export function heldRecords(): HeldRecords {
  const disk = new Map<string, string>();
  const held: HeldWrite[] = [];
  const begun: HeldRecords['begun'] = [];

  function hold(key: string, record: unknown): Promise<void> {
    const text = JSON.stringify(record) as string | undefined;
    begun.push({ key, record });
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        held.splice(held.indexOf(write), 1);
        settle();
      };
      const write: HeldWrite = {
        key,
        record,
        release: () =>
          end(() => {
            if (text === undefined) disk.delete(key);
            else disk.set(key, text);
            resolve();
          }),
        fail: (error) => end(() => reject(error)),
      };
      held.push(write);
    });
  }

  return {
    held,
    begun,
    disk,
    read: async (key) => JSON.parse(disk.get(key) ?? 'null') as unknown,
    write: (key, record) => hold(key, record),
    remove: (key) => hold(key, undefined),
    keys: async () => [...disk.keys()],
  };
}
