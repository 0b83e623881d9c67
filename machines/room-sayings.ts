/** What the room says to its people, each saying under the sentence that the chart calls it by. */
import type { Notice } from './notices.ts';
import type { RoomEvent } from './room.events.ts';
import type { RoomContext } from './room.model.ts';
import { withDeeds } from './room-deeds.ts';
import { alertsTheAsker, asks, says, saysOfTheText, tellsTheAsker, toTheWriter, type RoomMoment } from './room-host.ts';
import {
  declined,
  excerptOf,
  greeting,
  help,
  inAnArchivedChat,
  noSuchCommand,
  ofAllRooms,
  onlyFor,
  personIn,
  turnOf,
  yourAgent,
} from './room-words.ts';
import { meantIn, othersUnanswered, textIn } from './room-again.ts';
import { questionOf } from './room-question.ts';
import { lastInLine, noticeOfTheLine } from './room-queue.ts';
import { filesInLine, goneFrom, listOfTheTray, listWithout, noticeOfKept, noticeOfTheTray } from './room-tray.ts';
import { deliveryOf, endIn, filesOf, needsAWord, wordOf, workIn, workTold } from './room-pushes.ts';
import type { EndPush } from './pushes.ts';
import { brokenOff, contextTold, doneWell, interruption, taskWaits, wentWrong } from './room-saves.ts';
import { as } from './vocabulary.ts';

function wordTaken(event: RoomEvent, later: boolean): Notice {
  return { key: 'word is taken', approved: as(event, 'command.yes', 'command.no').type === 'command.yes', later };
}

function refusal(event: RoomEvent): Notice {
  return { key: 'answer was refused', tooLarge: as(event, 'answer.refused').code === 'M_TOO_LARGE' };
}

function closed({ dialog }: RoomContext): Notice<'dialog is closed'> {
  if (dialog === null) throw new Error('no question of ours is open');
  const isForAClear = dialog.about === 'an overwrite' && dialog.clears !== undefined;
  return { key: 'dialog is closed', about: isForAClear ? 'a clear' : dialog.about };
}

/** Beside the text, not beside the reaction that asks for it. */
function saysOfRetry(later: boolean) {
  return asks('say', ({ context, event }) => {
    const retry = as(event, 'command.retry');
    const thread = retry.thread ?? textIn(meantIn(context, retry))?.thread;
    return {
      notice: { key: 'asked again', others: othersUnanswered(context, retry), later },
      answers: retry.eventId,
      ...(thread !== undefined && { relation: { thread } }),
    };
  });
}

/** In the agent's words, or in ours; files that come with words of the agent come behind them. */
function saysWhatEnded(pushesIn: (moment: RoomMoment) => readonly EndPush[]) {
  return withDeeds.enqueueActions(({ context, event, enqueue }) => {
    for (const push of pushesIn({ context, event })) {
      if (needsAWord(push)) enqueue({ type: 'say', params: wordOf(context, push) });
      if (push.answer !== null) enqueue({ type: 'deliver the push', params: deliveryOf(context, push) });
      else if (push.files.length > 0) enqueue({ type: 'send the files', params: filesOf(context, push) });
    }
  });
}

export const withSayings = withDeeds.extend({
  actions: {
    // answers to commands
    'say hello': says(({ context }) => greeting(context)),
    'say what can be said': says(({ context }) => help(context)),
    'say what can be said at the entry': says({ key: 'help', inSpace: true, entry: true }),
    'say that there is no such command': says(({ context, event }) =>
      noSuchCommand(context, as(event, 'command.unknown').name),
    ),
    'say who they are': says(({ event }) => ({ key: 'you are', person: as(event, 'command.whoami').sender })),
    'say which language it speaks': says({ key: 'language is' }),
    'say that it speaks another language now': says({ key: 'language is chosen' }),
    'say that there is no such language': says(({ event }) => ({
      key: 'no such language',
      language: as(event, 'command.language').other ?? '',
    })),
    'say which agent answers': says(({ context }) => yourAgent(context)),
    'say which agent answers in the chats': says(({ context }) => ({ ...yourAgent(context), entry: true })),
    'say that nothing runs': says({ key: 'nothing runs' }),
    'say that it is stopped': saysOfTheText({ key: 'stopped' }),
    'say that it is stopping': says({ key: 'is stopping' }),
    'say that the answer is complete': says({ key: 'answer is complete' }),
    'say that there is nothing to retry': says({ key: 'nothing to retry' }),
    'say that it is forgotten': says({ key: 'message is forgotten' }),
    'say that it waits already': says({ key: 'it waits already' }),
    'say that it is asked again': saysOfRetry(false),
    'say that it will be asked again': saysOfRetry(true),
    'say that no question is open': says({ key: 'no question is open' }),
    'say that it is cleared elsewhere': says({ key: 'cleared elsewhere' }),
    'say that it is cleared': says(({ context }) => ({
      key: 'cleared',
      waiting: context.waiting.length,
      ...(context.tray.length > 0 && { files: context.tray.length }),
      ...ofAllRooms(context),
    })),
    'say that a name is missing': says({ key: 'name is missing' }),
    'say its new name': says(({ event }) => ({ key: 'chat is renamed', chat: as(event, 'name.set').name })),
    'say that the name could not be set': says(({ event }) => ({
      key: 'name could not be set',
      code: as(event, 'name.refused').code,
    })),
    'say that no more chats are made': says({ key: 'no more chats are made' }),
    'say that this is the only chat': says({ key: 'this is your only chat' }),
    'say that the answer is still being written': says({ key: 'still being written' }),
    'say which words are left': says(({ context, event }) => {
      const { command, words, done } = as(event, 'words.left');
      const isEntry = context.role === 'entry';
      return { key: 'words are left', command, words: excerptOf(words), done, ...(isEntry && { entry: true }) };
    }),
    'say what is not taken': says(({ event }) => ({
      key: 'thing is not taken',
      thing: as(event, 'thing.received').thing,
    })),
    // files
    'say that it cannot be read': says({ key: 'file cannot be read' }),
    'say that too many files wait': says(({ context }) => ({
      key: 'too many files wait',
      limit: context.limits.mostFiles,
    })),
    'say what lies in the tray': asks('say', ({ context }) => ({ notice: noticeOfTheTray(context), answers: null })),
    'say which files wait': says(({ context }) => listOfTheTray(context)),
    'say that no files wait': says(({ context }) => ({
      key: 'no files wait',
      ...(filesInLine(context) > 0 && { inLine: filesInLine(context) }),
    })),
    'say which numbers files have': says(({ context }) => ({
      key: 'file number is wrong',
      count: context.tray.length,
    })),
    'say that the file is removed': says(({ context, event }) => listWithout(context, event)),
    'say that all files are removed': says(({ context }) => ({
      key: 'all files are removed',
      files: context.tray.length,
    })),
    'say which files are gone': says(({ context, event }) => goneFrom(context, as(event, 'files.gone').of)),
    'say which files were not sent': asks('say', ({ context, event }) => {
      const { answers, failed, nothing } = as(event, 'files.sent');
      const rings = nothing === true && context.person !== null && { mentions: context.person };
      return { notice: { key: 'files were not sent', files: failed }, answers, ...rings };
    }),
    // what the agent says of its own accord
    'say what has ended': saysWhatEnded(({ event }) => [endIn(event)]),
    'say all that was held back': saysWhatEnded(({ context }) => context.pushes.held),
    'say what goes on': asks('say', ({ event }) => workTold(workIn(event))),
    'say that its files are kept': tellsTheAsker(({ context }) => noticeOfKept(context)),
    'say that the files of the line are kept': says(({ context }) => ({
      key: 'files are kept',
      files: filesInLine(context),
    })),

    // what the person is told unasked
    'say whose room it is': says(({ context, event }) => onlyFor(context, as(event, 'bystander.spoke').sender)),
    'say where to go instead': says({ key: 'others are here' }),
    'say that no agent serves them': says({ key: 'no agent for you', contact: null }),
    'say that the room is encrypted': says({ key: 'room is encrypted' }),
    'say that the default agent answers': says({ key: 'default agent' }),
    'say that another agent answers': says(({ event }) => ({
      key: 'agent changed',
      agent: as(event, 'agent.assigned').agent,
    })),
    'say that the agent starts afresh': says({ key: 'agent starts afresh' }),
    'say that memory was lost': says(({ event }) => ({
      key: as(event, 'memory.lost').eventId === null ? 'notes were damaged' : 'memory was lost',
    })),
    'say why the invitation is declined': says(({ event }) => declined(as(event, 'invite.declined'))),

    // what becomes of their text
    'say what waits': asks('say', ({ context }) => {
      const { eventId = null, thread } = lastInLine(context) ?? {};
      return {
        notice: noticeOfTheLine(context),
        answers: eventId,
        ...(thread !== undefined && { relation: { thread } }),
      };
    }),
    'say what is dropped': says(({ context }) => ({ key: 'line is dropped', texts: context.waiting.length })),
    'say how to stop': says({ key: 'did you mean !stop' }),
    'say that it waits for a word': says({ key: 'text waits for your word' }),
    'say that the word is passed on': says(({ event }) => wordTaken(event, false)),
    'say that the word is passed on later': says(({ event }) => wordTaken(event, true)),
    'say that the chat is archived': says(({ context }) => inAnArchivedChat(context)),
    'say that it is asked with its new words by !retry': says({ key: 'edit came too late' }),
    'say that the queue is full': withDeeds.enqueueActions(({ context, event, enqueue }) => {
      enqueue('note that it was not taken');
      const notice: Notice = { key: 'queue is full', limit: context.waiting.length };
      enqueue({ type: 'say', params: { notice, ...toTheWriter({ context, event }) } });
    }),
    'say what is going on': asks('say the status', toTheWriter),
    'say what the operator asks': asks('answer the operator', (moment) => {
      const { eventId, sender, words, replyTo } = as(moment.event, 'operator.asked');
      return { ...toTheWriter(moment), answers: eventId, sender, words, ...(replyTo !== undefined && { replyTo }) };
    }),
    'say that the agent forgot': tellsTheAsker({ key: 'agent starts afresh' }),
    'say that the agent cannot be reached': alertsTheAsker(({ context, event }) =>
      wentWrong(context, as(event, 'agent.unreachable').trouble),
    ),
    'say why it broke off': alertsTheAsker(({ context, event }) => brokenOff(context, as(event, 'turn.ended').trouble)),
    'say why it was stopped': alertsTheAsker(({ context }) => brokenOff(context, turnOf(context).stoppedFor)),
    'say that it was interrupted': alertsTheAsker(({ context }) => interruption(context)),
    'say that the answer is empty': alertsTheAsker({ key: 'empty answer' }),
    'say that the answer was refused': alertsTheAsker(({ event }) => refusal(event)),
    'say that an answer of before was refused': asks('say', ({ context, event }) => ({
      notice: refusal(event),
      answers: as(event, 'answer.refused').answers,
      mentions: context.person ?? undefined,
    })),

    // saves and our own questions
    'say that it is done': tellsTheAsker(({ context }) => doneWell(context)),
    'say that the task waits': says(({ context, event }) => taskWaits(context, event)),
    'say that a save cannot be called so': says({ key: 'save cannot be called so' }),
    'say that there are no saves': says({ key: 'no saves' }),
    'say that there is no such save': says(({ event }) => {
      const { ask } = as(event, 'saves.told');
      return { key: 'no such save', save: (ask.for === 'load' ? ask.which : null) ?? '' };
    }),
    'ask which save is meant': says(({ event }) => ({ key: 'choose a save', saves: as(event, 'saves.told').saves })),
    'say which numbers there are': says(({ context: { dialog } }) => ({
      key: 'save number is wrong',
      count: dialog?.about === 'a save to load' ? dialog.saves.length : 0,
    })),
    'ask whether to overwrite it': says(({ event }) => {
      const { ask } = as(event, 'saves.told');
      return { key: 'save is there already', save: ask.for === 'save' ? ask.name : '' };
    }),
    'ask whether to clear': says(({ context }) => ({ key: 'clear is meant?', ...ofAllRooms(context) })),
    'ask whether to clear all the same': tellsTheAsker(({ context }) => ({
      key: 'clear is meant?',
      failed: true,
      ...ofAllRooms(context),
    })),
    'say that our question is closed': says(({ context }) => closed(context)),
    'say that our question expired': says(({ context }) => ({ ...closed(context), expired: true })),
    'say that there is nothing to cancel': says({ key: 'nothing to cancel' }),
    'say what the context is': says(({ context, event }) => contextTold(context, as(event, 'saves.told'))),
    'say what was missed': asks('say', ({ context, event }) => {
      const { awayMs } = as(event, 'absence.over');
      const newest = context.unanswered.findLast(({ why }) => why === 'missed')?.text;
      return {
        notice: { key: 'you were missed', awayMs, messages: context.missed, again: newest !== undefined },
        answers: null,
        ...(newest !== undefined && { about: newest.eventId }),
        mentions: personIn(context),
      };
    }),

    // the agent's question
    'say that the word is taken back': says(({ context, event }) => ({
      key: 'word is taken back',
      open: questionOf(context, as(event, 'text.withdrawn')) !== null && context.question === null,
    })),
    'say that the agent has the word already': says({ key: 'word was passed on' }),
    'pass on the question': alertsTheAsker(({ event }) => ({
      key: 'agent asks',
      text: as(event, 'agent.asked').question.text,
    })),
    'say that the question expired': alertsTheAsker({ key: 'question expired' }),
  },
});
