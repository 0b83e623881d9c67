/** What the room's chart says and remembers: the plain functions behind its actions and params. */
import type {
  ContextId,
  EventId,
  Notice,
  Outcome,
  RoomContext,
  RoomEffectParams,
  RoomEvent,
  Text,
  Trouble,
  Turn,
  TurnId,
  Unanswered,
  UserId,
} from './model.ts';

export const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;

/** An effect decides nothing: its name and params are what the host carries out after the commit. */
export function effect<Name extends keyof RoomEffectParams>(_name: Name) {
  return (_: unknown, _params: RoomEffectParams[Name]): void => {};
}

export function ofThisTurn({ context, event }: { context: RoomContext; event: RoomEvent }): boolean {
  return 'turn' in event && context.turn !== null && event.turn === context.turn.id;
}

/** Every state inside `asking` has a turn; a chart that breaks this rule parks the event instead of guessing. */
export function turnOf(context: RoomContext): Turn {
  if (context.turn === null) throw new Error('no turn is running');
  return context.turn;
}

export function beginTurn(context: RoomContext, text: Text): Partial<RoomContext> {
  const id = (context.turns + 1) as TurnId;
  const turn: Turn = {
    id,
    text,
    contextId: context.contextId,
    attempts: 0,
    preview: null,
    pauseMs: 0,
    idempotent: false,
    confirmations: false,
    toldBusy: false,
    stoppedFor: null,
    discarded: false,
  };
  return { turns: id, turn, unanswered: null, person: context.person ?? text.sender };
}

export function beginNextTurn(context: RoomContext): Partial<RoomContext> {
  const [next, ...waiting] = context.waiting;
  if (next === undefined) throw new Error('no text waits');
  const retried = context.unanswered?.text.eventId === next.eventId;
  return { ...beginTurn(context, next), unanswered: retried ? null : context.unanswered, waiting };
}

export function afterFailedTry(turn: Turn | null, jitter: number): Turn | null {
  if (turn === null) return null;
  const full = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** turn.attempts);
  return { ...turn, attempts: turn.attempts + 1, pauseMs: Math.round(full * (0.5 + jitter / 2)) };
}

export function say(notice: Notice, answers: EventId | null): RoomEffectParams['say'] {
  return { notice, answers };
}

interface Moment<Event> {
  context: RoomContext;
  event: Event;
}
type Message = { eventId: EventId } | { text: Text };

/** A word to whoever wrote the message at hand. */
export function reply(notice: Notice) {
  return ({ event }: Moment<Message>) => say(notice, eventIdOf(event));
}

/** A word to whoever asked what is being answered. */
export function tellAsker(notice: Notice) {
  return ({ context }: { context: RoomContext }) => say(notice, turnOf(context).text.eventId);
}

export function replyPosition({ context, event }: Moment<Message>) {
  return say({ key: 'text waits', position: context.waiting.length }, eventIdOf(event));
}

export function replyQueueFull({ context, event }: Moment<Message>) {
  return say({ key: 'queue is full', limit: context.waiting.length }, eventIdOf(event));
}

export function replyCleared({ context, event }: Moment<Message>) {
  return say({ key: 'cleared', waiting: context.waiting.length }, eventIdOf(event));
}

export function tellWhyBrokenOff({ context, event }: Moment<{ trouble: Trouble | null }>) {
  return tellAsker(brokenOff(event.trouble))({ context });
}

export function tellWhyStopped({ context }: { context: RoomContext }) {
  return tellAsker(brokenOff(turnOf(context).stoppedFor))({ context });
}

function eventIdOf(message: Message): EventId {
  return 'text' in message ? message.text.eventId : message.eventId;
}

export function theTurn({ context }: { context: RoomContext }): { turn: TurnId } {
  return { turn: turnOf(context).id };
}

export function theTurnByWish({ context }: { context: RoomContext }): RoomEffectParams['stop the agent'] {
  return { turn: turnOf(context).id, trouble: null };
}

export function theNewContext({ event }: { event: { contextId: ContextId } }): { contextId: ContextId } {
  return { contextId: event.contextId };
}

export function theText({ event }: { event: { text: Text } }): { text: Text } {
  return { text: event.text };
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
  };
}

export function delivery(
  context: RoomContext,
  answer: RoomEffectParams['deliver the answer']['answer'] | null,
): RoomEffectParams['deliver the answer'] {
  if (answer === null) throw new Error('there is no answer to deliver');
  const turn = turnOf(context);
  return { turn: turn.id, answer, preview: turn.preview, answers: turn.text.eventId };
}

function brokenOff(trouble: Trouble | null): Notice {
  return trouble === null ? { key: 'stopped' } : { key: 'trouble', trouble };
}

export function whyUnanswered(outcome: Outcome, trouble: Trouble | null): Unanswered['why'] {
  if (trouble === 'connection-lost') return 'interrupted';
  return outcome === 'stopped' ? 'stopped' : 'failed';
}

export function whyStopped(context: RoomContext): Unanswered['why'] {
  return turnOf(context).stoppedFor === null ? 'stopped' : 'failed';
}
