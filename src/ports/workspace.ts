/** What actors need of the folders of agents. */
import type { AgentId, UserId } from '../../machines/ids.ts';

/** A save that an agent writes at the bot's word. */
export interface SaveFile {
  agent: AgentId;
  person: UserId;
  name: string;
}

export type SaveSight =
  /** `print` is the same for the same content. */
  | { is: 'there'; print: string }
  /** No file, or something in its place that is no save. */
  | { is: 'missing'; why: string }
  /** This service cannot look. */
  | { is: 'unseen'; why: string };

/** `why` of a sight is for the log. */
export interface SaveFiles {
  /** From the workspace on, as the agent is told it. People who share a workspace never have the same. */
  pathOf(save: SaveFile): string;
  /** Looks at it, within seconds; never rejects, follows no link. */
  look(save: SaveFile): Promise<SaveSight>;
}
