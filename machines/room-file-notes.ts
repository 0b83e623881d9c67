/** What the room notes and forgets of files: of its person, and of the agent. */
import { withDialogNotes } from './room-dialog-notes.ts';
import * as tray from './room-tray.ts';
import { as } from './vocabulary.ts';

const { assign } = withDialogNotes;

export const withFileNotes = withDialogNotes.extend({
  actions: {
    'put the file into the tray': assign(({ context, event }) => {
      const file = tray.fileIn(as(event, 'file.received'));
      return file === null ? {} : { tray: [...context.tray, file] };
    }),
    'note where the file lies': assign(({ context, event }) => tray.withFileThere(context, as(event, 'file.fetched'))),
    'take out what could not be fetched': assign(({ context, event }) =>
      tray.withoutRefused(context, as(event, 'file.refused')),
    ),
    'note what could not be fetched': assign(({ context, event }) => ({
      burst: tray.withFailure(context, tray.failureOf(context, as(event, 'file.refused'))),
    })),
    'take out what is gone': assign(({ context, event }) => tray.withoutFiles(context, as(event, 'files.gone').of)),
    'take the file out': assign(({ context, event }) => {
      const file = tray.meantFile(context, event);
      return file === undefined ? {} : tray.withoutFiles(context, [file.event]);
    }),
    'empty the tray': assign(({ context }) =>
      tray.withoutFiles(
        context,
        context.tray.map(({ event }) => event),
      ),
    ),
    'note that its files are fetched anew': assign(({ context }) => tray.fetchedAnew(context)),
    'note which file is to be sent': assign(({ context, event }) => ({
      turn: context.turn && tray.withWanted(context.turn, as(event, 'agent.sent a file').path, context.limits),
    })),
    'begin a burst': assign(({ context }) => ({ burst: tray.burstOf(context) })),
    'note what is told of the tray': assign(({ context }) => ({ burst: tray.asShown(context) })),
    'note where the tray is told': assign(({ context, event }) => ({
      burst: { ...tray.burstOf(context), notice: as(event, 'tray.shown').eventId },
    })),
    'forget the burst': assign({ burst: null }),
  },
});
