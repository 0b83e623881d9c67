/** Rooms that were upgraded: what the bot kept about the old one belongs to the new one. */
import type { Marker } from '../../../machines/marker.ts';
import type { RoomId } from '../../../machines/ids.ts';
import type { KnownRoom } from '../../ports.ts';

/**
 * The markers that rooms without one have from those that they replace, `toldOf` telling what is known of a replaced room.
 * The nearest predecessor counts. Its person must be in the new room: anybody can name any room as a replacement.
 */
export function inheritedMarkers(
  rooms: ReadonlyMap<RoomId, KnownRoom>,
  toldOf: (room: KnownRoom) => Marker | null,
): Map<RoomId, Marker> {
  const inherited = new Map<RoomId, { marker: Marker; distance: number }>();
  for (const old of rooms.values()) {
    const marker = toldOf(old);
    const { room, distance } = successor(rooms, old);
    if (marker === null || room === null || room.marker !== null || room.isSpace !== old.isSpace) continue;
    if (!room.members.some(({ user }) => user === marker.person)) continue;
    if (distance < (inherited.get(room.room)?.distance ?? Infinity)) inherited.set(room.room, { marker, distance });
  }
  return new Map([...inherited].map(([room, { marker }]) => [room, marker]));
}

/** The last room of the chain that begins at `old`; null when the bot is not in it, or the chain has no end. */
function successor(
  rooms: ReadonlyMap<RoomId, KnownRoom>,
  old: KnownRoom,
): { room: KnownRoom | null; distance: number } {
  let room: KnownRoom | undefined = old;
  for (let distance = 0; distance <= rooms.size; distance += 1) {
    if (room === undefined) break;
    if (room.replacement === null) return { room: distance === 0 ? null : room, distance };
    room = rooms.get(room.replacement);
  }
  return { room: null, distance: 0 };
}
