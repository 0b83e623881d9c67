/** What other events add to an event: edits, references, threads. */
import type { Json } from './json.ts';
import { relationOf } from './relations.ts';
import type { Room, RoomEvent } from './room.ts';

/** The newest valid edit: same sender and type, of a message that is neither state, redacted nor an edit itself. */
function editOf(room: Room, event: RoomEvent): RoomEvent | undefined {
  if (event.state_key !== undefined || event.redactedBecause || relationOf(event)?.type === 'm.replace')
    return undefined;
  return room.relations
    .get(event.event_id)
    ?.findLast(
      (other) =>
        relationOf(other)?.type === 'm.replace' &&
        other.sender === event.sender &&
        other.type === event.type &&
        other.state_key === undefined,
    );
}

/** `unsigned['m.relations']`: the newest edit, references and the thread; undefined when there is nothing. */
export function aggregationsOf(
  room: Room,
  event: RoomEvent,
  user: string,
  format: (event: RoomEvent) => Json,
): Json | undefined {
  const related = room.relations.get(event.event_id);
  if (!related || related.length === 0) return undefined;
  const result: Json = {};
  const edit = editOf(room, event);
  if (edit) result['m.replace'] = format(edit);
  const references = related.filter((other) => relationOf(other)?.type === 'm.reference');
  if (references.length > 0) result['m.reference'] = { chunk: references.map(({ event_id }) => ({ event_id })) };
  const thread = related.filter((other) => relationOf(other)?.type === 'm.thread');
  if (thread.length > 0) {
    result['m.thread'] = {
      count: thread.length,
      latest_event: format(thread.at(-1)!),
      current_user_participated: event.sender === user || thread.some((other) => other.sender === user),
    };
  }
  return Object.keys(result).length > 0 ? result : undefined;
}
