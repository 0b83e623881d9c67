/**
 * Every name that the room's chart speaks, layer upon layer: effects (`room-host.ts`), what it notes, has done, says and
 * finds to be so, and here what it does in one breath. The chart says when, the layers say what.
 * A name needs no params; one that reads an event says which ones it can be used on, else the event is parked.
 */
import { withGuards } from './room-guards.ts';

const { enqueueActions } = withGuards;

/** None of these decides where the room goes. */
export const room = withGuards.extend({
  actions: {
    'hold the text, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the text');
      if (check('the text is a bare !stop')) enqueue('say how to stop');
      else enqueue('say its place in the line');
    }),
    'hold it again, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold what is unanswered');
      enqueue('forget what stays unanswered');
      enqueue('say its place in the line');
    }),
    'hold the word, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the word');
      enqueue('close the question');
      enqueue('say its place in the line');
    }),
    // Whoever has one knows what is said there.
    'say hello in a first chat': enqueueActions(({ check, enqueue }) => {
      if (check('it is their first chat')) enqueue('say hello');
    }),
    'begin a new conversation': enqueueActions(({ enqueue }) => {
      enqueue('start a new context');
      enqueue('mark the room');
    }),
    'take the new agent': enqueueActions(({ enqueue }) => {
      enqueue('note the agent');
      enqueue('forget the session');
      enqueue('mark the room');
      enqueue('say that another agent answers');
    }),
  },
});
