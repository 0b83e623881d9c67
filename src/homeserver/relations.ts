/** What an event relates to: the message that it edits, answers or annotates. */
import { isObject, type Json } from './json.ts';

export interface Relation {
  type: string;
  eventId: string;
  key: unknown;
}

/** What the event relates to; replies without a rel_type are none. */
export function relationOf(event: { content: Json }): Relation | null {
  const relates = event.content['m.relates_to'];
  if (!isObject(relates)) return null;
  const { rel_type: type, event_id: eventId, key } = relates;
  return typeof type === 'string' && typeof eventId === 'string' ? { type, eventId, key } : null;
}
