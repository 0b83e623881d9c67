/** What this page sends: shown at once, tried under one transaction id until it is there. */

/** @import { Matrix, Pending, Room } from './types.ts' */

let count = 0;
/** Under which the homeserver takes something once. */
export const newTransaction = () => `page-${Date.now().toString(36)}-${++count}`;

/**
 * `changed()` is called when what is shown has to change.
 * @param {Matrix} matrix
 * @param {() => void} changed
 */
export function createOutbox(matrix, changed) {
  /**
   * @param {Room} room
   * @param {Pending} message
   */
  async function put(room, message) {
    message.failed = message.waits = false;
    changed();
    try {
      await matrix.send(room.id, 'm.room.message', { msgtype: 'm.text', body: message.body }, message.transaction);
    } catch {
      message.failed = true;
      changed();
    }
  }

  return {
    /**
     * `after`: the files that go before it are there; null where there are none.
     * @param {Room} room
     * @param {string} body
     * @param {Promise<unknown> | null} after
     */
    say(room, body, after) {
      const waits = after !== null;
      const message = { transaction: newTransaction(), body, at: Date.now(), failed: false, waits };
      room.pending.push(message);
      if (after === null) return void put(room, message);
      changed();
      void after.then(() => put(room, message));
    },
    /**
     * @param {Room} room
     * @param {string} transaction
     */
    retry(room, transaction) {
      const message = room.pending.find((candidate) => candidate.transaction === transaction);
      if (message !== undefined) void put(room, message);
    },
    /**
     * Adds a reaction, or takes back `mine`. Rejects when the homeserver does not take it.
     * @param {Room} room
     * @param {string} event
     * @param {string} key
     * @param {string | null} mine
     * @returns {Promise<unknown>}
     */
    async react(room, event, key, mine) {
      if (mine !== null) return matrix.redact(room.id, mine, newTransaction());
      const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } };
      return matrix.send(room.id, 'm.reaction', content, newTransaction());
    },
  };
}
