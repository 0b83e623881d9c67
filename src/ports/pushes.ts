/** What agents say of their own accord, on its way to a room. */
import type { AgentId, ContextId, UserId } from '../../machines/ids.ts';
import type { Work } from '../../machines/pushes.ts';

/** `id`: a short name of the agent's own id for it; `print`: of all that it says. `task`: what it is about; empty for none. */
export type Pushed = {
  agent: AgentId;
  contextId: ContextId;
  /** Whose conversation it is; null where the agent does not say. */
  user: UserId | null;
  id: string;
  print: string;
  task: string;
} & ({ kind: 'done' | 'failed'; text: string | null; files: string[] } | { kind: 'progress'; work: Work });

/**
 * What became of it: `taken`: on disk, it will be said; `known`: it was before, and is not said again; `known otherwise`: its id
 * was, with other words; `over`: the conversation was cleared; `unknown`: this agent has none of this id; `of somebody else`
 * than the user that it names; `not now`: it is to be tried again.
 */
export type Taking = 'taken' | 'known' | 'known otherwise' | 'over' | 'unknown' | 'of somebody else' | 'not now';

/** Resolves when it is on disk, or will not be. Never rejects. */
export type TakePush = (pushed: Pushed) => Promise<Taking>;
