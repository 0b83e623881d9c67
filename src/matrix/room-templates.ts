/** What new rooms and Spaces look like: the bodies of `createRoom`, and how a Space lists its chats. */
import { createHash } from 'node:crypto';
import type { RoomCreateOptions } from 'matrix-bot-sdk';
import type { MxcUri, UserId } from '../../machines/ids.ts';
import type { Child, NewRoom } from '../ports.ts';

/** Where a room's create event names its operation: only the bot can have written it there. */
export const OPERATION_KEY = 'org.roomkeeper.operation';

/** Room ids of version 12 name no server, so rooms are reached through the bot's own. */
export function serverOf(user: UserId): string {
  return user.slice(user.indexOf(':') + 1);
}

/** The servers through which a room of the bot and this person can be reached. */
function serversOf(me: UserId, person: UserId): string[] {
  return [...new Set([serverOf(me), serverOf(person)])];
}

/** What a create event says of its operation. */
export function markOf(operation: string): string {
  return `roomkeeper-${createHash('sha256').update(operation).digest('hex').slice(0, 16)}`;
}

/** From version 12 on, who makes a room stands above all its power levels and may not be named in them. */
function creatorsAreAbove(roomVersion: string | null): boolean {
  return roomVersion !== null && /^\d+$/.test(roomVersion) && Number(roomVersion) >= 12;
}

/**
 * `roomVersion`: the one to make, the homeserver's own choice where it is null. No alias, though it would keep a second try
 * from making a second room: the homeserver would name the room by it, in the invitation and in a line for all to read.
 */
export function newRoomBody(
  room: NewRoom & { avatar?: MxcUri | null },
  me: UserId,
  roomVersion: string | null,
): RoomCreateOptions {
  const { avatar = null } = room;
  const operation = { [OPERATION_KEY]: markOf(room.operation) };
  const isSpace = room.kind === 'space';
  return {
    name: room.name,
    ...(room.topic === '' ? {} : { topic: room.topic }),
    invite: [room.person],
    ...(roomVersion === null ? {} : { room_version: roomVersion }),
    // Not trusted_private_chat: it makes the invited person an equal of the bot.
    preset: 'private_chat',
    visibility: 'private',
    creation_content: isSpace ? { type: 'm.space', ...operation } : operation,
    power_level_content_override: isSpace ? spaceLevels : chatLevels(room.person, me, creatorsAreAbove(roomVersion)),
    initial_state: [
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'invited' } },
      ...(avatar === null ? [] : [{ type: 'm.room.avatar', state_key: '', content: { url: avatar } }]),
      ...linksOf(room, me),
    ],
  };
}

/** What a person may change in a room of theirs; everything else stays with the bot. */
const theirs = ['m.room.name', 'm.room.topic', 'm.room.avatar'];

/** Nobody but the bot writes into a Space, adds rooms or lets others in; its person is alone there with it. */
const spaceLevels = {
  ...{ events_default: 100, state_default: 100, invite: 100 },
  events: Object.fromEntries(theirs.map((type) => [type, 0])),
};

/** Its person puts out whom they let in. `events` replaces what the homeserver would put there, so all that matters is said. */
function chatLevels(person: UserId, me: UserId, botIsAbove: boolean) {
  return {
    users: { ...(botIsAbove ? {} : { [me]: 100 }), [person]: 50 },
    ...{ state_default: 100, kick: 50, ban: 50, redact: 50 },
    events: Object.fromEntries([...theirs, 'm.room.pinned_events'].map((type) => [type, 50])),
  };
}

function linksOf({ space, person, children = [] }: NewRoom, me: UserId) {
  const parent = { via: serversOf(me, person), canonical: true };
  return [
    ...(space === null ? [] : [{ type: 'm.space.parent', state_key: space as string, content: parent }]),
    ...children.map((child) => ({ type: 'm.space.child', state_key: child.room, content: childContent(child, me) })),
  ];
}

/**
 * How a Space lists a chat: by number, archived ones last. Orders are compared character by character, so all have as many
 * digits. A chat whose number is unknown stands where the homeserver puts it.
 */
export function childContent({ person, number, archived }: Child, me: UserId): object {
  const via = serversOf(me, person);
  if (number === null) return { via };
  const order = String(number).padStart(9, '0');
  return archived ? { via, order: `archived ${order}` } : { via, order, suggested: true };
}
