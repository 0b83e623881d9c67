/** Reading back: `/messages`, and what is around one event. */
import { formatEvent, type Reader } from './event-format.ts';
import { passes, readEventFilter, type EventFilter } from './filters.ts';
import type { Json } from './json.ts';
import { relationOf } from './relations.ts';
import { indexAfter, type Room, type RoomEvent } from './room.ts';
import { toToken } from './tokens.ts';
import { maySee, type View } from './visibility.ts';

export interface PageRequest {
  direction: 'b' | 'f';
  /** Positions; null: from that end of the room, to the other one. */
  from: number | null;
  to: number | null;
  limit: number;
}

const whole = { roomId: true, membership: true, aggregations: true };
const everything = readEventFilter({});

/** One page of what the reader may see; `end` is missing when there is nothing further. */
export function messages(view: View, reader: Reader, request: PageRequest, filter: EventFilter | null): Json {
  const { room } = view;
  const backwards = request.direction === 'b';
  const start = request.from ?? (backwards ? currentPosition(room) : 0);
  const page = backwards ? older(view, start, request, filter) : newer(view, start, request, filter);
  const answer: Json = {
    chunk: page.events.map((event) => formatEvent(room, event, reader, whole)),
    start: toToken(start),
  };
  if (page.end !== null) answer.end = toToken(page.end);
  if (filter?.lazyLoadMembers && page.events.length > 0) {
    const senders = new Set(page.events.map((event) => event.sender));
    const members = [...senders]
      .map((user) => room.state('m.room.member', user))
      .filter((event) => event !== undefined);
    answer.state = members.map((event) => formatEvent(room, event, reader, { roomId: true }));
  }
  return answer;
}

interface Page {
  events: RoomEvent[];
  end: number | null;
}

const currentPosition = (room: Room) => room.timeline.at(-1)?.position ?? 0;

function visible(view: View, filter: EventFilter | null, event: RoomEvent): boolean {
  return (
    event.position <= view.position &&
    passes(filter ?? everything, event, view.room.id) &&
    maySee(view.room, event, view.user, view.outsider)
  );
}

function older(view: View, start: number, { to, limit }: PageRequest, filter: EventFilter | null): Page {
  const { timeline } = view.room;
  const events: RoomEvent[] = [];
  let i = indexAfter(timeline, start) - 1;
  for (; i >= 0 && timeline[i]!.position > (to ?? 0) && events.length < limit; i--) {
    if (visible(view, filter, timeline[i]!)) events.push(timeline[i]!);
  }
  const next = timeline[i];
  const exhausted = !next || next.position <= (to ?? 0);
  if (exhausted && events.length === 0) return { events, end: null };
  return { events, end: next ? next.position : 0 };
}

function newer(view: View, start: number, { to, limit }: PageRequest, filter: EventFilter | null): Page {
  const { timeline } = view.room;
  const last = Math.min(to ?? Infinity, view.position);
  const events: RoomEvent[] = [];
  let i = indexAfter(timeline, start);
  for (; i < timeline.length && timeline[i]!.position <= last && events.length < limit; i++) {
    if (visible(view, filter, timeline[i]!)) events.push(timeline[i]!);
  }
  const exhausted = i >= timeline.length || timeline[i]!.position > last;
  if (exhausted && events.length === 0) return { events, end: null };
  return { events, end: i > 0 ? timeline[i - 1]!.position : start };
}

/** What stands around an event: up to half of `limit` on either side. */
export function context(view: View, reader: Reader, event: RoomEvent, limit: number, filter: EventFilter | null): Json {
  const half = { to: null, from: null, limit: Math.floor(limit / 2) };
  const before = older(view, event.position - 1, { ...half, direction: 'b' }, filter);
  const after = newer(view, event.position, { ...half, direction: 'f' }, filter);
  const format = (other: RoomEvent) => formatEvent(view.room, other, reader, whole);
  const last = after.events.at(-1) ?? event;
  const state = view.room.fullState(last.position);
  return {
    event: format(event),
    events_before: before.events.map(format),
    events_after: after.events.map(format),
    start: toToken((before.events.at(-1) ?? event).position - 1),
    end: toToken(last.position),
    state: state.map((other) => formatEvent(view.room, other, reader, { roomId: true })),
  };
}

/** One page of the events that relate to `parent`. */
export function relations(
  view: View,
  reader: Reader,
  parent: string,
  request: PageRequest,
  wanted: { relation?: string | undefined; type?: string | undefined },
): Json {
  const { room } = view;
  const backwards = request.direction === 'b';
  const isRedacted = room.event(parent)?.redactedBecause !== undefined;
  const fits = (event: RoomEvent) => {
    const { position } = event;
    const relation = relationOf(event)?.type;
    const { from, to } = request;
    const after = backwards ? to : from;
    const upTo = backwards ? from : to;
    return (
      (wanted.relation === undefined || relation === wanted.relation) &&
      !(isRedacted && relation === 'm.replace') &&
      (wanted.type === undefined || event.type === wanted.type) &&
      position > (after ?? 0) &&
      position <= (upTo ?? Infinity) &&
      visible(view, null, event)
    );
  };
  const found = (room.relations.get(parent) ?? []).filter(fits);
  if (backwards) found.reverse();
  const page = found.slice(0, request.limit);
  const answer: Json = { chunk: page.map((event) => formatEvent(room, event, reader, whole)) };
  const last = page.at(-1);
  if (found.length > page.length && last) answer.next_batch = toToken(backwards ? last.position - 1 : last.position);
  if (request.from !== null) answer.prev_batch = toToken(request.from);
  return answer;
}
