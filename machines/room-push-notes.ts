/** What the room notes and forgets of what its agent pushes. */
import { withFileNotes } from './room-file-notes.ts';
import * as pushes from './room-pushes.ts';

const { assign } = withFileNotes;

export const withPushNotes = withFileNotes.extend({
  actions: {
    'note the push': assign(({ context, event }) => pushes.noted(context, event)),
    'hold it back': assign(({ context, event }) => pushes.heldBack(context, event)),
    'hold nothing back any more': assign(({ context }) => pushes.heldNoMore(context)),
    'note how far the task is': assign(({ context, event }) => pushes.taskNoted(context, event)),
    'note where the task is told': assign(({ context, event }) => pushes.taskStands(context, event)),
    'note what is told of the tasks': assign(({ context }) => pushes.tasksToldAnew(context)),
    'forget the task that has ended': assign(({ context, event }) => pushes.withoutTask(context, event)),
    'forget the tasks of before': assign(({ context }) => pushes.withoutTasksElsewhere(context)),
    'note that something stands before the answer': assign(({ context }) => ({
      turn: context.turn && { ...context.turn, waited: true },
    })),
  },
});
