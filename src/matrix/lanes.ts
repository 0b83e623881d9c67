/** Who is next: one line for each room, of which only the first may be under way, and the lines in turn. */
import TinyQueue from 'tinyqueue';
import type { Priority } from '../ports.ts';

interface Queued {
  /** Whose line it stands in. */
  lane: string;
  priority: Priority;
}

/** The first of a line. */
interface First<T> {
  item: T;
  /** When it became the first: whoever sends much comes back behind all others. */
  turn: number;
}

interface Lane<T> {
  items: T[];
  first: First<T> | null;
  /** The first item is taken. */
  taken: boolean;
}

export interface Lanes<T extends Queued> {
  /** Puts an item at the end of its line. */
  add(item: T): void;
  /** Whether `take` has something to give. */
  readonly ready: boolean;
  /** Takes the most urgent of those that are first in their lines, the longest first of equals; it stays first until `finish`. */
  take(): T | undefined;
  /** The item that was taken may be taken again, in its old turn. */
  putBack(item: T): void;
  /** The item that was taken is done; the next of its line may be taken, behind the others that are first now. */
  finish(item: T): void;
  /** Takes an empty line, so that what is added waits for `free`; false when the line has something already. */
  hold(lane: string): boolean;
  free(lane: string): void;
  /** What stands in a line and is neither taken nor done. */
  waitingIn(lane: string): readonly T[];
  /** All items that are neither taken nor done, line by line. */
  waiting(): T[];
}

const ranks: Record<Priority, number> = { final: 0, command: 1, notice: 2, edit: 3 };

export function createLanes<T extends Queued>(): Lanes<T> {
  const lanes = new Map<string, Lane<T>>();
  const firsts = new TinyQueue<First<T>>(
    [],
    (a, b) => ranks[a.item.priority] - ranks[b.item.priority] || a.turn - b.turn,
  );
  let turns = 0;

  function release(name: string): void {
    const lane = lanes.get(name);
    const item = lane?.items[0];
    if (lane === undefined || item === undefined) {
      lanes.delete(name);
      return;
    }
    lane.taken = false;
    lane.first ??= { item, turn: ++turns };
    firsts.push(lane.first);
  }

  return {
    add(item) {
      const lane = lanes.get(item.lane);
      if (lane !== undefined) {
        lane.items.push(item);
        return;
      }
      lanes.set(item.lane, { items: [item], first: null, taken: false });
      release(item.lane);
    },
    get ready() {
      return firsts.length > 0;
    },
    take() {
      const item = firsts.pop()?.item;
      const lane = item && lanes.get(item.lane);
      if (lane) lane.taken = true;
      return item;
    },
    putBack: ({ lane }) => release(lane),
    finish(item) {
      const lane = lanes.get(item.lane);
      lane?.items.shift();
      if (lane) lane.first = null;
      release(item.lane);
    },
    hold(name) {
      if (lanes.has(name)) return false;
      lanes.set(name, { items: [], first: null, taken: false });
      return true;
    },
    free: release,
    waitingIn(name) {
      const lane = lanes.get(name);
      return lane === undefined ? [] : lane.items.slice(lane.taken ? 1 : 0);
    },
    waiting() {
      return [...lanes.values()].flatMap(({ items, taken }) => items.slice(taken ? 1 : 0));
    },
  };
}
