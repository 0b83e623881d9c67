/** What this page sends: shown at once, tried under one transaction id until it is there. */

let count = 0;
const newTransaction = () => `page-${Date.now().toString(36)}-${++count}`;

/** `changed(room)` is called when what is shown of the room has to change. */
export function createOutbox(matrix, changed) {
  async function put(room, message) {
    message.failed = false;
    changed(room);
    try {
      await matrix.send(room.id, 'm.room.message', { msgtype: 'm.text', body: message.body }, message.transaction);
    } catch {
      message.failed = true;
      changed(room);
    }
  }

  return {
    say(room, body) {
      const message = { transaction: newTransaction(), body, at: Date.now(), failed: false };
      room.pending.push(message);
      void put(room, message);
    },
    retry(room, transaction) {
      const message = room.pending.find((candidate) => candidate.transaction === transaction);
      if (message !== undefined) void put(room, message);
    },
    /** Adds a reaction, or takes back `mine`. Rejects when the homeserver does not take it. */
    async react(room, event, key, mine) {
      if (mine !== null) return matrix.redact(room.id, mine, newTransaction());
      const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } };
      return matrix.send(room.id, 'm.reaction', content, newTransaction());
    },
  };
}
