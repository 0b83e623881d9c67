/** Take it for what a person reads in a room: what matrix-js-sdk knows of it, edits applied and redactions left out. */
import { Direction, type IEvent, type MatrixEvent, type Room } from 'matrix-js-sdk';

/** A message as a person sees it now: its latest edit applied. */
export interface Message {
  eventId: string;
  sender: string;
  msgtype: string;
  body: string;
  formattedBody: string | null;
  /** Edits by its sender seen so far. */
  edited: number;
  /** Who is mentioned; null when the message does not say. */
  mentions: string[] | null;
  /** The event as it was sent first. */
  raw: Partial<IEvent>;
}

/** One room at one moment. */
export interface RoomView {
  /** What a person reads, oldest first: edits applied, what was redacted left out. */
  messages: Message[];
  /** Every event of the timeline, oldest first, edits and redactions too. */
  events: Partial<IEvent>[];
  /** Who is typing, oneself left out. */
  typing: string[];
}

/** What js-sdk knows about a room; nothing for a room that it does not know yet. */
export function viewOf(room: Room | null, self: string): RoomView {
  const events = room === null ? [] : timelineOf(room);
  return {
    messages: messagesOf(events),
    events: events.map((event) => event.event),
    typing: (room?.getMembers() ?? [])
      .filter((member) => member.typing && member.userId !== self)
      .map((member) => member.userId),
  };
}

/** All events that came from the homeserver, in order; the local echo of an own message is left out until it is one of them. */
function timelineOf(room: Room): MatrixEvent[] {
  const events: MatrixEvent[][] = [];
  for (let part = room.getLiveTimeline() as ReturnType<Room['getLiveTimeline']> | null; part;) {
    events.unshift(part.getEvents());
    part = part.getNeighbouringTimeline(Direction.Backward);
  }
  return events.flat().filter((event) => event.status === null);
}

function messagesOf(events: MatrixEvent[]): Message[] {
  const edits = new Map<string, MatrixEvent[]>();
  for (const event of events) {
    const edited = event.isRedacted() ? undefined : editedBy(event);
    if (edited !== undefined) edits.set(edited, [...(edits.get(edited) ?? []), event]);
  }
  return events
    .filter((event) => event.getType() === 'm.room.message' && !event.isRedacted() && editedBy(event) === undefined)
    .map((event) =>
      message(
        event,
        (edits.get(event.getId() ?? '') ?? []).filter((edit) => edit.getSender() === event.getSender()),
      ),
    );
}

/** The event that this one replaces. */
function editedBy(event: MatrixEvent): string | undefined {
  const relation = event.getWireContent()['m.relates_to'];
  return relation?.rel_type === 'm.replace' ? relation.event_id : undefined;
}

function message(event: MatrixEvent, edits: MatrixEvent[]): Message {
  const latest = edits.toSorted(byAge).at(-1);
  const content = (latest?.getWireContent()['m.new_content'] ?? event.getWireContent()) as Record<string, unknown>;
  const mentions = content['m.mentions'] as { user_ids?: string[] } | undefined;
  return {
    eventId: event.getId() ?? '',
    sender: event.getSender() ?? '',
    msgtype: String(content.msgtype),
    body: String(content.body),
    formattedBody: typeof content.formatted_body === 'string' ? content.formatted_body : null,
    edited: edits.length,
    mentions: mentions === undefined ? null : (mentions.user_ids ?? []),
    raw: event.event,
  };
}

/** The specification's order of edits: by the time of the homeserver, then by id. */
function byAge(one: MatrixEvent, two: MatrixEvent): number {
  return one.getTs() - two.getTs() || ((one.getId() ?? '') < (two.getId() ?? '') ? -1 : 1);
}
