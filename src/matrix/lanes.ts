/** Who is next: the rooms' lines of messages, of each of which only the first may be under way. */
import TinyQueue from 'tinyqueue';
import type { RoomId } from '../../machines/ids.ts';
import type { Outgoing, Priority } from '../ports.ts';

interface Queued {
  message: Outgoing;
  priority: Priority;
}

interface Entry<T> {
  item: T;
  /** Its place among all items that were ever added. */
  order: number;
}

interface Lane<T> {
  entries: Entry<T>[];
  /** The first entry is taken. */
  taken: boolean;
}

export interface Lanes<T extends Queued> {
  /** Puts an item at the end of its room's line. */
  add(item: T): void;
  /** Whether `take` has something to give. */
  readonly ready: boolean;
  /** Takes the most urgent of the items that are first in their room, the oldest of equals; it stays first until `finish`. */
  take(): T | undefined;
  /** The item that was taken may be taken again. */
  putBack(item: T): void;
  /** The item that was taken is done; the next of its room may be taken. */
  finish(item: T): void;
  /** Takes an empty room, so that what is added waits for `free`; false when the room has something already. */
  hold(room: RoomId): boolean;
  free(room: RoomId): void;
  /** All items that are neither taken nor done, room by room. */
  waiting(): T[];
}

const ranks: Record<Priority, number> = { final: 0, command: 1, notice: 2, edit: 3 };

export function createLanes<T extends Queued>(): Lanes<T> {
  const lanes = new Map<RoomId, Lane<T>>();
  const firsts = new TinyQueue<Entry<T>>(
    [],
    (a, b) => ranks[a.item.priority] - ranks[b.item.priority] || a.order - b.order,
  );
  let added = 0;

  function release(room: RoomId): void {
    const lane = lanes.get(room);
    const first = lane?.entries[0];
    if (lane && first) {
      lane.taken = false;
      firsts.push(first);
    } else {
      lanes.delete(room);
    }
  }

  return {
    add(item) {
      const { room } = item.message;
      added += 1;
      const lane = lanes.get(room);
      if (lane) {
        lane.entries.push({ item, order: added });
      } else {
        lanes.set(room, { entries: [{ item, order: added }], taken: false });
        release(room);
      }
    },
    get ready() {
      return firsts.length > 0;
    },
    take() {
      const item = firsts.pop()?.item;
      const lane = item && lanes.get(item.message.room);
      if (lane) lane.taken = true;
      return item;
    },
    putBack: (item) => release(item.message.room),
    finish(item) {
      lanes.get(item.message.room)?.entries.shift();
      release(item.message.room);
    },
    hold(room) {
      if (lanes.has(room)) return false;
      lanes.set(room, { entries: [], taken: false });
      return true;
    },
    free: release,
    waiting() {
      return [...lanes.values()].flatMap(({ entries, taken }) => entries.slice(taken ? 1 : 0).map(({ item }) => item));
    },
  };
}
