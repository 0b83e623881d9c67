/** How a room is made: its first events, in their order. */
import { badJson, MatrixError, unknown } from './errors.ts';
import { isUserId, newEventId, randomLetters } from './ids.ts';
import { isObject, objectOr, type Json } from './json.ts';
import { changeMembership } from './membership.ts';
import { Room } from './room.ts';
import { roomVersions, type RoomVersion } from './room-versions.ts';
import { append, send } from './send.ts';
import type { World } from './world.ts';

interface Preset {
  joinRule: string;
  invitedAreEqual: boolean;
  guests: boolean;
  levels: Json;
}

const presets: Record<string, Preset> = {
  private_chat: { joinRule: 'invite', invitedAreEqual: false, guests: true, levels: { invite: 0 } },
  trusted_private_chat: { joinRule: 'invite', invitedAreEqual: true, guests: true, levels: { invite: 0 } },
  public_chat: { joinRule: 'public', invitedAreEqual: false, guests: false, levels: {} },
};

interface Wish {
  preset: Preset;
  version: RoomVersion;
  alias: string | null;
  invite: string[];
  state: { type: string; stateKey: string; content: Json }[];
  body: Json;
}

/** Throws M_UNSUPPORTED_ROOM_VERSION for what is not offered. */
export function requireVersion(id: unknown): RoomVersion {
  if (typeof id !== 'string') throw badJson('room_version must be a string');
  const version = roomVersions.get(id);
  if (version) return version;
  throw new MatrixError(400, 'M_UNSUPPORTED_ROOM_VERSION', 'Your homeserver does not support this room version');
}

function readWish(world: World, body: Json): Wish {
  const version = requireVersion(body.room_version ?? world.defaultRoomVersion);
  const alias = readAlias(world, body.room_alias_name);
  const invite: unknown[] = Array.isArray(body.invite) ? body.invite : body.invite === undefined ? [] : [body.invite];
  for (const user of invite) {
    if (typeof user !== 'string' || !isUserId(user)) throw unknown(`Invalid user_id: ${String(user)}`);
  }
  const users = objectOr(body.power_level_content_override).users;
  const presetName = body.preset ?? (body.visibility === 'public' ? 'public_chat' : 'private_chat');
  const preset = typeof presetName === 'string' && Object.hasOwn(presets, presetName) ? presets[presetName] : undefined;
  if (!preset) throw badJson(`${JSON.stringify(presetName)} is not a valid preset`);
  for (const name of ['name', 'topic']) {
    if (name in body && typeof body[name] !== 'string') throw unknown(`'${name}' not a string type`);
  }
  if (users !== undefined && !isObject(users)) throw badJson(`"users": not of type 'object'`);
  return { preset, version, alias, invite: invite as string[], state: readState(body.initial_state), body };
}

function readAlias(world: World, name: unknown): string | null {
  if (name === undefined) return null;
  if (typeof name !== 'string' || /\s/.test(name)) throw unknown('Invalid characters in room alias');
  if (name.includes(':'))
    throw unknown("':' is not permitted in the room alias name. Please note this expects a local part.");
  const alias = `#${name}:${world.serverName}`;
  if (world.aliases.has(alias)) throw new MatrixError(400, 'M_ROOM_IN_USE', 'Room alias already taken');
  return alias;
}

function readState(wanted: unknown): Wish['state'] {
  if (wanted === undefined) return [];
  if (!Array.isArray(wanted)) throw badJson("'initial_state' is not a list");
  const byKey = new Map<string, Wish['state'][number]>();
  for (const item of wanted) {
    if (!isObject(item) || typeof item.type !== 'string' || !isObject(item.content)) {
      throw badJson("'initial_state' holds something that is no state event");
    }
    const stateKey = typeof item.state_key === 'string' ? item.state_key : '';
    byKey.set(`${item.type}\u0000${stateKey}`, { type: item.type, stateKey, content: item.content });
  }
  return [...byKey.values()];
}

/** Makes a room as POST /createRoom describes it; throws what is wrong with the description. */
export function createRoom(world: World, creator: string, body: Json): Room {
  const wish = readWish(world, body);
  const creation: Json = { ...objectOr(body.creation_content), room_version: wish.version.id };
  if (wish.version.creatorsAreAbove && wish.preset.invitedAreEqual && wish.invite.length > 0) {
    const more = Array.isArray(creation.additional_creators) ? (creation.additional_creators as unknown[]) : [];
    creation.additional_creators = [...new Set([...more, ...wish.invite])];
  }
  const room = openRoom(world, creator, wish.version, creation);
  const has = (type: string) => wish.state.some((item) => item.type === type && item.stateKey === '');
  const put = (type: string, content: Json, stateKey = '') =>
    send(world, room, { type, sender: creator, state_key: stateKey, content });
  const levels = wish.state.find((item) => item.type === 'm.room.power_levels' && item.stateKey === '');
  put('m.room.power_levels', levels?.content ?? powerLevels(wish, creator));
  if (wish.alias !== null) {
    addAlias(world, room, wish.alias);
    if (!has('m.room.canonical_alias')) put('m.room.canonical_alias', { alias: wish.alias });
  }
  if (!has('m.room.join_rules')) put('m.room.join_rules', { join_rule: wish.preset.joinRule });
  if (!has('m.room.history_visibility')) put('m.room.history_visibility', { history_visibility: 'shared' });
  if (wish.preset.guests && !has('m.room.guest_access')) put('m.room.guest_access', { guest_access: 'can_join' });
  for (const item of wish.state) if (item !== levels) put(item.type, item.content, item.stateKey);
  if (typeof body.name === 'string') put('m.room.name', { name: body.name });
  if (typeof body.topic === 'string') put('m.room.topic', topic(body.topic));
  const direct = body.is_direct ? { is_direct: body.is_direct } : {};
  for (const user of wish.invite) changeMembership(world, room.id, 'invite', creator, user, direct);
  return room;
}

const topic = (text: string): Json => ({ topic: text, 'm.topic': { 'm.text': [{ body: text }] } });

/** A room with nothing but its creator in it. */
export function openRoom(world: World, creator: string, version: RoomVersion, creation: Json): Room {
  const id = version.idIsCreateEvent ? `!${newEventId().slice(1)}` : `!${randomLetters(18)}:${world.serverName}`;
  const room = new Room(id, version);
  world.rooms.set(id, room);
  append(world, room, { type: 'm.room.create', sender: creator, state_key: '', content: creation });
  changeMembership(world, id, 'join', creator, creator);
  return room;
}

export function addAlias(world: World, room: Room, alias: string): void {
  world.aliases.set(alias, room);
  room.aliases.add(alias);
}

function powerLevels({ preset, version, invite, body }: Wish, creator: string): Json {
  const users = preset.invitedAreEqual ? [creator, ...invite] : [creator];
  const events: Json = {
    'm.room.name': 50,
    'm.room.power_levels': 100,
    'm.room.history_visibility': 100,
    'm.room.canonical_alias': 50,
    'm.room.avatar': 50,
    'm.room.tombstone': version.creatorsAreAbove ? 150 : 100,
    'm.room.server_acl': 100,
    'm.room.encryption': 100,
    ...(preset === presets.public_chat ? { 'm.call.invite': 50 } : {}),
  };
  return {
    users: version.creatorsAreAbove ? {} : Object.fromEntries(users.map((user) => [user, 100])),
    users_default: 0,
    events,
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: 50,
    historical: 100,
    ...preset.levels,
    ...objectOr(body.power_level_content_override),
  };
}
