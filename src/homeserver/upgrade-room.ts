/** The upgrade of a room: it is replaced by one of another version. */
import { authorize, powerOf } from './auth-rules.ts';
import { openRoom, requireVersion } from './create-room.ts';
import { changeMembership } from './membership.ts';
import { objectOr, type Json } from './json.ts';
import type { Room } from './room.ts';
import { joinedRoom, send } from './send.ts';
import type { World } from './world.ts';

/** State that moves with a room. */
const moved = [
  'm.room.join_rules',
  'm.room.name',
  'm.room.topic',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.avatar',
  'm.room.encryption',
  'm.room.server_acl',
];

/** Replaces a room by one of another version: tombstone there, predecessor here, aliases and state moved. */
export function upgradeRoom(world: World, user: string, oldId: string, versionId: unknown): Room {
  const version = requireVersion(versionId);
  const old = joinedRoom(world, user, oldId);
  const tombstone = { type: 'm.room.tombstone', sender: user, state_key: '', content: { replacement_room: '' } };
  authorize(old, tombstone);
  const creation = objectOr(old.state('m.room.create')?.content);
  const { predecessor: _before, additional_creators: _creators, creator: _creator, ...kept } = creation;
  const next = openRoom(world, user, version, { ...kept, room_version: version.id, predecessor: { room_id: old.id } });
  const put = (room: Room, type: string, content: Json, stateKey = '') =>
    send(world, room, { type, sender: user, state_key: stateKey, content });
  put(old, 'm.room.tombstone', { body: 'This room has been replaced', replacement_room: next.id });
  put(next, 'm.room.power_levels', levelsFor(old, next, user));
  for (const type of moved) {
    const event = old.state(type);
    if (event) put(next, type, event.content);
  }
  for (const child of old.fullState()) {
    if (child.type === 'm.space.child' && Array.isArray(child.content.via)) {
      put(next, child.type, child.content, child.state_key);
    }
    if (child.type === 'm.room.member' && child.content.membership === 'ban') {
      changeMembership(world, next.id, 'ban', user, child.state_key!);
    }
  }
  moveAliases(world, old, next, put);
  silence(old, put);
  return next;
}

function levelsFor(old: Room, next: Room, user: string): Json {
  const levels = objectOr(old.state('m.room.power_levels')?.content);
  const users = { ...objectOr(levels.users) };
  if (next.version.creatorsAreAbove) delete users[user];
  else if (powerOf(next, user) >= 100) users[user] = Math.max(100, Number(users[user] ?? 0));
  return { ...levels, users };
}

function moveAliases(
  world: World,
  old: Room,
  next: Room,
  put: (room: Room, type: string, content: Json) => void,
): void {
  for (const alias of old.aliases) {
    world.aliases.set(alias, next);
    next.aliases.add(alias);
  }
  old.aliases.clear();
  const canonical = old.state('m.room.canonical_alias');
  if (!canonical) return;
  put(old, 'm.room.canonical_alias', {});
  put(next, 'm.room.canonical_alias', canonical.content);
}

/** Nobody below the default for state speaks or invites in the old room any more. */
function silence(old: Room, put: (room: Room, type: string, content: Json) => void): void {
  const levels = objectOr(old.state('m.room.power_levels')?.content);
  const floor = Math.max(50, Number(levels.users_default ?? 0) + 1);
  const raise = (name: string) => Math.max(floor, Number(levels[name] ?? 0));
  put(old, 'm.room.power_levels', { ...levels, events_default: raise('events_default'), invite: raise('invite') });
}
