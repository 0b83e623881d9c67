/** What the room has done outside, in the words of its chart: at the homeserver, at the agent, at the person's actor. */
import { asks, leavesFor, messageOf, wishes } from './room-host.ts';
import { withNotes } from './room-notes.ts';
import { confirmation, connection, delivery, redelivery, theMarker, turnOf } from './room-words.ts';
import { as } from './vocabulary.ts';

export const withDeeds = withNotes.extend({
  actions: {
    // the room
    'join the room and greet': asks('join the room', () => ({ greet: true })),
    'join the room in silence': asks('join the room', () => ({ greet: false })),
    'leave, since it could not come in': leavesFor('it could not be entered'),
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

    'deliver what was refused': asks('deliver the answer', ({ context }) => redelivery(context)),

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
    'ask the agent to stop': asks('stop the agent', ({ context }) => {
      const { id, stoppedFor } = turnOf(context);
      return { turn: id, trouble: stoppedFor };
    }),
    'pass on the word': asks('send the confirmation', ({ context, event }) =>
      confirmation(context, as(event, 'command.yes', 'command.no').type === 'command.yes'),
    ),
    'say no for want of a word': asks('send the confirmation', ({ context }) => confirmation(context, false)),

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
  },
});
