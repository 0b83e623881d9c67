/** The summary of a room in a sync: how many are in it, and who gives it a name. */
import type { Json } from './json.ts';
import type { Room } from './room.ts';

/** Counts, and the members a client names the room after where it has no name. */
export function summaryOf(room: Room, user: string): Json {
  const members = room.fullState().filter((event) => event.type === 'm.room.member');
  const invited = members.filter((event) => event.content.membership === 'invite');
  const summary: Json = { 'm.joined_member_count': room.joined.size, 'm.invited_member_count': invited.length };
  if (room.state('m.room.name')?.content.name || room.state('m.room.canonical_alias')?.content.alias) return summary;
  const present = members.filter((event) => ['join', 'invite'].includes(String(event.content.membership)));
  const others = (present.length > 1 ? present : members).map((event) => event.state_key!).filter((id) => id !== user);
  return { ...summary, 'm.heroes': others.sort().slice(0, 5) };
}
