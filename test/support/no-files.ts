/** A house in which no file comes or goes. */
import type { FileWorld } from '../../src/actors/effects/files.ts';

const not = { is: 'not', why: 'refused', code: 'M_FORBIDDEN', detail: 'no files here' } as const;

export const noMedia: FileWorld['media'] = { open: async () => not, upload: async () => not, timesHeard: () => 0 };

export const noFiles: Pick<FileWorld, 'incoming' | 'outgoing' | 'media' | 'mostBytes'> = {
  incoming: {
    bring: async () => ({ is: 'not', why: 'no workspace', detail: 'no files here' }),
    settle: async () => {},
    remove: async () => 'gone',
    isThere: async () => 'unseen',
    sweep: async () => {},
  },
  outgoing: { open: async () => ({ is: 'refused', why: 'missing', detail: 'no files here' }) },
  media: noMedia,
  mostBytes: 1_000_000,
};
