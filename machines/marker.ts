/** What the bot keeps about a room on the homeserver. */
import { z } from 'zod';
import { UserId, AgentId, ContextId } from './ids.ts';
import { Language } from './language.ts';

/**
 * What the bot keeps about a room in its own per-room account data: private, cannot be forged by members, comes back in
 * the first sync. From the markers alone everything can be rebuilt.
 */
export const Marker = z.object({
  version: z.literal(1),
  kind: z.enum(['space', 'chat', 'entry']),
  person: UserId,
  /** Chats in a Space: their number there; null otherwise. */
  number: z.number().int().nullable(),
  name: z.string().nullable(),
  agent: AgentId.nullable(),
  contextId: ContextId.nullable(),
  archived: z.boolean(),
  /** Others were in the room when the bot came. */
  company: z.literal(true).optional(),
  /** What its person chose to be spoken to in; one that only a newer version knows is as none. */
  language: Language.optional().catch(undefined),
});
export type Marker = z.infer<typeof Marker>;

/** The marker of a person's Space. */
export function spaceMarker(person: UserId): Marker {
  return {
    ...{ version: 1, kind: 'space', person, number: null, name: null },
    ...{ agent: null, contextId: null, archived: false },
  };
}
