/** What the room's chart says and remembers: the plain functions behind the names of its vocabulary. */
import { backoff } from './backoff.ts';
import { ofTheAgent } from './commands.ts';
import type { AgentId, ContextId, EventId, TurnId, UserId } from './ids.ts';
import { answered, meantIn, without } from './room-again.ts';
import { noPushes } from './pushes.ts';
import { blankDiary, newTurn } from './room.model.ts';
import type { RoomEvent } from './room.events.ts';
import type { Answer, Assignment, Role, Outcome, RoomContext, Text, Turn, Unanswered } from './room.model.ts';
import type { Wish, RoomEffectParams } from './room.effects.ts';
import type { Relation } from './message.ts';
import type { Notice, Place, Trouble } from './notices.ts';
import type { RoomLimits } from './room-limits.ts';

/** Every state inside `asking` has a turn; a chart that breaks this rule parks the event instead of guessing. */
export function turnOf(context: RoomContext): Turn {
  if (context.turn === null) throw new Error('no turn is running');
  return context.turn;
}

/** `waited`: others may stand between the text and what answers it. */
export function beginTurn(context: RoomContext, text: Text, waited = false): Partial<RoomContext> {
  const id = (context.turns + 1) as TurnId;
  const of = text.task !== undefined && text.task.kind !== 'load' ? text.task.of : undefined;
  const turn = newTurn({ id, text, contextId: of ?? context.contextId, waited });
  return { turns: id, turn, unanswered: without(context.unanswered, text) };
}

/** Whether the running turn is about what the agent knows in this room: a copy goes on elsewhere, a save may be of before. */
export function isAboutThisMemory({ turn, contextId }: RoomContext): boolean {
  return turn?.contextId === contextId;
}

type Related = { relation?: Relation };

/** How the next message of the running turn stands to its text. */
export function relatedToTheText(context: RoomContext): Related {
  const { text, waited } = turnOf(context);
  return relatedTo(text, waited || context.waiting.length > 0);
}

/** `isApart`: others may stand between. What is in the main timeline right under its text needs no word of it. */
function relatedTo({ thread, unwritten }: Text, isApart: boolean): Related {
  const isReply = isApart && unwritten !== true;
  if (thread === undefined && !isReply) return {};
  return { relation: { ...(thread !== undefined && { thread }), ...(isReply && { isReply }) } };
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
function isInSpace({ number, role }: RoomContext): boolean {
  return number !== null || role === 'entry';
}

/** What is not sent yet is asked there too; a question of a turn that is over belongs to the old one. */
export function moveTo({ turn, question }: RoomContext, contextId: ContextId): Partial<RoomContext> {
  const anew = { session: null, loaded: null, tokens: { last: 0, total: 0 }, memory: null };
  return { contextId, ...anew, turn: turn && { ...turn, contextId }, question: turn && question };
}

/** What is said of a memory, where that is of all rooms of this person. */
export function ofAllRooms({ oneMemory }: RoomContext): { oneMemory?: true } {
  return oneMemory ? { oneMemory } : {};
}

export function onlyFor(context: RoomContext, sender: UserId): Notice {
  return { key: 'only for', person: context.person ?? sender };
}

/** At a question the answer goes on in a message of its own. */
export function nextPiece(turn: Turn): Turn {
  return { ...turn, pieces: turn.pieces + 1, preview: null };
}

/** An answer that the homeserver refused, with the text that it was an answer to; null where that is not known any more. */
export function refusedAnswer(
  { turn, last }: RoomContext,
  { answer, answers }: Extract<RoomEvent, { type: 'answer.refused' }>,
): Unanswered | null {
  const text = [turn?.text, ...last].find((known) => known !== undefined && answered(known) === answers);
  return text ? { text, why: 'failed', answer } : null;
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
    answers: answered(turn.text),
    preview: turn.preview,
    // Known only since the agent had the text: then it is run again.
    mayHaveBegun: turn.idempotent,
    ...relatedToTheText(context),
  };
}

export function delivery(
  context: RoomContext,
  { answer, stands }: { answer: Answer | null; stands?: EventId | undefined },
): RoomEffectParams['deliver the answer'] {
  if (answer === null) throw new Error('there is no answer to deliver');
  const turn = turnOf(context);
  const { id, preview, text, waited, pieces } = turn;
  // What is shown already stands where it should; it is for what comes behind it that others may be in between.
  const isApart = context.waiting.length > 0 || (waited && preview === null);
  return {
    turn: id,
    answer,
    preview,
    answers: answered(text),
    ...(stands !== undefined && { stands }),
    ...relatedTo(text, isApart),
    ...(pieces > 0 && { piece: pieces }),
  };
}

/** What the agent wants to be sent comes behind all that it said, as replies: others may stand between (FOU-10). */
export function sending(context: RoomContext, event: RoomEvent): RoomEffectParams['send the files'] {
  const { text, pieces, sends = [], agent = context.agent } = turnOf(context);
  const isAll = event.type === 'turn.ended' && event.outcome === 'done' && event.answer === null && pieces === 0;
  return {
    ...{ agent, person: personIn(context), paths: sends, answers: answered(text), ...relatedTo(text, true) },
    ...(isAll && { isAll }),
  };
}

/** Of the turn that begins with it. */
export function redelivery(context: RoomContext, event: RoomEvent): RoomEffectParams['deliver the answer'] {
  const found = meantIn(context, event);
  const { text, answer } = found.is === 'unanswered' ? found.one : { text: null, answer: undefined };
  if (text === null || answer === undefined) throw new Error('no answer was refused');
  const turn = (context.turns + 1) as TurnId;
  return { turn, answer, preview: null, answers: answered(text), ...relatedTo(text, true) };
}

/** Whether somebody may have meant `!stop`. */
export function soundsLikeStop(body: string): boolean {
  return /^[^\p{L}\d]*(?:stop(?: it)?|please stop|stopp|halt|cancel|abort|abbrechen|стоп|стой|хватит|остановись|прекрати|отмена)[^\p{L}\d]*$/iu.test(
    body.slice(0, 40),
  );
}

const MAX_EXCERPT = 100;

/** As much of a text as tells which one it is. */
export function excerptOf(text: string): string {
  const characters = [...text.slice(0, 2 * MAX_EXCERPT + 1)];
  return characters.length <= MAX_EXCERPT ? text : `${characters.slice(0, MAX_EXCERPT).join('')}…`;
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
  language?: RoomContext['language'] | undefined;
}

/** A room begins anew with its person: nothing of anybody before stays. */
export function receive({
  person,
  role,
  agent,
  assignment,
  contextId,
  encrypted = false,
  language,
}: Reception): Partial<RoomContext> {
  return {
    ...{ person, role, agent, assignment, contextId, pushes: noPushes },
    ...{ number: null, name: null, archived: false },
    ...{
      session: null,
      turn: null,
      waiting: [],
      line: null,
      unanswered: [],
      last: [],
      replies: [],
      missed: 0,
      question: null,
      dialog: null,
      loaded: null,
      tokens: { last: 0, total: 0 },
      memory: null,
      told: [],
      tray: [],
      burst: null,
    },
    ...{ noticed: false, encrypted, company: false, language: language ?? null, diary: blankDiary },
  };
}

/** A chat that its person was faster in may have another name by now: that one stays. */
export function numberAndName({ context, event }: Moment<Extract<RoomEvent, { type: 'room.adopted' }>>) {
  const { number, archived } = event;
  const name = context.number === number ? (context.name ?? event.name) : event.name;
  return { number, name, archived };
}

export function personOf({ event }: { event: Extract<RoomEvent, { type: 'room.claimed' }> }) {
  const { person, number, name, company = false, language = null, contextId } = event;
  return { person, number, name, company, language, ...(contextId !== undefined && { contextId }) };
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
  if (why === 'it is to a Space') return { key: 'Spaces are not joined' };
  return { key: why === 'others are in the room' ? 'others are here' : 'room could not be entered', room };
}

export function theMarker({ context }: { context: RoomContext }): RoomEffectParams['write the marker'] {
  const { role, number, name, agent, contextId, archived, company, language } = context;
  const person = personIn(context);
  const kind = role === 'entry' ? 'entry' : 'chat';
  const marker = { version: 1 as const, kind, person, number, name, agent, contextId, archived } as const;
  return { marker: { ...marker, ...(company && { company }), ...(language !== null && { language }) } };
}

export function yourAgent({ agent, assignment }: RoomContext): Notice<'your agent'> {
  return { key: 'your agent', agent, configured: assignment === 'configured' };
}

export function greeting(context: RoomContext): Notice {
  return { key: 'greeting', defaultAgent: context.assignment === 'default', ...aboutTheRoom(context) };
}

export function help(context: RoomContext): Notice {
  return { key: 'help', ...aboutTheRoom(context) };
}

function aboutTheRoom(context: RoomContext): { inSpace: boolean; company?: true; oneMemory?: true } {
  const { company } = context;
  return {
    inSpace: isInSpace(context),
    ...(company && { company }),
    ...ofAllRooms(context),
  };
}

/** Which commands work there. */
function placeIn({ role, number }: RoomContext): Place {
  if (role !== 'chat') return role;
  return number === null ? 'only chat' : 'chat';
}

export function noSuchCommand(context: RoomContext, name: string): Notice {
  const place = placeIn(context);
  const isOfTheAgent = ofTheAgent.includes(name) && place !== 'refused';
  return { key: isOfTheAgent ? 'the agent keeps that' : 'unknown command', name, place };
}

export function inAnArchivedChat({ number }: RoomContext): Notice {
  return { key: 'you write in an archived chat', ...(number !== null && { number }) };
}
