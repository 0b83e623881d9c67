/** What the room notes and forgets: names that change what it remembers and ask nobody for anything. */
import { noPushes } from './pushes.ts';
import { blankDiary, type RoomContext, type Text, type Unanswered } from './room.model.ts';
import type { RoomInTheHouse } from './room-limits.ts';
import { host, type RoomMoment } from './room-host.ts';
import {
  afterFailedTry,
  beginTurn,
  isAboutThisMemory,
  moveTo,
  nextPiece,
  noteOf,
  numberAndName,
  personOf,
  receive,
  refusedAnswer,
  turnOf,
  whyStopped,
  whyUnanswered,
} from './room-words.ts';
import { passed, repliedTo, textAgain, withAnswered, without, withUnanswered } from './room-again.ts';
import { passesOn, questionOf, theWord, wordOnExpiry } from './room-question.ts';
import { asPlainText, askedWithIt, beginNextTurn, lineOf, reworded, withoutText } from './room-queue.ts';
import { beginSecondHalf, contextAfterSave, keptApart, noMemory, taskIn, textOfTask } from './room-saves.ts';
import * as diary from './room-diary.ts';
import * as pushes from './room-pushes.ts';
import * as tray from './room-tray.ts';
import { withoutWork } from './room-work.ts';
import { as } from './vocabulary.ts';

const { assign } = host;

function hold(text: (moment: RoomMoment) => Text) {
  return assign(({ context, event }) => ({
    waiting: [...context.waiting, text({ context, event })],
    diary: { ...context.diary, missed: null },
  }));
}

/** Its files wait again. */
function leavesOpen(context: RoomInTheHouse, why: Unanswered['why']): Partial<RoomContext> {
  const { text } = turnOf(context);
  return { ...withUnanswered(context, { text, why }), tray: tray.backInTheTray(context, [text]) };
}

/** The person writes something new: without a name `!retry` means that from now on. */
function beginSomethingNew(context: RoomContext, text: Text): Partial<RoomContext> {
  return beginTurn({ ...context, unanswered: passed(context.unanswered) }, text);
}

const noPosition = assign(({ context }) => ({ turn: context.turn && { ...context.turn, position: null } }));

/** It has no agent yet, or again. */
const noPlace = assign(({ context: { turn } }) => {
  if (turn === null) return {};
  const { agent: _, ...rest } = turn;
  return { turn: { ...rest, position: null } };
});

export const withNotes = host.extend({
  actions: {
    // the room
    'receive the person': assign(({ event }) => {
      const guest = as(event, 'room.invited', 'room.adopted');
      return receive(guest.type === 'room.adopted' ? { ...guest, role: 'chat' } : guest);
    }),
    'note whose room it is': assign(({ event }) => {
      const claim = as(event, 'room.claimed');
      return { ...personOf({ event: claim }), ...noteOf({ event: claim }) };
    }),
    'note the agent': assign(({ event }) => noteOf({ event: as(event, 'agent.assigned') })),
    'note whose turn it is': assign(({ context: { turn, agent } }) => ({ turn: turn && { agent, ...turn } })),
    'note the number and name': assign(({ context, event }) =>
      numberAndName({ context, event: as(event, 'room.adopted') }),
    ),
    'note the name': assign(({ event }) => ({ name: as(event, 'room.named', 'name.set').name })),
    'note whether it is archived': assign(({ event }) => ({
      archived: as(event, 'chat.archived').archived,
      toldArchived: false,
    })),
    'note that the person knows that it is archived': assign({ toldArchived: true }),
    'note that the person knows': assign({ noticed: true }),
    'note the language': assign(({ event }) => ({
      language: as(event, 'command.language', 'language.chosen').language,
    })),
    'note that the room is encrypted': assign({ encrypted: true }),
    // Who is in a chat that the bot made was let in by its person.
    'note who is there': assign(({ context, event }) => ({
      company: context.number === null && as(event, 'room.joined').company === true,
    })),
    'note who was told': assign(({ context, event }) => ({
      told: [...context.told, as(event, 'bystander.spoke', 'stranger.spoke', 'company.spoke').sender],
    })),
    'forget the session': assign({ session: null, ...noMemory }),
    'forget whose chat it was': assign({ person: null, number: null }),
    'forget what waits': assign(({ context, event }) => ({
      waiting: [],
      tray: tray.backInTheTray(context, context.waiting),
      diary: diary.lineDropped(context, event),
    })),
    'forget what is under way': assign({
      turn: null,
      waiting: [],
      unanswered: [],
      last: [],
      replies: [],
      missed: 0,
      question: null,
      dialog: null,
      line: null,
      tray: [],
      burst: null,
      diary: blankDiary,
      pushes: noPushes,
    }),
    'start a new context': assign(({ context, event }) => ({
      contextId: contextAfterSave(context) ?? as(event, 'command.clear').contextId,
      session: null,
      ...keptApart({ ...context, waiting: context.waiting.map(asPlainText) }),
      unanswered: [],
      last: [],
      question: null,
      ...noMemory,
      pushes: pushes.retire(context, context.limits.mostRetired),
    })),
    'go on in another context': assign(({ context, event }) => ({
      ...moveTo(context, as(event, 'context.assigned', 'context.chosen').contextId),
      pushes: pushes.retire(context, context.limits.mostRetired),
    })),
    'note whose memory it is': assign(({ event }) => ({ oneMemory: as(event, 'context.assigned').oneMemory })),

    // the turn
    'begin the turn': assign(({ context, event }) => ({
      ...beginSomethingNew(context, tray.takesTheTray(context, as(event, 'text.received').text)),
      tray: [],
    })),
    // Others may stand between a text and what is said of it later: not between `!retry` and its answer.
    'begin the turn anew': assign(({ context, event }) => {
      const text = textAgain(context, as(event, 'command.retry'));
      const isApart = text.eventId !== as(event, 'command.retry').eventId || text.reaction === true;
      return { ...beginTurn(context, text, isApart), tray: tray.trayWithout(context, text) };
    }),
    'begin a turn with the word': assign((moment) => beginSomethingNew(moment.context, theWord(moment))),
    'begin the turn with the task': assign(({ context, event }) => beginTurn(context, textOfTask(context, event))),
    'begin the second half of the copy': assign(({ context }) => beginSecondHalf(context)),
    'begin the next turn': assign(({ context }) => beginNextTurn(context)),
    'put the text back': assign(({ context }) => ({ waiting: [turnOf(context).text, ...context.waiting] })),
    'discard the turn': assign(({ context }) => ({ turn: context.turn && { ...context.turn, discarded: true } })),
    'end the turn': assign({ turn: null }),
    'note its place in the line of the agent': assign(({ context, event }) => ({
      turn: context.turn && { ...context.turn, position: as(event, 'place.awaited').position },
    })),
    'note that it has no place yet': noPlace,
    'note that it waits no more': noPosition,
    'note the failed try': assign(({ context, event }) => ({
      turn: afterFailedTry(context.turn, as(event, 'agent.unreachable').jitter, context.limits),
    })),
    'note what the agent can do': assign(({ context, event }) => {
      const { idempotent, confirmations, contexts = false, session } = as(event, 'agent.ready');
      return {
        ...(session !== null && isAboutThisMemory(context) && { session }),
        turn: context.turn && { ...context.turn, idempotent, confirmations, contexts },
      };
    }),
    'note the preview': assign(({ context, event }) => ({
      turn: context.turn && { ...context.turn, preview: as(event, 'answer.shown').eventId },
    })),
    'note that it takes too long': assign(({ context }) => ({
      turn: context.turn && { ...context.turn, stoppedFor: 'too-long' as const },
    })),

    'count its tokens': assign(({ context, event }) => {
      const { tokens, memory } = as(event, 'turn.ended');
      const isOfAnAnswer = tokens > 0 && taskIn(context) === undefined;
      // A save may be of the conversation before this one.
      const isOfThis = memory !== undefined && turnOf(context).contextId === context.contextId;
      return {
        ...(isOfThis && { memory }),
        tokens: { last: isOfAnAnswer ? tokens : context.tokens.last, total: context.tokens.total + tokens },
      };
    }),

    // what !retry would repeat
    'note what is answered': assign(({ context }) => withAnswered(context, turnOf(context).text)),
    'note what shows the answer': assign(({ context, event }) => {
      const { of, messages } = as(event, 'answer.delivered');
      return repliedTo(context, of, messages);
    }),
    'note what is said of it': assign(({ context, event }) => {
      const { of, eventId } = as(event, 'word.shown');
      return repliedTo(context, of, [eventId]);
    }),
    'note that it was stopped': assign(({ context }) => leavesOpen(context, 'stopped')),
    'note that it failed': assign(({ context }) => leavesOpen(context, 'failed')),
    'note that it was interrupted': assign(({ context }) => leavesOpen(context, 'interrupted')),
    'note how it was stopped': assign(({ context }) => leavesOpen(context, whyStopped(context))),
    'note how it broke off': assign(({ context, event }) => {
      const { outcome, trouble } = as(event, 'turn.ended');
      return { ...leavesOpen(context, whyUnanswered(outcome, trouble)), diary: diary.brokenOff(context, trouble) };
    }),
    // Of a turn that broke off there is more to ask for than the piece that was refused.
    'note what was refused': assign(({ context, event }) => {
      const refused = refusedAnswer(context, as(event, 'answer.refused'));
      const isKnown = context.unanswered.some(({ text }) => text.eventId === refused?.text.eventId);
      return refused === null || isKnown ? {} : withUnanswered(context, refused);
    }),
    'note that it was missed': assign(({ context, event }) => {
      const { text } = as(event, 'words.missed');
      const kept = text === undefined ? {} : withUnanswered(context, { text, why: 'missed' });
      return { ...kept, missed: context.missed + 1, diary: diary.notPassedOn(context, event) };
    }),
    'forget what was missed': assign({ missed: 0 }),

    // the queue
    'hold the text': assign(({ context, event }) => ({
      waiting: [...context.waiting, tray.takesTheTray(context, as(event, 'text.received').text)],
      tray: [],
      diary: { ...context.diary, missed: null },
    })),
    'hold what is asked again': assign(({ context, event }) => {
      const text = textAgain(context, as(event, 'command.retry'));
      const left = { unanswered: without(context.unanswered, text), tray: tray.trayWithout(context, text) };
      return { waiting: [...context.waiting, text], ...left };
    }),
    'put back what was asked with it': assign(({ context, event }) => ({
      waiting: [...askedWithIt(context, as(event, 'text.withdrawn')), ...context.waiting],
    })),
    'note the new wording': assign(({ context, event }) => reworded(context, as(event, 'text.edited'))),
    'forget the text': assign(({ context, event }) => {
      const now = withoutText(context, as(event, 'text.withdrawn', 'text.edited'));
      return { ...now, tray: tray.trayAfter(context, context.waiting, now.waiting ?? []) };
    }),
    'let the files of its text wait': assign(({ context }) => ({
      tray: tray.trayAfter(context, [turnOf(context).text], context.waiting),
    })),
    'hold the task': hold(({ context, event }) => textOfTask(context, event)),
    'hold the word': hold(theWord),
    'hold a no for want of a word': hold(({ context }) => wordOnExpiry(context)),

    'note that it is marked': assign(({ context, event }) => {
      const { of, mark } = as(event, 'text.marked');
      return { waiting: context.waiting.map((text) => (text.eventId === of ? { ...text, mark } : text)) };
    }),

    // what is told of the agent's work
    'note that its work is told': assign(({ context }) => ({ turn: context.turn && { ...context.turn, work: null } })),
    'note where its work is told': assign(({ context, event }) => ({
      turn: context.turn && { ...context.turn, work: as(event, 'work.shown').eventId },
    })),
    'forget where its work is told': assign(({ context }) => ({ turn: context.turn && withoutWork(context.turn) })),

    // what is told of the queue
    'note what is told of the line': assign(({ context }) => ({
      line: { ...lineOf(context), notice: context.line?.notice ?? null },
    })),
    'note where the line is told': assign(({ context, event }) => ({
      line: context.line && { ...context.line, notice: as(event, 'line.shown').eventId },
    })),
    'forget the line': assign({ line: null }),

    // what is told to whoever asks how things stand
    'note when the turn began': assign(({ context, event }) => ({ diary: diary.begun(context, event) })),
    'note when the agent was asked': assign(({ context, event }) => ({ diary: diary.asked(context, event) })),
    'note why it was not reached': assign(({ context, event }) => ({
      diary: diary.notReached(context, as(event, 'agent.unreachable')),
    })),
    'note when and how the turn ended': assign(({ context, event }) => ({ diary: diary.ended(context, event) })),
    'note that it was not taken': assign(({ context, event }) => ({ diary: diary.notTaken(context, event) })),

    // the agent's question
    'note the question': assign(({ event }) => ({ question: as(event, 'agent.asked').question })),
    'note where the question stands': assign(({ context, event }) => ({
      question: context.question && { ...context.question, shown: as(event, 'question.shown').eventId },
    })),
    'note that the person knows that it waits': assign(({ context }) => ({
      question: context.question && { ...context.question, isUrged: true as const },
    })),
    'go on with the next piece': assign(({ context }) => ({ turn: context.turn && nextPiece(context.turn) })),
    'close the question': assign({ question: null }),
    // Of two questions the newer one stays open.
    'open the question again': assign(({ context, event }) => ({
      question: context.question ?? questionOf(context, as(event, 'text.withdrawn')),
    })),
    'note that the agent has the word': assign(({ context, event }) =>
      passesOn(context, as(event, 'command.yes', 'command.no').eventId),
    ),
    'note that the agent has the text': assign(({ context }) => {
      const { eventId, reaction, settles } = turnOf(context).text;
      return reaction === true && settles !== undefined ? passesOn(context, eventId) : {};
    }),
    'forget that the agent has it': assign(({ context, event }) => ({
      passedOn: context.passedOn.filter((word) => word !== as(event, 'text.withdrawn').of),
    })),
  },
});
