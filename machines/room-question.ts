/** A person's word on a question of the agent: held for the next turn, taken back, or never given. */
import type { EventId } from './ids.ts';
import type { RoomInTheHouse } from './room-limits.ts';
import type { RoomContext, Text } from './room.model.ts';
import type { RoomEvent } from './room.events.ts';
import type { Written } from './message.ts';
import { turnOf } from './room-words.ts';
import { as } from './vocabulary.ts';

interface Moment {
  context: RoomContext;
  event: RoomEvent;
}

/** The person's word on the question, as a text for the next turn. */
export function theWord({ context, event }: Moment): Text {
  const word = as(event, 'command.yes', 'command.no');
  const text = wordOn(context, word, word.type === 'command.yes');
  return context.question === null ? text : { ...text, settles: context.question };
}

/** It names the question: the connection that asked is gone. */
function wordOn(context: RoomContext, event: Written, approved: boolean): Text {
  const body = `${approved ? 'Yes' : 'No'}, to your question: "${context.question?.text ?? ''}"`;
  const { eventId, sender, thread, reaction } = event;
  return {
    ...{ eventId, sender, body, replyTo: null },
    ...(thread !== undefined && { thread }),
    ...(reaction === true && { reaction }),
  };
}

/** The question that a word which is taken out of the room was on, as it was before that word; null for what is none. */
export function questionOf({ turn, waiting }: RoomContext, { of }: { of: EventId }): RoomContext['question'] {
  const word = [turn?.text, ...waiting].find((text) => text?.settles !== undefined && text.eventId === of);
  if (word?.settles === undefined) return null;
  const { isUrged: _, ...question } = word.settles;
  return question;
}

/** Nobody gave a word in time: a no, in a text of its own. */
export function wordOnExpiry(context: RoomContext): Text {
  const { text } = turnOf(context);
  const { sender, thread } = text;
  const eventId = `${text.eventId}/no/${context.question?.id ?? ''}` as EventId;
  return { ...wordOn(context, { eventId, sender, thread }, false), unwritten: true };
}

/** The id of a word that the agent has, so that whoever takes it back hears that it is too late. */
export function passesOn({ passedOn, limits }: RoomInTheHouse, word: EventId): Partial<RoomContext> {
  return { passedOn: [...passedOn.filter((known) => known !== word), word].slice(-limits.mostReplies) };
}
