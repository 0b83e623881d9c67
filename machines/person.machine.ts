/**
 * One person: a Space and the chats in it. Making a chat is a sequence of steps, each recorded before the next begins, so
 * that it goes on where it was after a kill; wishes that come meanwhile wait in line.
 */
import { assign, setup } from 'xstate';
import type { Chat, Job, PersonContext, PersonEffectParams, PersonEvent } from './person.model.ts';
import type { RoomId } from './ids.ts';
import {
  about,
  accessIsRestored,
  activeChats,
  activeRooms,
  adoption,
  archiveChat,
  chatIn,
  chatNumbered,
  chatOrJob,
  inAnotherSpace,
  isCalledOtherwise,
  isForTheSpace,
  isOfThisJob,
  keepJob,
  listOfChats,
  movedIn,
  nameOfRoom,
  newName,
  renameChat,
  roomOf,
  roomOfJob,
  theJob,
  theSpace,
  withoutChat,
} from './person-words.ts';

/** Chats of one person that may wait to be made. */
const MOST_JOBS = 20;

export const personMachine = setup({
  types: {} as { context: PersonContext; events: PersonEvent; input: PersonContext; tags: 'at rest' | 'busy' },

  actions: {
    'create the Space': effect('create the Space'),
    'mark the Space': effect('mark the Space'),
    "drop the Space's alias": effect("drop the Space's alias"),
    'create the chat': effect('create the chat'),
    'link the chat': effect('link the chat'),
    "drop the chat's alias": effect("drop the chat's alias"),
    'introduce the chat': effect('introduce the chat'),
    'link the other chats': effect('link the other chats'),
    'restore access': effect('restore access'),
    'invite again': effect('invite again'),
    'tell the room': effect('tell the room'),
    say: effect('say'),

    'begin the job': assign(({ context }, p: { job: Job }) => beginJob(context, p.job)),
    'begin the job of the Space alone': assign(({ context }, p: { job: Job }) => beginJobOfSpace(context, p.job)),
    'begin the next job': assign(({ context }) => beginNextJob(context)),
    'hold the job': assign(({ context }, p: { job: Job }) => ({ waiting: [...context.waiting, p.job] })),
    'note the Space': assign((_, p: { space: RoomId }) => ({ space: p.space })),
    'note the room of the chat': assign(({ context }, p: { room: RoomId; name: string }) => ({
      job: context.job && { ...context.job, room: p.room, name: p.name },
    })),
    'add the chat': assign(({ context }) => addChat(context)),
    'keep the job for another try': assign(({ context }, p: { code: string }) => keepJob(context, p.code)),
    'rename the chat': assign(({ context }, p: { room: RoomId; name: string }) => renameChat(context, p)),
    'move the chat': assign(({ context }, p: { room: RoomId; replacement: RoomId }) => ({
      chats: context.chats.map((chat) => (chat.room === p.room ? { ...chat, room: p.replacement } : chat)),
    })),
    'archive the chat': assign(({ context }, p: { room: RoomId; archived: boolean }) => archiveChat(context, p)),
    'forget the chat': assign(({ context }, p: { room: RoomId }) => withoutChat(context, p.room)),
    'forget the Space': assign(({ context }) => ({
      space: null,
      failed: context.failed && inAnotherSpace(context.failed),
    })),
    'forget the job': assign({ job: null, failed: null }),
    'end the job': assign({ job: null }),
    'forget the Space of the job': assign(({ context }) => ({
      space: null,
      job: inAnotherSpace(theJob(context)),
      failed: context.failed && inAnotherSpace(context.failed),
    })),
    'note that the invitations are on their way': assign({ inviting: true }),
    'note that the invitations are there': assign({ inviting: false }),
  },

  guards: {
    'there are no chats to come back to': ({ context }) => activeChats(context).length === 0,
    'the chats are without a Space': ({ context }) => context.space === null,
    'only the Space is wanted': ({ context }) => isForTheSpace(context.job),
    'the invitations are on their way': ({ context }) => context.inviting,
    'it is the Space': ({ context, event }) => event.type === 'space.gone' && event.room === context.space,
    'the Space is known': ({ context }) => context.space !== null,
    'the room of the chat is known': ({ context }) => (context.job?.room ?? null) !== null,
    'a job waits': ({ context }) => context.waiting.length > 0,
    'the line has room': ({ context }) => context.waiting.length < MOST_JOBS,
    'it is of this job, whose room is wanted under another name': ({ context, event }) =>
      isOfThisJob(context, event) && isCalledOtherwise(context),
    'it is of this job, which only makes the Space': ({ context, event }) =>
      isOfThisJob(context, event) && isForTheSpace(context.job),
    'it is of this job': ({ context, event }) => isOfThisJob(context, event),
    'it is the room of this job': ({ context, event }) =>
      event.type === 'chat.gone' && event.room === context.job?.room,
    'it is a chat in the Space': ({ context, event }) =>
      event.type === 'chat.moved' && context.space !== null && chatIn(context, event.room) !== undefined,
    'it is a chat of this person': ({ context, event }) =>
      event.type === 'chat.moved' && chatIn(context, event.room) !== undefined,
    'the chat is numbered': ({ context, event }) => 'origin' in event && chatOrJob(context, event.origin) !== undefined,
    'the number is of a chat': ({ context, event }) =>
      event.type === 'unarchive.wanted' && chatNumbered(context, event.number) !== undefined,
  },
}).createMachine({
  id: 'person',
  context: ({ input }) => input,
  initial: 'ready',
  on: {
    'access.wanted': [
      {
        guard: 'the invitations are on their way',
        actions: { type: 'say', params: ({ context, event }) => accessIsRestored(context, event.job) },
      },
      {
        actions: [
          'note that the invitations are on their way',
          { type: 'restore access', params: everything },
          { type: 'say', params: ({ context, event }) => accessIsRestored(context, event.job) },
        ],
      },
    ],
    'access.restored': { actions: 'note that the invitations are there' },
    'chats.asked': {
      actions: {
        type: 'say',
        params: ({ context, event }) => ({
          room: event.origin,
          notice: listOfChats(context, event.all),
          answers: event.answers,
        }),
      },
    },
    'chat.renamed': {
      actions: { type: 'rename the chat', params: ({ event }) => ({ room: event.room, name: event.name }) },
    },
    'archive.wanted': [
      {
        guard: 'the chat is numbered',
        actions: [
          { type: 'archive the chat', params: ({ event }) => ({ room: event.origin, archived: true }) },
          {
            type: 'tell the room',
            params: ({ event }) => ({ room: event.origin, event: { type: 'chat.archived', archived: true } }),
          },
          {
            type: 'say',
            params: ({ context, event }) => ({
              room: event.origin,
              notice: about('chat is archived', chatOrJob(context, event.origin)),
              answers: event.answers,
            }),
          },
        ],
      },
      {
        actions: {
          type: 'say',
          params: ({ event }) => ({
            room: event.origin,
            notice: { key: 'this is no numbered chat' },
            answers: event.answers,
          }),
        },
      },
    ],
    'unarchive.wanted': [
      {
        guard: 'the number is of a chat',
        actions: [
          {
            type: 'archive the chat',
            params: ({ context, event }) => ({ room: roomOf(context, event.number), archived: false }),
          },
          {
            type: 'tell the room',
            params: ({ context, event }) => ({
              room: roomOf(context, event.number),
              event: { type: 'chat.archived', archived: false },
            }),
          },
          {
            type: 'invite again',
            params: ({ context, event }) => ({ person: context.person, rooms: [roomOf(context, event.number)] }),
          },
          {
            type: 'say',
            params: ({ context, event }) => ({
              room: event.origin,
              notice: about('chat is unarchived', chatNumbered(context, event.number)),
              answers: event.answers,
            }),
          },
        ],
      },
      {
        actions: {
          type: 'say',
          params: ({ event }) => ({ room: event.origin, notice: { key: 'no such chat' }, answers: event.answers }),
        },
      },
    ],
    'chat.gone': { actions: { type: 'forget the chat', params: ({ event }) => ({ room: event.room }) } },
    'chat.moved': [
      {
        guard: 'it is a chat in the Space',
        actions: [
          { type: 'move the chat', params: ({ event }) => ({ room: event.room, replacement: event.replacement }) },
          {
            type: 'tell the room',
            params: ({ context, event }) => ({ room: event.replacement, event: movedIn(context, event) }),
          },
          {
            type: 'link the other chats',
            params: ({ context, event }) => ({ space: theSpace(context), rooms: [event.replacement] }),
          },
        ],
      },
      {
        guard: 'it is a chat of this person',
        actions: [
          { type: 'move the chat', params: ({ event }) => ({ room: event.room, replacement: event.replacement }) },
          {
            type: 'tell the room',
            params: ({ context, event }) => ({ room: event.replacement, event: movedIn(context, event) }),
          },
        ],
      },
    ],
    'space.gone': { guard: 'it is the Space', actions: 'forget the Space' },
  },
  states: {
    ready: {
      tags: 'at rest',
      on: {
        'chat.wanted': {
          target: 'making a chat',
          actions: { type: 'begin the job', params: ({ event }) => ({ job: event.job }) },
        },
        'access.wanted': [
          {
            guard: 'there are no chats to come back to',
            target: 'making a chat',
            actions: { type: 'begin the job', params: ({ event }) => ({ job: event.job }) },
          },
          {
            guard: 'the chats are without a Space',
            target: 'making a chat',
            actions: { type: 'begin the job of the Space alone', params: ({ event }) => ({ job: event.job }) },
          },
        ],
      },
    },

    'making a chat': {
      tags: 'busy',
      initial: 'looking for the Space',
      on: {
        // What the steps of the lost Space still bring is of another operation or of another Space.
        'space.gone': {
          guard: 'it is the Space',
          target: '.looking for the Space',
          actions: 'forget the Space of the job',
        },
        'chat.gone': {
          guard: 'it is the room of this job',
          target: '.choosing what is next',
          actions: [
            {
              type: 'say',
              params: ({ context }) => ({
                room: theJob(context).origin,
                notice: { key: 'chat could not be made', code: 'ROOM_GONE' },
                answers: theJob(context).answers,
              }),
            },
            'forget the job',
          ],
        },
        'chat.wanted': [
          {
            guard: 'the line has room',
            actions: { type: 'hold the job', params: ({ event }) => ({ job: event.job }) },
          },
          {
            actions: {
              type: 'say',
              params: ({ event }) => ({
                room: event.job.origin,
                notice: { key: 'too many chats are wanted', limit: MOST_JOBS },
                answers: event.job.answers,
              }),
            },
          },
        ],
        'access.wanted': {
          guard: 'there are no chats to come back to',
          actions: {
            type: 'say',
            params: ({ event }) => ({
              room: event.job.origin,
              notice: { key: 'chat is being made' },
              answers: event.job.answers,
            }),
          },
        },
        'step.refused': [
          {
            guard: 'it is of this job, which only makes the Space',
            target: '.choosing what is next',
            actions: [
              'note that the invitations are on their way',
              { type: 'restore access', params: everything },
              {
                type: 'say',
                params: ({ context, event }) => ({
                  room: theJob(context).origin,
                  notice: { key: 'Space could not be made', code: event.code },
                  answers: theJob(context).answers,
                }),
              },
              { type: 'keep the job for another try', params: ({ event }) => ({ code: event.code }) },
            ],
          },
          {
            guard: 'it is of this job',
            target: '.choosing what is next',
            actions: [
              {
                type: 'say',
                params: ({ context, event }) => ({
                  room: theJob(context).origin,
                  notice: { key: 'chat could not be made', code: event.code },
                  answers: theJob(context).answers,
                }),
              },
              { type: 'keep the job for another try', params: ({ event }) => ({ code: event.code }) },
            ],
          },
        ],
      },
      states: {
        'looking for the Space': {
          always: [{ guard: 'the Space is known', target: 'looking for the room' }, { target: 'making the Space' }],
        },
        'making the Space': {
          entry: {
            type: 'create the Space',
            params: ({ context }) => ({ operation: theJob(context).spaceOperation, person: context.person }),
          },
          on: {
            'space.made': {
              guard: 'it is of this job',
              target: 'marking the Space',
              actions: { type: 'note the Space', params: ({ event }) => ({ space: event.room }) },
            },
          },
        },
        'marking the Space': {
          entry: {
            type: 'mark the Space',
            params: ({ context }) => ({
              operation: theJob(context).spaceOperation,
              space: theSpace(context),
              person: context.person,
            }),
          },
          on: { 'space.marked': { guard: 'it is of this job', target: "dropping the Space's alias" } },
        },
        "dropping the Space's alias": {
          entry: [
            {
              type: "drop the Space's alias",
              params: ({ context }) => ({ operation: theJob(context).spaceOperation, space: theSpace(context) }),
            },
            {
              type: 'link the other chats',
              params: ({ context }) => ({ space: theSpace(context), rooms: context.chats.map(({ room }) => room) }),
            },
          ],
          on: {
            'space.alias dropped': { guard: 'it is of this job', target: 'looking for the room' },
            // An alias that stays leads nobody astray.
            'step.refused': { guard: 'it is of this job', target: 'looking for the room' },
          },
        },
        'looking for the room': {
          always: [
            {
              guard: 'only the Space is wanted',
              target: 'choosing what is next',
              actions: [
                'note that the invitations are on their way',
                { type: 'restore access', params: everything },
                { type: 'say', params: ({ context }) => accessIsRestored(context, theJob(context)) },
                'end the job',
              ],
            },
            { guard: 'the room of the chat is known', target: 'linking the room' },
            { target: 'making the room' },
          ],
        },
        'making the room': {
          entry: {
            type: 'create the chat',
            params: ({ context }) => ({
              operation: theJob(context).operation,
              person: context.person,
              space: theSpace(context),
              number: theJob(context).number ?? 0,
              name: theJob(context).name,
            }),
          },
          on: {
            'chat.made': {
              guard: 'it is of this job',
              target: 'linking the room',
              actions: {
                type: 'note the room of the chat',
                params: ({ event }) => ({ room: event.room, name: event.name }),
              },
            },
          },
        },
        'linking the room': {
          entry: {
            type: 'link the chat',
            params: ({ context }) => ({
              operation: theJob(context).operation,
              space: theSpace(context),
              room: roomOfJob(context),
            }),
          },
          on: { 'chat.linked': { guard: 'it is of this job', target: "dropping the room's alias" } },
        },
        "dropping the room's alias": {
          entry: {
            type: "drop the chat's alias",
            params: ({ context }) => ({ operation: theJob(context).operation, room: roomOfJob(context) }),
          },
          on: {
            'chat.alias dropped': { guard: 'it is of this job', target: 'introducing the room' },
            'step.refused': { guard: 'it is of this job', target: 'introducing the room' },
          },
        },
        'introducing the room': {
          entry: {
            type: 'introduce the chat',
            params: ({ context }) => ({
              operation: theJob(context).operation,
              room: roomOfJob(context),
              event: adoption(context),
            }),
          },
          on: {
            'chat.introduced': [
              {
                guard: 'it is of this job, whose room is wanted under another name',
                target: 'choosing what is next',
                actions: [
                  { type: 'say', params: chatIsReady },
                  { type: 'tell the room', params: ({ context }) => newName(context) },
                  'add the chat',
                ],
              },
              {
                guard: 'it is of this job',
                target: 'choosing what is next',
                actions: [{ type: 'say', params: chatIsReady }, 'add the chat'],
              },
            ],
          },
        },
        'choosing what is next': {
          always: [
            { guard: 'a job waits', target: 'looking for the Space', actions: 'begin the next job' },
            { target: '#person.ready' },
          ],
        },
      },
    },
  },
});

/** An effect decides nothing: its name and params are what the host carries out after the commit. */
function effect<Name extends keyof PersonEffectParams>(_name: Name) {
  return (_: unknown, _params: PersonEffectParams[Name]): void => {};
}

/** A job that was refused half-way lends what it reached to the next one; it stays for the name of its room. */
function beginJob(context: PersonContext, job: Job): Partial<PersonContext> {
  const { failed } = context;
  const { nextNumber } = context;
  const { operation, spaceOperation, room, contextId } = failed ?? job;
  const name = job.name ?? (room === null ? null : (failed?.name ?? null));
  const begun = { ...job, operation, spaceOperation, room, contextId, name };
  const number = failed?.number ?? null;
  if (number !== null) return { job: { ...begun, number } };
  return { job: { ...begun, number: nextNumber }, nextNumber: nextNumber + 1 };
}

/** The chats are there: only what they are in is made anew. */
function beginJobOfSpace({ failed }: PersonContext, job: Job): Partial<PersonContext> {
  return { job: { ...job, number: null, spaceOperation: (failed ?? job).spaceOperation } };
}

function beginNextJob(context: PersonContext): Partial<PersonContext> {
  const [next, ...waiting] = context.waiting;
  if (next === undefined) throw new Error('no job waits');
  return { ...beginJob(context, next), waiting };
}

function addChat(context: PersonContext): Partial<PersonContext> {
  const { number, room, archived } = theJob(context);
  if (number === null || room === null) throw new Error('the chat is not made');
  const chat: Chat = { number, room, name: nameOfRoom(context) ?? '', archived };
  return { chats: [...context.chats.filter((other) => other.room !== room), chat], job: null, failed: null };
}

function everything({ context }: { context: PersonContext }): PersonEffectParams['restore access'] {
  return { person: context.person, rooms: activeRooms(context) };
}

function chatIsReady({ context }: { context: PersonContext }): PersonEffectParams['say'] {
  const { origin, answers, number, name } = theJob(context);
  return { room: origin, notice: { key: 'chat is ready', chat: name ?? '', number: number ?? 0 }, answers };
}
