/**
 * One Matrix room: a conversation with one agent, a tray for files, a place for our own dialogs.
 * Read it from top to bottom: each chapter is one state, one around others stands before those inside it, and what a
 * state does not answer is answered by the one around it. How they lie in each other stands at the end.
 * `text.received` and the commands are the words of its person; what anybody else says is `bystander.spoke`.
 * This file says when, in names only; `room-vocabulary.ts` says what each name means.
 */
import { room } from './room-vocabulary.ts';
import { whatItIsGiven } from './vocabulary.ts';

/** A chapter. Plain typed constants, no `as const`, no function: so Stately's importer can still read them. */
type State = Parameters<typeof room.createStateConfig>[0];

const whole: State = {
  description: 'One Matrix room that the bot is in: what holds whoever is there and whatever runs.',
  initial: 'unclaimed',
  on: {
    'room.left': [{ guard: 'the chat has a number', target: '.leaving' }, { target: '.left' }],
    'join.refused': [
      { guard: 'the chat has a number', target: '.leaving' },
      { guard: 'nobody waits there', target: '.left' },
      { target: '.departing', actions: 'leave, since it could not come in' },
    ],
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
        actions: ['receive the person', 'be the chat that was made', 'greet the person in a first chat'],
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
    // The bot made it, and whoever is there was let in by its person.
    'company.declined': [
      { guard: 'the chat has a number' },
      { target: '.departing', actions: 'leave, since others are there' },
    ],
    'words.overheard': {},
    // Never a turn, whoever is there and whatever runs.
    'operator.asked': { actions: 'say what the operator asks' },
    'context.assigned': { actions: ['note whose memory it is', 'go on in another context'] },
    'context.chosen': { actions: 'go on in another context' },
    // What a reaction to an open question means, the room hears as its word.
    'message.reacted': {},
    'saves.told': {},
    // Where no files are taken any more.
    'file.fetched': { actions: 'leave what was fetched' },
    'file.refused': {},
    'files.gone': {},
    'files.sent': {},
    'push.delivered': {},
    // Where its agent has nothing to say, or not this one: whoever pushed hears it from the host.
    'agent.pushed': {},
    'tray.shown': {},
    'tray.refused': {},
    // Only words that are asked, or were, matter to anybody.
    'text.edited': {},
    'text.withdrawn': {},
    // Of a turn that is over, or begins anew.
    'work.shown': { actions: 'take the late notice back' },
    'task.told': { guard: 'the notice stands in the room', actions: 'take the late notice back' },
    'words.left': { actions: 'say which words are left' },
    'command.help': { actions: 'say what can be said' },
    'command.unknown': { actions: 'say that there is no such command' },
    'command.whoami': { actions: 'say who they are' },
    'language.chosen': [{ guard: 'it speaks that language' }, { actions: 'speak another language' }],
  },
};

const unclaimed: State = {
  description:
    'Nobody is known here: the bot was brought in while it did not look, or its memory of the room is lost. Whoever speaks first becomes its person, and what they said is then heard where `room.claimed` led.',
  tags: 'unheard',
  on: {
    // Whoever may not talk to an agent does not become its person: the one who may could still come.
    'stranger.spoke': [
      { guard: 'they were told, or too many were' },
      { actions: ['note who was told', 'say that no agent serves them'] },
    ],
    'company.declined': {},
    'company.spoke': [
      { guard: 'they know where to go' },
      { actions: ['note who was told', 'say where to go instead'] },
    ],
    'room.claimed': [
      { guard: 'it is an entry room', target: 'pointing', actions: ['note whose room it is', 'mark the room'] },
      { guard: 'the person is refused', target: 'refusing', actions: 'note whose room it is' },
      { target: 'serving', actions: ['note whose room it is', 'mark the room'] },
    ],
  },
};

const serving: State = {
  description:
    'The chat of one person with one agent; here stands what it does for them whatever the conversation is at.',
  type: 'parallel',
  on: {
    'room.joined': [
      {
        guard: 'the person knows that it is encrypted',
        actions: ['note who is there', 'mark the room', 'say that the room is encrypted'],
      },
      { actions: ['note who is there', 'mark the room', 'greet the person'] },
    ],
    // Its person was faster than the last steps of its making: what runs goes on.
    'room.adopted': {
      guard: 'the person is here already',
      actions: ['be the chat that was made', 'greet the person in a first chat'],
    },
    'member.left': {
      guard: 'the person left',
      target: '#between turns',
      actions: ['forget what waits', 'close our question'],
    },
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
    'context.assigned': [
      { guard: 'it has that memory', actions: 'note whose memory it is' },
      {
        actions: [
          'note whose memory it is',
          'go on in another context',
          'mark the room',
          'say that the agent starts afresh',
        ],
      },
    ],
    'context.chosen': [
      { guard: 'it has that memory' },
      { actions: ['go on in another context', 'mark the room', 'say that it is cleared elsewhere'] },
    ],
    'memory.lost': { actions: 'say that memory was lost' },
    'words.missed': { actions: 'note that it was missed' },
    'absence.over': { guard: 'something was missed', actions: ['say what was missed', 'forget what was missed'] },
    'files.sent': { guard: 'some were not sent', actions: 'say which files were not sent' },
    'invite.declined': { actions: 'say why the invitation is declined' },
    'command.start': { actions: 'greet the person' },
    'command.status': { actions: 'say what is going on' },
    'command.language': [
      {
        guard: 'a language is chosen',
        actions: ['speak another language', 'report the language', 'say that it speaks another language now'],
      },
      { guard: 'it is no language', actions: 'say that there is no such language' },
      { actions: 'say which language it speaks' },
    ],
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
    'command.save': [
      { guard: 'a save may be called so', actions: 'wish for the saves, to save' },
      { actions: 'say that a save cannot be called so' },
    ],
    'command.load': { actions: 'wish for the saves, to load one' },
    'command.context': { actions: 'wish for the saves, to tell of the context' },
    'command.cancel': { actions: 'say that there is nothing to cancel' },
  },
};

const conversation: State = {
  description: 'What the person and the agent say to each other. A text begins a turn.',
  initial: 'idle',
  on: {
    'text.received': [
      {
        guard: 'files must come first',
        actions: ['say what they should know first', 'hold the text, or say that the queue is full'],
      },
      { target: '.asking', actions: ['say what they should know first', 'begin the turn'] },
    ],
    'text.edited': [
      { guard: 'a waiting text is meant', actions: 'take the new wording' },
      { guard: 'a text that !retry asks is meant', actions: 'take the new wording, which came too late' },
    ],
    'text.withdrawn': [
      { guard: 'a word that waits is taken back', actions: 'take the word back' },
      { guard: 'the agent has the word that is taken back', actions: 'say that it is too late to take it back' },
      { actions: 'forget the text' },
    ],
    'text.marked': [
      { guard: 'a waiting text was marked', actions: 'note that it is marked' },
      { actions: 'take the late mark back' },
    ],
    // Of a turn that is over: after !clear nobody asks for it any more.
    'answer.refused': {
      guard: 'the text of what was refused is known',
      actions: ['note what was refused', 'say that an answer of before was refused'],
    },
    'answer.delivered': { actions: 'note what shows the answer' },
    'word.shown': { actions: 'note what is said of it' },
    'question.shown': { guard: 'that question is open', actions: 'note where the question stands' },
    // What is done with the agent's memory is a turn as well.
    'saves.told': { guard: 'a task is due', target: '.asking', actions: 'begin the turn with the task' },
    'choice.made': { guard: 'a task is due', target: '.asking', actions: 'begin the turn with the task' },
    'dialog.accepted': { guard: 'a task is due', target: '.asking', actions: 'begin the turn with the task' },
    'command.branch': [
      { guard: 'more chats are made', target: '.asking', actions: 'begin the turn with the task' },
      { guard: 'the chat has a number', actions: 'say that no more chats are made' },
      { actions: 'say that this is the only chat' },
    ],
    'command.stop': [{ guard: 'a text waits', actions: 'drop the line' }, { actions: 'say that nothing runs' }],
    'command.clear': { target: '.between turns', actions: ['begin a new conversation', 'say that it is cleared'] },
    'command.retry': [
      {
        guard: 'an answer that was refused is meant',
        target: '.asking.finishing',
        actions: [
          'say what else is unanswered',
          'deliver what was refused',
          'begin the turn anew',
          'close the question',
        ],
      },
      {
        guard: 'something unanswered is meant',
        target: '.asking',
        actions: ['say what else is unanswered', 'begin the turn anew', 'close the question'],
      },
      {
        guard: 'something answered is meant',
        target: '.asking',
        actions: ['say that it is asked again', 'begin the turn anew', 'close the question'],
      },
      { guard: 'what nobody remembers is meant', actions: 'say that it is forgotten' },
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
  },
};

const idle: State = {
  description:
    'Nothing runs and nothing waits: the room rests until its person writes. !retry repeats what was stopped or failed.',
  tags: 'at rest',
  // Its files are there by now.
  always: { guard: 'the next text may go', target: 'asking', actions: 'begin the turn with the next text' },
};

const interrupted: State = {
  description:
    'The service, or the connection to the agent, was lost in the middle of the last turn: the room rests, and !retry would ask the same again.',
  tags: 'at rest',
  always: { guard: 'the next text may go', target: 'asking', actions: 'begin the turn with the next text' },
};

const asking: State = {
  description: 'One turn, from a text of the person to the answer in the room: they see the bot typing.',
  id: 'asking',
  tags: 'busy',
  initial: 'waiting for a place',
  entry: ['note when the turn began', 'begin to type'],
  exit: ['hang up', 'stop typing', 'take the notice of its work back', 'forget where its work is told'],
  on: {
    'text.received': { actions: 'hold the text, or say that the queue is full' },
    // The agent does not have it yet.
    'text.edited': { guard: 'the text of this turn is meant', actions: 'take the new wording' },
    'text.withdrawn': [
      { guard: 'the word of this turn is taken back', target: 'between turns', actions: 'take the word back' },
      {
        guard: 'the text of this turn is meant',
        target: 'between turns',
        actions: ['forget the text', 'put back what was asked with it', 'let the files of its text wait'],
      },
    ],
    'command.stop': {
      target: 'between turns',
      actions: ['drop the line, if all is meant', 'stop it before it began'],
    },
    'command.clear': {
      target: 'between turns',
      actions: ['put the text back', 'begin a new conversation', 'say that it is cleared'],
    },
    'command.retry': [
      { guard: 'what runs is meant', actions: 'say that the answer is still being written' },
      { guard: 'what waits is meant', actions: 'say that it waits already' },
      { guard: 'what nobody remembers is meant', actions: 'say that it is forgotten' },
      { actions: 'hold it again, or say that the queue is full' },
    ],
    'saves.told': { guard: 'a task is due', actions: 'hold the task, or say that the queue is full' },
    'choice.made': { guard: 'a task is due', actions: 'hold the task, or say that the queue is full' },
    'dialog.accepted': { guard: 'a task is due', actions: 'hold the task, or say that the queue is full' },
    'command.branch': [
      { guard: 'more chats are made', actions: 'hold the task, or say that the queue is full' },
      { guard: 'the chat has a number', actions: 'say that no more chats are made' },
      { actions: 'say that this is the only chat' },
    ],
    'command.yes': [
      { guard: 'a question is open', actions: 'hold the word, or say that the queue is full' },
      { actions: 'say that no question is open' },
    ],
    'command.no': [
      { guard: 'a question is open', actions: 'hold the word, or say that the queue is full' },
      { actions: 'say that no question is open' },
    ],
    'answer.shown': { guard: 'it is of this turn', actions: 'note the preview' },
    'agent.sent a file': { guard: 'it is of this turn and wanted', actions: 'note which file is to be sent' },
    'agent.worked': {
      guard: 'it is of this turn, and worth a word',
      actions: ['note that its work is told', 'tell of its work'],
    },
    'work.shown': [
      {
        guard: 'it is the word on this turn',
        actions: ['note where its work is told', 'go on telling of its work'],
      },
      { actions: 'take the late notice back' },
    ],
    'turn.ended': [
      { guard: 'this turn was discarded', target: 'between turns' },
      {
        guard: 'this turn has copied half',
        target: '#asking',
        reenter: true,
        actions: ['count its tokens', 'note when and how the turn ended', 'begin the second half of the copy'],
      },
      {
        guard: 'this turn has copied',
        target: 'between turns',
        actions: ['count its tokens', 'say that it is done', 'wish for a chat with the copy'],
      },
      {
        guard: 'this turn has saved, and is to clear',
        target: 'between turns',
        actions: ['report the save', 'say that it is done', 'begin a new conversation'],
      },
      {
        guard: 'this turn has saved',
        target: 'between turns',
        actions: ['count its tokens', 'report the save', 'say that it is done'],
      },
      {
        guard: 'this turn has loaded',
        target: 'between turns',
        actions: ['count its tokens', 'note what is loaded', 'say that it is done'],
      },
      {
        guard: 'this turn is done with an answer',
        target: '.finishing',
        actions: ['count its tokens', 'deliver what it answered'],
      },
      {
        guard: 'this turn is done without another word',
        target: 'between turns',
        actions: ['count its tokens', 'note what is answered'],
      },
      {
        guard: 'this turn is done without a word',
        target: 'between turns',
        actions: ['count its tokens', 'note what is answered', 'say that the answer is empty'],
      },
      {
        guard: 'this turn broke off with a piece of an answer',
        target: '.finishing',
        actions: ['count its tokens', 'deliver what it answered', 'note how it broke off', 'say why it broke off'],
      },
      {
        guard: 'it is of this turn',
        target: 'between turns',
        actions: ['note how it broke off', 'say why it broke off'],
      },
    ],
  },
};

const waitingForAPlace: State = {
  description: 'The agent takes only so many turns at once: this one waits until it may begin.',
  id: 'waiting for a place',
  entry: ['note that it has no place yet', 'ask the agent for a place'],
  // They were of another workspace, and are on their way into the one of now.
  always: { guard: 'its text waits for files', target: '#between turns', actions: 'put the text back' },
  on: {
    'place.granted': { guard: 'it is of this turn', target: 'working', actions: 'note that it waits no more' },
    'place.awaited': { guard: 'it is of this turn', actions: 'note its place in the line of the agent' },
    'agent.assigned': {
      guard: 'another agent takes over',
      target: '#asking',
      reenter: true,
      actions: 'take the new agent',
    },
    resumed: { target: '#asking', reenter: true },
  },
};

const working: State = {
  description: 'The turn has its place: the agent is reached and answers, within the limit of working time.',
  initial: 'connecting',
  after: { turnLimit: { target: 'stopping', actions: ['note that it takes too long', 'ask the agent to stop'] } },
  on: {
    'agent.unreachable': [
      {
        guard: 'it is of this turn and tries are left',
        target: '.backing off',
        actions: ['note the failed try', 'note why it was not reached'],
      },
      {
        guard: 'it is of this turn',
        target: '#between turns',
        actions: ['note that it failed', 'say that the agent cannot be reached'],
      },
    ],
    // The text is not sent yet: the new agent gets it.
    'agent.assigned': {
      guard: 'another agent takes over',
      target: '#asking',
      reenter: true,
      actions: 'take the new agent',
    },
    resumed: { target: '#asking', reenter: true },
  },
};

const connecting: State = {
  description: 'A connection to the agent is being opened.',
  entry: 'connect to the agent',
  on: { 'connection.opened': { guard: 'it is of this turn', target: 'awaiting status' } },
};

const awaitingStatus: State = {
  description: 'The connection stands; the agent has yet to say that it is ready and what it can do.',
  on: {
    'agent.ready': [
      {
        guard: 'the agent forgot',
        target: 'streaming',
        actions: [
          'say that the agent forgot',
          'note what the agent can do',
          'note that the agent has the text',
          'note when the agent was asked',
          'send the text',
        ],
      },
      {
        guard: 'it is of this turn',
        target: 'streaming',
        actions: [
          'note what the agent can do',
          'note that the agent has the text',
          'note when the agent was asked',
          'send the text',
        ],
      },
    ],
  },
};

const backingOff: State = {
  description: 'The agent was not reached: the next try comes after a pause, or as soon as it is known to be there.',
  entry: 'hang up',
  after: { backoff: '#waiting for a place' },
  on: { 'agent.reachable': { guard: 'this agent is meant', target: '#waiting for a place' } },
};

const streaming: State = {
  description: 'The agent has the text, and its answer grows in the room.',
  on: {
    'agent.asked': {
      guard: 'it is of this turn',
      target: '#awaiting confirmation',
      actions: 'ask the person what the agent asks',
    },
    'text.edited': { guard: 'the text of this turn is meant', actions: 'take the new wording, which came too late' },
    'text.withdrawn': [
      { guard: 'the agent has the word that is taken back', actions: 'say that it is too late to take it back' },
      {
        guard: 'the text of this turn is meant',
        target: '#stopping',
        actions: 'take the text back from the agent',
      },
    ],
    'command.stop': { target: '#stopping', actions: ['drop the line, if all is meant', 'ask the agent to stop'] },
    'command.clear': [
      // It is about the conversation of before, and goes on.
      { guard: 'the turn keeps the conversation', actions: ['begin a new conversation', 'say that it is cleared'] },
      {
        target: '#stopping',
        actions: ['begin a new conversation', 'discard the turn', 'ask the agent to stop', 'say that it is cleared'],
      },
    ],
    // The old agent ends what it began.
    'agent.assigned': { guard: 'another agent takes over', actions: 'take the new agent' },
    resumed: [
      { guard: 'the turn may be asked again', target: '#asking', reenter: true },
      { target: '#between turns', actions: ['note that it was interrupted', 'say that it was interrupted'] },
    ],
  },
};

const awaitingConfirmation: State = {
  description: 'The agent asked something and goes on when its person said yes or no; silence becomes a no.',
  id: 'awaiting confirmation',
  entry: 'stop typing',
  after: {
    questionLimit: [
      {
        guard: 'the agent takes confirmations',
        target: 'working.streaming',
        actions: ['say no for want of a word', 'let the question expire'],
      },
      {
        guard: 'the queue has room',
        target: 'working.streaming',
        actions: ['hold a no for want of a word', 'let the question expire'],
      },
      { target: 'working.streaming', actions: 'let the question expire' },
    ],
  },
  on: {
    'command.yes': [
      { guard: 'the agent takes confirmations', target: 'working.streaming', actions: 'pass on the word and go on' },
      { guard: 'the queue has room', target: 'working.streaming', actions: 'hold the word and go on' },
      { actions: 'say that the queue is full' },
    ],
    'command.no': [
      { guard: 'the agent takes confirmations', target: 'working.streaming', actions: 'pass on the word and go on' },
      { guard: 'the queue has room', target: 'working.streaming', actions: 'hold the word and go on' },
      { actions: 'say that the queue is full' },
    ],
    'text.received': { actions: 'hold the text until a word comes, or say that the queue is full' },
    'text.edited': { guard: 'the text of this turn is meant', actions: 'take the new wording, which came too late' },
    'text.withdrawn': [
      { guard: 'the agent has the word that is taken back', actions: 'say that it is too late to take it back' },
      {
        guard: 'the text of this turn is meant',
        target: 'stopping',
        actions: ['take the text back from the agent', 'close the question'],
      },
    ],
    'command.stop': { target: 'stopping', actions: ['drop the line, if all is meant', 'stop at the question'] },
    'command.clear': {
      target: 'stopping',
      actions: ['begin a new conversation', 'discard the turn', 'ask the agent to stop', 'say that it is cleared'],
    },
    'agent.asked': {
      guard: 'it is of this turn',
      target: 'awaiting confirmation',
      reenter: true,
      actions: 'ask the person what the agent asks',
    },
    resumed: [
      { guard: 'the turn may be asked again', target: '#asking', reenter: true, actions: 'close the question' },
      { target: '#between turns', actions: ['note that it was interrupted', 'say that it was interrupted'] },
    ],
  },
};

const stopping: State = {
  description:
    'The agent was told to stop and has a moment to end its turn by itself; the person hears of it when the turn has ended.',
  id: 'stopping',
  after: {
    stopLimit: [
      { guard: 'the turn was discarded', target: '#between turns' },
      { target: '#between turns', actions: ['note how it was stopped', 'say why it was stopped'] },
    ],
  },
  on: {
    // Nobody is asked any more, but what stands before it was said.
    'agent.asked': {
      guard: 'it is of this turn, and comes behind a piece of the answer',
      actions: ['deliver what it said so far', 'go on with the next piece'],
    },
    'text.edited': { guard: 'the text of this turn is meant', actions: 'take the new wording, which came too late' },
    'text.withdrawn': [
      { guard: 'the agent has the word that is taken back', actions: 'say that it is too late to take it back' },
      {
        guard: 'the text of this turn is meant',
        actions: ['forget the text', 'discard the turn', 'ask the agent to stop'],
      },
    ],
    'command.stop': { actions: ['drop the line, if all is meant', 'say that it is stopping'] },
    'command.retry': { actions: 'say that it is stopping' },
    'command.clear': { actions: ['begin a new conversation', 'discard the turn', 'say that it is cleared'] },
    resumed: [
      { guard: 'the turn was discarded', target: '#between turns' },
      { target: '#between turns', actions: ['note how it was stopped', 'say why it was stopped'] },
    ],
  },
};

const finishing: State = {
  description: 'The agent is done, and the homeserver has yet to take the whole answer.',
  on: {
    'answer.delivered': [
      { guard: 'this turn was discarded', target: '#between turns' },
      {
        guard: 'the last piece of this turn is meant',
        target: '#between turns',
        actions: ['note what shows the answer', 'note what is answered'],
      },
    ],
    'answer.refused': [
      { guard: 'this turn was discarded', target: '#between turns' },
      {
        guard: 'the last piece of this turn is meant',
        target: '#between turns',
        actions: ['note what is answered', 'note what was refused', 'say that the answer was refused'],
      },
    ],
    'turn.ended': {},
    // The next turn is a moment away: nobody needs to be told that it waits.
    'text.received': [
      { guard: 'the queue has room', actions: 'hold the text' },
      { actions: 'say that the queue is full' },
    ],
    'text.edited': { guard: 'the text of this turn is meant', actions: 'take the new wording, which came too late' },
    // The answer is on its way already.
    'text.withdrawn': [
      { guard: 'the agent has the word that is taken back', actions: 'say that it is too late to take it back' },
      { guard: 'the text of this turn is meant', actions: ['forget the text', 'discard the turn'] },
    ],
    'command.stop': { actions: ['drop the line, if all is meant', 'say that the answer is complete'] },
    'command.clear': { actions: ['begin a new conversation', 'say that it is cleared'] },
  },
};

const betweenTurns: State = {
  description: 'A turn ended: the next waiting text has its turn at once; without one the room rests.',
  id: 'between turns',
  entry: ['see to its files', 'note when and how the turn ended', 'end the turn'],
  always: [
    { guard: 'the next text may go', target: 'asking', actions: 'begin the turn with the next text' },
    { guard: 'the last turn was interrupted', target: 'interrupted' },
    { target: 'idle' },
  ],
};

const line: State = {
  description:
    'What its person is told of what waits here: one notice, which moves with the line and goes when it ends.',
  initial: 'nothing waits',
  on: { 'line.shown': { actions: 'take the late notice back' } },
};

const nothingWaits: State = {
  description: 'No text waits, and the turn that runs has its place at the agent.',
  always: { guard: 'something waits', target: 'unspoken' },
};

const unspoken: State = {
  description: 'Something has begun to wait; most of it is answered before anybody wonders.',
  after: { patience: 'being told' },
  always: { guard: 'nothing waits any more', target: 'nothing waits' },
};

const beingTold: State = {
  description: 'The notice is on its way into the room.',
  entry: ['note what is told of the line', 'say what waits'],
  on: {
    'line.shown': { target: 'told', actions: 'note where the line is told' },
    'line.refused': { target: 'nothing waits', actions: 'forget the line' },
  },
};

const told: State = {
  description: 'The notice stands in the room.',
  always: [
    {
      guard: 'nothing waits any more',
      target: 'nothing waits',
      actions: ['take the notice of the line back', 'forget the line'],
    },
    { guard: 'the line moved', actions: ['note what is told of the line', 'change the notice of the line'] },
  ],
};

const tray: State = {
  description:
    'The files of its person that wait for the next text, which takes all of them; they wait again when that is not answered.',
  initial: 'empty',
  on: {
    'file.received': [
      { guard: 'nobody can fetch it', actions: 'say that it cannot be read' },
      { guard: 'too many files wait', actions: 'say that too many files wait' },
      { target: '.fetching', actions: ['put the file into the tray', 'bring the file into the workspace'] },
    ],
    // Also those that a text took already.
    'file.fetched': [
      { guard: 'the file is wanted', actions: 'take what was fetched' },
      { actions: 'leave what was fetched' },
    ],
    'file.refused': { guard: 'the file is wanted', actions: 'take out what could not be fetched' },
    'files.gone': {
      guard: 'files of a text are gone',
      actions: ['say which files are gone', 'take out what is gone'],
    },
    'text.withdrawn': { guard: 'a file is meant', actions: ['delete the file that is meant', 'take the file out'] },
    'command.list': { actions: 'say which files wait' },
    'command.remove': [
      {
        guard: 'all files are meant',
        actions: ['delete all files', 'say that all files are removed', 'empty the tray'],
      },
      {
        guard: 'a file is meant',
        actions: ['delete the file that is meant', 'say that the file is removed', 'take the file out'],
      },
      { actions: 'say which numbers files have' },
    ],
    'thing.received': { actions: 'say what is not taken' },
  },
};

const emptyTray: State = {
  description: 'No file waits.',
  always: [
    { guard: 'a file is on its way', target: 'fetching' },
    { guard: 'a file waits', target: 'holding' },
  ],
  on: {
    'command.list': { actions: 'say that no files wait' },
    'command.remove': { actions: 'say that no files wait' },
  },
};

const fetching: State = {
  description:
    'A file is on its way from the homeserver into the workspace; a text that takes it waits until it is there.',
  always: [
    { guard: 'no file waits', target: 'empty' },
    { guard: 'all files are there', target: 'holding' },
  ],
};

const holding: State = {
  description: 'All files that wait are in the workspace.',
  always: [
    { guard: 'no file waits', target: 'empty' },
    { guard: 'a file is on its way', target: 'fetching' },
  ],
};

const burst: State = {
  description:
    'What its person is told of files that come: one notice for those that come together, which changes with them.',
  tags: 'only tells',
  initial: 'nothing new',
  on: {
    'file.refused': { guard: 'the file is wanted', actions: 'note what could not be fetched' },
  },
};

const nothingNew: State = {
  description: 'No file came lately that nobody was told of.',
  on: {
    'file.received': { guard: 'it may wait', target: 'gathering', actions: 'begin a burst' },
    'file.refused': { guard: 'the file is wanted', target: 'gathering', actions: 'note what could not be fetched' },
  },
};

const gathering: State = {
  description: 'Files come: most of those that are sent together are here in a moment.',
  always: { guard: 'nothing is left to tell of files', target: 'nothing new', actions: 'forget the burst' },
  after: { burst: 'telling of files' },
  on: {
    'command.list': { guard: 'each failure is told', target: 'nothing new', actions: 'forget the burst' },
    'command.remove': { guard: 'each failure is told', target: 'nothing new', actions: 'forget the burst' },
  },
};

const tellingOfFiles: State = {
  description: 'The notice is on its way into the room.',
  entry: ['note what is told of the tray', 'say what lies in the tray'],
  on: {
    'tray.shown': { target: 'files are told', actions: 'note where the tray is told' },
    'tray.refused': { target: 'nothing new', actions: 'forget the burst' },
  },
};

const filesAreTold: State = {
  description: 'The notice stands in the room; it changes with each file until the burst is over.',
  always: [
    { guard: 'nothing is left to tell of files', target: 'nothing new', actions: 'forget the burst' },
    { guard: 'the tray changed', target: 'gathering more' },
  ],
  after: {
    burstEnd: [
      { guard: 'all files are there', target: 'nothing new', actions: 'forget the burst' },
      { target: 'files are told', reenter: true },
    ],
  },
  on: {
    'text.withdrawn': {
      guard: 'the last file is meant',
      target: 'nothing new',
      actions: ['change the notice of the tray', 'forget the burst'],
    },
    // The list of now stands below.
    'command.list': { target: 'nothing new', actions: 'forget the burst' },
    'command.remove': { target: 'nothing new', actions: 'forget the burst' },
  },
};

const gatheringMore: State = {
  description: 'More came, or what was on its way is there: in a moment the notice says so.',
  always: { guard: 'nothing is left to tell of files', target: 'nothing new', actions: 'forget the burst' },
  after: {
    burst: {
      target: 'files are told',
      actions: ['note what is told of the tray', 'change the notice of the tray'],
    },
  },
  on: {
    'text.withdrawn': {
      guard: 'the last file is meant',
      target: 'nothing new',
      actions: ['change the notice of the tray', 'forget the burst'],
    },
    'command.list': { guard: 'each failure is told', target: 'nothing new', actions: 'forget the burst' },
    'command.remove': { guard: 'each failure is told', target: 'nothing new', actions: 'forget the burst' },
  },
};

const pushes: State = {
  description:
    'What the agent says of its own accord: what has ended rings, what goes on is told in one quiet notice a task, which changes with it and goes when it ends.',
  tags: 'only tells',
  initial: 'nothing is held back',
  exit: 'take the notices of all tasks back',
  always: [
    { guard: 'a task went on', actions: ['change the notices of tasks', 'note what is told of the tasks'] },
    {
      guard: 'tasks of before are told',
      actions: ['take the notices of the tasks of before back', 'forget the tasks of before'],
    },
  ],
  on: {
    'agent.pushed': [
      { guard: 'it was pushed before' },
      { guard: 'it is about another conversation' },
      { guard: 'its task is told already', actions: ['note the push', 'note how far the task is'] },
      {
        guard: 'something goes on',
        actions: [
          'note the push',
          'take the notice of the oldest task back, if there are too many',
          'note how far the task is',
          'say what goes on',
        ],
      },
      { guard: 'too much is held back' },
      {
        guard: 'an answer grows in the room',
        target: '.holding back',
        actions: ['note the push', 'end its task', 'hold it back'],
      },
      { actions: 'say what was pushed' },
    ],
    'push.delivered': { guard: 'files come with it', actions: 'send the files that come with it' },
    'task.told': { guard: 'its task waits for the notice', actions: 'note where the task is told' },
  },
};

const nothingIsHeldBack: State = { description: 'What the agent says of its own accord goes into the room at once.' };

const holdingBack: State = {
  description: 'What has ended is said when the answer that grows in the room is complete, so as not to part it.',
  always: {
    guard: 'no answer grows in the room',
    target: 'nothing is held back',
    actions: 'say what was held back',
  },
};

const dialog: State = {
  description: 'Questions of our own, one at a time: the newest takes the place of the one before.',
  initial: 'none',
  on: {
    'saves.told': [
      { guard: 'the context is to be told', actions: 'say what the context is' },
      { guard: 'nothing can be loaded', actions: 'say that there are no saves' },
      { guard: 'no save is called so', actions: 'say that there is no such save' },
      {
        guard: 'a save must be chosen',
        target: '.choosing a save',
        actions: ['note what can be loaded', 'ask which save is meant'],
      },
      {
        guard: 'a save of this name is there',
        target: '.confirming an overwrite',
        actions: ['note what would be overwritten', 'ask whether to overwrite it'],
      },
    ],
    'clear.wanted': { target: '.confirming a clear', actions: ['note what would be cleared', 'ask whether to clear'] },
    'turn.ended': {
      guard: 'the save before a clear failed',
      target: '.confirming a clear',
      actions: ['note what would be cleared all the same', 'ask whether to clear all the same'],
    },
    'agent.unreachable': {
      guard: 'the save before a clear cannot begin',
      target: '.confirming a clear',
      actions: ['note what would be cleared all the same', 'ask whether to clear all the same'],
    },
    'dialog.shown': { guard: 'that question of ours is open', actions: 'note where our question stands' },
  },
};

const noDialog: State = { description: 'Nothing is asked: !yes and !no are answers to the agent.' };

const choosingASave: State = {
  description: 'The saves are listed, and a number loads one of them; 0 or !cancel none, any other text passes on.',
  always: { guard: 'no question of ours is open', target: 'none' },
  after: { dialogLimit: { target: 'none', actions: ['say that our question expired', 'close our question'] } },
  on: {
    'choice.made': [
      { guard: 'a task is due, and has room', target: 'none', actions: 'close our question' },
      // Else the person hears that the queue is full, and may choose again.
      { guard: 'no save has that number', actions: 'say which numbers there are' },
    ],
    'dialog.accepted': { actions: 'say which numbers there are' },
    'dialog.declined': { target: 'none', actions: ['say that our question is closed', 'close our question'] },
  },
};

const confirmingAnOverwrite: State = {
  description: 'A save of this name is there: !yes puts the conversation in its place, !no leaves it as it is.',
  always: { guard: 'no question of ours is open', target: 'none' },
  after: { dialogLimit: { target: 'none', actions: ['say that our question expired', 'close our question'] } },
  on: {
    // Else the person hears that the queue is full, and may say it again.
    'dialog.accepted': { guard: 'the queue has room', target: 'none', actions: 'close our question' },
    'dialog.declined': { target: 'none', actions: ['say that our question is closed', 'close our question'] },
  },
};

const confirmingAClear: State = {
  description: 'Before the agent forgets: !yes does it, !no does not, !save saves first.',
  always: { guard: 'no question of ours is open', target: 'none' },
  after: { dialogLimit: { target: 'none', actions: ['say that our question expired', 'close our question'] } },
  on: {
    // What !yes means here.
    'command.clear': { target: 'none', actions: 'close our question' },
    'dialog.declined': {
      target: 'none',
      actions: ['say that our question is closed', 'close our question', 'save without the clear'],
    },
    'command.save': [
      { guard: 'a save may be called so', actions: 'wish for the saves, to save before the clear' },
      { actions: 'say that a save cannot be called so' },
    ],
    'saves.told': { guard: 'a task is due, and has room', target: 'none', actions: 'close our question' },
  },
};

const pointing: State = {
  description: 'An entry room: whatever its person writes leads to the chats in their Space.',
  on: {
    'room.joined': { actions: ['note who is there', 'mark the room', 'wish for access'] },
    // Where the chats are says also that nothing is read here.
    'room.encrypted': [
      { guard: 'the person knows that it is encrypted' },
      { actions: ['note that the room is encrypted', 'wish for access'] },
    ],
    'text.received': { actions: 'wish for access' },
    'file.received': { actions: 'wish for access' },
    'thing.received': { actions: 'wish for access' },
    'command.*': { actions: 'wish for access' },
    'command.new': { actions: 'wish for a chat' },
    'command.chats': { actions: 'wish for the list of chats' },
    'command.unarchive': { actions: 'wish to unarchive a chat' },
    'invite.declined': { actions: 'say why the invitation is declined' },
    'memory.lost': { actions: 'say that memory was lost' },
    'command.agent': { actions: 'say which agent answers in the chats' },
    'command.help': { actions: 'say what can be said at the entry' },
    'command.whoami': { actions: 'say who they are' },
    'command.language': [
      {
        guard: 'a language is chosen',
        actions: ['speak another language', 'report the language', 'say that it speaks another language now'],
      },
      { guard: 'it is no language', actions: 'say that there is no such language' },
      { actions: 'say which language it speaks' },
    ],
    'command.unknown': { actions: 'say that there is no such command' },
    'agent.assigned': [
      {
        guard: 'the person is refused',
        target: 'refusing',
        actions: ['note the agent', 'note that the person knows', 'say that no agent serves them'],
      },
      // Each person has one chat by now: this room is one.
      { guard: 'it is a chat', target: 'serving', actions: ['note the agent', 'mark the room', 'greet the person'] },
      { actions: 'note the agent' },
    ],
  },
};

const refusing: State = {
  description: 'No agent serves this person: they are told so, and in the operator’s words whom to ask.',
  on: {
    'room.joined': {
      actions: ['note who is there', 'note that the person knows', 'say that no agent serves them'],
    },
    'text.received': [
      { guard: 'the person need not hear it again' },
      { actions: ['note that the person knows', 'say that no agent serves them'] },
    ],
    'file.received': [
      { guard: 'the person need not hear it again' },
      { actions: ['note that the person knows', 'say that no agent serves them'] },
    ],
    'thing.received': [
      { guard: 'the person need not hear it again' },
      { actions: ['note that the person knows', 'say that no agent serves them'] },
    ],
    'command.*': { actions: ['note that the person knows', 'say that no agent serves them'] },
    'command.whoami': { actions: 'say who they are' },
    'command.language': [
      {
        guard: 'a language is chosen',
        actions: ['speak another language', 'report the language', 'say that it speaks another language now'],
      },
      { guard: 'it is no language', actions: 'say that there is no such language' },
      { actions: 'say which language it speaks' },
    ],
    'command.unknown': { actions: 'say that there is no such command' },
    // The chat is there for the day on which an agent is found.
    'room.adopted': { guard: 'the person is here already', actions: ['note the number and name', 'mark the room'] },
    'agent.assigned': [
      { guard: 'the person is refused', actions: 'note the agent' },
      {
        guard: 'it is an entry room',
        target: 'pointing',
        actions: ['note the agent', 'mark the room', 'wish for access'],
      },
      { target: 'serving', actions: ['note the agent', 'mark the room', 'greet the person'] },
    ],
  },
};

const leaving: State = {
  description:
    'The bot is out of a numbered chat and hears nobody; what it remembered is kept until its person’s list is without the chat.',
  tags: 'unheard',
  entry: ['report that the chat is gone', 'forget what is under way', 'forget whose chat it was'],
  on: {
    'room.left': {},
    'join.refused': {},
    'company.declined': {},
    // Words that were on their way to the chat.
    'room.named': {},
    'chat.archived': {},
    'language.chosen': {},
    'context.chosen': {},
    'person.told': { target: 'left' },
  },
};

const departing: State = {
  description:
    'The bot gives up a room and hears nobody in it; what it remembered is kept until it is out and its person knows why.',
  tags: 'unheard',
  entry: ['forget what is under way', 'forget whose chat it was'],
  on: {
    'room.left': {},
    'join.refused': {},
    'company.declined': {},
    'language.chosen': {},
    'context.chosen': {},
    'room.given up': { target: 'left' },
  },
};

const left: State = { description: 'The bot is out of the room, and nothing of it is kept.', type: 'final' };

export const roomMachine = room.createMachine({
  ...whole,
  id: 'room',
  context: whatItIsGiven,
  states: {
    unclaimed,
    serving: {
      ...serving,
      states: {
        conversation: {
          ...conversation,
          states: {
            idle,
            interrupted,
            'between turns': betweenTurns,
            asking: {
              ...asking,
              states: {
                'waiting for a place': waitingForAPlace,
                working: {
                  ...working,
                  states: { connecting, 'awaiting status': awaitingStatus, 'backing off': backingOff, streaming },
                },
                'awaiting confirmation': awaitingConfirmation,
                stopping,
                finishing,
              },
            },
          },
        },
        line: { ...line, states: { 'nothing waits': nothingWaits, unspoken, 'being told': beingTold, told } },
        tray: { ...tray, states: { empty: emptyTray, fetching, holding } },
        burst: {
          ...burst,
          states: {
            'nothing new': nothingNew,
            gathering,
            'telling of files': tellingOfFiles,
            'files are told': filesAreTold,
            'gathering more': gatheringMore,
          },
        },
        pushes: { ...pushes, states: { 'nothing is held back': nothingIsHeldBack, 'holding back': holdingBack } },
        dialog: {
          ...dialog,
          states: {
            none: noDialog,
            'choosing a save': choosingASave,
            'confirming an overwrite': confirmingAnOverwrite,
            'confirming a clear': confirmingAClear,
          },
        },
      },
    },
    pointing,
    refusing,
    leaving,
    departing,
    left,
  },
});
