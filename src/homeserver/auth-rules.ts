/** Who may send which event into a room: the authorization rules of room versions 11 and 12, in the order and words of Synapse. */
import { forbidden, notInRoom, unknown } from './errors.ts';
import { isObject, objectOr, type Json } from './json.ts';
import type { Room, RoomEvent } from './room.ts';
import type { Draft } from './validate.ts';

function isCreator(room: Room, user: string): boolean {
  const create = room.state('m.room.create');
  const more = create?.content.additional_creators;
  return create?.sender === user || (Array.isArray(more) && more.includes(user));
}

export function powerOf(room: Room, user: string): number {
  if (room.version.creatorsAreAbove && isCreator(room, user)) return Infinity;
  const levels = room.state('m.room.power_levels')?.content;
  if (!levels) return isCreator(room, user) ? 100 : 0;
  return Number(objectOr(levels.users)[user] ?? levels.users_default ?? 0);
}

/** The level that an action takes. */
function levelOf(room: Room, action: 'invite' | 'kick' | 'ban' | 'redact'): number {
  const level = room.state('m.room.power_levels')?.content[action];
  return typeof level === 'number' ? level : action === 'invite' ? 0 : 50;
}

export function sendLevelOf(room: Room, type: string, isState: boolean): number {
  const levels = room.state('m.room.power_levels')?.content ?? {};
  const events = objectOr(levels.events);
  const own = Object.hasOwn(events, type) ? events[type] : undefined;
  return Number(own ?? (isState ? (levels.state_default ?? 50) : (levels.events_default ?? 0)));
}

/** Throws M_FORBIDDEN unless the room's state allows the draft. */
export function authorize(room: Room, draft: Draft): void {
  if (draft.type === 'm.room.member' && draft.state_key !== undefined) return authorizeMember(room, draft);
  if (room.membership(draft.sender) !== 'join') throw notInRoom(draft.sender, room.id);
  const power = powerOf(room, draft.sender);
  const needed = sendLevelOf(room, draft.type, draft.state_key !== undefined);
  if (power < needed) {
    throw forbidden(
      `You don't have permission to post that to the room. user_level (${power}) < send_level (${needed})`,
    );
  }
  if (draft.state_key?.startsWith('@') && draft.state_key !== draft.sender) {
    throw forbidden('You are not allowed to set others state');
  }
  if (draft.type === 'm.room.power_levels') authorizeLevels(room, draft);
}

function authorizeMember(room: Room, draft: Draft): void {
  const { sender, content } = draft;
  const target = draft.state_key!;
  const [caller, current] = [room.membership(sender), room.membership(target)];
  const [power, targetPower] = [powerOf(room, sender), powerOf(room, target)];
  if (content.membership === 'join') return authorizeJoin(room, draft);
  if (caller === 'invite' && content.membership === 'leave' && target === sender) return;
  if (caller !== 'join') throw forbidden(`${sender} not in room ${room.id}.`);
  if (content.membership === 'invite') {
    if (current === 'ban') throw forbidden(`${target} is banned from the room`);
    if (current === 'join') throw forbidden(`${target} is already in the room.`);
    if (power < levelOf(room, 'invite')) throw forbidden("You don't have permission to invite users");
  } else if (content.membership === 'leave') {
    if (current === 'ban' && power < levelOf(room, 'ban')) throw forbidden(`You cannot unban user ${target}.`);
    if (target !== sender && (power < levelOf(room, 'kick') || power <= targetPower)) {
      throw forbidden(`You cannot kick user ${target}.`);
    }
  } else {
    if (power < levelOf(room, 'ban')) throw forbidden("You don't have permission to ban");
    if (power <= targetPower) throw forbidden("You don't have permission to ban this user");
  }
}

function authorizeJoin(room: Room, { sender, state_key: target, content }: Draft): void {
  const creates = room.timeline.length === 1 && room.timeline[0]!.sender === sender;
  if (creates && target === sender) return;
  const membership = room.membership(sender);
  if (sender !== target) throw forbidden('Cannot force another user to join.');
  if (membership === 'ban') throw forbidden('You are banned from this room');
  const rule = room.state('m.room.join_rules')?.content.join_rule ?? 'invite';
  if (rule === 'public' || membership === 'join' || membership === 'invite') return;
  if (rule === 'restricted' || rule === 'knock_restricted') {
    const authoriser = content.join_authorised_via_users_server;
    if (typeof authoriser === 'string' && powerOf(room, authoriser) >= levelOf(room, 'invite')) return;
    throw forbidden('You do not belong to any of the required rooms/spaces to join this room.');
  }
  throw forbidden('You are not invited to this room.');
}

const levelNames = ['users_default', 'events_default', 'state_default', 'ban', 'redact', 'kick', 'invite'];

function authorizeLevels(room: Room, { sender, content }: Draft): void {
  const users = objectOr(content.users);
  if (room.version.creatorsAreAbove) {
    const listed = Object.keys(users).find((user) => isCreator(room, user));
    if (listed) throw unknown(`Creator user ${listed} must not appear in content.users`);
  }
  const old = room.state('m.room.power_levels')?.content;
  if (!old) return;
  const power = powerOf(room, sender);
  for (const name of levelNames) requireBelow(power, old[name], content[name]);
  for (const map of ['users', 'events', 'notifications']) {
    const [before, after] = [objectOr(old[map]), objectOr(content[map])];
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (map === 'users' && key !== sender && before[key] === power && after[key] !== power) {
        throw forbidden("You don't have permission to remove ops level equal to your own");
      }
      requireBelow(power, before[key], after[key]);
    }
  }
}

function requireBelow(power: number, before: unknown, after: unknown): void {
  if (before === after) return;
  if ((typeof before === 'number' && before > power) || (typeof after === 'number' && after > power)) {
    throw forbidden("You don't have permission to add ops level greater than your own");
  }
}

/** Throws unless the sender may redact; `target` may be unknown to the room where the sender's power is enough. */
export function authorizeRedaction(room: Room, sender: string, target: RoomEvent | undefined): void {
  if (powerOf(room, sender) >= levelOf(room, 'redact')) return;
  if (target?.sender !== sender) throw forbidden("You don't have permission to redact events");
}

/** A local member who may let others in, for a restricted room; null when the rules do not let `user` in. */
export function authoriserOf(room: Room, user: string, inRoom: (roomId: string) => boolean): string | null {
  const rules: Json = room.state('m.room.join_rules')?.content ?? {};
  if (rules.join_rule !== 'restricted' && rules.join_rule !== 'knock_restricted') return null;
  const membership = room.membership(user);
  if (membership === 'join' || membership === 'invite') return null;
  const allowed = (Array.isArray(rules.allow) ? rules.allow : []).some(
    (rule) =>
      isObject(rule) && rule.type === 'm.room_membership' && typeof rule.room_id === 'string' && inRoom(rule.room_id),
  );
  if (!allowed) return null;
  return [...room.joined].find((member) => powerOf(room, member) >= levelOf(room, 'invite')) ?? null;
}
