import { z } from 'zod';

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/**
 * What an agent says of its memory of a conversation, at the end of a turn: how many messages are in it, about how many
 * tokens they are, how many it holds, and how many messages it has forgotten.
 */
export const Memory = z.object({ messages: count, tokens: count, most: count, forgotten: count });
export type Memory = z.infer<typeof Memory>;
