/** The part `files` of the policy: what becomes of the files that people and agents send. */
import { z } from 'zod';
import { about } from './about.ts';

const MEBIBYTE = 1_048_576;

export const Files = z.strictObject({
  mode: z
    .enum(['stage', 'immediate'])
    .default('stage')
    .register(about, {
      purpose: 'what becomes of a file that nothing is said of: {}',
      choices: { stage: 'it waits for the next text', immediate: 'it goes to the agent at once, by its name' },
      words: {
        stage: 'a file waits for the next text of its person; with words of its own it goes at once',
        immediate: 'each file goes to the agent at once',
      },
    }),
  layout: z
    .enum(['flat', 'incoming', 'inbox'])
    .default('flat')
    .register(about, {
      purpose:
        'where the files of people land in the workspace of their agent: {}. Where several people share a workspace it is "inbox" for all of them',
      choices: {
        flat: 'beside the files of the agent',
        incoming: 'in the folder incoming',
        inbox: 'in "surfaces/matrix/<person>/<room>/inbox", by time',
      },
      words: {
        flat: 'they land in the workspace itself, or in inboxes where people share one',
        incoming: 'they land in its folder incoming, or in inboxes where people share one',
        inbox: 'they land in inboxes, one for each person and room',
      },
    }),
  max_bytes: z
    .int()
    .min(1024)
    .max(16 * 1024 * MEBIBYTE)
    .default(100 * MEBIBYTE)
    .register(about, {
      purpose: 'the largest file that is taken from people, and sent to them; the homeserver may take less',
      unit: 'bytes',
      words: 'files up to {}',
    }),
  quota_bytes: z
    .int()
    .min(0)
    .max(16 * 1024 * 1024 * MEBIBYTE)
    .default(0)
    .register(about, {
      purpose: 'how much of the files of people may lie in one workspace; 0: as much as there is room',
      unit: 'bytes',
      words: 'at most {} of them in one workspace',
      wordsOfZero: 'as many of them as there is room for',
    }),
});
