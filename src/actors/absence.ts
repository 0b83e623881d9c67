/** How long the service was away, and what becomes of what people wrote meanwhile. */
import type { Missed } from '../../machines/message.ts';
import type { Input } from '../durable/definition.ts';
import type { RoomEvent } from '../../machines/room.events.ts';

/** Away for less than this the service has only been restarted; up to half of it may be idle time, of which nothing is noted. */
const RESTART_MS = 2 * 60_000;
/** While nothing happens, how often it is noted that the service is there, ms. */
export const THERE_MS = RESTART_MS / 2;
const HOUR_MS = 3_600_000;

/** What the operator wants of it. */
export interface MissedPolicy {
  texts: 'answer' | 'notify' | 'ignore';
  maxDowntimeHours: number;
}

export interface Absence {
  ms: number;
  missed: Missed;
}

/**
 * Null where all of it is answered. `since`: when the last sync was committed; `until`: when the service began. Of a clock
 * that was set back in between nothing is known: then nobody was away.
 */
export function absenceOf(
  { since, until }: { since: number | null; until: number },
  { texts, maxDowntimeHours }: MissedPolicy,
): Absence | null {
  const ms = since === null ? 0 : until - since;
  if (ms < RESTART_MS) return null;
  if (texts === 'ignore') return { ms, missed: 'passed over' };
  return texts === 'notify' || ms > maxDowntimeHours * HOUR_MS ? { ms, missed: 'told' } : null;
}

/** What a person writes, and may have written in vain. */
const WRITTEN = new Set<RoomEvent['type']>(['text.received', 'thing.received', 'file.received', 'message.reacted']);

/** The same, in a time away marked where it is what somebody wrote. */
export function asMissed(event: RoomEvent, absence: Absence | null): RoomEvent {
  const isWritten = WRITTEN.has(event.type) || event.type.startsWith('command.');
  return absence === null || !isWritten ? event : ({ ...event, missed: absence.missed } as RoomEvent);
}

/**
 * What a room hears behind all that it missed, where its person is told. In the same batch: once more after a kill only
 * where that comes again as well.
 */
export function itsEnd({ ms, missed }: Absence, inputs: readonly Input[]): Input[] {
  const last = inputs.findLast((input) => input.kind === 'event' && 'missed' in input.event);
  if (missed !== 'told' || last?.kind !== 'event') return [];
  return [{ ...last, id: `away:${last.id}`, event: { type: 'absence.over', awayMs: ms } satisfies RoomEvent }];
}
