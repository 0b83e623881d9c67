/** Reading what others wrote part by part: null is the same as missing, and what is malformed costs itself alone. */
import { z } from 'zod';

/** What stands in a list, as it came; anything else is an empty one. */
export const entries = z.array(z.unknown()).catch(() => []);

/** A list within an object of its own: `{ "events": […] }`. */
export const events = z.object({ events: entries }).catch(() => ({ events: [] }));

/** What stands under names, as it came; anything else is nothing. */
export const parts = z.record(z.string(), z.unknown()).catch(() => ({}));

/** An id or a token that fits into a request; anything else is missing. */
export const tokenOrNothing = z.string().min(1).max(2_000).optional().catch(undefined);
