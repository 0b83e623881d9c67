/** An event as a client gets it: with its age, its transaction, and what is bundled with it. */
import type { Device } from './accounts.ts';
import type { Json } from './json.ts';
import { aggregationsOf } from './aggregations.ts';
import type { Room, RoomEvent } from './room.ts';

/** Who reads an event and when; decides `age`, `transaction_id` and what is bundled. */
export interface Reader {
  device: Device;
  now: number;
}

export interface FormatOptions {
  /** Sync leaves the room id out. */
  roomId?: boolean;
  /** Bundle edits, references and threads under `unsigned`. */
  aggregations?: boolean;
  /** Say what the reader's membership was at the event. */
  membership?: boolean;
}

/** The event as clients get it. */
export function formatEvent(room: Room, event: RoomEvent, reader: Reader, options: FormatOptions = {}): Json {
  const { device, now } = reader;
  const unsigned: Json = { age: Math.max(0, now - event.origin_server_ts) };
  const { transaction, previous, redactedBecause } = event;
  if (transaction && transaction.user === device.user && transaction.device === device.id) {
    unsigned.transaction_id = transaction.id;
  }
  if (previous) {
    unsigned.replaces_state = previous.event_id;
    unsigned.prev_content = previous.content;
    unsigned.prev_sender = previous.sender;
  }
  if (redactedBecause) {
    unsigned.redacted_by = redactedBecause.event_id;
    unsigned.redacted_because = formatEvent(room, redactedBecause, reader, { roomId: options.roomId ?? false });
  }
  if (options.membership) unsigned.membership = room.membership(device.user, event.position) ?? 'leave';
  if (options.aggregations) {
    const plain = (other: RoomEvent) => formatEvent(room, other, reader, { roomId: options.roomId ?? false });
    const aggregations = aggregationsOf(room, event, device.user, plain);
    if (aggregations) unsigned['m.relations'] = aggregations;
  }
  const result: Json = {
    type: event.type,
    sender: event.sender,
    content: event.content,
    event_id: event.event_id,
    origin_server_ts: event.origin_server_ts,
    unsigned,
  };
  if (event.state_key !== undefined) result.state_key = event.state_key;
  if (event.redacts !== undefined) result.redacts = event.redacts;
  if (options.roomId) result.room_id = event.room_id;
  return result;
}

/** What somebody outside the room may see of a state event. */
export function stripped(event: RoomEvent): Json {
  return { type: event.type, sender: event.sender, state_key: event.state_key, content: event.content };
}
