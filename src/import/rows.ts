/** What the rows of the old bot say: hostile until it is decoded, and then only what a room or person of ours needs. */
import { z } from 'zod';
import { AgentId, RoomId, UserId, type ContextId } from '../../machines/ids.ts';
import { MAX_NAME } from '../../machines/commands.ts';
import { Assignment } from '../../machines/room.model.ts';
import { oneLine } from '../basics/visible.ts';
import type { OldRow } from './database.ts';

/** A room that the old bot knew. */
export interface OldRoom {
  room: RoomId;
  kind: 'chat' | 'entry';
  person: UserId | null;
  /** `none`: it is the only chat of its person, in the room where they met the bot. */
  number: number | 'none' | null;
  name: string | null;
  contextId: ContextId | null;
  space: RoomId | null;
  agent: AgentId | null;
  assignment: Assignment | null;
  /** Its person was told of the agent that is everybody's. */
  noticed: boolean;
  archived: boolean;
}

export interface OldUser {
  person: UserId;
  space: RoomId | null;
  nextNumber: number | null;
}

/** A line of a person's list of chats. */
export interface OldChat {
  person: UserId;
  number: number | null;
  room: RoomId | null;
  name: string | null;
  archived: boolean;
}

/** Something that is not taken as it stands there, and what becomes of it. */
export interface Finding {
  about: string;
  what: string;
}

export interface OldState {
  rooms: Map<RoomId, OldRoom>;
  users: Map<UserId, OldUser>;
  chats: OldChat[];
  /** The highest context id that was given out, as far as anything says. */
  lastContextId: bigint;
  /** Rows by kind that are not for the service. */
  ignored: Map<string, number>;
  findings: Finding[];
}

/** A Matrix id has at most 255 bytes, and nothing in it that a line of a list could not show. */
const isId = (id: string) => Buffer.byteLength(id) <= 255 && !/[\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u.test(id);
const Room = RoomId.refine(isId, 'is no id of a room');
const User = UserId.refine(isId, 'is no id of a user');
const Agent = AgentId.max(255, 'is no id of an agent').refine(isId, 'is no id of an agent');

/** As it goes over the wire: `07` would be another memory than `7` to some agents, and the same to others. */
const MemoryId = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .refine((id) => /^(?:0|[1-9]\d{0,17})$/.test(id), 'is no id of a memory')
  .transform((id) => id as ContextId);

const HIGHEST_NUMBER = 999_999_999;
const NUMBER = /^C?([1-9]\d{0,8})$/i;
const Index = z.int().min(1).max(HIGHEST_NUMBER);
const LastId = z.int().min(1);
/** Kinds that are counted by name. */
const MOST_KINDS = 20;
const LONGEST_KIND = 40;

const Flag = z.preprocess((value) => (value === 0 || value === 1 ? value === 1 : value), z.boolean());
const Named = z.string().transform((name) => oneLine(name, MAX_NAME));
const ChatNumber = z.union([z.string(), z.int().nonnegative().transform(String)]);

/** What the rows say. The same key twice counts once. */
export function readOldRows(rows: Iterable<OldRow>): OldState {
  const state: OldState = {
    ...{ rooms: new Map(), users: new Map(), chats: [], lastContextId: 0n, ignored: new Map(), findings: [] },
  };
  let last: string | null = null;
  for (const { key, value } of rows) {
    if (key === last) state.findings.push({ about: key, what: 'stands there twice; the first one counts' });
    else readRow(state, key, value);
    last = key;
  }
  return state;
}

function readRow(state: OldState, key: string, value: string | null): void {
  const read = readers.find(({ kind }) => key === kind || (kind.endsWith(':') && key.startsWith(kind)));
  if (read === undefined) return ignore(state, key);
  const say = (what: string) => void state.findings.push({ about: key, what });
  const fields = fieldsIn(value, say);
  if (fields !== null) read.take(state, key.slice(read.kind.length), fields);
}

interface Fields {
  /** Null where it is missing or is no such thing, which is told. */
  get<As extends z.ZodType>(name: string, as: As, otherwise?: string): z.output<As> | null;
  has(name: string): boolean;
  say(what: string): void;
}

function fieldsIn(value: string | null, say: Fields['say']): Fields | null {
  if (value === null) {
    say('has no value, or one that is too long for a record; left out');
    return null;
  }
  const record = z.record(z.string(), z.unknown()).safeParse(parsed(value)).data;
  if (record === undefined) {
    say('is no JSON object; left out');
    return null;
  }
  return {
    say,
    has: (name) => Object.hasOwn(record, name) && record[name] !== null && record[name] !== '',
    get(name, as, otherwise = 'it counts as missing') {
      const found = Object.hasOwn(record, name) ? record[name] : null;
      if (found === undefined || found === null || found === '') return null;
      const read = as.safeParse(found);
      if (read.success) return read.data;
      say(`${name} is ${excerptOf(found)}, which it cannot be; ${otherwise}`);
      return null;
    },
  };
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function excerptOf(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}..` : text;
}

const readers: { kind: string; take: (state: OldState, id: string, fields: Fields) => void }[] = [
  { kind: 'matrix_room:', take: takeRoom },
  { kind: 'matrix_user:', take: takeUser },
  { kind: 'chat:', take: takeChat },
  { kind: 'matrix_platform_chat_seq', take: takeCounter },
];

function takeRoom(state: OldState, id: string, fields: Fields): void {
  const room = Room.safeParse(id).data;
  if (room === undefined) return fields.say('is no id of a room; left out');
  const kind = kindOf(fields);
  if (kind === null) return;
  const contextId = fields.get('platform_chat_id', MemoryId, 'the chat begins a new memory');
  if (contextId !== null) noteId(state, BigInt(contextId));
  state.rooms.set(room, {
    ...{ room, kind, contextId, person: fields.get('matrix_user_id', User) },
    number: kind === 'entry' ? null : numberIn(fields),
    name: fields.get('display_name', Named) || fields.get('name', Named) || null,
    space: fields.get('space_id', Room),
    agent: fields.get('agent_id', Agent, 'the registry says which agent answers'),
    assignment: fields.get('agent_assignment', Assignment),
    noticed: fields.get('default_agent_notice_sent', Flag) === true,
    archived: isArchived(fields),
  });
}

function kindOf(fields: Fields): OldRoom['kind'] | null {
  const type = fields.get('room_type', z.string());
  if (type === null) return fields.has('redirect_room_id') || fields.has('redirect_chat_id') ? 'entry' : 'chat';
  if (type === 'chat') return 'chat';
  if (type === 'redirect' || type === 'entry') return 'entry';
  // A Space is found by the record of its person.
  if (type !== 'space') fields.say(`is of the type ${excerptOf(type)}, which the service does not have; left out`);
  return null;
}

/** `C7`; a chat in the room where somebody met the bot has the number 0. */
function numberIn(fields: Fields): OldRoom['number'] {
  const id = fields.get('chat_id', ChatNumber);
  if (id === '0' || (id === null && fields.has('welcomed'))) return 'none';
  if (id !== null && !NUMBER.test(id)) fields.say(`chat_id is ${excerptOf(id)}, which is no number of a chat`);
  return id === null ? null : numberOf(id);
}

function numberOf(id: string): number | null {
  const [, digits] = NUMBER.exec(id) ?? [];
  return digits === undefined ? null : Number(digits);
}

function takeUser(state: OldState, id: string, fields: Fields): void {
  const person = User.safeParse(id).data;
  if (person === undefined) return fields.say('is no id of a user; left out');
  const nextNumber = fields.get('next_chat_index', Index, 'the next number is one above those of the chats');
  state.users.set(person, { person, space: fields.get('space_id', Room), nextNumber });
}

function takeChat(state: OldState, id: string, fields: Fields): void {
  const colon = id.lastIndexOf(':');
  const person = User.safeParse(id.slice(0, Math.max(colon, 0))).data;
  if (person === undefined) return fields.say('is no line of a list of chats; left out');
  state.chats.push({
    ...{ person, number: numberOf(id.slice(colon + 1)), room: fields.get('surface_ref', Room) },
    name: fields.get('name', Named) || fields.get('display_name', Named) || null,
    archived: isArchived(fields),
  });
}

/** Under which name it stood there is written nowhere. */
function isArchived(fields: Fields): boolean {
  if (fields.get('status', z.string()) === 'archived') return true;
  if (['archived', 'is_archived'].some((name) => fields.get(name, Flag) === true)) return true;
  return fields.has('archived_at');
}

function takeCounter(state: OldState, _: string, fields: Fields): void {
  const next = fields.get(
    'next_platform_chat_index',
    z.union([LastId, MemoryId.transform(Number).pipe(LastId)]),
    'the ids of the rooms say what was given out',
  );
  if (next !== null) noteId(state, BigInt(next) - 1n);
}

function noteId(state: OldState, id: bigint): void {
  if (id > state.lastContextId) state.lastContextId = id;
}

function ignore({ ignored }: OldState, key: string): void {
  const kind = key.split(':', 1)[0]?.slice(0, LONGEST_KIND) ?? '';
  const name = ignored.has(kind) || ignored.size < MOST_KINDS ? kind : 'others';
  ignored.set(name, (ignored.get(name) ?? 0) + 1);
}
