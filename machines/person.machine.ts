/**
 * One person: a Space and the chats in it. Making a chat is a sequence of steps, each recorded before the next begins, so
 * that it goes on where it was after a kill; wishes that come meanwhile wait in line.
 * Read it from top to bottom: each chapter is one state, one around others stands before those inside it, and what a
 * state does not answer is answered by the one around it. How they lie in each other stands at the end.
 * This file says when, in names only; `person-vocabulary.ts` says what each name means.
 */
import { person } from './person-vocabulary.ts';
import { whatItIsGiven } from './vocabulary.ts';

/** A chapter. Plain typed constants, no `as const`, no function: so Stately's importer can still read them. */
type State = Parameters<typeof person.createStateConfig>[0];

const whole: State = {
  description: 'One person with a Space and the chats in it: what holds whether a chat is being made or not.',
  initial: 'ready',
  on: {
    'access.wanted': [
      { guard: 'the invitations are on their way', actions: 'say that the invitations are on their way' },
      { actions: ['note that the invitations are on their way', 'invite to everything again'] },
    ],
    'access.restored': [
      { guard: 'nobody waits for the invitations', actions: 'note that the invitations are there' },
      {
        guard: 'an invitation was refused',
        actions: ['note that the invitations are there', 'say that an invitation was refused'],
      },
      { actions: ['note that the invitations are there', 'say where the chats are'] },
    ],
    'chats.asked': { actions: 'say which chats there are' },
    'saves.asked': { actions: 'tell the room which saves there are' },
    'save.made': { actions: 'note the save' },
    'chat.renamed': { actions: 'note the name of the chat' },
    'archive.wanted': [
      {
        guard: 'the chat is numbered, in a Space',
        actions: [
          'note that the chat is archived',
          'tell the chat that it is archived',
          'put the chat behind the others',
          'say that the chat is archived',
        ],
      },
      {
        guard: 'the chat is numbered',
        actions: [
          'note that the chat is archived',
          'tell the chat that it is archived',
          'say that the chat is archived',
        ],
      },
      { actions: 'say that this is no numbered chat' },
    ],
    'unarchive.wanted': [
      {
        guard: 'the number is of a chat in a Space',
        actions: [
          'note that the chat is not archived',
          'tell the chat that it is not archived',
          'put the chat back in its place',
          'invite to the chat again',
          'say that the chat is not archived any more',
        ],
      },
      {
        guard: 'the number is of a chat',
        actions: [
          'note that the chat is not archived',
          'tell the chat that it is not archived',
          'invite to the chat again',
          'say that the chat is not archived any more',
        ],
      },
      { actions: 'say that there is no such chat' },
    ],
    'chat.gone': { actions: 'forget the chat' },
    'language.chosen': { actions: ['note the language', 'tell all rooms the language'] },
    'context.chosen': { actions: ['note the memory of all their rooms', 'tell all rooms their memory'] },
    'chat.moved': [
      {
        guard: 'it is a chat in the Space',
        actions: ['note where the chat moved', 'tell the new room whose chat it is', 'put the new room into the Space'],
      },
      {
        guard: 'it is a chat of this person',
        actions: ['note where the chat moved', 'tell the new room whose chat it is'],
      },
    ],
    'space.gone': { guard: 'it is the Space', actions: 'forget the Space' },
  },
};

const ready: State = {
  description: 'Nothing is being made: a wish for a chat is begun at once.',
  tags: 'at rest',
  on: {
    'chat.wanted': { target: 'making a chat', actions: 'begin the job' },
    'access.wanted': [
      { guard: 'there are no chats to come back to', target: 'making a chat', actions: 'begin the job' },
      {
        guard: 'the chats are without a Space',
        target: 'making a chat',
        actions: 'begin the job of the Space alone',
      },
    ],
  },
};

const makingAChat: State = {
  description:
    'A chat, and the Space where there is none yet, is made step by step; other wishes wait in line. The room comes first, so that a new Space lists it from the beginning.',
  tags: 'busy',
  initial: 'looking for the room',
  on: {
    // What the steps of the lost Space still bring is of another operation or of another Space.
    'space.gone': {
      guard: 'it is the Space',
      target: '.looking for the room',
      actions: 'forget the Space of the job',
    },
    'chat.gone': {
      guard: 'it is the room of this job',
      target: '.choosing what is next',
      actions: ['tell the asker that the room is gone', 'forget the job'],
    },
    'chat.wanted': [
      { guard: 'the line has room', actions: 'hold the job' },
      { actions: 'say that too many chats are wanted' },
    ],
    'access.wanted': { guard: 'there are no chats to come back to', actions: 'say that a chat is being made' },
    'step.refused': [
      {
        guard: 'it is of this job, which only makes the Space',
        target: '.choosing what is next',
        actions: [
          'note that the invitations are on their way',
          'invite to everything again in silence',
          'tell the asker why there is no Space',
          'keep the job for another try',
        ],
      },
      {
        guard: 'it is of this job',
        target: '.choosing what is next',
        actions: ['tell the asker why there is no chat', 'keep the job for another try'],
      },
    ],
  },
};

const lookingForTheRoom: State = {
  description: 'A room that an earlier try has made is used again.',
  always: [
    { guard: 'only the Space is wanted', target: 'looking for the Space' },
    { guard: 'the room of the chat is known', target: 'looking for the Space' },
    { target: 'making the room' },
  ],
};

const makingTheRoom: State = {
  description: 'The homeserver is asked for the room of the chat, to which the person is invited.',
  entry: 'make the room',
  on: {
    'chat.made': { guard: 'it is of this job', target: 'looking for the Space', actions: 'note the room of the chat' },
  },
};

const lookingForTheSpace: State = {
  description: 'A person has one Space: it is made only where there is none.',
  always: [
    {
      guard: 'only the Space is wanted, and it is there',
      target: 'choosing what is next',
      actions: [
        'note that the invitations are on their way',
        'invite to everything again for the asker',
        'end the job',
      ],
    },
    { guard: 'the Space is known', target: 'linking the room' },
    { target: 'making the Space' },
  ],
};

const makingTheSpace: State = {
  description: 'The homeserver is asked for the Space, with all chats in it.',
  entry: 'make the Space',
  on: {
    'space.made': { guard: 'it is of this job', target: 'marking the Space', actions: 'note the Space' },
  },
};

const markingTheSpace: State = {
  description: 'The Space gets the mark by which it is known as this person’s, should our memory be lost.',
  entry: ['mark the Space as theirs', 'put all chats into the Space'],
  on: { 'space.marked': { guard: 'it is of this job', target: 'looking for the room' } },
};

const linkingTheRoom: State = {
  description: 'The room becomes a part of the Space, so that the person sees it there.',
  entry: 'put the room into the Space',
  on: { 'chat.linked': { guard: 'it is of this job', target: 'introducing the room' } },
};

const introducingTheRoom: State = {
  description: 'The actor of the room learns whose chat it is, which number it has and what it is called.',
  entry: 'tell the room whose chat it is',
  on: {
    'chat.introduced': [
      {
        guard: 'it is of this job, whose room is wanted under another name',
        target: 'choosing what is next',
        actions: ['tell the asker that the chat is ready', 'tell the room its other name', 'add the chat'],
      },
      {
        guard: 'it is of this job',
        target: 'choosing what is next',
        actions: ['tell the asker that the chat is ready', 'add the chat'],
      },
    ],
  },
};

const choosingWhatIsNext: State = {
  description: 'A job ended: the next in line is begun; without one the person rests.',
  always: [
    { guard: 'a job waits', target: 'looking for the room', actions: 'begin the next job' },
    { target: '#person.ready' },
  ],
};

export const personMachine = person.createMachine({
  ...whole,
  id: 'person',
  context: whatItIsGiven,
  states: {
    ready,
    'making a chat': {
      ...makingAChat,
      states: {
        'looking for the room': lookingForTheRoom,
        'making the room': makingTheRoom,
        'looking for the Space': lookingForTheSpace,
        'making the Space': makingTheSpace,
        'marking the Space': markingTheSpace,
        'linking the room': linkingTheRoom,
        'introducing the room': introducingTheRoom,
        'choosing what is next': choosingWhatIsNext,
      },
    },
  },
});
