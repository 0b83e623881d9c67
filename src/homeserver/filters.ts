/** The filters of `/sync` and `/messages`, read and applied. */
import type { Account } from './accounts.ts';
import { invalidParam, MatrixError, unknown } from './errors.ts';
import { readPath } from './event-fields.ts';
import { isObject, objectOr, type Json } from './json.ts';

/** Which events pass; null lists let everything through. */
export interface EventFilter {
  limit: number;
  types: string[] | null;
  notTypes: string[];
  senders: string[] | null;
  notSenders: string[];
  rooms: string[] | null;
  notRooms: string[];
  containsUrl: boolean | null;
  lazyLoadMembers: boolean;
  includeRedundantMembers: boolean;
}

export interface SyncFilter {
  rooms: string[] | null;
  notRooms: string[];
  includeLeave: boolean;
  /** Paths of what is told of an event; null: everything. */
  eventFields: string[][] | null;
  timeline: EventFilter;
  state: EventFilter;
  ephemeral: EventFilter;
  roomAccountData: EventFilter;
  accountData: EventFilter;
}

const MAX_TIMELINE = 100;

function list(json: Json, name: string): string[] | null {
  const value = json[name];
  if (value === undefined) return null;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw unknown(`${JSON.stringify(value)} is not of type 'array' of strings, in '${name}' of the filter`);
  }
  return value;
}

function flag(json: Json, name: string): boolean | null {
  const value = json[name] ?? null;
  if (value !== null && typeof value !== 'boolean') {
    throw unknown(`${JSON.stringify(value)} is not of type 'boolean', in '${name}' of the filter`);
  }
  return value;
}

function part(json: Json, name: string): Json {
  const value = json[name] ?? {};
  if (!isObject(value)) throw unknown(`${JSON.stringify(value)} is not of type 'object', in '${name}' of the filter`);
  return value;
}

/** A filter for events as `filter` of /messages or one part of a sync filter has it; throws M_UNKNOWN. */
export function readEventFilter(json: Json): EventFilter {
  const limit = json.limit ?? 10;
  if (typeof limit !== 'number')
    throw unknown(`${JSON.stringify(limit)} is not of type 'number', in 'limit' of the filter`);
  return {
    limit: Math.min(MAX_TIMELINE, Math.max(1, Math.floor(limit))),
    types: list(json, 'types'),
    notTypes: list(json, 'not_types') ?? [],
    senders: list(json, 'senders'),
    notSenders: list(json, 'not_senders') ?? [],
    rooms: list(json, 'rooms'),
    notRooms: list(json, 'not_rooms') ?? [],
    containsUrl: flag(json, 'contains_url'),
    lazyLoadMembers: flag(json, 'lazy_load_members') ?? false,
    includeRedundantMembers: flag(json, 'include_redundant_members') ?? false,
  };
}

/** Throws M_UNKNOWN for what is no sync filter. */
export function readSyncFilter(json: Json): SyncFilter {
  const room = part(json, 'room');
  readEventFilter(part(json, 'presence'));
  const fields = list(json, 'event_fields') ?? [];
  return {
    rooms: list(room, 'rooms'),
    notRooms: list(room, 'not_rooms') ?? [],
    includeLeave: flag(room, 'include_leave') ?? false,
    eventFields: fields.length === 0 ? null : fields.map(readPath),
    timeline: readEventFilter(part(room, 'timeline')),
    state: readEventFilter(part(room, 'state')),
    ephemeral: readEventFilter(part(room, 'ephemeral')),
    roomAccountData: readEventFilter(part(room, 'account_data')),
    accountData: readEventFilter(part(json, 'account_data')),
  };
}

const parsed = new WeakMap<Json, SyncFilter>();
const everything = readSyncFilter({});

/** The filter that a sync request names: none, inline JSON, or the id of a stored one. */
export function filterFor(account: Account, parameter: string | null): SyncFilter {
  if (parameter === null || parameter === '') return everything;
  if (parameter.startsWith('{')) {
    let json: unknown;
    try {
      json = JSON.parse(parameter);
    } catch {
      throw new MatrixError(400, 'M_NOT_JSON', 'Invalid filter JSON');
    }
    return readSyncFilter(objectOr(json));
  }
  if (!/^\d+$/.test(parameter)) throw invalidParam('Invalid filter ID');
  const stored = account.filters[Number(parameter)];
  if (!stored) throw invalidParam('No such filter');
  const known = parsed.get(stored) ?? readSyncFilter(stored);
  parsed.set(stored, known);
  return known;
}

const matches = (pattern: string, type: string) =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;

/** Whether the filter lets through an event of this room (null for what belongs to none). */
export function passes(
  filter: EventFilter,
  event: { type: string; sender?: string; content: Json },
  roomId: string | null,
): boolean {
  const { types, notTypes, senders, notSenders } = filter;
  if (types && !types.some((pattern) => matches(pattern, event.type))) return false;
  if (notTypes.some((pattern) => matches(pattern, event.type))) return false;
  if (senders && !(event.sender !== undefined && senders.includes(event.sender))) return false;
  if (event.sender !== undefined && notSenders.includes(event.sender)) return false;
  if (!passesRoom(filter.rooms, filter.notRooms, roomId)) return false;
  return filter.containsUrl === null || filter.containsUrl === (typeof event.content.url === 'string');
}

export function passesRoom(rooms: string[] | null, notRooms: string[], roomId: string | null): boolean {
  if (roomId !== null && notRooms.includes(roomId)) return false;
  return rooms === null || (roomId !== null && rooms.includes(roomId));
}
