/** Taking back an event: what stays of it. */
import { objectOr, type Json } from './json.ts';
import { relationOf } from './relations.ts';
import type { Room, RoomEvent } from './room.ts';

/** The keys of `content` that survive a redaction in room versions 11 and 12; null means all. */
const kept: Record<string, string[] | null> = {
  'm.room.create': null,
  'm.room.member': ['membership', 'join_authorised_via_users_server'],
  'm.room.join_rules': ['join_rule', 'allow'],
  'm.room.power_levels': [
    'ban',
    'events',
    'events_default',
    'invite',
    'kick',
    'redact',
    'state_default',
    'users',
    'users_default',
  ],
  'm.room.history_visibility': ['history_visibility'],
  'm.room.redaction': ['redacts'],
};

function pruned(event: RoomEvent): Json {
  const keys = Object.hasOwn(kept, event.type) ? kept[event.type] : [];
  if (!keys) return event.content;
  const content = objectOr(event.content);
  return Object.fromEntries(keys.filter((key) => key in content).map((key) => [key, content[key]]));
}

/** Empties the event and takes it out of what it related to; a second redaction changes nothing. */
export function redact(room: Room, event: RoomEvent, because: RoomEvent): void {
  if (event.redactedBecause) return;
  const relation = relationOf(event);
  if (relation) {
    const others = (room.relations.get(relation.eventId) ?? []).filter((other) => other !== event);
    room.relations.set(relation.eventId, others);
  }
  event.content = pruned(event);
  event.redactedBecause = because;
}
