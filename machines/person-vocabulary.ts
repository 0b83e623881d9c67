/**
 * Every name that the person's chart speaks, layer upon layer: effects (`person-host.ts`), what it notes, has done, says
 * and finds to be so. The chart says when, the layers say what.
 * A name needs no params; one that reads an event says which ones it can be used on, else the event is parked.
 */
import { and } from 'xstate';
import type { PersonContext, PersonEvent } from './person.model.ts';
import { asks, host, says, tellsTheAsker } from './person-host.ts';
import {
  about,
  accessIsRestored,
  activeChats,
  addChat,
  adoption,
  archiveChat,
  beginJob,
  beginJobOfSpace,
  beginNextJob,
  chatIn,
  chatIsReady,
  chatNumbered,
  chatOrJob,
  inAnotherSpace,
  isCalledOtherwise,
  isForTheSpace,
  isOfThisJob,
  keepJob,
  listOfChats,
  moveChat,
  movedIn,
  newName,
  newPlace,
  placeOf,
  placesInTheSpace,
  renameChat,
  roomOf,
  roomOfJob,
  theJob,
  theSpace,
  toEverything,
  withoutChat,
} from './person-words.ts';
import { savesWith, withSave } from './saves.ts';
import { as } from './vocabulary.ts';

/** Chats of one person that may wait to be made. */
const MOST_JOBS = 20;

const { assign } = host;

const withNotes = host.extend({
  actions: {
    // the job
    'begin the job': assign(({ context, event }) => beginJob(context, as(event, 'chat.wanted', 'access.wanted').job)),
    'begin the job of the Space alone': assign(({ context, event }) =>
      beginJobOfSpace(context, as(event, 'access.wanted').job),
    ),
    'begin the next job': assign(({ context }) => beginNextJob(context)),
    'hold the job': assign(({ context, event }) => ({
      waiting: [...context.waiting, as(event, 'chat.wanted').job],
    })),
    'keep the job for another try': assign(({ context }) => keepJob(context)),
    'forget the job': assign({ job: null, failed: null }),
    'end the job': assign({ job: null }),

    // the Space
    'note the Space': assign(({ event }) => ({ space: as(event, 'space.made').room })),
    'forget the Space': assign(({ context: { failed } }) => ({
      space: null,
      failed: failed && inAnotherSpace(failed),
    })),
    'forget the Space of the job': assign(({ context }) => ({
      space: null,
      job: inAnotherSpace(theJob(context)),
      failed: context.failed && inAnotherSpace(context.failed),
    })),
    'note that the invitations are on their way': assign({ inviting: true }),
    'note that the invitations are there': assign({ inviting: false }),

    // the chats
    'note the room of the chat': assign(({ context, event }) => {
      const { room, name } = as(event, 'chat.made');
      return { job: context.job && { ...context.job, room, name } };
    }),
    'add the chat': assign(({ context }) => addChat(context)),
    'note the name of the chat': assign(({ context, event }) => renameChat(context, as(event, 'chat.renamed'))),
    'note where the chat moved': assign(({ context, event }) => moveChat(context, as(event, 'chat.moved'))),
    'note that the chat is archived': assign(({ context, event }) =>
      archiveChat(context, { room: as(event, 'archive.wanted').origin, archived: true }),
    ),
    'note that the chat is not archived': assign(({ context, event }) =>
      archiveChat(context, { room: theNumbered(context, event), archived: false }),
    ),
    'note the save': assign(({ context, event }) => ({ saves: withSave(context.saves, as(event, 'save.made').save) })),
    'note the language': assign(({ event }) => ({ language: as(event, 'language.chosen').language })),
    'note the memory of all their rooms': assign(({ event }) => ({
      contextId: as(event, 'context.chosen').contextId,
    })),
    'forget the chat': assign(({ context, event }) => withoutChat(context, as(event, 'chat.gone').room)),
  },
});

const withDeeds = withNotes.extend({
  actions: {
    // the Space
    'make the Space': asks('create the Space', ({ context }) => ({
      operation: theJob(context).spaceOperation,
      person: context.person,
      chats: placesInTheSpace(context),
    })),
    'mark the Space as theirs': asks('mark the Space', ({ context }) => ({
      operation: theJob(context).spaceOperation,
      space: theSpace(context),
      person: context.person,
    })),
    'put all chats into the Space': asks('link the other chats', ({ context }) => ({
      ...{ space: theSpace(context), rooms: [] },
      chats: context.chats.map(placeOf),
    })),
    'put the new room into the Space': asks('link the other chats', ({ context, event }) =>
      newPlace(context, as(event, 'chat.moved').replacement),
    ),
    'put the chat behind the others': asks('link the other chats', ({ context, event }) =>
      newPlace(context, as(event, 'archive.wanted').origin),
    ),
    'put the chat back in its place': asks('link the other chats', ({ context, event }) =>
      newPlace(context, theNumbered(context, event)),
    ),
    'invite to everything again': asks('restore access', ({ context, event }) =>
      toEverything(context, as(event, 'access.wanted').job),
    ),
    'invite to everything again for the asker': asks('restore access', ({ context }) =>
      toEverything(context, theJob(context)),
    ),
    'invite to everything again in silence': asks('restore access', ({ context }) => toEverything(context)),

    // the chat in the making
    'make the room': asks('create the chat', ({ context }) => {
      const { operation, number, name } = theJob(context);
      return { operation, person: context.person, space: context.space, number: number ?? 0, name };
    }),
    'put the room into the Space': asks('link the chat', ({ context }) => {
      const { operation, number, archived } = theJob(context);
      return { operation, space: theSpace(context), room: roomOfJob(context), number, archived };
    }),
    'tell the room whose chat it is': asks('introduce the chat', ({ context }) => ({
      operation: theJob(context).operation,
      room: roomOfJob(context),
      event: adoption(context),
    })),

    // the chats that there are
    'tell the room its other name': asks('tell the room', ({ context }) => newName(context)),
    'tell the chat that it is archived': asks('tell the room', ({ event }) => ({
      room: as(event, 'archive.wanted').origin,
      event: { type: 'chat.archived', archived: true },
    })),
    'tell the chat that it is not archived': asks('tell the room', ({ context, event }) => ({
      room: theNumbered(context, event),
      event: { type: 'chat.archived', archived: false },
    })),
    'tell the room which saves there are': asks('tell the room', ({ context, event }) => {
      const { origin, answers, thread, agent, ask } = as(event, 'saves.asked');
      const saves = savesWith(context.saves, agent);
      return { room: origin, event: { type: 'saves.told', answers, ...(thread && { thread }), ask, saves } };
    }),
    // Also the room that it was chosen in: of two that choose at once, both end with what was chosen last.
    'tell all rooms the language': asks('tell all rooms', ({ event }) => ({
      event: { type: 'language.chosen', language: as(event, 'language.chosen').language },
    })),
    'tell all rooms their memory': asks('tell all rooms', ({ event }) => ({
      event: { type: 'context.chosen', contextId: as(event, 'context.chosen').contextId },
    })),
    'invite to the chat again': asks('invite again', ({ context, event }) => ({
      person: context.person,
      rooms: [theNumbered(context, event)],
    })),
    'tell the new room whose chat it is': asks('tell the room', ({ context, event }) => {
      const moved = as(event, 'chat.moved');
      return { room: moved.replacement, event: movedIn(context, moved) };
    }),
  },
});

const withSayings = withDeeds.extend({
  actions: {
    'say where the chats are': says(({ context, event }) =>
      accessIsRestored(context, as(event, 'access.restored').invited),
    ),
    'say that the invitations are on their way': says({ key: 'invitations are on their way' }),
    'say that an invitation was refused': says(({ event }) => ({
      key: 'invitations were refused',
      code: as(event, 'access.restored').code ?? '',
    })),
    'say which chats there are': says(({ context, event }) => listOfChats(context, as(event, 'chats.asked').all)),
    'say that the chat is archived': says(({ context, event }) =>
      about('chat is archived', chatOrJob(context, as(event, 'archive.wanted').origin)),
    ),
    'say that this is no numbered chat': says({ key: 'this is no numbered chat' }),
    'say that the chat is not archived any more': says(({ context, event }) =>
      about('chat is unarchived', chatNumbered(context, as(event, 'unarchive.wanted').number)),
    ),
    'say that there is no such chat': says({ key: 'no such chat' }),
    'say that a chat is being made': says({ key: 'chat is being made' }),
    'say that too many chats are wanted': says({ key: 'too many chats are wanted', limit: MOST_JOBS }),
    'tell the asker that the chat is ready': tellsTheAsker(({ context }) => chatIsReady(context)),
    'tell the asker that the room is gone': tellsTheAsker({ key: 'chat could not be made', code: 'ROOM_GONE' }),
    'tell the asker why there is no chat': tellsTheAsker(({ event }) => ({
      key: 'chat could not be made',
      code: as(event, 'step.refused').code,
    })),
    'tell the asker why there is no Space': tellsTheAsker(({ event }) => ({
      key: 'Space could not be made',
      code: as(event, 'step.refused').code,
    })),
  },
});

const withFacts = withSayings.extend({
  guards: {
    'there are no chats to come back to': ({ context }) => activeChats(context).length === 0,
    'the chats are without a Space': ({ context }) => context.space === null,
    'the Space is known': ({ context }) => context.space !== null,
    'it is the Space': ({ context, event }) => event.type === 'space.gone' && event.room === context.space,
    'only the Space is wanted': ({ context }) => isForTheSpace(context.job),
    'the invitations are on their way': ({ context }) => context.inviting,
    'nobody waits for the invitations': ({ event }) => event.type === 'access.restored' && event.origin === null,
    'an invitation was refused': ({ event }) => event.type === 'access.restored' && event.code !== null,
    'the room of the chat is known': ({ context }) => (context.job?.room ?? null) !== null,
    'the room is wanted under another name': ({ context }) => isCalledOtherwise(context),
    'it is the room of this job': ({ context, event }) =>
      event.type === 'chat.gone' && event.room === context.job?.room,
    'it is of this job': ({ context, event }) => isOfThisJob(context, event),
    'a job waits': ({ context }) => context.waiting.length > 0,
    'the line has room': ({ context }) => context.waiting.length < MOST_JOBS,
    'it is a chat of this person': ({ context, event }) =>
      event.type === 'chat.moved' && chatIn(context, event.room) !== undefined,
    'the chat is numbered': ({ context, event }) =>
      'origin' in event && event.origin !== null && chatOrJob(context, event.origin) !== undefined,
    'the number is of a chat': ({ context, event }) =>
      event.type === 'unarchive.wanted' && chatNumbered(context, event.number) !== undefined,
  },
});

/** Several facts at once: the importer keeps names only, so each has one. */
export const person = withFacts.extend({
  guards: {
    'it is of this job, whose room is wanted under another name': and([
      'it is of this job',
      'the room is wanted under another name',
    ]),
    'it is of this job, which only makes the Space': and(['it is of this job', 'only the Space is wanted']),
    'only the Space is wanted, and it is there': and(['only the Space is wanted', 'the Space is known']),
    'the chat is numbered, in a Space': and(['the chat is numbered', 'the Space is known']),
    'the number is of a chat in a Space': and(['the number is of a chat', 'the Space is known']),
    'it is a chat in the Space': and(['the Space is known', 'it is a chat of this person']),
  },
});

/** The room of the chat whose number was said. */
function theNumbered(context: PersonContext, event: PersonEvent) {
  return roomOf(context, as(event, 'unarchive.wanted').number);
}
