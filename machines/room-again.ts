/** What can be asked again: the texts that were not answered and the last that were, and which of them somebody means. */
import type { EventId } from './ids.ts';
import { fixedLimits, type RoomInTheHouse } from './room-limits.ts';
import type { RoomEvent } from './room.events.ts';
import type { Reply, RoomContext, Text, Unanswered } from './room.model.ts';

/** The message as which a text was first written, however often it was asked. */
function firstOf({ eventId, repeats }: Text): EventId {
  return repeats ?? eventId;
}

/** The message that is answered where a text is; a reaction is none. */
export function answered({ eventId, reaction, repeats, settles, replyTo }: Text): EventId {
  return reaction === true ? (repeats ?? settles?.shown ?? replyTo ?? eventId) : eventId;
}

/** Whether a text is, or repeats, what was written in this message. */
function stoodIn(text: Text, message: EventId): boolean {
  const ids = [text.eventId, text.repeats, answered(text), ...(text.gathered ?? []).map(({ eventId }) => eventId)];
  return ids.includes(message);
}

function isSame(one: Text, other: Text): boolean {
  return firstOf(one) === firstOf(other);
}

/** The newest one that its person has not moved on from. */
export function pending({ unanswered }: RoomContext): Unanswered | undefined {
  return unanswered.findLast(({ passed }) => passed !== true);
}

export type Meant =
  | { is: 'unanswered'; one: Unanswered }
  | { is: 'answered'; text: Text }
  /** It is being asked, or waits. */
  | { is: 'running' | 'waiting'; text: Text }
  /** A message that names no text which is kept. */
  | { is: 'unknown' }
  | { is: 'nothing' };

/** What somebody means who wants something asked again, and names a message or none. */
export function meant(context: RoomContext, named: EventId | undefined): Meant {
  if (named !== undefined) return meantBy(context, named);
  const one = pending(context);
  if (one !== undefined) return { is: 'unanswered', one };
  if (context.turn !== null) return { is: 'running', text: context.turn.text };
  const text = context.last.at(-1);
  return text === undefined ? { is: 'nothing' } : { is: 'answered', text };
}

function meantBy(context: RoomContext, message: EventId): Meant {
  const { turn, waiting, unanswered, last, replies } = context;
  const to = replies.find(({ messages }) => messages.includes(message))?.to;
  const isIt = (text: Text) => stoodIn(text, message) || (to !== undefined && stoodIn(text, to));
  if (turn !== null && (isIt(turn.text) || turn.preview === message)) return { is: 'running', text: turn.text };
  const held = waiting.find(isIt);
  if (held !== undefined) return { is: 'waiting', text: held };
  const one = unanswered.findLast(({ text }) => isIt(text));
  if (one !== undefined) return { is: 'unanswered', one };
  const text = last.findLast(isIt);
  return text === undefined ? { is: 'unknown' } : { is: 'answered', text };
}

/** Null where there is none. */
export function textIn(found: Meant): Text | null {
  if (found.is === 'unanswered') return found.one.text;
  return 'text' in found ? found.text : null;
}

export function meantIn(context: RoomContext, event: RoomEvent): Meant {
  return meant(context, event.type === 'command.retry' ? event.replyTo : undefined);
}

/** The text that is asked again: an answered one by another message, so that an agent that runs a message only once runs it. */
export function textAgain(context: RoomContext, event: RoomEvent): Text {
  const found = meantIn(context, event);
  if (found.is === 'unanswered') return found.one.text;
  if (found.is !== 'answered' || event.type !== 'command.retry') throw new Error('nothing can be asked again');
  const { reaction: _, ...text } = found.text;
  const { eventId, reaction } = event;
  return { ...text, eventId, repeats: firstOf(found.text), ...(reaction === true && { reaction }) };
}

/** How many more are unanswered than what is meant, of those that their person has not moved on from. */
export function othersUnanswered(context: RoomContext, event: RoomEvent): number {
  const found = meantIn(context, event);
  const asked = found.is === 'unanswered' ? found.one : null;
  return context.unanswered.filter((one) => one !== asked && one.passed !== true).length;
}

export function without(unanswered: readonly Unanswered[], asked: Text): Unanswered[] {
  return unanswered.filter(({ text }) => !isSame(text, asked));
}

/** The person writes something else: without a name, `!retry` means what comes now. */
export function passed(unanswered: readonly Unanswered[]): Unanswered[] {
  return unanswered.map((one) => ({ ...one, passed: true }));
}

/** One more at the end; beyond what is kept the oldest are forgotten. */
export function withUnanswered(context: RoomInTheHouse, one: Unanswered): Partial<RoomContext> {
  const unanswered = [...without(context.unanswered, one.text), one];
  return withReplies(context, withinBounds(context, { unanswered }));
}

/** The lists of what can be asked again, as long as they may be. */
export function withinBounds(
  { limits, ...context }: RoomInTheHouse,
  { unanswered = context.unanswered, last = context.last }: Partial<Pick<RoomContext, 'unanswered' | 'last'>>,
): Pick<RoomContext, 'unanswered' | 'last'> {
  const { mostUnanswered, queueSize, mostAnswered, answeredSize } = limits;
  return {
    unanswered: newest(unanswered, ({ text }) => text, mostUnanswered, queueSize),
    last: newest(last, (text) => text, mostAnswered, answeredSize),
  };
}

/** The turn's text is answered. */
export function withAnswered(context: RoomInTheHouse, text: Text): Partial<RoomContext> {
  const last = [...context.last.filter((known) => !isSame(known, text)), text];
  return withReplies(context, withinBounds(context, { last }));
}

/** Of the list the last ones, at most so many and together at most so long; the very last one however long it is. */
function newest<Item>(items: readonly Item[], textOf: (item: Item) => Text, most: number, size: number): Item[] {
  let left = size;
  const kept = items
    .slice(-most)
    .reverse()
    .map((item, index) => ({ item, fits: (left -= textOf(item).body.length) >= 0 || index === 0 }));
  const beyond = kept.findIndex(({ fits }) => !fits);
  return (beyond === -1 ? kept : kept.slice(0, beyond)).map(({ item }) => item).reverse();
}

/** What the bot wrote of texts that are forgotten names nothing any more. */
function withReplies(context: RoomContext, changes: Partial<RoomContext>): Partial<RoomContext> {
  const { turn, waiting, unanswered, last, replies } = { ...context, ...changes };
  const known = [turn?.text, ...waiting, ...unanswered.map(({ text }) => text), ...last];
  const isKnown = ({ to }: Reply) => known.some((text) => text !== undefined && stoodIn(text, to));
  return { ...changes, replies: replies.filter(isKnown) };
}

/** Of more messages about one text the first stays, with the last ones: what people name is where an answer begins or ends. */
export function repliedTo(context: RoomContext, of: EventId, messages: readonly EventId[]): Partial<RoomContext> {
  const { replies } = context;
  const text = textIn(meantBy(context, of));
  if (messages.length === 0 || text === null) return {};
  const first = firstOf(text);
  const known = replies.find(({ to }) => to === first)?.messages ?? [];
  const all = [...new Set([...known, ...messages])];
  const { mostReplies } = fixedLimits;
  const kept = all.length <= mostReplies ? all : [...all.slice(0, 1), ...all.slice(1 - mostReplies)];
  return { replies: [...replies.filter(({ to }) => to !== first), { to: first, messages: kept }] };
}
