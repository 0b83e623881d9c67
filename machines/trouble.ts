import { z } from 'zod';

/**
 * Why a turn could not be answered; the words for the person stand in `src/text`.
 * `agent-error` is the agent's own ERROR frame, `files-unseen` one that says that a file of the turn is not there,
 * `connection-lost` a break after the message was written. Of a save:
 * `not-saved` after the turn its file is not there or as it was before, `save-is-gone` there is none to be loaded,
 * `workspace-unseen` nobody can look.
 */
export const troubles = [
  'unreachable',
  'no-status',
  'protocol',
  'silent',
  'too-long',
  'too-big',
  'agent-error',
  'files-unseen',
  'connection-lost',
  'not-saved',
  'save-is-gone',
  'workspace-unseen',
] as const;

export const Trouble = z.enum(troubles);
export type Trouble = z.infer<typeof Trouble>;
