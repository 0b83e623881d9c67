/** What a room brings to the pure heart: its chart and the operator's limits, its first record, its words for failures. */
import type { AnyEventObject } from 'xstate';
import { roomEffectSchemas } from '../../machines/effect-schemas.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { RoomContext, type Company, type Role } from '../../machines/room.model.ts';
import { roomEffects } from '../../machines/room.effects.ts';
import { isToTheBot } from '../../machines/addressed.ts';
import { commands, withItsSurplus } from '../../machines/commands.ts';
import { askedBefore, inTheDialog } from '../../machines/dialogs.ts';
import { meant } from '../../machines/room-again.ts';
import { asWordsOfAFile, withItsWords } from '../../machines/room-tray.ts';
import { meansAgain, wordIn } from '../../machines/consent.ts';
import type { EventId } from '../../machines/ids.ts';
import { type RoomId, type UserId } from '../../machines/ids.ts';
import { fixedLimits, type PolicyLimits, type RoomLimits } from '../../machines/room-limits.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import type { Written } from '../../machines/message.ts';
import { settled } from './room-settled.ts';
import { newRecord, readRecord, type Envelope } from '../durable/record.ts';
import type { Definition, Input } from '../durable/definition.ts';

/** Steps of a connection that `resumed` takes anew after a crash; the message of a preview is found again by its transaction. */
const LIGHT = new Set<RoomEvent['type']>(['place.granted', 'connection.opened', 'answer.shown']);

/** Whose a room is that nobody is known in yet, when somebody says something there. */
export type Claimed = Extract<RoomEvent, { type: 'room.claimed' }>;

export type Claim = (room: RoomId, speaker: UserId) => Claimed;

/** What the host adds to an input for a room that nobody is known in, or that the bot has just come into. */
export interface RoomFacts {
  claimed: Claimed;
  /** What it is to the operator where others are in it. */
  company: Company | null;
}

export type RoomDefinition = Definition<RoomContext, RoomEvent, RoomFacts>;

/** `limits`: asked at each step, they may change in place. */
export function roomDefinition(limits: PolicyLimits, device: string): RoomDefinition {
  return {
    name: 'room',
    machine: roomMachine,
    context: RoomContext,
    get limits() {
      return { ...fixedLimits, ...limits } satisfies RoomLimits;
    },
    device,
    effects: roomEffects,
    light: LIGHT,
    classify: (context, event, facts) => ofThePerson(context, event, facts, limits),
    settled,
    apology,
  };
}

/** Where a room begins, by its role. */
const startOf: Record<Role, Envelope['value']> = {
  chat: beginningOf('serving'),
  entry: beginningOf('pointing'),
  refused: beginningOf('refusing'),
};

/** The state with the first ones of all that is in it. */
function beginningOf(state: string): Envelope['value'] {
  return roomMachine.resolveState({ value: state, context: {} as never }).value as Envelope['value'];
}

/** The record of a room that nobody has seen yet. */
export function newRoomRecord(context: RoomContext, origin: string): Envelope<RoomContext> {
  const value = context.person === null ? 'unclaimed' : startOf[context.role];
  return newRecord('room', origin, value, context);
}

/** A room's stored record, checked whole. Throws `UnreadableRecord`. */
export function readRoomRecord(stored: unknown): Envelope<RoomContext> {
  return readRecord(stored, {
    ...{ name: 'room', machine: roomMachine, context: RoomContext, params: roomEffectSchemas },
  });
}

/** Who said this; null for what nobody says. */
export function speakerOf(input: Input): UserId | null {
  return input.kind === 'event' ? (authorOf(input.event as RoomEvent)?.sender ?? null) : null;
}

/** What a room that takes nothing in hears later in the place of what people did and said there; null for all else. */
export function insteadOf(input: Input): Input | null {
  if (input.kind !== 'event') return null;
  const event = input.event as RoomEvent;
  const word =
    authorOf(event)?.eventId ?? ('of' in event && typeof event.of === 'string' ? event.of : writtenIn(event));
  if (word === null && event.type !== 'room.named') return null;
  const instead = { type: 'memory.lost', eventId: word } satisfies RoomEvent;
  return { kind: 'event', id: `lost:${word ?? 'name'}`, at: input.at, event: instead, from: 'supervisor' };
}

/** A message whose words are not known: there may be any number of these too. */
function writtenIn(event: RoomEvent): EventId | null {
  return event.type === 'room.encrypted' || event.type === 'memory.lost' ? event.eventId : null;
}

/** Who may become this room's person by this input, where nobody is. */
export function claimantOf(input: Input): UserId | null {
  const event = input.kind === 'event' ? (input.event as RoomEvent) : null;
  if (event?.type === 'operator.asked') return null;
  return event?.type === 'room.adopted' ? event.person : speakerOf(input);
}

/** Only the room's person speaks to the agent (P6); what others say is a bystander's word. */
function ofThePerson(
  context: RoomContext,
  event: RoomEvent,
  facts: RoomFacts | undefined,
  limits: PolicyLimits,
): AnyEventObject[] {
  if (event.type === 'room.adopted') return [...adopted(context, event, facts), ...firstWords(context, event, facts)];
  if (event.type === 'message.reacted') {
    return [whileAway(context.role, event, asTheWord(context, again(context, event)))];
  }
  if (event.type === 'text.edited' && context.role === 'chat') return [asWordsOfAFile(context, event)];
  const author = authorOf(event);
  // The host has seen that an operator asks: that is of no person and no agent.
  if (author === null || event.type === 'operator.asked') return [event];
  const said = (role: Role) => (role === 'chat' ? asSaid(event, limits) : withItsSurplus(event));
  const heard = (person: UserId, role: Role) =>
    author.sender === person
      ? said(role).map((each) => whileAway(role, event, asTheWord(context, each)))
      : [{ type: 'bystander.spoke', ...author }];
  const overheard = [{ type: 'words.overheard', ...author }];
  if (context.company && !isToTheBot(context, event)) return overheard;
  if (context.person !== null)
    return isBetweenOthers(context, event, facts) ? overheard : heard(context.person, context.role);
  // They were on their way when the bot gave the room up.
  if (facts === undefined) return overheard;
  const { claimed, company } = facts;
  if (company === 'declined') return [{ type: 'company.spoke', ...author }];
  if (company === 'accepted' && !isToTheBot(context, event)) return overheard;
  const known = company === null ? claimed : { ...claimed, company: true };
  // Only a chat in the making is known to be of somebody who is refused.
  if (claimed.role !== 'refused' || claimed.number !== null) return [known, ...heard(claimed.person, claimed.role)];
  return [event.type === 'command.whoami' ? event : { type: 'stranger.spoke', ...author }];
}

/** What becomes of words behind a command, of words with a file, and of a command that is asked about first. */
function asSaid(event: RoomEvent, { confirmClear, files }: PolicyLimits): RoomEvent[] {
  const heard = withItsSurplus(event).flatMap((each) => withItsWords(each, files));
  return confirmClear ? askedBefore(heard) : heard;
}

/** Said where the bot has just seen that others are: it leaves them, or hears what is said to it. */
function isBetweenOthers(context: RoomContext, event: RoomEvent, facts: RoomFacts | undefined): boolean {
  const company = facts?.company ?? null;
  return company === 'declined' || (company === 'accepted' && !isToTheBot(context, event));
}

/** A question of ours hears a word before the agent's does, but for one that names the agent's. */
function asTheWord(context: RoomContext, event: RoomEvent): RoomEvent {
  const word = asItsWord(context, event);
  const names =
    event.type === 'message.reacted' ? event.of : event.type === 'text.received' ? event.text.replyTo : null;
  return names !== null && names === context.question?.shown ? word : inTheDialog(context, word);
}

/** While the agent's question is open, a plain yes or no is the word on it, in the next text, a reply to it or a reaction. */
function asItsWord({ person, question }: RoomContext, event: RoomEvent): RoomEvent {
  if (question === null) return event;
  if (event.type === 'message.reacted') {
    const { of, key, eventId, sender } = event;
    const word = of === question.shown && sender === person ? wordIn(key) : null;
    return word === null ? event : { type: `command.${word}`, eventId, sender, reaction: true };
  }
  if (event.type !== 'text.received') return event;
  const { body, replyTo, eventId, sender, thread } = event.text;
  const word = replyTo === null || replyTo === question.shown ? wordIn(body) : null;
  return word === null ? event : { type: `command.${word}`, eventId, sender, thread };
}

/** 🔁 by its person on a message, or on what the bot wrote of it, is `!retry` in reply to it, where that is known. */
function again(context: RoomContext, event: RoomEvent): RoomEvent {
  if (event.type !== 'message.reacted' || event.sender !== context.person || !meansAgain(event.key)) return event;
  const { of, eventId, sender } = event;
  if (meant(context, of).is === 'unknown') return event;
  return { type: 'command.retry', eventId, sender, replyTo: of, reaction: true };
}

function isForTheAgent({ type }: RoomEvent): boolean {
  if (type === 'choice.made' || type === 'dialog.accepted') return true;
  return commands.some(({ name, asksTheAgent }) => asksTheAgent === true && type === `command.${name}`);
}

/** What a chat hears of what its person wrote while the service was away; `as`: what it would be otherwise. */
function whileAway(role: Role, event: RoomEvent, as: RoomEvent): RoomEvent {
  const missed = 'missed' in event ? event.missed : undefined;
  if (missed === undefined || role !== 'chat') return as;
  const author = authorOf(as);
  if (author === null) return as;
  if (missed === 'passed over') return { type: 'words.overheard', ...author };
  if (as.type === 'text.received') return { type: 'words.missed', text: as.text, ...author };
  return isForTheAgent(as) ? { type: 'words.missed', ...author } : as;
}

type Adopted = Extract<RoomEvent, { type: 'room.adopted' }>;

/** What the person said when they asked for this chat, where it is theirs. */
function firstWords(
  { person }: RoomContext,
  { person: theirs, first }: Adopted,
  facts: RoomFacts | undefined,
): RoomEvent[] {
  if (first === undefined || (person ?? claimOf(facts).claimed.person) !== theirs) return [];
  return [{ type: 'text.received', text: first }];
}

/** A room that nobody is known in becomes a chat: not that of somebody who is refused, or where it is made for another. */
function adopted({ person }: RoomContext, event: Adopted, facts: RoomFacts | undefined): AnyEventObject[] {
  if (person !== null) return [event];
  const { claimed } = claimOf(facts);
  if (claimed.role !== 'refused' && claimed.person === event.person) return [event];
  const { number, name } = claimed.number === null ? event : claimed;
  return [{ ...claimed, number, name }, event];
}

function claimOf(facts: RoomFacts | undefined): RoomFacts {
  if (facts === undefined) throw new Error('nobody said whose the room is');
  return facts;
}

/** What says already who is meant. */
const HEARD_ALREADY = new Set<RoomEvent['type']>([
  ...(['bystander.spoke', 'stranger.spoke', 'company.spoke', 'words.overheard', 'message.reacted'] as const),
  'words.missed',
]);

function authorOf(event: RoomEvent): Written | null {
  const toTheBot = 'addressed' in event && event.addressed === true ? { addressed: true as const } : {};
  if (event.type === 'text.received') return { eventId: event.text.eventId, sender: event.text.sender, ...toTheBot };
  if (HEARD_ALREADY.has(event.type)) return null;
  return 'sender' in event && 'eventId' in event ? { eventId: event.eventId, sender: event.sender, ...toTheBot } : null;
}

function apology(event: RoomEvent) {
  const author = authorOf(event);
  if (author === null) return null;
  return { type: 'say', params: { notice: { key: 'room is troubled' }, answers: author.eventId } };
}
