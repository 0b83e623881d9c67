/** Writes of one thing per room, of which the newest must be the last to arrive. */
import type { RoomId } from '../../machines/ids.ts';

type Write<Value, Result> = (room: RoomId, value: Value) => Promise<Result>;

interface Waiting<Value, Result> extends PromiseWithResolvers<Result> {
  value: Value;
}

/**
 * The same `write`, but one at a time in each room. Of those that come while one is under way only the newest is made;
 * all of them settle with it.
 */
export function newestLast<Value, Result>(write: Write<Value, Result>): Write<Value, Result> {
  /** The rooms with a write under way, and what waits for its end. */
  const rooms = new Map<RoomId, Waiting<Value, Result> | null>();

  async function begin(room: RoomId, value: Value): Promise<Result> {
    rooms.set(room, null);
    try {
      return await write(room, value);
    } finally {
      const next = rooms.get(room) ?? null;
      rooms.delete(room);
      if (next !== null) begin(room, next.value).then(next.resolve, next.reject);
    }
  }

  return (room, value) => {
    const waiting = rooms.get(room);
    if (waiting === undefined) return begin(room, value);
    if (waiting !== null) {
      waiting.value = value;
      return waiting.promise;
    }
    const next = { ...Promise.withResolvers<Result>(), value };
    rooms.set(room, next);
    return next.promise;
  };
}
