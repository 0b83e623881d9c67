/** What the events of a room say to the bot, one by one: an event that says nothing, or lies, costs itself alone. */
import { EventId, type RoomId, type UserId } from '../../machines/ids.ts';
import type { Arrival, Log } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { decodeEvent, type OnDropped } from './decode.ts';
import type { Filling } from './gap.ts';
import { isInvite } from './invites.ts';
import { createRoomFacts } from './room-facts.ts';

export interface HearingOptions {
  api: MatrixApi;
  me: UserId;
  /** What the bot is called, besides its id; asked at every message. */
  names?: (() => readonly string[]) | undefined;
  signal: AbortSignal;
  onDropped: OnDropped;
  log: Log;
}

export function createHearing(options: HearingOptions): (room: RoomId, events: Filling) => Promise<Arrival[]> {
  const { me, onDropped, log } = options;
  const facts = createRoomFacts(options);

  async function heardIn(room: RoomId, { older, newer, whole }: Filling): Promise<Arrival[]> {
    const events = [...older, ...newer];
    const invitedAt = events.findLastIndex((event) => isInvite(event, me));
    const arrivals: Arrival[] = [];
    const ids = new Set<string | null>();
    let isEncrypted: boolean | null = null;
    for (const [index, raw] of events.entries()) {
      if (index <= invitedAt) continue;
      if (!whole && index === older.length) arrivals.push(...lossBefore(room, newer));
      const decoded = decode(room, raw);
      if (decoded === null || ids.has(decoded.id)) continue;
      ids.add(decoded.id);
      if (decoded.heard.type === 'room.encrypted' && !isState(raw)) {
        isEncrypted ??= await facts.isEncrypted(room);
        if (!isEncrypted) {
          onDropped('not encrypted', idOf(raw), room);
          continue;
        }
      }
      arrivals.push({ room, ...decoded });
    }
    if (!whole && newer.length === 0 && invitedAt === -1) arrivals.push(...lossBefore(room, older.slice(-1)));
    return arrivals;
  }

  /** Null for what says nothing to the bot. */
  function decode(room: RoomId, raw: unknown): Pick<Arrival, 'id' | 'heard'> | null {
    try {
      const decoded = decodeEvent(raw, me, options.names?.());
      if (!('dropped' in decoded)) return decoded;
      onDropped(decoded.dropped, idOf(raw), room);
    } catch (error) {
      log.error({ room, error }, 'event could not be decoded, it is left out');
    }
    return null;
  }

  return heardIn;
}

/** Tells a room that something may be missing before the first of these events. */
function lossBefore(room: RoomId, events: readonly unknown[]): Arrival[] {
  for (const raw of events) {
    const eventId = idOf(raw);
    if (eventId !== null) return [{ room, id: `lost:${eventId}`, heard: { type: 'memory.lost', eventId } }];
  }
  return [];
}

function idOf(raw: unknown): EventId | null {
  return EventId.safeParse((raw as { event_id?: unknown } | null)?.event_id).data ?? null;
}

function isState(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'state_key' in raw;
}
