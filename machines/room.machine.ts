/**
 * One Matrix room: a conversation with one agent, a tray for files, a place for our own dialogs.
 * This file says when, in names only; `room-vocabulary.ts` says what each name means.
 */
import { room } from './room-vocabulary.ts';

/** A part of the chart. Plain typed constants, no `as const`, no function: so Stately's importer can still read them. */
type State = Parameters<typeof room.createStateConfig>[0];
type Moves = NonNullable<State['on']>;

// Nobody is known here: the bot was brought in while it did not look, or its memory of the room is lost.
const unclaimed: State = {
  tags: 'unheard',
  on: {
    // Whoever may not talk to an agent does not become its person: the one who may could still come.
    'stranger.spoke': [
      { guard: 'they were told, or too many were' },
      { actions: ['note who was told', 'say that no agent serves them'] },
    ],
    'room.claimed': [
      {
        guard: 'it is an entry room',
        target: 'pointing',
        actions: ['note the person', 'note the agent', 'mark the room'],
      },
      { guard: 'the person is refused', target: 'refusing', actions: ['note the person', 'note the agent'] },
      { target: 'serving', actions: ['note the person', 'note the agent', 'mark the room'] },
    ],
  },
};

/** What a chat does for its person, whatever the conversation is at. */
const chat: Moves = {
  'room.joined': { actions: ['mark the room', 'say hello'] },
  // Its person was faster than the last steps of its making: what runs goes on.
  'room.adopted': {
    guard: 'the person is here already',
    actions: ['note the number and name', 'join the room in silence', 'mark the room', 'say hello'],
  },
  'member.left': { guard: 'the person left', target: '#between turns', actions: 'forget what waits' },
  'room.replaced': { guard: 'the chat has a number', actions: 'report where the chat moved' },
  'agent.assigned': [
    {
      guard: 'the person is refused',
      target: 'refusing',
      actions: [
        'forget what is under way',
        'note the agent',
        'note that the person knows',
        'say that no agent serves them',
      ],
    },
    { guard: 'another agent takes over', actions: 'take the new agent' },
    { actions: 'note the agent' },
  ],
  'context.assigned': { actions: ['go on in another context', 'mark the room', 'say that the agent starts afresh'] },
  'memory.lost': { actions: 'say that memory was lost' },
  'command.start': { actions: 'say hello' },
  'command.agent': { actions: 'say which agent answers' },
  'command.rename': [
    { guard: 'a name is given', actions: 'give the room its new name' },
    { actions: 'say that a name is missing' },
  ],
  'name.set': [
    {
      guard: 'the chat has a number',
      actions: ['note the name', 'mark the room', 'report the new name', 'say its new name'],
    },
    { actions: 'say its new name' },
  ],
  'name.refused': { actions: 'say that the name could not be set' },
  'command.new': [
    { guard: 'more chats are made', actions: 'wish for a chat' },
    { guard: 'the chat has a number', actions: 'say that no more chats are made' },
    { actions: 'say that this is the only chat' },
  ],
  'command.chats': [
    { guard: 'the chat has a number', actions: 'wish for the list of chats' },
    { actions: 'say that this is the only chat' },
  ],
  'command.unarchive': [
    { guard: 'the chat has a number', actions: 'wish to unarchive a chat' },
    { actions: 'say that this is the only chat' },
  ],
  'command.archive': [
    { guard: 'the chat has a number', actions: 'wish to archive this chat' },
    { actions: 'say that this is the only chat' },
  ],
};

const waitingForAPlace: State = {
  id: 'waiting for a place',
  entry: 'ask the agent for a place',
  on: {
    resumed: { target: '#asking', reenter: true },
    'agent.assigned': {
      guard: 'another agent takes over',
      target: '#asking',
      reenter: true,
      actions: 'take the new agent',
    },
    'place.awaited': {
      guard: 'it is of this turn and the person does not know',
      actions: ['note that the person knows that the agent is busy', 'say that the agent is busy'],
    },
    'place.granted': { guard: 'it is of this turn', target: 'working' },
  },
};

/** The text was written to the agent, and it answers. */
const streaming: State = {
  on: {
    // The old agent ends what it began.
    'agent.assigned': { guard: 'another agent takes over', actions: 'take the new agent' },
    resumed: [
      { guard: 'the agent runs a repeated message only once', target: '#asking', reenter: true },
      { target: '#between turns', actions: ['note that it was interrupted', 'say that it was interrupted'] },
    ],
    'agent.asked': {
      guard: 'it is of this turn',
      target: '#awaiting confirmation',
      actions: ['note the question', 'pass on the question'],
    },
    'command.stop': { target: '#stopping', actions: 'ask the agent to stop' },
    'command.clear': {
      target: '#stopping',
      actions: ['begin a new conversation', 'discard the turn', 'ask the agent to stop', 'say that it is cleared'],
    },
  },
};

const working: State = {
  initial: 'connecting',
  after: { turnLimit: { target: 'stopping', actions: ['note that it takes too long', 'ask the agent to stop'] } },
  on: {
    resumed: { target: '#asking', reenter: true },
    // The text is not sent yet: the new agent gets it.
    'agent.assigned': {
      guard: 'another agent takes over',
      target: '#asking',
      reenter: true,
      actions: 'take the new agent',
    },
    'agent.unreachable': [
      { guard: 'it is of this turn and tries are left', target: '.backing off', actions: 'note the failed try' },
      {
        guard: 'it is of this turn',
        target: '#between turns',
        actions: ['note that it failed', 'say that the agent cannot be reached'],
      },
    ],
  },
  states: {
    connecting: {
      entry: 'connect to the agent',
      on: { 'connection.opened': { guard: 'it is of this turn', target: 'awaiting status' } },
    },
    'awaiting status': {
      on: {
        'agent.ready': [
          {
            guard: 'the agent forgot',
            target: 'streaming',
            actions: ['say that the agent forgot', 'note what the agent can do', 'send the text'],
          },
          {
            guard: 'it is of this turn',
            target: 'streaming',
            actions: ['note what the agent can do', 'send the text'],
          },
        ],
      },
    },
    'backing off': {
      entry: 'hang up',
      after: { backoff: '#waiting for a place' },
      on: { 'agent.reachable': { guard: 'this agent is meant', target: '#waiting for a place' } },
    },
    streaming,
  },
};

const awaitingConfirmation: State = {
  id: 'awaiting confirmation',
  after: {
    questionLimit: [
      {
        guard: 'the agent takes confirmations',
        target: 'working.streaming',
        actions: ['say no for want of a word', 'close the question', 'say that the question expired'],
      },
      {
        guard: 'the queue has room',
        target: 'working.streaming',
        actions: ['hold a no for want of a word', 'close the question', 'say that the question expired'],
      },
      { target: 'working.streaming', actions: ['close the question', 'say that the question expired'] },
    ],
  },
  on: {
    resumed: [
      {
        guard: 'the agent runs a repeated message only once',
        target: '#asking',
        reenter: true,
        actions: 'close the question',
      },
      { target: '#between turns', actions: ['note that it was interrupted', 'say that it was interrupted'] },
    ],
    'agent.asked': {
      guard: 'it is of this turn',
      target: 'awaiting confirmation',
      reenter: true,
      actions: ['note the question', 'pass on the question'],
    },
    'command.yes': [
      {
        guard: 'the agent takes confirmations',
        target: 'working.streaming',
        actions: ['pass on the word', 'close the question'],
      },
      {
        guard: 'the queue has room',
        target: 'working.streaming',
        actions: ['hold the word', 'close the question', 'say its place in the line'],
      },
      { actions: 'say that the queue is full' },
    ],
    'command.no': [
      {
        guard: 'the agent takes confirmations',
        target: 'working.streaming',
        actions: ['pass on the word', 'close the question'],
      },
      {
        guard: 'the queue has room',
        target: 'working.streaming',
        actions: ['hold the word', 'close the question', 'say its place in the line'],
      },
      { actions: 'say that the queue is full' },
    ],
    'text.received': [
      { guard: 'the queue has room', actions: ['hold the text', 'say that it waits for a word'] },
      { actions: 'say that the queue is full' },
    ],
    'command.stop': { target: 'stopping', actions: ['close the question', 'ask the agent to stop'] },
    'command.clear': {
      target: 'stopping',
      actions: ['begin a new conversation', 'discard the turn', 'ask the agent to stop', 'say that it is cleared'],
    },
  },
};

const stopping: State = {
  id: 'stopping',
  after: {
    stopLimit: [
      { guard: 'the turn was discarded', target: '#between turns' },
      { target: '#between turns', actions: ['note how it was stopped', 'say why it was stopped'] },
    ],
  },
  on: {
    resumed: [
      { guard: 'the turn was discarded', target: '#between turns' },
      { target: '#between turns', actions: ['note how it was stopped', 'say why it was stopped'] },
    ],
    'command.stop': { actions: 'say that it is stopping' },
    'command.retry': { actions: 'say that it is stopping' },
    'command.clear': { actions: ['begin a new conversation', 'discard the turn', 'say that it is cleared'] },
  },
};

const finishing: State = {
  on: {
    'answer.delivered': { guard: 'it is of this turn', target: '#between turns' },
    'answer.refused': {
      guard: 'it is of this turn',
      target: '#between turns',
      actions: 'say that the answer was refused',
    },
    'turn.ended': {},
    // The next turn is a moment away: nobody needs to be told that it waits.
    'text.received': [
      { guard: 'the queue has room', actions: 'hold the text' },
      { actions: 'say that the queue is full' },
    ],
    'command.stop': { actions: 'say that the answer is complete' },
    'command.clear': { actions: ['begin a new conversation', 'say that it is cleared'] },
  },
};

/** One turn: from a text of the person to the answer in the room. */
const asking: State = {
  id: 'asking',
  tags: 'busy',
  initial: 'waiting for a place',
  entry: 'begin to type',
  exit: ['hang up', 'stop typing'],
  on: {
    'text.received': { actions: 'hold the text, or say that the queue is full' },
    'command.retry': [
      { guard: 'something is unanswered', actions: 'hold it again, or say that the queue is full' },
      { actions: 'say that there is nothing to retry' },
    ],
    'command.yes': [
      { guard: 'a question is open', actions: 'hold the word, or say that the queue is full' },
      { actions: 'say that no question is open' },
    ],
    'command.no': [
      { guard: 'a question is open', actions: 'hold the word, or say that the queue is full' },
      { actions: 'say that no question is open' },
    ],
    'command.clear': {
      target: 'between turns',
      actions: ['put the text back', 'begin a new conversation', 'say that it is cleared'],
    },
    'command.stop': { target: 'between turns', actions: ['note that it was stopped', 'say that it is stopped'] },
    'answer.shown': { guard: 'it is of this turn', actions: 'note the preview' },
    'agent.sent a file': { guard: 'it is of this turn and wanted', actions: 'say which file came' },
    'turn.ended': [
      { guard: 'this turn was discarded', target: 'between turns' },
      { guard: 'this turn is done with an answer', target: '.finishing', actions: 'deliver what it answered' },
      { guard: 'this turn is done without a word', target: 'between turns', actions: 'say that the answer is empty' },
      {
        guard: 'this turn broke off with a piece of an answer',
        target: '.finishing',
        actions: ['deliver what it answered', 'note how it broke off', 'say why it broke off'],
      },
      {
        guard: 'it is of this turn',
        target: 'between turns',
        actions: ['note how it broke off', 'say why it broke off'],
      },
    ],
  },
  states: {
    'waiting for a place': waitingForAPlace,
    working,
    'awaiting confirmation': awaitingConfirmation,
    stopping,
    finishing,
  },
};

const conversation: State = {
  initial: 'idle',
  on: {
    'command.stop': { actions: 'say that nothing runs' },
    'command.clear': { target: '.between turns', actions: ['begin a new conversation', 'say that it is cleared'] },
    'command.retry': [
      { guard: 'something is unanswered', target: '.asking', actions: ['begin the turn anew', 'close the question'] },
      { actions: 'say that there is nothing to retry' },
    ],
    'command.yes': [
      { guard: 'a question is open', target: '.asking', actions: ['begin a turn with the word', 'close the question'] },
      { actions: 'say that no question is open' },
    ],
    'command.no': [
      { guard: 'a question is open', target: '.asking', actions: ['begin a turn with the word', 'close the question'] },
      { actions: 'say that no question is open' },
    ],
    'text.received': [
      {
        guard: 'the person should hear of the default agent',
        target: '.asking',
        actions: ['note that the person knows', 'say that the default agent answers', 'begin the turn'],
      },
      { target: '.asking', actions: 'begin the turn' },
    ],
  },
  states: {
    idle: { tags: 'at rest' },
    interrupted: { tags: 'at rest' },
    'between turns': {
      id: 'between turns',
      entry: 'end the turn',
      always: [
        { guard: 'a text waits', target: 'asking', actions: 'begin the next turn' },
        { guard: 'the last turn was interrupted', target: 'interrupted' },
        { target: 'idle' },
      ],
    },
    asking,
  },
};

const tray: State = {
  initial: 'empty',
  states: { empty: { on: { 'file.received': { actions: 'say that files are not taken' } } } },
};

const dialog: State = { initial: 'none', states: { none: {} } };

// An entry room: whatever its person writes leads to the chats.
const pointing: State = {
  on: {
    'room.joined': { actions: ['mark the room', 'wish for access'] },
    'text.received': { actions: 'wish for access' },
    'file.received': { actions: 'wish for access' },
    'command.start': { actions: 'wish for access' },
    'command.stop': { actions: 'wish for access' },
    'command.retry': { actions: 'wish for access' },
    'command.clear': { actions: 'wish for access' },
    'command.yes': { actions: 'wish for access' },
    'command.no': { actions: 'wish for access' },
    'command.rename': { actions: 'wish for access' },
    'command.archive': { actions: 'wish for access' },
    'command.agent': { actions: 'say which agent answers' },
    'command.new': { actions: 'wish for a chat' },
    'command.chats': { actions: 'wish for the list of chats' },
    'command.unarchive': { actions: 'wish to unarchive a chat' },
    'agent.assigned': [
      {
        guard: 'the person is refused',
        target: 'refusing',
        actions: ['note the agent', 'note that the person knows', 'say that no agent serves them'],
      },
      // Each person has one chat by now: this room is one.
      { guard: 'it is a chat', target: 'serving', actions: ['note the agent', 'mark the room', 'say hello'] },
      { actions: 'note the agent' },
    ],
  },
};

// Nobody serves this person; the operator's words say whom to ask.
const refusing: State = {
  on: {
    'command.help': { actions: 'say that no agent serves them' },
    'command.start': { actions: 'say that no agent serves them' },
    'command.stop': { actions: 'say that no agent serves them' },
    'command.retry': { actions: 'say that no agent serves them' },
    'command.clear': { actions: 'say that no agent serves them' },
    'command.yes': { actions: 'say that no agent serves them' },
    'command.no': { actions: 'say that no agent serves them' },
    'command.new': { actions: 'say that no agent serves them' },
    'command.rename': { actions: 'say that no agent serves them' },
    'command.archive': { actions: 'say that no agent serves them' },
    'command.agent': { actions: 'say that no agent serves them' },
    'command.chats': { actions: 'say that no agent serves them' },
    'command.unarchive': { actions: 'say that no agent serves them' },
    // The chat is there for the day on which an agent is found.
    'room.adopted': { guard: 'the person is here already', actions: ['note the number and name', 'mark the room'] },
    'room.joined': { actions: ['note that the person knows', 'say that no agent serves them'] },
    'text.received': [
      { guard: 'the person need not hear it again' },
      { actions: ['note that the person knows', 'say that no agent serves them'] },
    ],
    'file.received': [
      { guard: 'the person need not hear it again' },
      { actions: ['note that the person knows', 'say that no agent serves them'] },
    ],
    'agent.assigned': [
      { guard: 'the person is refused', actions: 'note the agent' },
      {
        guard: 'it is an entry room',
        target: 'pointing',
        actions: ['note the agent', 'mark the room', 'wish for access'],
      },
      { target: 'serving', actions: ['note the agent', 'mark the room', 'say hello'] },
    ],
  },
};

// The record is kept until the person's list is without the chat.
const leaving: State = {
  tags: 'unheard',
  entry: ['report that the chat is gone', 'forget what is under way', 'forget whose chat it was'],
  on: {
    'room.left': {},
    // Words that were on their way to the chat.
    'room.named': {},
    'chat.archived': {},
    'person.told': { target: 'left' },
  },
};

export const roomMachine = room.createMachine({
  id: 'room',
  context: ({ input }) => input,
  initial: 'unclaimed',
  on: {
    'room.left': [{ guard: 'the chat has a number', target: '.leaving' }, { target: '.left' }],
    'room.invited': [
      { guard: 'the same person invites again', actions: 'join the room in silence' },
      { guard: 'it is an entry room', target: '.pointing', actions: ['receive the person', 'join the room and greet'] },
      {
        guard: 'the person is refused',
        target: '.refusing',
        actions: ['receive the person', 'join the room and greet'],
      },
      { target: '.serving', actions: ['receive the person', 'join the room and greet'] },
    ],
    'room.adopted': [
      { guard: 'the room is of somebody else', actions: 'report that the room is taken' },
      {
        target: '.serving',
        actions: [
          'receive the person',
          'note the number and name',
          'join the room in silence',
          'mark the room',
          'say hello',
        ],
      },
    ],
    'room.named': [
      { guard: 'the name is not new' },
      { guard: 'the chat has a number', actions: ['note the name', 'mark the room', 'report the new name'] },
    ],
    'chat.archived': { guard: 'the chat has a number', actions: ['note whether it is archived', 'mark the room'] },
    'bystander.spoke': [
      { guard: 'they were told, or too many were' },
      { actions: ['note who was told', 'say whose room it is'] },
    ],
    'room.encrypted': [
      { guard: 'the person knows that it is encrypted' },
      { actions: ['note that the room is encrypted', 'say that the room is encrypted'] },
    ],
    'context.assigned': { actions: 'go on in another context' },
    'command.help': { actions: 'say what can be said' },
    'command.unknown': { actions: 'say that there is no such command' },
    'command.whoami': { actions: 'say who they are' },
  },
  states: {
    unclaimed,
    serving: { type: 'parallel', on: { ...chat }, states: { conversation, tray, dialog } },
    pointing,
    refusing,
    leaving,
    left: { type: 'final' },
  },
});
