/** How many messages somebody has not read. */
import { isObject } from './json.ts';
import { relationOf } from './relations.ts';
import { indexAfter, type Room, type RoomEvent } from './room.ts';

/** Whether the default push rules would notify somebody: messages that are no notices and no edits. */
function notifies(event: RoomEvent): boolean {
  const isMessage = event.type === 'm.room.message' || event.type === 'm.room.encrypted';
  return isMessage && event.content.msgtype !== 'm.notice' && relationOf(event)?.type !== 'm.replace';
}

function mentions(event: RoomEvent, user: string): boolean {
  const named = event.content['m.mentions'];
  return isObject(named) && Array.isArray(named.user_ids) && named.user_ids.includes(user);
}

function countFor(room: Room, user: string, event: RoomEvent): void {
  if (event.sender === user) return;
  const unread = room.unread.get(user) ?? { notifications: 0, highlights: 0 };
  unread.notifications += 1;
  if (mentions(event, user)) unread.highlights += 1;
  room.unread.set(user, unread);
}

/** Counts a new event for everybody else in the room. */
export function countUnread(room: Room, event: RoomEvent): void {
  if (notifies(event)) for (const user of room.joined) countFor(room, user, event);
}

/** Counts anew after the user has read up to `position`. */
export function readUpTo(room: Room, user: string, position: number): void {
  room.unread.delete(user);
  for (const event of room.timeline.slice(indexAfter(room.timeline, position))) {
    if (notifies(event)) countFor(room, user, event);
  }
}
