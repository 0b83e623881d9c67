/** The first layer of the room's vocabulary: what the host carries out, and how a name asks for it. */
import { setup } from 'xstate';
import type { EventId } from './ids.ts';
import type { Farewell, Notice } from './notices.ts';
import type { RoomInTheHouse } from './room-limits.ts';
import type { RoomEvent } from './room.events.ts';
import { roomEffects, type RoomEffectParams, type Wish } from './room.effects.ts';
import type { Relation } from './message.ts';
import { answered } from './room-again.ts';
import { personIn, relatedToTheText, turnOf, wish } from './room-words.ts';
import { asking, effects, from, type Moment } from './vocabulary.ts';

export type RoomMoment = Moment<RoomInTheHouse, RoomEvent>;

/** The params of the effects are the contract with `src/actors/effects/room.ts`. */
export const host = setup({
  types: {} as {
    context: RoomInTheHouse;
    events: RoomEvent;
    input: RoomInTheHouse;
    tags: 'at rest' | 'busy' | 'unheard' | 'only tells';
  },
  actions: effects<RoomEffectParams>(roomEffects),
});

export const asks = asking<RoomInTheHouse, RoomEvent, RoomEffectParams>();

/** A word to whoever wrote the message at hand; to the whole room where nobody did. */
export function says(notice: Notice | ((moment: RoomMoment) => Notice)) {
  return asks('say', (moment) => ({ notice: from(notice, moment), ...toTheWriter(moment) }));
}

/** Where an answer to the message at hand goes. */
export function toTheWriter({ event }: RoomMoment) {
  return { answers: messageOf(event), ...inThread(threadOf(event)) };
}

/** The same about the text of the turn: who names the word means that text. */
export function saysOfTheText(notice: Notice) {
  return asks('say', ({ context, event }) => ({
    ...{ notice, answers: messageOf(event), about: turnOf(context).text.eventId },
    ...inThread(threadOf(event)),
  }));
}

/** A word to whoever asked what is being answered, behind what is there of the answer. */
export function tellsTheAsker(notice: Notice | ((moment: RoomMoment) => Notice)) {
  return asks('say', (moment) => ({ notice: from(notice, moment), ...toTheAsker(moment.context) }));
}

/** A word that they would be sorry to miss: it rings, unless it is what they asked for themselves. */
export function alertsTheAsker(notice: Notice | ((moment: RoomMoment) => Notice)) {
  return asks('say', (moment) => {
    const found = from(notice, moment);
    const { sender } = turnOf(moment.context).text;
    return { notice: found, ...toTheAsker(moment.context), ...(found.key !== 'stopped' && { mentions: sender }) };
  });
}

function toTheAsker(context: RoomInTheHouse) {
  const { id, text } = turnOf(context);
  return { answers: answered(text), ...relatedToTheText(context), turn: id };
}

function inThread(thread: EventId | undefined): { relation?: Relation } {
  return thread === undefined ? {} : { relation: { thread } };
}

/** A word to the actor of the room's person. */
export function wishes(what: Wish | ((moment: RoomMoment) => Wish)) {
  return asks('tell the person', (moment) => wish(moment.context, from(what, moment)));
}

/** Out of the room, whose person hears why: there, by its last word, or elsewhere. */
export function leavesFor(why: Farewell, lastWord?: Notice) {
  return asks('leave the room', ({ context }) => ({ person: personIn(context), why, ...(lastWord && { lastWord }) }));
}

function threadOf(event: RoomEvent): EventId | undefined {
  if (event.type === 'text.received') return event.text.thread;
  return 'thread' in event ? event.thread : undefined;
}

/** The message that an event brought; null for what nobody wrote. */
export function messageOf(event: RoomEvent): EventId | null {
  if (event.type === 'text.received') return event.text.eventId;
  if (event.type === 'text.edited') return event.of;
  if (event.type === 'saves.told') return event.answers;
  return 'eventId' in event ? event.eventId : null;
}
