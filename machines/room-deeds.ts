/** What the room has done outside, in the words of its chart: at the homeserver, at the agent, at the person's actor. */
import { asks, leavesFor, messageOf, wishes, type RoomMoment } from './room-host.ts';
import type { EventId } from './ids.ts';
import { withPushNotes } from './room-push-notes.ts';
import * as pushes from './room-pushes.ts';
import type { PushTask } from './pushes.ts';
import { burstOf, fileIn, filesToFetchAnew, meantFile, noticeOfTheTray } from './room-tray.ts';
import { confirmation, connection, delivery, personIn, redelivery, sending, theMarker, turnOf } from './room-words.ts';
import { toldWork, workNotice } from './room-work.ts';
import { lastInLine, marksOf, marksOfTheLine, noticedAt, noticeOfTheLine } from './room-queue.ts';
import { savedBy, saveWanted } from './room-saves.ts';
import type { Wish } from './room.effects.ts';
import type { Ask, RoomContext } from './room.model.ts';
import type { RoomEvent } from './room.events.ts';
import { as } from './vocabulary.ts';

/** A notice that nobody waits for any more. */
function lateNotice(event: RoomEvent): EventId {
  const { eventId } = as(event, 'line.shown', 'work.shown', 'task.told');
  if (eventId === null) throw new Error('no notice stands in the room');
  return eventId;
}

/** Asks the person's actor which saves of this agent there are. */
function asksFor({ agent, contextId }: RoomContext, event: RoomEvent, ask: Ask | null): Wish {
  const { eventId, thread } = as(event, 'command.save', 'command.load', 'command.context');
  if (ask === null) throw new Error('no save can be called so');
  const asked = ask.for === 'save' ? { ...ask, of: contextId } : ask;
  return { type: 'saves.asked', answers: eventId, ...(thread !== undefined && { thread }), agent, ask: asked };
}

const { enqueueActions } = withPushNotes;

function takesBackTheNoticesOf(tasksIn: (moment: RoomMoment) => readonly (PushTask | undefined)[]) {
  return enqueueActions(({ context, event, enqueue }) => {
    for (const task of tasksIn({ context, event }))
      if (task?.notice) enqueue({ type: 'take back', params: { event: task.notice } });
  });
}

export const withDeeds = withPushNotes.extend({
  actions: {
    // the room
    'join the room and greet': asks('join the room', () => ({ greet: true })),
    'join the room in silence': asks('join the room', () => ({ greet: false })),
    'leave, since it could not come in': leavesFor('it could not be entered'),
    'leave, since others are there': leavesFor('others are in the room', { key: 'others are here' }),
    'mark the room': asks('write the marker', theMarker),
    'give the room its new name': asks('set the name', ({ event }) => {
      const { name, eventId } = as(event, 'command.rename');
      return { name: name ?? '', answers: eventId };
    }),
    'begin to type': asks('show typing', () => ({})),
    'stop typing': asks('hide typing', () => ({})),
    'deliver what it answered': asks('deliver the answer', ({ context, event }) =>
      delivery(context, as(event, 'turn.ended')),
    ),

    'deliver what it said so far': asks('deliver the answer', ({ context, event }) =>
      delivery(context, as(event, 'agent.asked').said ?? { answer: null }),
    ),
    'deliver what was refused': asks('deliver the answer', ({ context, event }) => redelivery(context, event)),

    // files
    'bring the file into the workspace': asks('fetch the file', ({ context, event }) => {
      const file = fileIn(as(event, 'file.received'));
      if (file === null) throw new Error('there is nothing to fetch');
      return { agent: context.agent, person: personIn(context), file };
    }),
    'bring its files into the new workspace': enqueueActions(({ context, enqueue }) => {
      const { agent } = context;
      for (const file of filesToFetchAnew(context))
        enqueue({ type: 'fetch the file', params: { agent, person: personIn(context), file } });
    }),
    'let go of the download': asks('settle the file', ({ event }) => {
      const { file, agent, person } = as(event, 'file.fetched');
      return { agent, person, file };
    }),
    'delete what nobody wants': asks('delete the file', ({ event }) => {
      const { agent, path, bytes, print } = as(event, 'file.fetched');
      return { agent, path, bytes, print };
    }),
    'delete the file that is meant': enqueueActions(({ context, event, enqueue }) => {
      const there = meantFile(context, event)?.there;
      if (there) enqueue({ type: 'delete the file', params: { agent: context.agent, ...there } });
    }),
    'delete all files': enqueueActions(({ context, enqueue }) => {
      for (const { there } of context.tray)
        if (there !== null) enqueue({ type: 'delete the file', params: { agent: context.agent, ...there } });
    }),
    'send what the agent wants sent': asks('send the files', ({ context, event }) => sending(context, event)),
    'change the notice of the tray': asks('change the notice', ({ context }) => {
      const { notice } = burstOf(context);
      if (notice === null) throw new Error('no notice tells of the tray');
      return { of: notice, notice: noticeOfTheTray(context), answers: null };
    }),

    // the agent
    'ask the agent for a place': asks('ask for a place', ({ context }) => ({
      turn: turnOf(context).id,
      agent: context.agent,
    })),
    'connect to the agent': asks('open the connection', ({ context }) => connection(context)),
    'hang up': asks('close the connection', ({ context }) => ({ turn: turnOf(context).id })),
    'send the text': asks('send the user message', ({ context }) => {
      const { id, text } = turnOf(context);
      return { turn: id, text };
    }),
    'let the rest of the answer be a reply': asks('go on as a reply', ({ context }) => ({ turn: turnOf(context).id })),
    'ask the agent to stop': asks('stop the agent', ({ context }) => {
      const { id, stoppedFor } = turnOf(context);
      return { turn: id, trouble: stoppedFor };
    }),
    'pass on the word': asks('send the confirmation', ({ context, event }) =>
      confirmation(context, as(event, 'command.yes', 'command.no').type === 'command.yes'),
    ),
    'say no for want of a word': asks('send the confirmation', ({ context }) => confirmation(context, false)),

    // what is told of the queue
    'mark that the text waits': asks('mark the message', ({ event }) => ({
      of: as(event, 'text.received').text.eventId,
    })),
    'take the marks away': enqueueActions(({ context, enqueue }) => {
      for (const event of marksOf(context)) enqueue({ type: 'take back', params: { event } });
    }),
    'take the marks of the line away': enqueueActions(({ context, enqueue }) => {
      for (const event of marksOfTheLine(context)) enqueue({ type: 'take back', params: { event } });
    }),
    'take the late mark back': asks('take back', ({ event }) => ({ event: as(event, 'text.marked').mark })),
    'change the notice of the line': asks('change the notice', ({ context }) => ({
      ...{ of: noticedAt(context), notice: noticeOfTheLine(context) },
      answers: lastInLine(context)?.eventId ?? null,
    })),
    'take the notice of the line back': asks('take back', ({ context }) => ({ event: noticedAt(context) })),
    'take the late notice back': asks('take back', ({ event }) => ({
      event: lateNotice(event),
    })),

    // what is told of the agent's work
    'tell of its work': asks('say', ({ context, event }) => workNotice(context, as(event, 'agent.worked'))),
    'go on telling of its work': asks('go on showing the work', ({ context }) => toldWork(context)),
    'take the notice of its work back': enqueueActions(({ context, enqueue }) => {
      const { work } = turnOf(context);
      if (work) enqueue({ type: 'take back', params: { event: work } });
    }),

    // what the agent says of its own accord
    'send the files that come with it': asks('send the files', ({ event }) => pushes.filesBehind(event)),
    'change the notices of tasks': enqueueActions(({ context, enqueue }) => {
      for (const task of pushes.tasksBehind(context))
        enqueue({ type: 'change the notice', params: pushes.changeOf(task) });
    }),
    'take the notice of the oldest task back, if there are too many': takesBackTheNoticesOf(({ context }) => [
      pushes.taskTooMany(context),
    ]),
    'take the notice of its task back': takesBackTheNoticesOf(({ context, event }) => [
      pushes.taskEnded(context, event),
    ]),
    'take the notices of the tasks of before back': takesBackTheNoticesOf(({ context }) =>
      pushes.tasksElsewhere(context),
    ),
    'take the notices of all tasks back': takesBackTheNoticesOf(({ context }) => context.pushes.tasks),

    // what the person's actor hears
    'wish for access': wishes(({ event }) => ({ type: 'access.wanted', answers: messageOf(event) })),
    'wish for a chat': wishes(({ event }) => {
      const { eventId, name, first } = as(event, 'command.new');
      return { type: 'chat.wanted', answers: eventId, name, ...(first !== undefined && { first }) };
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
    'wish for the saves, to save': wishes(({ context, event }) => asksFor(context, event, saveWanted(event))),
    'wish for the saves, to save before the clear': wishes(({ context, event }) =>
      asksFor(context, event, saveWanted(event, context.dialog)),
    ),
    'wish for the saves, to load one': wishes(({ context, event }) =>
      asksFor(context, event, { for: 'load', which: as(event, 'command.load').name }),
    ),
    'wish for the saves, to tell of the context': wishes(({ context, event }) =>
      asksFor(context, event, { for: 'context' }),
    ),
    'report the save': wishes(({ context, event }) => ({ type: 'save.made', save: savedBy(context, event) })),
    'wish for a chat with the copy': wishes(({ context }) => {
      const { eventId, task } = turnOf(context).text;
      if (task?.kind !== 'branch') throw new Error('nothing is copied');
      return { type: 'chat.wanted', answers: eventId, name: task.chat, contextId: task.to };
    }),
    'report the new name': wishes(({ event }) => ({
      type: 'chat.renamed',
      name: as(event, 'room.named', 'name.set').name,
    })),
    'report the language': wishes(({ event }) => {
      const { language } = as(event, 'command.language');
      if (language === null) throw new Error('no language is chosen');
      return { type: 'language.chosen', language };
    }),
    'report the new conversation': wishes(({ context }) => ({
      type: 'context.chosen',
      contextId: context.contextId,
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
  },
});
