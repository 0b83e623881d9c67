/** What of a room's history somebody may see. */
import { noPreview, notFound } from './errors.ts';
import type { Room, RoomEvent } from './room.ts';
import type { World } from './world.ts';

/** A room as one reader may see it: up to `position` (Infinity for members), with or without having been there. */
export interface View {
  room: Room;
  user: string;
  position: number;
  outsider: boolean;
}

/** Throws M_FORBIDDEN unless the user is in the room, was there (and did not forget it), or everybody may read it. */
export function viewOf(world: World, user: string, roomId: string): View {
  const room = world.rooms.get(roomId);
  const membership = room?.membership(user);
  if (room && membership === 'join') return { room, user, position: Infinity, outsider: false };
  if (room && membership === 'leave' && !room.forgottenBy.has(user)) {
    return { room, user, position: room.state('m.room.member', user)!.position, outsider: false };
  }
  if (room && visibilityAt(room) === 'world_readable') return { room, user, position: Infinity, outsider: true };
  throw noPreview(user, roomId);
}

function visibilityAt(room: Room, position = Infinity): string {
  const value = room.state('m.room.history_visibility', '', position)?.content.history_visibility;
  return typeof value === 'string' ? value : 'shared';
}

const laxity = ['joined', 'invited', 'shared', 'world_readable'];

/** The more open of what was in force before and after the event. */
function visibilityOf(room: Room, event: RoomEvent): string {
  const after = visibilityAt(room, event.position);
  if (event.type !== 'm.room.history_visibility') return after;
  const before = visibilityAt(room, event.position - 1);
  return laxity.indexOf(before) > laxity.indexOf(after) ? before : after;
}

/** Whether history visibility lets the user see the event. */
export function maySee(room: Room, event: RoomEvent, user: string, outsider = false): boolean {
  const visibility = visibilityOf(room, event);
  if (visibility === 'world_readable' || (visibility === 'shared' && !outsider)) return true;
  const membership = room.membership(user, event.position);
  if (membership === 'join') return true;
  if (event.type === 'm.room.member' && event.state_key === user) {
    const before = event.previous?.content.membership;
    if (before === 'join' || (membership === 'leave' && before === 'invite')) return true;
    return visibility === 'invited' && (membership === 'invite' || before === 'invite');
  }
  return visibility === 'invited' && membership === 'invite';
}

/** The event if it is in the room and the user may see it; else 404, as if it were not there. */
export function requireVisible(
  world: World,
  user: string,
  roomId: string,
  eventId: string,
): { view: View; event: RoomEvent } {
  const room = world.rooms.get(roomId);
  const event = room?.event(eventId);
  if (!room || !event) throw notFound('Event not found.');
  let view: View;
  try {
    view = viewOf(world, user, roomId);
  } catch {
    throw notFound('Event not found.');
  }
  if (event.position > view.position || !maySee(room, event, user, view.outsider)) throw notFound('Event not found.');
  return { view, event };
}
