/** What an agent says of its own accord, after its turn or without one, and what a room remembers of it. */
import { z } from 'zod';
import { Answer } from './answer.ts';
import { AgentId, ContextId, EventId } from './ids.ts';

/** What goes on, in the agent's own words, and how far it is. */
const Work = z.object({ on: z.string().nullable(), step: z.number().nullable(), steps: z.number().nullable() });
export type Work = z.infer<typeof Work>;

/** `id`: a short name of the agent's own id for it; `print`: of all that it says. `task`: what it is about; empty for none. */
const named = { id: z.string(), print: z.string(), task: z.string() };

/** Something has ended, well or not. */
export const EndPush = z.object({
  ...{ ...named, kind: z.enum(['done', 'failed']) },
  ...{ answer: Answer.nullable(), files: z.array(z.string()) },
});
export type EndPush = z.infer<typeof EndPush>;

/** Something goes on. */
export type WorkPush = { [Key in keyof typeof named]: string } & { kind: 'progress'; work: Work };

export type Push = EndPush | WorkPush;

/** A task that the person is told of: `notice` is null until the homeserver took it. */
const Task = z.object({
  ...{ task: z.string(), agent: AgentId, contextId: ContextId },
  ...{ notice: EventId.nullable(), work: Work, told: Work },
});
export type PushTask = z.infer<typeof Task>;

export const Pushes = z.object({
  /** The last pushes of this room as `id:print`, so that none is said twice (bounded by `room-limits.ts`). */
  known: z.array(z.string()),
  /** Until the answer that grows in the room is complete. */
  held: z.array(EndPush),
  tasks: z.array(Task),
  /** The conversations that this room has left: whoever pushes to one of them hears that it is over. */
  retired: z.array(z.object({ agent: AgentId, contextId: ContextId })),
});
export type Pushes = z.infer<typeof Pushes>;

/** Nothing was pushed yet. */
export const noPushes: Pushes = { known: [], held: [], tasks: [], retired: [] };

/** What is remembered of a push. */
export function markOf({ id, print }: Pick<Push, 'id' | 'print'>): string {
  return `${id}:${print}`;
}

/** Whether a push of this id was taken: as it is now, or with other words; null where none was. */
export function takenAs({ known }: Pick<Pushes, 'known'>, push: Pick<Push, 'id' | 'print'>): 'same' | 'other' | null {
  const mark = known.find((one) => one.startsWith(`${push.id}:`));
  if (mark === undefined) return null;
  return mark === markOf(push) ? 'same' : 'other';
}
