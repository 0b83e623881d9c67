/** What the page knows of its rooms, kept up to date by sync responses. Pure: no network, no document. */

/** @import { Earlier, MatrixEvent, Room, SyncResponse } from './types.ts' */

/**
 * A room that nothing is known of yet.
 * @param {string} id
 * @returns {Room}
 */
function newRoom(id) {
  return {
    id,
    name: 'Room',
    createdAt: Infinity,
    isSpace: false,
    parent: null,
    children: new Set(),
    events: [],
    known: new Set(),
    before: null,
    pending: [],
    typing: [],
    receipts: new Map(),
    unread: 0,
  };
}

/**
 * Takes one sync response into `rooms`.
 * @param {Map<string, Room>} rooms by id
 * @param {SyncResponse} response
 */
export function applySync(rooms, response) {
  for (const [id, news] of Object.entries(response.rooms?.join ?? {})) {
    const room = rooms.get(id) ?? newRoom(id);
    rooms.set(id, room);
    for (const event of news.state?.events ?? []) applyState(room, event);
    const { events = [], limited = false, prev_batch: before = null } = news.timeline ?? {};
    if (limited && events.length > 0) {
      room.events = [];
      room.known.clear();
      room.before = before;
    }
    for (const event of events) addEvent(room, event);
    for (const event of news.ephemeral?.events ?? []) applySignal(room, event);
    room.unread = news.unread_notifications?.notification_count ?? room.unread;
  }
  for (const id of Object.keys(response.rooms?.leave ?? {})) rooms.delete(id);
  // A room that is older than its Space does not name it.
  for (const space of rooms.values()) {
    for (const child of space.children) {
      const room = rooms.get(child);
      if (room !== undefined) room.parent ??= space.id;
    }
  }
}

/**
 * Puts what stands before the timeline in front of it.
 * @param {Room} room
 * @param {Earlier} earlier
 */
export function addEarlier(room, { chunk, end }) {
  const older = chunk.filter(({ event_id }) => !room.known.has(event_id)).reverse();
  for (const event of older) {
    room.known.add(event.event_id);
    if (event.state_key !== undefined) applyState(room, event, true);
  }
  room.events = [...older, ...room.events];
  room.before = chunk.length === 0 ? null : (end ?? null);
}

/**
 * @param {Room} room
 * @param {MatrixEvent} event
 */
function addEvent(room, event) {
  if (room.known.has(event.event_id)) return;
  room.known.add(event.event_id);
  room.events.push(event);
  if (event.state_key !== undefined) applyState(room, event);
  if (event.type === 'm.room.redaction') redact(room, event.redacts ?? event.content['redacts'], event.sender);
  const transaction = event.unsigned?.transaction_id;
  if (transaction !== undefined) room.pending = room.pending.filter((mine) => mine.transaction !== transaction);
}

/**
 * @param {Room} room
 * @param {MatrixEvent} event
 */
function applyState(room, { type, state_key: key, content, origin_server_ts: at }, isOld = false) {
  if (type === 'm.room.create') {
    room.createdAt = at;
    room.isSpace = content['type'] === 'm.space';
  }
  if (type === 'm.space.parent' && !isOld) room.parent = Array.isArray(content['via']) ? (key ?? null) : null;
  if (type === 'm.space.child' && !isOld && key !== undefined) {
    if (Array.isArray(content['via'])) room.children.add(key);
    else room.children.delete(key);
  }
  const name = content['name'];
  if (type === 'm.room.name' && key === '' && !isOld && typeof name === 'string') room.name = name;
}

/**
 * @param {Room} room
 * @param {unknown} id
 * @param {string} redactedBy
 */
function redact(room, id, redactedBy) {
  room.events = room.events.map((event) => (event.event_id === id ? { ...event, content: {}, redactedBy } : event));
}

/**
 * @param {Room} room
 * @param {Pick<MatrixEvent, 'type' | 'content'>} signal
 */
function applySignal(room, { type, content }) {
  if (type === 'm.typing') room.typing = /** @type {{ user_ids?: string[] }} */ (content).user_ids ?? [];
  if (type !== 'm.receipt') return;
  const receipts = /** @type {Record<string, { 'm.read'?: object }>} */ (content);
  for (const [event, kinds] of Object.entries(receipts)) {
    for (const user of Object.keys(kinds['m.read'] ?? {})) room.receipts.set(user, event);
  }
}
