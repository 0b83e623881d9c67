/** One room in a sync: what of it is new to the reader. */
import type { Account, Device } from './accounts.ts';
import { onlyFields } from './event-fields.ts';
import { formatEvent } from './event-format.ts';
import { passes, type EventFilter, type SyncFilter } from './filters.ts';
import type { Json } from './json.ts';
import { indexAfter, type Room, type RoomEvent } from './room.ts';
import { ephemeralNews } from './ephemeral.ts';
import { summaryOf } from './room-summary.ts';
import { toToken } from './tokens.ts';
import { maySee } from './visibility.ts';

/** Who syncs, from where, to where. */
export interface SyncReader {
  device: Device;
  account: Account;
  now: number;
  filter: SyncFilter;
  since: number | null;
  fullState: boolean;
  position: number;
}

interface Batch {
  events: RoomEvent[];
  limited: boolean;
  prevBatch: string;
}

/** What of the room is new to a member; null when nothing is. */
export function joinedEntry(room: Room, reader: SyncReader, accountData: Json[]): Json | null {
  const { account, since } = reader;
  const newlyJoined = since !== null && joinedSince(room, account.id, since);
  const full = since === null || newlyJoined || reader.fullState;
  const batch = timelineOf(room, reader, { end: Infinity, whole: since === null || newlyJoined, newlyJoined });
  const ephemeral = ephemeralNews(room, account.id, since).filter((event) =>
    passes(reader.filter.ephemeral, event, room.id),
  );
  if (!full && batch.events.length === 0 && accountData.length === 0 && ephemeral.length === 0) return null;
  const state = stateOf(room, reader, batch, Infinity, full);
  const unread = room.unread.get(account.id);
  return {
    timeline: formatBatch(room, reader, batch, newlyJoined),
    state: { events: formatState(room, reader, state) },
    account_data: { events: accountData },
    ephemeral: { events: ephemeral },
    unread_notifications: {
      notification_count: unread?.notifications ?? 0,
      highlight_count: unread?.highlights ?? 0,
    },
    summary: needsSummary(reader, batch, state, full) ? summaryOf(room, account.id) : {},
  };
}

/** The end of a room that the reader left or was put out of; null when the filter leaves nothing. */
export function leftEntry(room: Room, reader: SyncReader): Json | null {
  const { account, since, filter } = reader;
  const leave = room.state('m.room.member', account.id)!;
  const byOneself = leave.content.membership === 'leave' && leave.sender === account.id;
  if (since === null && byOneself && !filter.includeLeave) return null;
  const newlyJoined = since !== null && joinedSince(room, account.id, since);
  const full = since === null || newlyJoined;
  const batch = timelineOf(room, reader, { end: leave.position, whole: full, newlyJoined });
  if (!full && batch.events.length === 0) return null;
  return {
    timeline: formatBatch(room, reader, batch, newlyJoined),
    state: { events: formatState(room, reader, stateOf(room, reader, batch, leave.position, full)) },
    account_data: { events: [] },
  };
}

/** Whether the reader came in (again) after `since`. */
function joinedSince(room: Room, user: string, since: number): boolean {
  const changes = room.membershipsOf(user).filter((event) => event.position > since);
  const joins = changes.some((event) => event.content.membership === 'join');
  if (!joins) return false;
  const wasIn = room.membership(user, since) === 'join';
  const inNow = changes.at(-1)!.content.membership === 'join';
  return !wasIn || (inNow && changes.some((event) => event.content.membership !== 'join'));
}

/** Synapse gives a version 12 create event no room id, so that a list of rooms does not let it through. */
const roomIdOf = (room: Room, event: RoomEvent) =>
  room.version.idIsCreateEvent && event.type === 'm.room.create' ? null : room.id;

function passesIn(room: Room, reader: SyncReader, filter: EventFilter, event: RoomEvent): boolean {
  const roomId = roomIdOf(room, event);
  if (reader.filter.rooms !== null && roomId === null) return false;
  return passes(filter, event, roomId);
}

function timelineOf(
  room: Room,
  reader: SyncReader,
  { end, whole, newlyJoined }: { end: number; whole: boolean; newlyJoined: boolean },
): Batch {
  const { filter, account } = reader;
  const { limit, types } = filter.timeline;
  const start = whole ? 0 : indexAfter(room.timeline, reader.since!);
  const events: RoomEvent[] = [];
  let more = false;
  for (let i = indexAfter(room.timeline, end) - 1; i >= start && types?.length !== 0; i--) {
    const event = room.timeline[i]!;
    if (!passesIn(room, reader, filter.timeline, event)) continue;
    const isCurrent = event.state_key !== undefined && room.state(event.type, event.state_key) === event;
    if (!isCurrent && !maySee(room, event, account.id)) continue;
    if (events.length === limit) {
      more = true;
      break;
    }
    events.push(event);
  }
  events.reverse();
  const before = events[0] ? events[0].position - 1 : (reader.since ?? reader.position);
  return { events, limited: more || newlyJoined, prevBatch: toToken(before) };
}

function formatBatch(room: Room, reader: SyncReader, batch: Batch, newlyJoined: boolean): Json {
  const options = { membership: true, aggregations: batch.limited || newlyJoined };
  return {
    events: batch.events.map((event) => told(formatEvent(room, event, reader, options), reader)),
    prev_batch: batch.prevBatch,
    limited: batch.limited,
  };
}

/** What lies between the state that the client knows and the state before the timeline. */
function stateOf(room: Room, reader: SyncReader, batch: Batch, end: number, full: boolean): RoomEvent[] {
  const start = batch.events[0] ? batch.events[0].position - 1 : end;
  const inTimeline = new Set(batch.events);
  const wanted = new Set<RoomEvent>();
  if (full) {
    for (const event of [...room.fullState(start), ...room.fullState(end)]) wanted.add(event);
  } else {
    for (const event of changesBetween(room, reader.since!, start)) wanted.add(event);
    for (const event of changesBetween(room, reader.since!, end)) wanted.add(event);
  }
  const state = [...wanted].filter((event) => !inTimeline.has(event));
  return reader.filter.state.lazyLoadMembers ? lazily(room, reader, batch, state, start, full) : state;
}

/** The last change per state key in (from, to]. */
function changesBetween(room: Room, from: number, to: number): RoomEvent[] {
  const changes = new Map<string, RoomEvent>();
  for (let i = indexAfter(room.stateEvents, from); i < room.stateEvents.length; i++) {
    const event = room.stateEvents[i]!;
    if (event.position > to) break;
    changes.set(`${event.type}\u0000${event.state_key}`, event);
  }
  return [...changes.values()];
}

/** Of the members only those who speak in the timeline, and oneself; each once per device. */
function lazily(
  room: Room,
  reader: SyncReader,
  batch: Batch,
  state: RoomEvent[],
  start: number,
  full: boolean,
): RoomEvent[] {
  const { device, account, filter } = reader;
  const speakers = new Set(batch.events.map((event) => event.sender));
  const isMember = (event: RoomEvent) => event.type === 'm.room.member';
  const wanted = full
    ? state.filter((event) => !isMember(event) || speakers.has(event.state_key!) || event.state_key === account.id)
    : state;
  const known = (event: RoomEvent) => !filter.state.includeRedundantMembers && device.membersSent.has(event.event_id);
  const extra = [...speakers]
    .map((user) => room.state('m.room.member', user, start))
    .filter((event) => event !== undefined)
    .filter((event) => !wanted.includes(event) && !batch.events.includes(event) && !known(event));
  const result = [...wanted, ...extra];
  for (const event of [...result, ...batch.events]) if (isMember(event)) device.membersSent.add(event.event_id);
  return result;
}

function formatState(room: Room, reader: SyncReader, state: RoomEvent[]): Json[] {
  return state
    .filter((event) => passesIn(room, reader, reader.filter.state, event))
    .map((event) => told(formatEvent(room, event, reader), reader));
}

/** What the reader's filter wants of the event. */
function told(event: Json, { filter }: SyncReader): Json {
  return filter.eventFields === null ? event : onlyFields(event, filter.eventFields);
}

function needsSummary(reader: SyncReader, batch: Batch, state: RoomEvent[], full: boolean): boolean {
  if (!reader.filter.state.lazyLoadMembers) return false;
  return full || [...batch.events, ...state].some((event) => event.type === 'm.room.member');
}
