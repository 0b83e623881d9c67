/** What there is to say of any message: who wrote it and where, and how another stands to it. */
import { z } from 'zod';
import { EventId, type UserId } from './ids.ts';

/** Which message it was, who wrote it, and the root of the thread that it stands in. */
export interface Written {
  eventId: EventId;
  sender: UserId;
  thread?: EventId | undefined;
  /** It is said to the bot: it mentions it, begins with its name, or answers it. */
  addressed?: true | undefined;
  /** The message that it answers. */
  replyTo?: EventId | undefined;
  /** It is no message but a reaction. */
  reaction?: true | undefined;
  missed?: Missed | undefined;
}

/** Where it was written and by whom, without what else is known of it. */
export function writtenIn({ eventId, sender, thread }: Written): Written {
  return { eventId, sender, ...(thread !== undefined && { thread }) };
}

/** It was written while the service was away: its person is told that it was not passed on, or it is passed over. */
export type Missed = 'told' | 'passed over';

/** How a message stands to the one that it answers (Threading; Rich replies). */
export const Relation = z.object({
  /** The root of the thread that both stand in. */
  thread: EventId.optional(),
  /** It is a reply, since others may stand between them. */
  isReply: z.literal(true).optional(),
});
export type Relation = z.infer<typeof Relation>;
