/** What the room's chart says and remembers: the plain functions behind the names of its vocabulary. */
import { backoff } from './backoff.ts';
import type { AgentId, ContextId, EventId, TurnId, UserId } from './ids.ts';
import { newTurn } from './room.model.ts';
import type { Assignment, Role, Outcome, RoomContext, RoomEvent, Text, Turn, Unanswered } from './room.model.ts';
import type { Wish, RoomEffectParams } from './room.effects.ts';
import type { Notice, Trouble } from './notices.ts';
import type { RoomLimits } from './room-limits.ts';

/** Whether a text is what was written in this message; an edit counts only by its author (Event replacements). */
export function isMeant(text: Text | null | undefined, event: RoomEvent): boolean {
  if (text === null || text === undefined) return false;
  if (event.type !== 'text.edited' && event.type !== 'text.withdrawn') return false;
  const isIt = text.eventId === event.of || text.repeats === event.of;
  return isIt && (event.type === 'text.withdrawn' || event.sender === text.sender);
}

/** What the room remembers with every text changed that an edit is about. */
export function reworded(context: RoomContext, event: RoomEvent): Partial<RoomContext> {
  if (event.type !== 'text.edited') return {};
  const { body } = event;
  const now = (text: Text): Text => (isMeant(text, event) ? { ...text, body } : text);
  const { turn, waiting, unanswered, last } = context;
  return {
    turn: turn && { ...turn, text: now(turn.text) },
    waiting: waiting.map(now),
    // A refused answer was one to the old words.
    unanswered:
      unanswered &&
      (isMeant(unanswered.text, event) ? { text: now(unanswered.text), why: unanswered.why } : unanswered),
    last: last && now(last),
  };
}

/** What the room remembers without a text that was taken out of it; a turn about it ends in its own time. */
export function withoutText({ waiting, unanswered, last }: RoomContext, event: RoomEvent): Partial<RoomContext> {
  return {
    waiting: waiting.filter((text) => !isMeant(text, event)),
    unanswered: isMeant(unanswered?.text, event) ? null : unanswered,
    last: isMeant(last, event) ? null : last,
  };
}

/** The last answered text, asked by another message: an agent that runs a repeated one only once is asked anew. */
export function askedAgain({ last }: RoomContext, eventId: EventId): Text {
  if (last === null) throw new Error('nothing was answered');
  return { ...last, eventId, repeats: last.repeats ?? last.eventId };
}

/** Every state inside `asking` has a turn; a chart that breaks this rule parks the event instead of guessing. */
export function turnOf(context: RoomContext): Turn {
  if (context.turn === null) throw new Error('no turn is running');
  return context.turn;
}

export function beginTurn(context: RoomContext, text: Text): Partial<RoomContext> {
  const id = (context.turns + 1) as TurnId;
  const turn = newTurn({ id, text, contextId: context.contextId });
  return { turns: id, turn, unanswered: null };
}

export function beginNextTurn(context: RoomContext): Partial<RoomContext> {
  const [next, ...waiting] = context.waiting;
  if (next === undefined) throw new Error('no text waits');
  const retried = context.unanswered?.text.eventId === next.eventId;
  return { ...beginTurn(context, next), unanswered: retried ? null : context.unanswered, waiting };
}

export function afterFailedTry(turn: Turn | null, jitter: number, limits: RoomLimits): Turn | null {
  if (turn === null) return null;
  const attempts = turn.attempts + 1;
  const pauseMs = backoff(attempts, { firstMs: limits.firstPauseMs, capMs: limits.longestPauseMs }, jitter);
  return { ...turn, attempts, pauseMs };
}

interface Moment<Event> {
  context: RoomContext;
  event: Event;
}

/** Whether the person has a Space of chats, of which this room is a part. */
export function isInSpace({ number, role }: RoomContext): boolean {
  return number !== null || role === 'entry';
}

/** What is not sent yet is asked there too; a question of a turn that is over belongs to the old one. */
export function moveTo({ turn, question }: RoomContext, contextId: ContextId): Partial<RoomContext> {
  return { contextId, session: null, turn: turn && { ...turn, contextId }, question: turn && question };
}

export function onlyFor(context: RoomContext, sender: UserId): Notice {
  return { key: 'only for', person: context.person ?? sender };
}

export function unansweredText(context: RoomContext): Text {
  if (context.unanswered === null) throw new Error('nothing is unanswered');
  return context.unanswered.text;
}

/** The person's word on a question whose connection is gone, as a text that names the question. */
export function wordOn(context: RoomContext, event: { eventId: EventId; sender: UserId }, approved: boolean): Text {
  const body = `${approved ? 'Yes' : 'No'}, to your question: "${context.question?.text ?? ''}"`;
  return { eventId: event.eventId, sender: event.sender, body, replyTo: null };
}

/** Nobody gave a word in time: a no, in a text of its own. */
export function wordOnExpiry(context: RoomContext): Text {
  const { eventId, sender } = turnOf(context).text;
  return wordOn(context, { eventId: `${eventId}/no/${context.question?.id ?? ''}` as EventId, sender }, false);
}

export function confirmation(context: RoomContext, approved: boolean): RoomEffectParams['send the confirmation'] {
  return { turn: turnOf(context).id, question: context.question?.id ?? '', approved };
}

export function connection(context: RoomContext): RoomEffectParams['open the connection'] {
  const turn = turnOf(context);
  return {
    turn: turn.id,
    agent: context.agent,
    contextId: turn.contextId,
    answers: turn.text.eventId,
    preview: turn.preview,
    // Known only since the agent had the text: then it is run again.
    mayHaveBegun: turn.idempotent,
  };
}

export function delivery(
  context: RoomContext,
  { answer, stands }: Pick<Extract<RoomEvent, { type: 'turn.ended' }>, 'answer' | 'stands'>,
): RoomEffectParams['deliver the answer'] {
  if (answer === null) throw new Error('there is no answer to deliver');
  const { id, preview, text } = turnOf(context);
  return { turn: id, answer, preview, ...(stands !== undefined && { stands }), answers: text.eventId };
}

/** Of the turn that begins with it. */
export function redelivery(context: RoomContext): RoomEffectParams['deliver the answer'] {
  const answer = context.unanswered?.answer;
  if (answer === undefined) throw new Error('no answer was refused');
  const turn = (context.turns + 1) as TurnId;
  return { turn, answer, preview: null, answers: unansweredText(context).eventId };
}

/** Whether somebody may have meant `!stop`. */
export function soundsLikeStop(body: string): boolean {
  return /^[^\p{L}\d]*(?:stop(?: it)?|please stop|stopp|halt|cancel|abort|abbrechen)[^\p{L}\d]*$/iu.test(
    body.slice(0, 40),
  );
}

const MAX_EXCERPT = 100;

/** As much of a text as tells which one it is. */
export function excerptOf(text: string): string {
  const characters = [...text.slice(0, 2 * MAX_EXCERPT + 1)];
  return characters.length <= MAX_EXCERPT ? text : `${characters.slice(0, MAX_EXCERPT).join('')}…`;
}

export function brokenOff(trouble: Trouble | null): Notice {
  return trouble === null ? { key: 'stopped' } : { key: 'trouble', trouble };
}

export function whyUnanswered(outcome: Outcome, trouble: Trouble | null): Unanswered['why'] {
  if (trouble === 'connection-lost') return 'interrupted';
  return outcome === 'stopped' ? 'stopped' : 'failed';
}

export function whyStopped(context: RoomContext): Unanswered['why'] {
  return turnOf(context).stoppedFor === null ? 'stopped' : 'failed';
}

/** What is known of a person who comes into a room. */
export interface Reception {
  person: UserId;
  role: Role;
  agent: AgentId;
  assignment: Assignment;
  contextId: ContextId;
  /** What is written in the room cannot be read. */
  encrypted?: boolean | undefined;
}

/** A room begins anew with its person: nothing of anybody before stays. */
export function receive({
  person,
  role,
  agent,
  assignment,
  contextId,
  encrypted = false,
}: Reception): Partial<RoomContext> {
  return {
    ...{ person, role, agent, assignment, contextId },
    ...{ number: null, name: null, archived: false },
    ...{ session: null, turn: null, waiting: [], unanswered: null, last: null, question: null, dialog: null, told: [] },
    ...{ noticed: false, encrypted },
  };
}

/** A chat that its person was faster in may have another name by now: that one stays. */
export function numberAndName({ context, event }: Moment<Extract<RoomEvent, { type: 'room.adopted' }>>) {
  const { number, archived } = event;
  const name = context.number === number ? (context.name ?? event.name) : event.name;
  return { number, name, archived };
}

export function personOf({ event }: { event: Extract<RoomEvent, { type: 'room.claimed' }> }) {
  const { person, number, name } = event;
  return { person, number, name };
}

export function noteOf({ event }: { event: { role: Role; agent: AgentId; assignment: Assignment } }) {
  const { role, agent, assignment } = event;
  return { role, agent, assignment };
}

export function personIn({ person }: RoomContext): UserId {
  if (person === null) throw new Error('the room has no person yet');
  return person;
}

export function wish(context: RoomContext, what: Wish): RoomEffectParams['tell the person'] {
  return { person: personIn(context), wish: what };
}

/** What its person reads of their invitation to another room. */
export function declined({ room, why }: Extract<RoomEvent, { type: 'invite.declined' }>): Notice {
  return why === 'it is to a Space' ? { key: 'Spaces are not joined' } : { key: 'room could not be entered', room };
}

export function theMarker({ context }: { context: RoomContext }): RoomEffectParams['write the marker'] {
  const { role, number, name, agent, contextId, archived } = context;
  const person = personIn(context);
  const kind = role === 'entry' ? 'entry' : 'chat';
  return { marker: { version: 1, kind, person, number, name, agent, contextId, archived } };
}

export function yourAgent({ agent, assignment }: RoomContext): Notice<'your agent'> {
  return { key: 'your agent', agent, configured: assignment === 'configured' };
}

export function greeting(context: RoomContext): Notice {
  return { key: 'greeting', defaultAgent: context.assignment === 'default', inSpace: isInSpace(context) };
}
