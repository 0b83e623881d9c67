/** One room: its events, its state, who is in it. */
import type { Json } from './json.ts';
import { relationOf } from './relations.ts';
import type { RoomVersion } from './room-versions.ts';

export type Membership = 'join' | 'invite' | 'leave' | 'ban';

/** An event as it is kept; `content` is emptied in place by a redaction. */
export interface RoomEvent {
  event_id: string;
  room_id: string;
  type: string;
  sender: string;
  content: Json;
  state_key?: string;
  redacts?: string;
  origin_server_ts: number;
  /** Where it stands in the stream. */
  position: number;
  /** The state event that this one took the place of. */
  previous?: RoomEvent;
  /** The device that sent it under this transaction id. */
  transaction?: { user: string; device: string; id: string };
  redactedBecause?: RoomEvent;
}

export interface Receipt {
  type: string;
  user: string;
  eventId: string;
  thread?: string;
  ts: number;
  position: number;
}

export interface Unread {
  notifications: number;
  highlights: number;
}

const keyOf = (type: string, stateKey: string) => `${type}\u0000${stateKey}`;

/** One room: its timeline in order, every version of its state, and what passes through it. */
export class Room {
  readonly id: string;
  readonly version: RoomVersion;
  readonly timeline: RoomEvent[] = [];
  readonly stateEvents: RoomEvent[] = [];
  readonly joined = new Set<string>();
  readonly relations = new Map<string, RoomEvent[]>();
  readonly aliases = new Set<string>();
  readonly typing = new Map<string, NodeJS.Timeout>();
  readonly receipts = new Map<string, Receipt>();
  readonly unread = new Map<string, Unread>();
  readonly forgottenBy = new Set<string>();
  typingPosition = 0;
  receiptsPosition = 0;
  readonly #byId = new Map<string, RoomEvent>();
  readonly #state = new Map<string, RoomEvent[]>();

  constructor(id: string, version: RoomVersion) {
    this.id = id;
    this.version = version;
  }

  event(eventId: string): RoomEvent | undefined {
    return this.#byId.get(eventId);
  }

  append(event: RoomEvent): void {
    this.timeline.push(event);
    this.#byId.set(event.event_id, event);
    if (event.state_key !== undefined) {
      const versions = this.#state.get(keyOf(event.type, event.state_key));
      if (versions) {
        event.previous = versions.at(-1)!;
        versions.push(event);
      } else {
        this.#state.set(keyOf(event.type, event.state_key), [event]);
      }
      this.stateEvents.push(event);
      if (event.type === 'm.room.member') {
        if (event.content.membership === 'join') this.joined.add(event.state_key);
        else this.joined.delete(event.state_key);
      }
    }
    const relation = relationOf(event);
    if (relation) {
      const related = this.relations.get(relation.eventId);
      if (related) related.push(event);
      else this.relations.set(relation.eventId, [event]);
    }
  }

  /** The state event in force, or that was in force at `position`. */
  state(type: string, stateKey = '', position = Infinity): RoomEvent | undefined {
    const versions = this.#state.get(keyOf(type, stateKey));
    return versions?.findLast((event) => event.position <= position);
  }

  fullState(position = Infinity): RoomEvent[] {
    const result: RoomEvent[] = [];
    for (const versions of this.#state.values()) {
      const event = versions.findLast((version) => version.position <= position);
      if (event) result.push(event);
    }
    return result;
  }

  membership(user: string, position = Infinity): Membership | undefined {
    return this.state('m.room.member', user, position)?.content.membership as Membership | undefined;
  }

  /** Every membership event of the user, in order. */
  membershipsOf(user: string): RoomEvent[] {
    return this.#state.get(keyOf('m.room.member', user)) ?? [];
  }
}

/** The index of the first of `events` (in stream order) after `position`. */
export function indexAfter(events: RoomEvent[], position: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.position > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
