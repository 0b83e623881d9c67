/**
 * Every name that the room's chart speaks, layer upon layer: effects (`room-host.ts`), what it notes, has done, says and
 * finds to be so, and here what it does in one breath. The chart says when, the layers say what.
 * A name needs no params; one that reads an event says which ones it can be used on, else the event is parked.
 */
import { withGuards } from './room-guards.ts';

const withItsEnds = withGuards.extend({
  actions: {
    'drop the line': withGuards.enqueueActions(({ check, enqueue }) => {
      enqueue('take the marks of the line away');
      enqueue('say what is dropped');
      if (check('the line has files')) enqueue('say that the files of the line are kept');
      enqueue('forget what waits');
    }),
    'let the answer stand apart': withGuards.enqueueActions(({ enqueue }) => {
      enqueue('note that something stands before the answer');
      enqueue('let the rest of the answer be a reply');
    }),
    'end its task': withGuards.enqueueActions(({ enqueue }) => {
      enqueue('take the notice of its task back');
      enqueue('forget the task that has ended');
    }),
  },
});

const { enqueueActions } = withItsEnds;

/** None of these decides where the room goes. */
export const room = withItsEnds.extend({
  actions: {
    'drop the line, if all is meant': enqueueActions(({ check, enqueue }) => {
      if (check('all is meant') && check('a text waits')) enqueue('drop the line');
    }),
    'hold the text, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the text');
      if (check('waiting texts are marked')) enqueue('mark that the text waits');
      // Else it waits for its files only.
      if (!check('a turn runs')) return;
      enqueue('let the rest of the answer be a reply');
      if (check('the text is a bare !stop')) enqueue('say how to stop');
    }),
    'hold the task, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the task');
      enqueue('let the rest of the answer be a reply');
      enqueue('say that the task waits');
    }),
    'hold it again, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('say that it will be asked again');
      enqueue('hold what is asked again');
      enqueue('let the rest of the answer be a reply');
    }),
    'say what else is unanswered': enqueueActions(({ check, enqueue }) => {
      if (check('more is unanswered')) enqueue('say that it is asked again');
    }),
    // The saying first: it finds the word where it was.
    'take the word back': enqueueActions(({ enqueue }) => {
      enqueue('say that the word is taken back');
      enqueue('open the question again');
      enqueue('forget the text');
    }),
    'say that it is too late to take it back': enqueueActions(({ enqueue }) => {
      enqueue('say that the agent has the word already');
      enqueue('forget that the agent has it');
      enqueue('forget the text');
    }),
    'hold the word, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the word');
      enqueue('close the question');
      enqueue('let the rest of the answer be a reply');
      enqueue('say that the word is passed on later');
    }),
    'say what was pushed': enqueueActions(({ check, enqueue }) => {
      enqueue('note the push');
      enqueue('end its task');
      enqueue('say what has ended');
      if (check('a turn runs')) enqueue('let the answer stand apart');
    }),
    'say what was held back': enqueueActions(({ check, enqueue }) => {
      enqueue('say all that was held back');
      enqueue('hold nothing back any more');
      if (check('a turn runs')) enqueue('let the answer stand apart');
    }),
    'see to its files': enqueueActions(({ check, enqueue }) => {
      if (check('the agent wants something sent')) enqueue('send what the agent wants sent');
      if (check('its files wait again')) enqueue('say that its files are kept');
    }),
    'take what was fetched': enqueueActions(({ enqueue }) => {
      enqueue('note where the file lies');
      enqueue('let go of the download');
    }),
    'leave what was fetched': enqueueActions(({ enqueue }) => {
      enqueue('let go of the download');
      enqueue('delete what nobody wants');
    }),
    'stop it before it began': enqueueActions(({ enqueue }) => {
      enqueue('note that it was stopped');
      enqueue('say that it is stopped');
    }),
    'stop at the question': enqueueActions(({ enqueue }) => {
      enqueue('close the question');
      enqueue('ask the agent to stop');
    }),
    'begin the turn with the next text': enqueueActions(({ enqueue }) => {
      enqueue('begin the next turn');
      enqueue('take the marks away');
    }),
    'hold the text until a word comes, or say that the queue is full': enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the text');
      enqueue('let the rest of the answer be a reply');
      if (check('the person knows that it waits for a word')) return;
      enqueue('note that the person knows that it waits');
      enqueue('say that it waits for a word');
    }),
    'pass on the word and go on': enqueueActions(({ enqueue }) => {
      enqueue('pass on the word');
      enqueue('note that the agent has the word');
      enqueue('close the question');
      enqueue('say that the word is passed on');
      enqueue('begin to type');
    }),
    'hold the word and go on': enqueueActions(({ enqueue }) => {
      enqueue('hold the word');
      enqueue('close the question');
      enqueue('say that the word is passed on later');
      enqueue('begin to type');
    }),
    'ask the person what the agent asks': enqueueActions(({ check, enqueue }) => {
      if (check('something was said before')) {
        enqueue('deliver what it said so far');
        enqueue('go on with the next piece');
      }
      enqueue('note the question');
      enqueue('pass on the question');
    }),
    'let the question expire': enqueueActions(({ enqueue }) => {
      enqueue('close the question');
      enqueue('say that the question expired');
      enqueue('begin to type');
    }),
    'greet the person': enqueueActions(({ check, enqueue }) => {
      enqueue('say hello');
      if (check('the default agent serves')) enqueue('note that the person knows');
    }),
    'speak another language': enqueueActions(({ check, enqueue }) => {
      enqueue('note the language');
      if (check('the room has a marker')) enqueue('mark the room');
    }),
    'say what they should know first': enqueueActions(({ check, enqueue }) => {
      if (check('the person should hear that it is archived')) {
        enqueue('note that the person knows that it is archived');
        enqueue('say that the chat is archived');
      }
      if (check('the person should hear of the default agent')) {
        enqueue('note that the person knows');
        enqueue('say that the default agent answers');
      }
    }),
    'take the new wording': enqueueActions(({ check, enqueue }) => {
      if (check('the new wording has room')) return enqueue('note the new wording');
      enqueue('forget the text');
      enqueue('say that the queue is full');
    }),
    'take the new wording, which came too late': enqueueActions(({ enqueue }) => {
      enqueue('note the new wording');
      enqueue('say that it is asked with its new words by !retry');
    }),
    'take the text back from the agent': enqueueActions(({ enqueue }) => {
      enqueue('forget the text');
      enqueue('put back what was asked with it');
      enqueue('discard the turn');
      enqueue('ask the agent to stop');
    }),
    // Whoever has one knows what is said there.
    'be the chat that was made': enqueueActions(({ enqueue }) => {
      enqueue('note the number and name');
      enqueue('join the room in silence');
      enqueue('mark the room');
    }),
    'greet the person in a first chat': enqueueActions(({ check, enqueue }) => {
      if (!check('it is their first chat')) return;
      enqueue('say hello');
      if (check('the default agent serves')) enqueue('note that the person knows');
    }),
    'begin a new conversation': enqueueActions(({ check, enqueue }) => {
      enqueue('start a new context');
      enqueue('mark the room');
      if (check('its person has one memory')) enqueue('report the new conversation');
    }),
    'take the new agent': enqueueActions(({ enqueue }) => {
      enqueue('note whose turn it is');
      enqueue('note the agent');
      enqueue('forget the session');
      // It was about what the agent of before has.
      enqueue('close our question');
      enqueue('note that its files are fetched anew');
      enqueue('bring its files into the new workspace');
      enqueue('mark the room');
      enqueue('say that another agent answers');
    }),
  },
});
