/** The rooms as the list shows them: the chats of each Space, those put away, and the rooms that are in no Space. Pure. */

/** A room in which the agent answers: the bot made it, in the person's Space. */
export const isChat = ({ isSpace, parent }) => !isSpace && parent !== null;

/** `rooms`: those that are known, newest first; `archived`: the ids of chats that were put away. Gives `{ id, title, kind, rooms }`. */
export function groupsOf(rooms, archived) {
  const spaces = new Map(rooms.filter(({ isSpace }) => isSpace).map((space) => [space.id, space]));
  const chats = rooms.filter((room) => isChat(room) && !archived.has(room.id));
  const parents = [...new Set([...spaces.keys(), ...chats.map(({ parent }) => parent)])];
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
