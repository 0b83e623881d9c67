/** The texts that wait in a room, those that are asked together, and what its person is told of the line. */
import type { EventId } from './ids.ts';
import type { Notice } from './notices.ts';
import type { RoomInTheHouse } from './room-limits.ts';
import type { RoomEvent } from './room.events.ts';
import type { Line, RoomContext, Text, Unanswered } from './room.model.ts';
import { withinBounds } from './room-again.ts';
import { waitsForFiles } from './room-tray.ts';
import { beginTurn, turnOf } from './room-words.ts';

/** Whether a text is what was written in this message; an edit counts only by its author (Event replacements). */
export function isMeant(text: Text | null | undefined, event: RoomEvent): boolean {
  if (text === null || text === undefined) return false;
  if (event.type !== 'text.edited' && event.type !== 'text.withdrawn') return false;
  // A command that was taken is not changed by other words.
  if (event.type === 'text.edited' && text.task !== undefined) return false;
  const ids = [text.eventId, text.repeats, ...(text.gathered ?? []).map(({ eventId }) => eventId)];
  return ids.includes(event.of) && (event.type === 'text.withdrawn' || event.sender === text.sender);
}

/** What the room remembers with every text changed that an edit is about. */
export function reworded(context: RoomInTheHouse, event: RoomEvent): Partial<RoomContext> {
  if (event.type !== 'text.edited') return {};
  const now = (text: Text): Text => (isMeant(text, event) ? inOtherWords(text, event) : text);
  const { turn, waiting, unanswered, last } = context;
  return {
    turn: turn && { ...turn, text: now(turn.text) },
    waiting: waiting.map(now),
    ...withinBounds(context, {
      // A refused answer was one to the old words.
      unanswered: unanswered.map((one) =>
        isMeant(one.text, event) ? { ...withoutItsAnswer(one), text: now(one.text) } : one,
      ),
      last: last.map(now),
    }),
  };
}

function withoutItsAnswer({ answer: _, ...one }: Unanswered): Unanswered {
  return one;
}

/** Whether all that waits is not more than may wait, once an edit is taken. */
export function hasRoomForTheWording(context: RoomInTheHouse, event: RoomEvent): boolean {
  const { waiting = [] } = reworded(context, event);
  return sizeOf(waiting) <= context.limits.queueSize;
}

/** In characters. */
export function sizeOf(waiting: readonly Text[]): number {
  return waiting.reduce((sum, { body }) => sum + body.length, 0);
}

/** Words of their own are no stand-in any more. */
function withoutStandIn({ forFiles: _, ...text }: Text): Text {
  return text;
}

function inOtherWords(text: Text, { of, body }: Extract<RoomEvent, { type: 'text.edited' }>): Text {
  if (text.gathered === undefined) return { ...withoutStandIn(text), body };
  return gatheredIn(
    text,
    text.gathered.map((each) => (each.eventId === of ? { ...each, body } : each)),
  );
}

/** What the room remembers without a text that was taken out of it; a turn about it ends in its own time. */
export function withoutText({ waiting, unanswered, last }: RoomContext, event: RoomEvent): Partial<RoomContext> {
  return {
    waiting: waiting.flatMap((text) => without(text, event) ?? []),
    unanswered: unanswered.flatMap((one) => {
      const text = without(one.text, event);
      if (text === null) return [];
      return text === one.text ? one : { ...withoutItsAnswer(one), text };
    }),
    last: last.flatMap((text) => wasReactedTo(text, event) ?? without(text, event) ?? []),
  };
}

/** Who takes back the reaction by which they had it asked again leaves what they wrote. */
function wasReactedTo({ eventId, reaction, repeats, ...text }: Text, event: RoomEvent): Text | null {
  const isTakenBack = reaction === true && event.type === 'text.withdrawn' && event.of === eventId;
  return isTakenBack && repeats !== undefined ? { ...text, eventId: repeats } : null;
}

function without(text: Text, event: RoomEvent): Text | null {
  if (!isMeant(text, event)) return text;
  const others = othersIn(text, event);
  return others.length === 0 ? null : gatheredIn(text, others);
}

type Gathered = NonNullable<Text['gathered']>;

function othersIn({ gathered = [] }: Text, event: RoomEvent): Gathered {
  return gathered.filter(({ eventId }) => !('of' in event) || eventId !== event.of);
}

/** The words of several messages in one text, which is answered under the last of them. */
function gatheredIn(text: Text, gathered: Gathered): Text {
  const body = gathered.map((each) => each.body).join('\n\n');
  return { ...text, eventId: gathered.at(-1)?.eventId ?? text.eventId, body, gathered };
}

/** What was asked together with a message that was taken out: it waits again, each by itself. */
export function askedWithIt(context: RoomContext, event: RoomEvent): Text[] {
  const { gathered: _, ...text } = turnOf(context).text;
  const { files: _files, ...withoutFiles } = text;
  return othersIn(turnOf(context).text, event).map(({ eventId, body }, index) => ({
    ...(index === 0 ? text : withoutFiles),
    ...{ eventId, body },
  }));
}

/**
 * The text whose turn it is, and what waits behind it: what is written in one thread may be asked together, as many as may
 * wait: what is put back of a turn must not grow with each.
 */
function nextInLine({ waiting, limits }: RoomInTheHouse): { next: Text; rest: Text[] } {
  const [first, ...others] = waiting;
  if (first === undefined) throw new Error('no text waits');
  const goesAlong = (text: Text) =>
    isText(first) && isText(text) && text.thread === first.thread && !waitsForFiles(text);
  const apart = others.findIndex((text) => !goesAlong(text));
  const together = limits.queued === 'each' ? 0 : Math.min(limits.queue - 1, apart === -1 ? others.length : apart);
  const along = others.slice(0, together);
  if (along.length === 0) return { next: first, rest: others };
  const gathered = [first, ...along].flatMap(
    (text): Gathered =>
      text.gathered ?? [
        { eventId: text.eventId, body: text.body, ...(text.mark !== undefined && { mark: text.mark }) },
      ],
  );
  const files = [first, ...along].flatMap((text) => text.files ?? []);
  const next = { ...gatheredIn(first, gathered), ...(files.length > 0 && { files }) };
  return { next, rest: others.slice(along.length) };
}

/** The same without the question that it is on: nobody asks that any more. */
export function asPlainText({ settles: _, ...text }: Text): Text {
  return text;
}

/** A word on a question, and what is done with the agent's memory, have turns of their own. */
function isText({ unwritten, task, settles, forFiles }: Text): boolean {
  return unwritten !== true && task === undefined && settles === undefined && forFiles !== true;
}

export function beginNextTurn(context: RoomInTheHouse): Partial<RoomContext> {
  const { next, rest } = nextInLine(context);
  return { ...beginTurn(context, next, true), waiting: rest };
}

/** What waits in the room: its texts, and the running turn for a place at the agent. Of a task its person knows already. */
export function lineOf({ waiting, turn }: RoomContext): Omit<Line, 'notice'> {
  return { texts: waiting.filter(isNoTask).length, position: turn?.position ?? null };
}

function isNoTask({ task }: Text): boolean {
  return task === undefined;
}

/** Where the notice of the line stands. Throws where there is none. */
export function noticedAt({ line }: RoomContext): EventId {
  if (line === null || line.notice === null) throw new Error('no notice tells of the line');
  return line.notice;
}

/** The marks of the messages that the running turn asks. */
export function marksOf(context: RoomContext): EventId[] {
  return marksIn(turnOf(context).text);
}

export function marksOfTheLine({ waiting }: RoomContext): EventId[] {
  return waiting.flatMap(marksIn);
}

function marksIn({ mark, gathered }: Text): EventId[] {
  return (gathered ?? [{ mark }]).flatMap((each) => each.mark ?? []);
}

/** Whether it is the notice of the line: everything that answers a person goes before it. */
export function tellsOfTheLine({ key }: Notice): boolean {
  const ofTheLine = ['text waits', 'text waits for its files', 'agent is busy', 'texts wait for the busy agent'];
  return ofTheLine.includes(key);
}

export function noticeOfTheLine(context: RoomContext): Notice {
  const { texts, position } = lineOf(context);
  if (context.turn === null) return { key: 'text waits for its files' };
  if (position === null) return { key: 'text waits', position: texts };
  return texts === 0
    ? { key: 'agent is busy', position }
    : { key: 'texts wait for the busy agent', position, waiting: texts };
}

/** The message that it is about: the last one that waits. */
export function lastInLine({ waiting, turn }: RoomContext): Text | undefined {
  return waiting.findLast(isNoTask) ?? turn?.text;
}
