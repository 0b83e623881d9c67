import { z } from 'zod';

/**
 * Why a turn could not be answered; the words for the person stand in `src/text`.
 * `agent-error` is the agent's own ERROR frame, `files-unseen` one that says that a file of the turn is not there,
 * `connection-lost` a break after the message was written. Of a save:
 * `not-saved` after the turn its file is not there or as it was before, `save-is-gone` there is none to be loaded,
 * `workspace-unseen` nobody can look. Of a language model: it, or its provider, does not let the service in
 * (`model-denied`), is not known, is busy, fails, is away, breaks off, holds an answer back (`model-filtered`), takes no
 * conversation of that length (`model-prompt-too-long`), or may write no longer answer (`model-answer-cut`).
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
  'model-denied',
  'model-not-found',
  'model-busy',
  'model-failed',
  'model-unreachable',
  'model-broke-off',
  'model-filtered',
  'model-prompt-too-long',
  'model-answer-cut',
] as const;

export const Trouble = z.enum(troubles);
export type Trouble = z.infer<typeof Trouble>;
