/** The stream: the order of everything that happens, and who waits for news of it. */

/** What changed for one user: room ids in the order of their changes (null: something outside rooms). */
interface Changes {
  positions: number[];
  rooms: (string | null)[];
  distinct: Set<string | null>;
}

/**
 * The one order of everything that happens, and who has to hear of it.
 * A position is handed out per change; a sync token is the last position its reader has seen.
 */
export class Stream {
  position = 0;
  readonly #changes = new Map<string, Changes>();
  readonly #sleepers = new Map<string, Set<() => void>>();
  isClosed = false;

  next(): number {
    return ++this.position;
  }

  /** Notes that `room` changed for `user` at the current position and wakes the user's long polls. */
  touch(user: string, room: string | null): void {
    let changes = this.#changes.get(user);
    if (!changes) this.#changes.set(user, (changes = { positions: [], rooms: [], distinct: new Set() }));
    if (changes.rooms.at(-1) === room) {
      changes.positions[changes.positions.length - 1] = this.position;
    } else {
      changes.positions.push(this.position);
      changes.rooms.push(room);
      changes.distinct.add(room);
      if (changes.rooms.length > 2 * changes.distinct.size + 1000) compact(changes);
    }
    this.wake(user);
  }

  /** The distinct rooms that changed after `since`, in no particular order; costs the number of changes. */
  changedSince(user: string, since: number): Set<string> {
    const result = new Set<string>();
    const changes = this.#changes.get(user);
    if (!changes) return result;
    for (let i = changes.positions.length - 1; i >= 0 && changes.positions[i]! > since; i--) {
      const room = changes.rooms[i]!;
      if (room !== null) result.add(room);
    }
    return result;
  }

  /** Ends the user's waits at once. */
  wake(user: string): void {
    const sleepers = this.#sleepers.get(user);
    if (!sleepers) return;
    this.#sleepers.delete(user);
    for (const wake of sleepers) wake();
  }

  /** Resolves at the user's next change, after `ms`, on `signal` or on close. */
  wait(user: string, ms: number, signal: AbortSignal): Promise<void> {
    if (this.isClosed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleepers = this.#sleepers.get(user) ?? new Set();
      this.#sleepers.set(user, sleepers);
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(ms, 2 ** 31 - 1));
      signal.addEventListener('abort', wake);
      sleepers.add(wake);
    });
  }

  close(): void {
    this.isClosed = true;
    for (const user of [...this.#sleepers.keys()]) this.wake(user);
  }
}

/** Keeps each room's last change only: that is all a reader of any age needs. */
function compact(changes: Changes): void {
  const last = new Map<string | null, number>();
  changes.rooms.forEach((room, i) => {
    last.delete(room);
    last.set(room, changes.positions[i]!);
  });
  changes.rooms = [...last.keys()];
  changes.positions = [...last.values()];
}
