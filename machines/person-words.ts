/** What the person's chart says and remembers: the plain functions behind the names of its vocabulary. */
import type { Chat, Job, PersonContext, PersonEffectParams, PersonEvent, Place } from './person.model.ts';
import type { Notice } from './notices.ts';
import type { RoomEvent } from './room.events.ts';
import type { RoomId } from './ids.ts';
import type { Language } from './language.ts';

export function theJob(context: PersonContext): Job {
  if (context.job === null) throw new Error('no chat is being made');
  return context.job;
}

export function theSpace(context: PersonContext): RoomId {
  if (context.space === null) throw new Error('there is no Space');
  return context.space;
}

/** The chats that are not archived. */
export function activeChats({ chats }: PersonContext): Chat[] {
  return chats.filter(({ archived }) => !archived);
}

/** The Space, where there is one, and the chats that are not archived. */
function activeRooms(context: PersonContext): RoomId[] {
  const { space } = context;
  return [...(space === null ? [] : [space]), ...activeChats(context).map(({ room }) => room)];
}

/** The invitations to all that the person has; whoever asked for them is told how it went. */
export function toEverything(context: PersonContext, asker?: Job): PersonEffectParams['restore access'] {
  const all = { person: context.person, rooms: activeRooms(context) };
  return asker === undefined ? all : { ...all, origin: asker.origin, answers: asker.answers };
}

/** What the person is told where they came back. */
export function accessIsRestored(context: PersonContext, invited: number): Notice {
  const list = activeChats(context).toSorted((a, b) => a.number - b.number);
  return { key: 'access is restored', chats: list.length, list, invited };
}

export function chatIn(context: PersonContext, room: RoomId): Chat | undefined {
  return context.chats.find((chat) => chat.room === room);
}

/** A chat that is ready, or the one in the making. */
export function chatOrJob(context: PersonContext, room: RoomId): Chat | undefined {
  const { job } = context;
  if (job === null || job.number === null || job.room !== room) return chatIn(context, room);
  return { number: job.number, room, name: nameOfRoom(context) ?? '', archived: job.archived };
}

export function chatNumbered(context: PersonContext, number: number | null): Chat | undefined {
  return context.chats.find((chat) => chat.number === number);
}

export function placeOf({ name: _, ...place }: Chat): Place {
  return place;
}

/** All that stands in the Space, the chat in the making among it. */
export function placesInTheSpace(context: PersonContext): Place[] {
  const made = context.job?.room ?? null;
  const chat = made === null ? undefined : chatOrJob(context, made);
  const others = context.chats.filter(({ room }) => room !== made);
  return [...others, ...(chat === undefined ? [] : [chat])].map(placeOf);
}

/** Where the chat stands from now on. */
export function newPlace(context: PersonContext, room: RoomId): { space: RoomId; rooms: RoomId[]; chats: Place[] } {
  const chat = chatOrJob(context, room);
  return { space: theSpace(context), rooms: [], chats: chat === undefined ? [] : [placeOf(chat)] };
}

/** What the room of the job is called: a room that was made for an earlier wish keeps its name until it is introduced. */
function nameOfRoom(context: PersonContext): string | null {
  const { failed } = context;
  return failed !== null && failed.room !== null ? failed.name : theJob(context).name;
}

/** Whether the person wants another name for the room of the job than it has. */
export function isCalledOtherwise(context: PersonContext): boolean {
  const { name, answers } = theJob(context);
  return name !== null && answers !== null && name !== nameOfRoom(context);
}

/** What the room hears that is wanted under another name. */
export function newName(context: PersonContext): { room: RoomId; event: RoomEvent } {
  const { name, answers } = theJob(context);
  if (answers === null) throw new Error('nobody asked for another name');
  return {
    room: roomOfJob(context),
    event: { type: 'command.rename', eventId: answers, sender: context.person, name },
  };
}

export function withoutChat(context: PersonContext, room: RoomId): Partial<PersonContext> {
  return {
    chats: context.chats.filter((chat) => chat.room !== room),
    failed: context.failed?.room === room ? null : context.failed,
  };
}

export function archiveChat(
  { chats, job }: PersonContext,
  { room, archived }: { room: RoomId; archived: boolean },
): Partial<PersonContext> {
  return {
    chats: chats.map((chat) => (chat.room === room ? { ...chat, archived } : chat)),
    job: job?.room === room ? { ...job, archived } : job,
  };
}

/** A chat may get its name before it is ready. */
export function renameChat(
  { chats, job, failed }: PersonContext,
  { room, name }: { room: RoomId; name: string },
): Partial<PersonContext> {
  return {
    chats: chats.map((chat) => (chat.room === room ? { ...chat, name } : chat)),
    job: job?.room === room ? { ...job, name } : job,
    failed: failed?.room === room ? { ...failed, name } : failed,
  };
}

export function listOfChats(context: PersonContext, all: boolean): Notice {
  const chats = context.chats.filter(({ archived }) => all || !archived);
  const hidden = context.chats.length - chats.length;
  if (chats.length === 0 && hidden === 0) return { key: 'no chats' };
  return { key: 'chats', chats: chats.toSorted((a, b) => a.number - b.number), archived: hidden };
}

/** A job that was refused half-way lends what it reached to the next one; it stays for the name of its room. */
export function beginJob(context: PersonContext, job: Job): Partial<PersonContext> {
  const { failed, nextNumber } = context;
  const { operation, spaceOperation, room } = failed ?? job;
  // A copied conversation is for the chat that was wanted for it.
  const { contextId } = failed === null || failed.copied || job.copied ? job : failed;
  const name = job.name ?? (room === null ? null : (failed?.name ?? null));
  const first = job.first ?? failed?.first;
  const begun = { ...job, operation, spaceOperation, room, contextId, name, ...(first !== undefined && { first }) };
  const number = failed?.number ?? null;
  if (number !== null) return { job: { ...begun, number } };
  return { job: { ...begun, number: nextNumber }, nextNumber: nextNumber + 1 };
}

/** The chats are there: only what they are in is made anew. */
export function beginJobOfSpace({ failed }: PersonContext, job: Job): Partial<PersonContext> {
  return { job: { ...job, number: null, spaceOperation: (failed ?? job).spaceOperation } };
}

export function beginNextJob(context: PersonContext): Partial<PersonContext> {
  const [next, ...waiting] = context.waiting;
  if (next === undefined) throw new Error('no job waits');
  return { ...beginJob(context, next), waiting };
}

export function addChat(context: PersonContext): Partial<PersonContext> {
  const { number, room, archived } = theJob(context);
  if (number === null || room === null) throw new Error('the chat is not made');
  const chat: Chat = { number, room, name: nameOfRoom(context) ?? '', archived };
  return { chats: [...context.chats.filter((other) => other.room !== room), chat], job: null, failed: null };
}

export function chatIsReady(context: PersonContext): Notice {
  const { number, name } = theJob(context);
  return { key: 'chat is ready', chat: name ?? '', number: number ?? 0, room: roomOfJob(context) };
}

/** What a new chat's room hears of itself. */
export function adoption(context: PersonContext): RoomEvent {
  const { agent, assignment, contextId, number, archived, first } = theJob(context);
  return {
    type: 'room.adopted',
    person: context.person,
    agent,
    assignment,
    contextId,
    number: number ?? 0,
    name: nameOfRoom(context) ?? '',
    archived,
    ...(first !== undefined && { first }),
    ...inTheirLanguage(context),
  };
}

function inTheirLanguage({ language }: PersonContext): { language?: Language } {
  return language === null ? {} : { language };
}

/** What the room hears that took a chat's place. */
export function movedIn(context: PersonContext, event: Extract<PersonEvent, { type: 'chat.moved' }>): RoomEvent {
  const { agent, assignment, contextId } = event;
  const { number = 0, name = '', archived = false } = chatIn(context, event.replacement) ?? {};
  const adopted = { agent, assignment, contextId, number, name, archived, ...inTheirLanguage(context) };
  return { type: 'room.adopted', person: context.person, ...adopted };
}

export function roomOfJob(context: PersonContext): RoomId {
  const { room } = theJob(context);
  if (room === null) throw new Error('the room of the chat is not made');
  return room;
}

export function roomOf(context: PersonContext, number: number | null): RoomId {
  const chat = chatNumbered(context, number);
  if (chat === undefined) throw new Error('there is no chat of that number');
  return chat.room;
}

export function about(key: 'chat is archived' | 'chat is unarchived', chat: Chat | undefined): Notice {
  return { key, chat: chat?.name ?? '', number: chat?.number ?? 0 };
}

export function moveChat(
  { chats }: PersonContext,
  { room, replacement }: { room: RoomId; replacement: RoomId },
): Partial<PersonContext> {
  return { chats: chats.map((chat) => (chat.room === room ? { ...chat, room: replacement } : chat)) };
}

/** Its own steps only, and of these none that happened in a Space that was lost meanwhile. */
export function isOfThisJob({ job, space }: PersonContext, event: PersonEvent): boolean {
  if (job === null || !('operation' in event)) return false;
  if (event.operation !== job.operation && event.operation !== job.spaceOperation) return false;
  return event.space === null || event.space === space;
}

/** Another name for the creation of the Space: what the old one still brings is too late. */
export function inAnotherSpace(job: Job): Job {
  return { ...job, spaceOperation: `${job.spaceOperation}+` };
}

export function keepJob(context: PersonContext): Partial<PersonContext> {
  return { failed: jobToKeep(context), job: null };
}

/** A chat that was refused before stays what the next one goes on with, also where only the Space was wanted meanwhile. */
function jobToKeep(context: PersonContext): Job {
  const job = theJob(context);
  if (context.failed === null || !isForTheSpace(job)) return { ...job, name: nameOfRoom(context) };
  return { ...context.failed, spaceOperation: job.spaceOperation };
}

/** No chat is wanted: those that there are need a Space. */
export function isForTheSpace(job: Job | null): boolean {
  return job !== null && job.number === null;
}
