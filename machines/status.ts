/**
 * What a room is doing, and what became of its person's last message, as data: `!status` says it in words, the log has it
 * as it is. Times are ages, ms; null where nobody knows.
 */
import { z } from 'zod';
import { Trouble } from './trouble.ts';

const age = z.number().nullable();

/** How a turn ended; the log's `turn over` says it in the same words. `done`: a task; `dropped`: cleared, or its text was removed. */
export const Ending = z.enum(['answered', 'empty', 'done', 'stopped', 'failed', 'interrupted', 'refused', 'dropped']);
export type Ending = z.infer<typeof Ending>;

/** How far the running turn is. */
export const Stage = z.discriminatedUnion('is', [
  /** `position`: in the agent's line; null where it has just asked. */
  z.object({ is: z.literal('waiting for a place'), position: z.number().nullable() }),
  z.object({ is: z.literal('connecting') }),
  z.object({ is: z.literal('awaiting status') }),
  z.object({ is: z.literal('backing off'), tries: z.number(), trouble: Trouble.nullable() }),
  /** The agent has the text; `silent`: since it said anything at all. */
  z.object({ is: z.literal('asked'), silent: age }),
  z.object({ is: z.literal('answering'), silent: age }),
  /** `left`: until silence becomes a no. */
  z.object({ is: z.literal('awaiting confirmation'), left: age }),
  z.object({ is: z.literal('stopping') }),
  z.object({ is: z.literal('delivering') }),
]);
export type Stage = z.infer<typeof Stage>;

/** What became of the last message. */
export const Fate = z.discriminatedUnion('is', [
  /** None is known. */
  z.object({ is: z.literal('not received') }),
  /** The line was full. */
  z.object({ is: z.literal('not taken'), age }),
  /** It waited, and was dropped with the line. */
  z.object({ is: z.literal('taken out of the line'), age }),
  /** It was written while the service was away. */
  z.object({ is: z.literal('not passed on'), age }),
  z.object({ is: z.literal('in line'), place: z.number() }),
  /** The running turn is about it. */
  z.object({ is: z.literal('at work') }),
  z.object({ is: z.literal('over'), how: Ending, trouble: Trouble.nullable(), age }),
]);
export type Fate = z.infer<typeof Fate>;

export const Status = z.object({
  /** The running turn. `task`: what it does with the agent's memory, in place of an answer. */
  turn: z.object({ stage: Stage, age, task: z.enum(['save', 'load', 'branch']).nullable() }).nullable(),
  /** Messages that wait behind it. */
  line: z.number(),
  last: Fate,
  /** Files that wait for the next message; left out where none does. */
  files: z.number().optional(),
  /** A question of ours is open. */
  asks: z.boolean(),
  /** Others are there: only what is said to the bot is heard. */
  company: z.boolean(),
});
export type Status = z.infer<typeof Status>;
