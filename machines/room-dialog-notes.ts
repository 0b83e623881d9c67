/** What the room notes and forgets of the saves of its person, and of questions of our own. */
import { withNotes } from './room-notes.ts';
import { askedFor, contextAfterSave, savedBy, taskIn, withoutTheClear } from './room-saves.ts';
import { as } from './vocabulary.ts';

const { assign } = withNotes;

export const withDialogNotes = withNotes.extend({
  actions: {
    'note what is loaded': assign(({ context, event }) => {
      const { name, at } = savedBy(context, event);
      return { loaded: taskIn(context)?.kind === 'load' ? { name, at } : context.loaded };
    }),
    'note what can be loaded': assign(({ event }) => ({
      dialog: { about: 'a save to load' as const, saves: as(event, 'saves.told').saves },
    })),
    'note what would be overwritten': assign(({ context, event }) => {
      const ask = askedFor(context, as(event, 'saves.told'));
      if (ask.for !== 'save') throw new Error('nothing would be overwritten');
      const { for: _, ...save } = ask;
      return { dialog: { about: 'an overwrite' as const, ...save } };
    }),
    'note what would be cleared': assign(({ event }) => ({
      dialog: { about: 'a clear' as const, contextId: as(event, 'clear.wanted').contextId },
    })),
    'note what would be cleared all the same': assign(({ context }) => {
      const contextId = contextAfterSave(context);
      if (contextId === undefined) throw new Error('nothing would be cleared');
      return { dialog: { about: 'a clear' as const, contextId } };
    }),
    'note where our question stands': assign(({ context, event }) => ({
      dialog: context.dialog && { ...context.dialog, shown: as(event, 'dialog.shown').eventId },
    })),
    'close our question': assign({ dialog: null }),
    'save without the clear': assign(({ context }) => withoutTheClear(context)),
  },
});
