/**
 * Every name that the room's chart speaks, and what it means: the chart says when, here stands what.
 * A name needs no params; one that reads an event says which ones it can be used on, else the event is parked.
 */
import { assign, setup, type ActionFunction, type EventObject } from 'xstate';
import type { EventId } from './ids.ts';
import type { Notice } from './notices.ts';
import type { RoomContext, RoomEffectParams, RoomEvent, Text, Wish } from './room.model.ts';
import {
  FIRST_BACKOFF_MS,
  afterFailedTry,
  beginNextTurn,
  beginTurn,
  brokenOff,
  confirmation,
  connection,
  delivery,
  effect,
  greeting,
  isInSpace,
  moveTo,
  noteOf,
  numberAndName,
  ofThisTurn,
  onlyFor,
  personOf,
  receive,
  say,
  theMarker,
  turnOf,
  unansweredText,
  whyStopped,
  whyUnanswered,
  wish,
  wordOn,
  wordOnExpiry,
} from './room-words.ts';
import { ONLY_CONTEXT } from './ids.ts';

const QUEUE_LIMIT = 20;
const TRIES = 5;
/** In a room of hundreds, most of them need not hear that they are not answered. */
const MOST_TOLD = 50;

interface Moment {
  context: RoomContext;
  event: RoomEvent;
}

/** What the host carries out after the commit; its params are the contract with `src/actors/effects/room.ts`. */
const host = setup({
  types: {} as { context: RoomContext; events: RoomEvent; input: RoomContext; tags: 'at rest' | 'busy' | 'unheard' },
  actions: {
    'join the room': effect('join the room'),
    'set the name': effect('set the name'),
    'write the marker': effect('write the marker'),
    'tell the person': effect('tell the person'),
    say: effect('say'),
    'deliver the answer': effect('deliver the answer'),
    'send the user message': effect('send the user message'),
    'send the confirmation': effect('send the confirmation'),
    'ask for a place': effect('ask for a place'),
    'open the connection': effect('open the connection'),
    'stop the agent': effect('stop the agent'),
    'close the connection': effect('close the connection'),
    'show typing': effect('show typing'),
    'hide typing': effect('hide typing'),
  },
});

type Asked = {
  [Name in keyof RoomEffectParams]: { type: Name; params: RoomEffectParams[Name] };
}[keyof RoomEffectParams];
type Does = ActionFunction<RoomContext, RoomEvent, RoomEvent, undefined, never, Asked, never, never, EventObject>;

function asks<Name extends keyof RoomEffectParams>(
  type: Name,
  params: (moment: Moment) => RoomEffectParams[Name],
): Does {
  return host.enqueueActions(({ context, event, enqueue }) =>
    enqueue({ type, params: params({ context, event }) } as never),
  );
}

/** A word to whoever wrote the message at hand; to the whole room where nobody did. */
function says(notice: Notice | ((moment: Moment) => Notice)) {
  return asks('say', (moment) => say(typeof notice === 'function' ? notice(moment) : notice, messageOf(moment.event)));
}

/** A word to whoever asked what is being answered. */
function tellsTheAsker(notice: Notice | ((moment: Moment) => Notice)) {
  return asks('say', (moment) =>
    say(typeof notice === 'function' ? notice(moment) : notice, turnOf(moment.context).text.eventId),
  );
}

function wishes(what: Wish | ((moment: Moment) => Wish)) {
  return asks('tell the person', (moment) => wish(moment.context, typeof what === 'function' ? what(moment) : what));
}

/** The message that an event brought; null for what nobody wrote. */
function messageOf(event: RoomEvent): EventId | null {
  if (event.type === 'text.received') return event.text.eventId;
  return 'eventId' in event ? event.eventId : null;
}

/** The event, as one of these: on another the chart is wrong, and the event is parked. */
function as<Type extends RoomEvent['type']>(event: RoomEvent, ...types: Type[]): Extract<RoomEvent, { type: Type }> {
  if (!types.includes(event.type as Type)) throw new Error(`'${event.type}' is not what the chart does this on`);
  return event as Extract<RoomEvent, { type: Type }>;
}

/** The person's word on a question, as a text for the next turn. */
function theWord({ context, event }: Moment): Text {
  const word = as(event, 'command.yes', 'command.no');
  return wordOn(context, word, word.type === 'command.yes');
}

function hold(text: (moment: Moment) => Text): Does {
  return host.assign(({ context, event }) => ({ waiting: [...context.waiting, text({ context, event })] }));
}

const words = host.extend({
  actions: {
    // the room
    'join the room and greet': asks('join the room', () => ({ greet: true })),
    'join the room in silence': asks('join the room', () => ({ greet: false })),
    'mark the room': asks('write the marker', theMarker),
    'give the room its new name': asks('set the name', ({ event }) => {
      const { name, eventId } = as(event, 'command.rename');
      return { name: name ?? '', answers: eventId };
    }),
    'receive the person': assign(({ event }) => {
      const guest = as(event, 'room.invited', 'room.adopted');
      return receive(guest.type === 'room.adopted' ? { ...guest, role: 'chat' } : guest);
    }),
    'note the person': assign(({ event }) => personOf({ event: as(event, 'room.claimed') })),
    'note the agent': assign(({ event }) => noteOf({ event: as(event, 'room.claimed', 'agent.assigned') })),
    'note the number and name': assign(({ context, event }) =>
      numberAndName({ context, event: as(event, 'room.adopted') }),
    ),
    'note the name': assign(({ event }) => ({ name: as(event, 'room.named', 'name.set').name })),
    'note whether it is archived': assign(({ event }) => ({ archived: as(event, 'chat.archived').archived })),
    'note that the person knows': assign({ noticed: true }),
    'note that the room is encrypted': assign({ encrypted: true }),
    'note who was told': assign(({ context, event }) => ({
      told: [...context.told, as(event, 'bystander.spoke', 'stranger.spoke').sender],
    })),
    'forget the session': assign({ session: null }),
    'forget whose chat it was': assign({ person: null, number: null }),
    'forget what waits': assign({ waiting: [] }),
    'forget what is under way': assign({ turn: null, waiting: [], unanswered: null, question: null }),
    'start a new context': assign(({ event }) => ({
      contextId: as(event, 'command.clear').contextId,
      session: null,
      unanswered: null,
      question: null,
    })),
    'go on in another context': assign(({ context, event }) =>
      moveTo(context, as(event, 'context.assigned').contextId),
    ),

    // what the person's actor hears
    'wish for access': wishes(({ event }) => ({ type: 'access.wanted', answers: messageOf(event) })),
    'wish for a chat': wishes(({ event }) => {
      const { eventId, name } = as(event, 'command.new');
      return { type: 'chat.wanted', answers: eventId, name };
    }),
    'wish for the list of chats': wishes(({ event }) => {
      const { eventId, all } = as(event, 'command.chats');
      return { type: 'chats.asked', answers: eventId, all };
    }),
    'wish to archive this chat': wishes(({ event }) => ({
      type: 'archive.wanted',
      answers: as(event, 'command.archive').eventId,
    })),
    'wish to unarchive a chat': wishes(({ event }) => {
      const { eventId, number } = as(event, 'command.unarchive');
      return { type: 'unarchive.wanted', answers: eventId, number };
    }),
    'report the new name': wishes(({ event }) => ({
      type: 'chat.renamed',
      name: as(event, 'room.named', 'name.set').name,
    })),
    'report where the chat moved': wishes(({ context, event }) => ({
      type: 'chat.moved',
      replacement: as(event, 'room.replaced').replacement,
      contextId: context.contextId,
    })),
    'report that the chat is gone': wishes({ type: 'chat.gone' }),
    'report that the room is taken': asks('tell the person', ({ event }) => ({
      person: as(event, 'room.adopted').person,
      wish: { type: 'chat.refused' },
    })),

    // the turn
    'begin the turn': assign(({ context, event }) => beginTurn(context, as(event, 'text.received').text)),
    'begin the turn anew': assign(({ context }) => beginTurn(context, unansweredText(context))),
    'begin a turn with the word': assign((moment) => beginTurn(moment.context, theWord(moment))),
    'begin the next turn': assign(({ context }) => beginNextTurn(context)),
    'put the text back': assign(({ context }) => ({ waiting: [turnOf(context).text, ...context.waiting] })),
    'discard the turn': assign(({ context }) => ({ turn: context.turn && { ...context.turn, discarded: true } })),
    'end the turn': assign({ turn: null }),
    'ask the agent for a place': asks('ask for a place', ({ context }) => ({
      turn: turnOf(context).id,
      agent: context.agent,
    })),
    'connect to the agent': asks('open the connection', ({ context }) => connection(context)),
    'hang up': asks('close the connection', ({ context }) => ({ turn: turnOf(context).id })),
    'send the text': asks('send the user message', ({ context }) => ({
      turn: turnOf(context).id,
      text: turnOf(context).text,
    })),
    'ask the agent to stop': asks('stop the agent', ({ context }) => {
      const { id, stoppedFor } = turnOf(context);
      return { turn: id, trouble: stoppedFor };
    }),
    'deliver what it answered': asks('deliver the answer', ({ context, event }) =>
      delivery(context, as(event, 'turn.ended').answer),
    ),
    'begin to type': asks('show typing', () => ({})),
    'stop typing': asks('hide typing', () => ({})),
    'note that the person knows that the agent is busy': assign(({ context }) => ({
      turn: context.turn && { ...context.turn, toldBusy: true },
    })),
    'note the failed try': assign(({ context, event }) => ({
      turn: afterFailedTry(context.turn, as(event, 'agent.unreachable').jitter),
    })),
    'note what the agent can do': assign(({ context, event }) => {
      const { idempotent, confirmations, session } = as(event, 'agent.ready');
      return {
        session: session ?? context.session,
        turn: context.turn && { ...context.turn, idempotent, confirmations },
      };
    }),
    'note the preview': assign(({ context, event }) => ({
      turn: context.turn && { ...context.turn, preview: as(event, 'answer.shown').eventId },
    })),
    'note that it takes too long': assign(({ context }) => ({
      turn: context.turn && { ...context.turn, stoppedFor: 'too-long' as const },
    })),

    // what !retry would repeat
    'note that it was stopped': assign(({ context }) => leavesOpen(context, 'stopped')),
    'note that it failed': assign(({ context }) => leavesOpen(context, 'failed')),
    'note that it was interrupted': assign(({ context }) => leavesOpen(context, 'interrupted')),
    'note how it was stopped': assign(({ context }) => leavesOpen(context, whyStopped(context))),
    'note how it broke off': assign(({ context, event }) => {
      const { outcome, trouble } = as(event, 'turn.ended');
      return leavesOpen(context, whyUnanswered(outcome, trouble));
    }),
    'forget what stays unanswered': assign({ unanswered: null }),

    // the queue
    'hold the text': hold(({ event }) => as(event, 'text.received').text),
    'hold what is unanswered': hold(({ context }) => unansweredText(context)),
    'hold the word': hold(theWord),
    'hold a no for want of a word': hold(({ context }) => wordOnExpiry(context)),
    'say its place in the line': says(({ context }) => ({ key: 'text waits', position: context.waiting.length })),
    'say that the queue is full': says(({ context }) => ({ key: 'queue is full', limit: context.waiting.length })),

    // the agent's question
    'note the question': assign(({ event }) => ({ question: as(event, 'agent.asked').question })),
    'close the question': assign({ question: null }),
    'pass on the question': tellsTheAsker(({ event }) => ({
      key: 'agent asks',
      text: as(event, 'agent.asked').question.text,
    })),
    'pass on the word': asks('send the confirmation', ({ context, event }) =>
      confirmation(context, as(event, 'command.yes', 'command.no').type === 'command.yes'),
    ),
    'say no for want of a word': asks('send the confirmation', ({ context }) => confirmation(context, false)),
    'say that the question expired': tellsTheAsker({ key: 'question expired' }),
    'say that it waits for a word': says({ key: 'text waits for your word' }),
    'say that no question is open': says({ key: 'no question is open' }),

    // answers to commands
    'say hello': says(({ context }) => greeting(context)),
    'say what can be said': says(({ context }) => ({ key: 'help', inSpace: isInSpace(context) })),
    'say that there is no such command': says(({ event }) => ({
      key: 'unknown command',
      name: as(event, 'command.unknown').name,
    })),
    'say who they are': says(({ event }) => ({ key: 'you are', person: as(event, 'command.whoami').sender })),
    'say which agent answers': says(({ context: { agent, assignment } }) => ({
      key: 'your agent',
      agent,
      configured: assignment === 'configured',
    })),
    'say that nothing runs': says({ key: 'nothing runs' }),
    'say that it is stopped': says({ key: 'stopped' }),
    'say that it is stopping': says({ key: 'is stopping' }),
    'say that the answer is complete': says({ key: 'answer is complete' }),
    'say that there is nothing to retry': says({ key: 'nothing to retry' }),
    'say that it is cleared': says(({ context, event }) => ({
      key: 'cleared',
      waiting: context.waiting.length,
      kept: as(event, 'command.clear').contextId === ONLY_CONTEXT,
    })),
    'say that a name is missing': says({ key: 'name is missing' }),
    'say its new name': says(({ event }) => ({ key: 'chat is renamed', chat: as(event, 'name.set').name })),
    'say that the name could not be set': says(({ event }) => ({
      key: 'name could not be set',
      code: as(event, 'name.refused').code,
    })),
    'say that no more chats are made': says({ key: 'no more chats are made' }),
    'say that this is the only chat': says({ key: 'this is your only chat' }),
    'say that files are not taken': says({ key: 'files are not taken' }),

    // what the person is told unasked
    'say whose room it is': says(({ context, event }) => onlyFor(context, as(event, 'bystander.spoke').sender)),
    'say that no agent serves them': says({ key: 'no agent for you', contact: null }),
    'say that the room is encrypted': says({ key: 'room is encrypted' }),
    'say that the default agent answers': says({ key: 'default agent' }),
    'say that another agent answers': says(({ event }) => ({
      key: 'agent changed',
      agent: as(event, 'agent.assigned').agent,
    })),
    'say that the agent starts afresh': says({ key: 'agent starts afresh' }),
    'say that memory was lost': says({ key: 'memory was lost' }),

    // what becomes of their text
    'say that the agent is busy': tellsTheAsker(({ event }) => ({
      key: 'agent is busy',
      position: as(event, 'place.awaited').position,
    })),
    'say that the agent forgot': tellsTheAsker({ key: 'agent starts afresh' }),
    'say which file came': tellsTheAsker(({ event }) => ({
      key: 'agent sent a file',
      path: as(event, 'agent.sent a file').path,
    })),
    'say that the agent cannot be reached': tellsTheAsker(({ event }) => ({
      key: 'trouble',
      trouble: as(event, 'agent.unreachable').trouble,
    })),
    'say why it broke off': tellsTheAsker(({ event }) => brokenOff(as(event, 'turn.ended').trouble)),
    'say why it was stopped': tellsTheAsker(({ context }) => brokenOff(turnOf(context).stoppedFor)),
    'say that it was interrupted': tellsTheAsker({ key: 'interrupted' }),
    'say that the answer is empty': tellsTheAsker({ key: 'empty answer' }),
    'say that the answer was refused': tellsTheAsker({ key: 'answer was refused' }),
  },

  guards: {
    'the same person invites again': ({ context, event }) =>
      event.type === 'room.invited' && event.person === context.person,
    'it is an entry room': ({ event }) => 'role' in event && event.role === 'entry',
    'the person is refused': ({ event }) => 'role' in event && event.role === 'refused',
    'it is a chat': ({ event }) => 'role' in event && event.role === 'chat',
    'the chat has a number': ({ context }) => context.number !== null,
    'more chats are made': ({ context, event }) =>
      event.type === 'command.new' && event.more && context.number !== null,
    'a name is given': ({ event }) => event.type === 'command.rename' && event.name !== null,
    'the person should hear of the default agent': ({ context }) =>
      context.assignment === 'default' && !context.noticed,
    'the person need not hear it again': ({ context }) => context.noticed,
    'another agent takes over': ({ context, event }) =>
      event.type === 'agent.assigned' && event.role !== 'refused' && event.agent !== context.agent,
    'the person knows that it is encrypted': ({ context }) => context.encrypted,
    'the name is not new': ({ context, event }) => event.type === 'room.named' && event.name === context.name,
    'the person is here already': ({ context, event }) =>
      event.type === 'room.adopted' && context.person === event.person,
    'the room is of somebody else': ({ context, event }) =>
      event.type === 'room.adopted' && context.person !== null && context.person !== event.person,
    'the person left': ({ context, event }) => event.type === 'member.left' && event.user === context.person,
    'they were told, or too many were': ({ context, event }) =>
      'sender' in event && (context.told.length >= MOST_TOLD || context.told.includes(event.sender)),
    'something is unanswered': ({ context }) => context.unanswered !== null,
    'a question is open': ({ context }) => context.question !== null,
    'the turn was discarded': ({ context }) => context.turn?.discarded === true,
    'this turn was discarded': (moment) => ofThisTurn(moment) && moment.context.turn?.discarded === true,
    'it is of this turn and the person does not know': (moment) =>
      ofThisTurn(moment) && moment.context.turn?.toldBusy === false,
    'it is of this turn and wanted': (moment) => ofThisTurn(moment) && moment.context.turn?.discarded === false,
    'the agent takes confirmations': ({ context }) => context.turn?.confirmations === true,
    'the queue has room': ({ context }) => context.waiting.length < QUEUE_LIMIT,
    'a text waits': ({ context }) => context.waiting.length > 0,
    'the last turn was interrupted': ({ context }) => context.unanswered?.why === 'interrupted',
    'it is of this turn': ofThisTurn,
    'it is of this turn and tries are left': (moment) =>
      ofThisTurn(moment) && (moment.context.turn?.attempts ?? 0) + 1 < TRIES,
    'the agent forgot': ({ context, event }) =>
      ofThisTurn({ context, event }) &&
      event.type === 'agent.ready' &&
      event.session !== null &&
      context.session !== null &&
      event.session !== context.session,
    'the agent runs a repeated message only once': ({ context }) => context.turn?.idempotent === true,
    'this agent is meant': ({ context, event }) => event.type === 'agent.reachable' && event.agent === context.agent,
    'this turn is done with an answer': ({ context, event }) =>
      ofThisTurn({ context, event }) &&
      event.type === 'turn.ended' &&
      event.outcome === 'done' &&
      event.answer !== null,
    'this turn is done without a word': ({ context, event }) =>
      ofThisTurn({ context, event }) && event.type === 'turn.ended' && event.outcome === 'done',
    'this turn broke off with a piece of an answer': ({ context, event }) =>
      ofThisTurn({ context, event }) && event.type === 'turn.ended' && event.answer !== null,
  },

  delays: {
    backoff: ({ context }) => context.turn?.pauseMs ?? FIRST_BACKOFF_MS,
    turnLimit: 30 * 60_000,
    questionLimit: ({ context }) => context.question?.expiresInMs ?? 60 * 60_000,
    stopLimit: 5_000,
  },
});

/** Names for what the chart does in one breath in several places; none of them decides where the room goes. */
export const room = words.extend({
  actions: {
    'hold the text, or say that the queue is full': words.enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the text');
      enqueue('say its place in the line');
    }),
    'hold it again, or say that the queue is full': words.enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold what is unanswered');
      enqueue('forget what stays unanswered');
      enqueue('say its place in the line');
    }),
    'hold the word, or say that the queue is full': words.enqueueActions(({ check, enqueue }) => {
      if (!check('the queue has room')) return enqueue('say that the queue is full');
      enqueue('hold the word');
      enqueue('close the question');
      enqueue('say its place in the line');
    }),
    'begin a new conversation': words.enqueueActions(({ enqueue }) => {
      enqueue('start a new context');
      enqueue('mark the room');
    }),
    'take the new agent': words.enqueueActions(({ enqueue }) => {
      enqueue('note the agent');
      enqueue('forget the session');
      enqueue('mark the room');
      enqueue('say that another agent answers');
    }),
  },
});

function leavesOpen({ turn }: RoomContext, why: 'interrupted' | 'stopped' | 'failed'): Partial<RoomContext> {
  return { unanswered: turn && { text: turn.text, why } };
}
