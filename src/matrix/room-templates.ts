/** What new rooms and Spaces look like: the bodies of `createRoom`. */
import { createHash } from 'node:crypto';
import type { RoomCreateOptions } from 'matrix-bot-sdk';
import type { UserId } from '../../machines/ids.ts';
import type { NewRoom } from '../ports.ts';

/** Where a room's create event names its operation: only the bot can have written it there. */
export const OPERATION_KEY = 'org.roomkeeper.operation';

/** Room ids of version 12 name no server, so rooms are reached through the bot's own. */
export function serverOf(user: UserId): string {
  return user.slice(user.indexOf(':') + 1);
}

/** The local part of the alias that names the making of a room: createRoom has no transaction id. */
export function aliasNameOf(operation: string): string {
  return `roomkeeper-${createHash('sha256').update(operation).digest('hex').slice(0, 16)}`;
}

/**
 * `users` is left out of the power levels on purpose: the homeserver puts the creator there, and room version 12
 * refuses creators in it.
 */
export function newRoomBody(room: NewRoom, me: UserId): RoomCreateOptions {
  const common: RoomCreateOptions = {
    name: room.name,
    topic: room.topic,
    invite: [room.person],
    room_alias_name: aliasNameOf(room.operation),
    // Not trusted_private_chat: it makes the invited person an equal of the bot.
    preset: 'private_chat',
    visibility: 'private',
  };
  const operation = { [OPERATION_KEY]: aliasNameOf(room.operation) };
  if (room.kind === 'space') return { ...common, ...spaceParts(), creation_content: { type: 'm.space', ...operation } };
  return { ...common, ...chatParts(room, serverOf(me)), creation_content: operation };
}

/** Nobody but the bot writes into a Space, adds rooms or lets others in. */
function spaceParts(): RoomCreateOptions {
  return {
    power_level_content_override: { events_default: 100, state_default: 100, invite: 100, events: {} },
  };
}

/** The override replaces `events` as a whole, so what has to stay with the bot is listed. */
const chatEvents = {
  'm.room.name': 0,
  'm.room.avatar': 0,
  'm.room.canonical_alias': 100,
  'm.room.encryption': 100,
  'm.room.history_visibility': 100,
  'm.room.power_levels': 100,
  'm.room.server_acl': 100,
  'm.room.tombstone': 100,
  'm.space.parent': 100,
};

/** Shared history: who left and is invited again finds the answers that came meanwhile; nobody else gets in uninvited. */
function chatParts({ space }: NewRoom, server: string): RoomCreateOptions {
  return {
    power_level_content_override: { events: chatEvents },
    initial_state: [
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'shared' } },
      ...(space === null
        ? []
        : [{ type: 'm.space.parent', state_key: space, content: { via: [server], canonical: true } }]),
    ],
  };
}
