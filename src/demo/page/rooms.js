/** What the page knows of its rooms, kept up to date by sync responses. Pure: no network, no document. */

/** A room that nothing is known of yet. */
export function newRoom(id) {
  return {
    id,
    name: 'Room',
    createdAt: Infinity,
    isSpace: false,
    /** The Space that the room names as its own; null when it names none. */
    parent: null,
    /** Timeline events, oldest first. */
    events: [],
    known: new Set(),
    /** Where `earlier` goes on; null when the timeline begins with the room. */
    before: null,
    /** Our messages that are not in the timeline yet: `{ transaction, body, at, failed }`. */
    pending: [],
    typing: [],
    /** Who has read how far: user to event id. */
    receipts: new Map(),
    unread: 0,
  };
}

/** Takes one sync response into `rooms` (id to room) and gives the ids of the rooms that changed. */
export function applySync(rooms, response) {
  const joined = Object.entries(response.rooms?.join ?? {});
  for (const [id, news] of joined) {
    const room = rooms.get(id) ?? newRoom(id);
    rooms.set(id, room);
    for (const event of news.state?.events ?? []) applyState(room, event);
    const { events = [], limited, prev_batch: before = null } = news.timeline ?? {};
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
  return [...joined.map(([id]) => id), ...Object.keys(response.rooms?.leave ?? {})];
}

/** Puts what stands before the timeline in front of it. */
export function addEarlier(room, { chunk, end = null }) {
  const older = chunk.filter(({ event_id }) => !room.known.has(event_id)).reverse();
  for (const event of older) {
    room.known.add(event.event_id);
    if (event.state_key !== undefined) applyState(room, event, true);
  }
  room.events = [...older, ...room.events];
  room.before = chunk.length === 0 ? null : end;
}

function addEvent(room, event) {
  if (room.known.has(event.event_id)) return;
  room.known.add(event.event_id);
  room.events.push(event);
  if (event.state_key !== undefined) applyState(room, event);
  if (event.type === 'm.room.redaction') redact(room, event.redacts ?? event.content?.redacts);
  const transaction = event.unsigned?.transaction_id;
  if (transaction !== undefined) room.pending = room.pending.filter((mine) => mine.transaction !== transaction);
}

function applyState(room, { type, state_key: key, content, origin_server_ts: at }, isOld = false) {
  if (type === 'm.room.create') {
    room.createdAt = at;
    room.isSpace = content.type === 'm.space';
  }
  if (type === 'm.space.parent' && !isOld) room.parent = Array.isArray(content.via) ? key : null;
  if (type === 'm.room.name' && key === '' && !isOld && typeof content.name === 'string') room.name = content.name;
}

function redact(room, id) {
  room.events = room.events.map((event) => (event.event_id === id ? { ...event, content: {}, redacted: true } : event));
}

function applySignal(room, { type, content }) {
  if (type === 'm.typing') room.typing = content.user_ids ?? [];
  if (type !== 'm.receipt') return;
  for (const [event, kinds] of Object.entries(content)) {
    for (const user of Object.keys(kinds['m.read'] ?? {})) room.receipts.set(user, event);
  }
}
