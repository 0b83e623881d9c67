/** What an agent says, as records keep it. */
import { z } from 'zod';

/** An answer in Markdown: short ones stand in the record, long ones in a file beside it under `stored`. */
export const Answer = z.union([z.object({ markdown: z.string() }), z.object({ stored: z.string() })]);
export type Answer = z.infer<typeof Answer>;
