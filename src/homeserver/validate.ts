/** Whether an event that somebody wants to send is one: sizes, types, mentions. */
import { badJson, MatrixError, unknown } from './errors.ts';
import { isUserId } from './ids.ts';
import { isObject, requireCanonical, type Json } from './json.ts';

/** An event that somebody wants in a room. */
export interface Draft {
  type: string;
  sender: string;
  content: Json;
  state_key?: string;
  redacts?: string;
}

const MAX_EVENT_BYTES = 65_536;
const memberships = ['join', 'invite', 'leave', 'ban'];
/** What Synapse counts beyond the fields here: hashes, signature, previous and authorising events. */
const ENVELOPE_BYTES = 500;

const levelNames = ['ban', 'events_default', 'invite', 'kick', 'redact', 'state_default', 'users_default'];
const levelMaps = ['events', 'notifications', 'users'];

/** Throws unless the draft is a well-formed event; says nothing about who may send it. */
export function validate(roomId: string, draft: Draft): void {
  requireCanonical(draft.content);
  requireContent(roomId, draft);
  requireSize(roomId, draft);
}

function requireContent(roomId: string, { type, content, state_key: stateKey, redacts }: Draft): void {
  if (type === 'm.room.redaction' && redacts === undefined) throw unknown('A redaction is sent to its own endpoint');
  if (type === 'm.room.message') requireStrings(content, ['body', 'msgtype']);
  if (type === 'm.room.topic') requireStrings(content, ['topic']);
  if (type === 'm.room.name') requireStrings(content, ['name']);
  if (type === 'm.room.member' && !memberships.includes(String(content.membership)))
    throw unknown('Invalid membership key');
  if (type === 'm.room.tombstone') {
    if (!('replacement_room' in content)) throw unknown('Content has no replacement_room key');
    if (content.replacement_room === roomId) throw unknown('Tombstone cannot reference the room it was sent in');
  }
  if (['m.room.topic', 'm.room.name', 'm.room.tombstone'].includes(type) && stateKey === undefined) {
    throw unknown(`'${type}' must be state events`);
  }
  if (type === 'm.room.power_levels') requireLevels(content);
  if ('m.mentions' in content) requireMentions(content['m.mentions']);
}

function requireStrings(content: Json, names: string[]): void {
  for (const name of names) {
    if (!(name in content)) throw unknown(`'${name}' not in content`);
    if (typeof content[name] !== 'string') throw unknown(`'${name}' not a string type`);
  }
}

function requireLevels(content: Json): void {
  for (const name of levelNames) if (name in content) requireInteger(name, content[name]);
  for (const name of levelMaps) {
    const levels = content[name] ?? {};
    if (!isObject(levels)) throw badJson(`"${name}": ${JSON.stringify(levels)} is not of type 'object'`);
    for (const [key, level] of Object.entries(levels)) requireInteger(key, level);
  }
  for (const user of Object.keys(content.users ?? {})) {
    if (!isUserId(user)) throw unknown(`Not a valid user_id: ${user}`);
  }
}

function requireInteger(name: string, value: unknown): void {
  if (typeof value !== 'number') throw badJson(`"${name}": ${JSON.stringify(value)} is not of type 'integer'`);
}

function requireMentions(mentions: unknown): void {
  if (!isObject(mentions)) throw badJson(`${JSON.stringify(mentions)} is not of type 'object'`);
  const { user_ids: users, room } = mentions;
  if (users !== undefined && !(Array.isArray(users) && users.every((user) => typeof user === 'string'))) {
    throw badJson(`"user_ids": ${JSON.stringify(users)} is not of type 'array'`);
  }
  if (room !== undefined && typeof room !== 'boolean') {
    throw badJson(`"room": ${JSON.stringify(room)} is not of type 'boolean'`);
  }
}

function requireSize(roomId: string, draft: Draft): void {
  const tooLarge = (what: string) => new MatrixError(413, 'M_TOO_LARGE', `${what} too large`);
  if (Buffer.byteLength(draft.type) > 255) throw tooLarge("'type'");
  if (Buffer.byteLength(draft.state_key ?? '') > 255) throw tooLarge("'state_key'");
  const bytes = Buffer.byteLength(JSON.stringify({ ...draft, room_id: roomId }));
  if (bytes + ENVELOPE_BYTES > MAX_EVENT_BYTES) throw tooLarge('event');
}
