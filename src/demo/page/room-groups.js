/** The rooms as the list shows them: the chats of each Space, those put away, and the rooms that are in no Space. Pure. */

/** @import { Room, RoomGroup } from './types.ts' */

/**
 * A room in which the agent answers: the bot made it, in the person's Space.
 * @param {Room} room
 */
export const isChat = ({ isSpace, parent }) => !isSpace && parent !== null;

/**
 * @param {Room[]} rooms those that are known, newest first
 * @param {Set<string>} archived the ids of chats that were put away
 * @returns {RoomGroup<Room>[]}
 */
export function groupsOf(rooms, archived) {
  const spaces = new Map(rooms.filter(({ isSpace }) => isSpace).map((space) => [space.id, space]));
  const chats = rooms.filter((room) => isChat(room) && !archived.has(room.id));
  const parents = [...new Set([...spaces.keys(), ...chats.flatMap(({ parent }) => parent ?? [])])];
  return [
    ...parents.map((parent) => ({
      id: parent,
      title: spaces.get(parent)?.name ?? 'Chats',
      kind: 'Space',
      rooms: chats.filter((chat) => chat.parent === parent),
    })),
    {
      id: 'archived',
      title: 'Archived',
      kind: '',
      rooms: rooms.filter((room) => isChat(room) && archived.has(room.id)),
    },
    {
      id: 'entry',
      title: 'Where you met',
      kind: '',
      rooms: rooms.filter((room) => !room.isSpace && !isChat(room)),
    },
  ].filter((group) => group.rooms.length > 0);
}
