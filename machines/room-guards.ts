/** What the room finds to be so, and how long it waits. A name that holds on several events looks at the event itself. */
import { and, not } from 'xstate';
import type { RoomInTheHouse } from './room-limits.ts';
import type { RoomEvent } from './room.events.ts';
import { meantIn, othersUnanswered, pending } from './room-again.ts';
import { isAboutThisMemory, refusedAnswer, soundsLikeStop } from './room-words.ts';
import { hasRoomForTheWording, isMeant, lineOf, sizeOf } from './room-queue.ts';
import { contextAfterSave, isHalfCopied, isTaskDue, isThereAlready, saveWanted, taskIn } from './room-saves.ts';
import {
  fileIn,
  filesInAll,
  filesKept,
  hasChanged,
  filesInLine,
  isAllTold,
  isAnyOnItsWay,
  isKnown,
  isLastFile,
  isOver,
  isWanted,
  meantFile,
  waitsForFiles,
} from './room-tray.ts';
import * as pushes from './room-pushes.ts';
import { isTold as isWorkTold } from './room-work.ts';
import { withSayings } from './room-sayings.ts';

function hasRoomFor({ waiting, limits }: RoomInTheHouse, event: RoomEvent): boolean {
  const size = event.type === 'text.received' ? event.text.body.length : 0;
  return waiting.length < limits.queue && sizeOf(waiting) + size <= limits.queueSize;
}

function isTold({ limits }: RoomInTheHouse): boolean {
  return limits.waiting !== 'reaction';
}

/** What waits for the person's own word needs no notice but the question. */
function isLine(context: RoomInTheHouse): boolean {
  const { texts, position } = lineOf(context);
  const waitsForThem = context.turn !== null && context.question !== null;
  return position !== null || (texts > 0 && !waitsForThem);
}

function hasMoved(context: RoomInTheHouse): boolean {
  const { texts, position } = lineOf(context);
  return context.line !== null && (context.line.texts !== texts || context.line.position !== position);
}

const withFacts = withSayings.extend({
  guards: {
    // the room and its person
    'it is an entry room': ({ event }) => 'role' in event && event.role === 'entry',
    'the person is refused': ({ event }) => 'role' in event && event.role === 'refused',
    'it is a chat': ({ event }) => 'role' in event && event.role === 'chat',
    'the same person invites again': ({ context, event }) =>
      event.type === 'room.invited' && event.person === context.person,
    'nobody waits there': ({ context, event }) =>
      event.type === 'join.refused' &&
      (context.person === null || event.code === 'M_FORBIDDEN' || event.code === 'M_NOT_FOUND'),
    'the person is here already': ({ context, event }) =>
      event.type === 'room.adopted' && context.person === event.person,
    'the room is of somebody else': ({ context, event }) =>
      event.type === 'room.adopted' && context.person !== null && context.person !== event.person,
    'the person left': ({ context, event }) => event.type === 'member.left' && event.user === context.person,
    'the person knows': ({ context }) => context.noticed,
    'the person knows that it is encrypted': ({ context }) => context.encrypted,
    'the person should hear that it is archived': ({ context }) => context.archived && !context.toldArchived,
    'they were told, or too many were': ({ context, event }) =>
      'sender' in event && (context.told.length >= context.limits.mostTold || context.told.includes(event.sender)),
    'they know where to go': ({ context, event }) =>
      event.type === 'company.spoke' &&
      (event.addressed === true
        ? context.told.length >= context.limits.mostTold || context.told.includes(event.sender)
        : context.told.length > 0),
    'a language is chosen': ({ event }) => event.type === 'command.language' && event.language !== null,
    'its person has one memory': ({ context }) => context.oneMemory,
    'it has that memory': ({ context, event }) => 'contextId' in event && event.contextId === context.contextId,
    'it is no language': ({ event }) => event.type === 'command.language' && event.other !== undefined,
    'it speaks that language': ({ context, event }) =>
      event.type === 'language.chosen' && event.language === context.language,
    // Whoever is refused may not be the one whose room it will be.
    'the room has a marker': ({ context: { person, role, number } }) =>
      person !== null && (role !== 'refused' || number !== null),
    'a refusal is said every time': ({ context }) => context.limits.refuseAlways,
    'the default agent serves': ({ context }) => context.assignment === 'default',
    'another agent takes over': ({ context, event }) =>
      event.type === 'agent.assigned' && event.role !== 'refused' && event.agent !== context.agent,
    'this agent is meant': ({ context, event }) => event.type === 'agent.reachable' && event.agent === context.agent,

    // the chat
    'the chat has a number': ({ context }) => context.number !== null,
    'it is their first chat': ({ context }) => context.number === 1,
    'people get more than one': ({ event }) =>
      (event.type === 'command.new' || event.type === 'command.branch') && event.more,
    'a name is given': ({ event }) => event.type === 'command.rename' && event.name !== null,
    'the name is not new': ({ context, event }) => event.type === 'room.named' && event.name === context.name,

    // the conversation
    'all is meant': ({ event }) => event.type === 'command.stop' && event.all === true,
    'a text waits': ({ context }) => context.waiting.length > 0,
    'the queue has room': ({ context, event }) => hasRoomFor(context, event),
    'the new wording has room': ({ context, event }) => hasRoomForTheWording(context, event),
    'the text of what was refused is known': ({ context, event }) =>
      event.type === 'answer.refused' && refusedAnswer(context, event) !== null,
    'the last turn was interrupted': ({ context }) => pending(context)?.why === 'interrupted',
    'an answer that was refused is meant': ({ context, event }) => {
      const found = meantIn(context, event);
      return found.is === 'unanswered' && found.one.answer !== undefined;
    },
    'something unanswered is meant': ({ context, event }) => meantIn(context, event).is === 'unanswered',
    'something answered is meant': ({ context, event }) => meantIn(context, event).is === 'answered',
    'what runs is meant': ({ context, event }) => meantIn(context, event).is === 'running',
    'what waits is meant': ({ context, event }) => meantIn(context, event).is === 'waiting',
    'what nobody remembers is meant': ({ context, event }) => meantIn(context, event).is === 'unknown',
    'more is unanswered': ({ context, event }) => othersUnanswered(context, event) > 0,
    'something was missed': ({ context }) => context.missed > 0,
    'something waits': ({ context }) => isTold(context) && isLine(context),
    'nothing waits any more': ({ context }) => !isLine(context),
    'the line moved': ({ context }) => hasMoved(context),
    'waiting texts are marked': ({ context }) => context.limits.waiting !== 'notice',
    'a waiting text was marked': ({ context, event }) =>
      event.type === 'text.marked' && context.waiting.some(({ eventId }) => eventId === event.of),
    'a waiting text is meant': ({ context, event }) => context.waiting.some((text) => isMeant(text, event)),
    'a text that !retry asks is meant': ({ context, event }) =>
      [...context.unanswered.map(({ text }) => text), ...context.last].some((text) => isMeant(text, event)),
    'a word that waits is taken back': ({ context, event }) =>
      event.type === 'text.withdrawn' &&
      context.waiting.some(({ eventId, settles }) => settles !== undefined && eventId === event.of),
    'the word of this turn is taken back': ({ context, event }) =>
      event.type === 'text.withdrawn' &&
      context.turn?.text.settles !== undefined &&
      context.turn.text.eventId === event.of,
    'the agent has the word that is taken back': ({ context, event }) =>
      event.type === 'text.withdrawn' && context.passedOn.includes(event.of),
    'the text is a bare !stop': ({ event }) => event.type === 'text.received' && soundsLikeStop(event.text.body),
    'a question is open': ({ context }) => context.question !== null,
    'that question is open': ({ context: { question }, event }) =>
      event.type === 'question.shown' && question !== null && (event.asks ?? question.text) === question.text,
    'the person knows that it waits for a word': ({ context }) => context.question?.isUrged === true,

    // files
    'nobody can fetch it': ({ event }) => event.type === 'file.received' && fileIn(event) === null,
    'too many files wait': ({ context }) => filesInAll(context) >= context.limits.mostFiles,
    'the file is wanted': ({ context, event }) => isWanted(context, event),
    'some were not sent': ({ event }) => event.type === 'files.sent' && event.failed.length > 0,
    'files of a text are gone': ({ context, event }) =>
      event.type === 'files.gone' && event.of.some((of) => isKnown(context, of)),
    'no file waits': ({ context }) => context.tray.length === 0,
    'a file is on its way': ({ context }) => isAnyOnItsWay(context),
    'all files are meant': ({ event }) => event.type === 'command.remove' && event.all,
    'a file is meant': ({ context, event }) => meantFile(context, event) !== undefined,
    'files must come first': ({ context, event }) =>
      event.type === 'text.received' && (context.waiting.length > 0 || isAnyOnItsWay(context)),
    'the next text may go': ({ context }) => context.waiting.length > 0 && !waitsForFiles(context.waiting[0]),
    'its files wait again': ({ context }) => filesKept(context) > 0,
    'the line has files': ({ context }) => filesInLine(context) > 0,
    'its text waits for files': ({ context }) => waitsForFiles(context.turn?.text),
    'the last file is meant': ({ context, event }) => isLastFile(context, event),
    'each failure is told': ({ context }) => isAllTold(context),
    'the agent wants something sent': ({ context }) =>
      context.turn !== null && !context.turn.discarded && (context.turn.sends ?? []).length > 0,
    'nothing is left to tell of files': ({ context }) => isOver(context),
    'the tray changed': ({ context }) => hasChanged(context),

    // the turn
    'a turn runs': ({ context }) => context.turn !== null,
    'it is of this turn': ({ context, event }) =>
      'turn' in event && context.turn !== null && event.turn === context.turn.id,
    'the text of this turn is meant': ({ context, event }) => isMeant(context.turn?.text, event),
    'the turn was discarded': ({ context }) => context.turn?.discarded === true,
    'tries are left': ({ context }) => (context.turn?.attempts ?? 0) + 1 < context.limits.connectTries,
    'the agent takes confirmations': ({ context }) => context.turn?.confirmations === true,
    'the agent runs a repeated message once': ({ context }) => context.turn?.idempotent === true,
    'its work may be told': ({ context }) =>
      context.turn !== null && context.turn.work === undefined && isWorkTold(context.turn),
    'its work is being told': ({ context }) => context.turn?.work === null,
    'the session is another one': ({ context, event }) =>
      event.type === 'agent.ready' &&
      isAboutThisMemory(context) &&
      event.session !== null &&
      context.session !== null &&
      event.session !== context.session,
    'something was said before': ({ event }) => event.type === 'agent.asked' && event.said !== undefined,
    'some of it is delivered': ({ context }) => (context.turn?.pieces ?? 0) > 0,
    'it said or sent something': ({ context }) =>
      (context.turn?.pieces ?? 0) > 0 || (context.turn?.sends ?? []).length > 0,
    'it is the last piece': ({ context, event }) => 'piece' in event && event.piece === context.turn?.pieces,

    // what the agent says of its own accord
    'it was pushed before': ({ context, event }) => pushes.wasPushedBefore(context, event),
    'it is about this conversation': ({ context, event }) => pushes.isOfThisConversation(context, event),
    'something goes on': ({ event }) => event.type === 'agent.pushed' && event.push.kind === 'progress',
    'its task is known': ({ context, event }) => pushes.isToldAlready(context, event),
    'too much is held back': ({ context }) => context.pushes.held.length >= context.limits.mostPushesHeld,
    'an answer grows in the room': ({ context }) => context.turn !== null && context.turn.preview !== null,
    'files come with it': ({ event }) => event.type === 'push.delivered' && event.files.length > 0,
    'its task waits for the notice': ({ context, event }) => pushes.isAwaitingItsNotice(context, event),
    'the notice stands in the room': ({ event }) => event.type === 'task.told' && event.eventId !== null,
    'a task went on': ({ context }) => pushes.tasksBehind(context).length > 0,
    'tasks of before are told': ({ context }) => pushes.tasksElsewhere(context).length > 0,

    // saves and our own questions
    'a save may be called so': ({ event }) => saveWanted(event) !== null,
    'a task is due': ({ context, event }) => isTaskDue(context, event),
    'a save of this name is there': ({ event }) => isThereAlready(event),
    'a save is to be loaded': ({ event }) => event.type === 'saves.told' && event.ask.for === 'load',
    'it was said which': ({ event }) =>
      event.type === 'saves.told' && event.ask.for === 'load' && event.ask.which !== null,
    'there are saves': ({ event }) => event.type === 'saves.told' && event.saves.length > 0,
    'the context is to be told': ({ event }) => event.type === 'saves.told' && event.ask.for === 'context',
    'our question is open': ({ context }) => context.dialog !== null,
    'that question of ours is open': ({ context: { dialog }, event }) =>
      event.type === 'dialog.shown' && dialog !== null && (event.about ?? dialog.about) === dialog.about,
    'the turn is a task': ({ context }) => taskIn(context) !== undefined,
    'the task is a save': ({ context }) => taskIn(context)?.kind === 'save',
    'the turn keeps the conversation': ({ context }) => ['save', 'branch'].includes(taskIn(context)?.kind ?? ''),
    'the task is a copy': ({ context }) => taskIn(context)?.kind === 'branch',
    'half of the copy is done': ({ context }) => context.turn !== null && isHalfCopied(context),
    'a clear waits for the save': ({ context }) => contextAfterSave(context) !== undefined,
    'it was not stopped by the person': ({ event }) =>
      event.type === 'turn.ended' && (event.outcome !== 'stopped' || event.trouble !== null),

    'it is done': ({ event }) => event.type === 'turn.ended' && event.outcome === 'done',
    'it brings an answer': ({ event }) => event.type === 'turn.ended' && event.answer !== null,
  },

  delays: {
    backoff: ({ context }) => context.turn?.pauseMs ?? context.limits.firstPauseMs,
    turnLimit: ({ context }) => context.limits.turnMs,
    questionLimit: ({ context }) => context.question?.expiresInMs ?? context.limits.questionMs,
    dialogLimit: ({ context }) => context.limits.dialogMs,
    patience: ({ context }) => context.limits.patienceMs,
    burst: ({ context }) => context.limits.burstMs,
    burstEnd: ({ context }) => context.limits.burstEndMs,
    stopLimit: ({ context }) => context.limits.stopMs,
  },
});

/** Several facts at once: the importer keeps names only, so each has one. */
export const withGuards = withFacts.extend({
  guards: {
    'the person need not hear it again': and(['the person knows', not('a refusal is said every time')]),
    'the person should hear of the default agent': and(['the default agent serves', not('the person knows')]),
    'more chats are made': and(['the chat has a number', 'people get more than one']),
    'it is of this turn, and comes behind a piece of the answer': and([
      'it is of this turn',
      'something was said before',
      not('the turn was discarded'),
    ]),
    'it is of this turn and wanted': and(['it is of this turn', not('the turn was discarded')]),
    'it is of this turn, and worth a word': and(['it is of this turn', 'its work may be told']),
    'it is the word on this turn': and(['it is of this turn', 'its work is being told']),
    'it is of this turn and tries are left': and(['it is of this turn', 'tries are left']),
    'it is about another conversation': not('it is about this conversation'),
    'its task is told already': and(['something goes on', 'its task is known']),
    'no answer grows in the room': not('an answer grows in the room'),
    'it may wait': and([not('nobody can fetch it'), not('too many files wait')]),
    'a file waits': not('no file waits'),
    'all files are there': not('a file is on its way'),
    'a task is due, and has room': and(['a task is due', 'the queue has room']),
    'no save has that number': not('a task is due'),
    'no question of ours is open': not('our question is open'),
    'nothing can be loaded': and(['a save is to be loaded', not('there are saves')]),
    'no save is called so': and(['it was said which', not('a task is due')]),
    'a save must be chosen': and(['a save is to be loaded', 'there are saves', not('it was said which')]),
    'this turn has copied half': and(['it is of this turn', 'it is done', 'half of the copy is done']),
    'this turn has saved, and is to clear': and(['it is of this turn', 'it is done', 'a clear waits for the save']),
    'this turn has saved': and(['it is of this turn', 'it is done', 'the task is a save']),
    'this turn has copied': and(['it is of this turn', 'it is done', 'the task is a copy']),
    'this turn has loaded': and(['it is of this turn', 'it is done', 'the turn is a task']),
    'the save before a clear failed': and([
      'it is of this turn',
      'a clear waits for the save',
      not('it is done'),
      'it was not stopped by the person',
      not('the turn was discarded'),
    ]),
    'the save before a clear cannot begin': and([
      'it is of this turn',
      'a clear waits for the save',
      not('tries are left'),
    ]),
    'the agent forgot': and(['it is of this turn', 'the session is another one']),
    'this turn was discarded': and(['it is of this turn', 'the turn was discarded']),
    'this turn is done with an answer': and(['it is of this turn', 'it is done', 'it brings an answer']),
    'the last piece of this turn is meant': and(['it is of this turn', 'it is the last piece']),
    'the turn may be asked again': and(['the agent runs a repeated message once', not('some of it is delivered')]),
    'this turn is done without another word': and(['it is of this turn', 'it is done', 'it said or sent something']),
    'this turn is done without a word': and(['it is of this turn', 'it is done']),
    'this turn broke off with a piece of an answer': and(['it is of this turn', 'it brings an answer']),
  },
});
