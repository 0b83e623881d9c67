/** Take it in tests of rooms and people: a room of Ann's, its definition, and what is said and done in a turn. */
import { AgentId, ContextId, EventId, RoomId, TurnId, UserId } from '../../machines/ids.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { blankRoom, type RoomContext, type Text } from '../../machines/room.model.ts';
import type { PolicyLimits } from '../../machines/room-limits.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { claimantOf, newRoomRecord, roomDefinition, type Claim, type RoomFacts } from '../../src/actors/room.ts';
import { step } from '../../src/durable/step.ts';
import type { Input } from '../../src/durable/definition.ts';
import { input } from '../support/inputs.ts';
import { usualLimits } from '../support/room-limits.ts';

export const DEVICE = 'DEVICE';
export const ROOM = RoomId.parse('!room:test');
export const ann = UserId.parse('@ann:test');
export const bob = UserId.parse('@bob:test');
export const agent = AgentId.parse('agent-0');
export const contextId = (id: number) => ContextId.parse(String(id));
export const eventId = (name: string | number) => EventId.parse(`$${name}`);
export const turnId = (id: number) => TurnId.parse(id);

export const limits: PolicyLimits = { ...usualLimits, queue: 2, connectTries: 2, turnMs: 60_000 };

/** A house without onboarding: whoever speaks first has a chat there. */
const claim: Claim = (_, person) => ({
  ...{ type: 'room.claimed', person, role: 'chat', agent, assignment: 'configured', number: null, name: null },
});
export const definition = roomDefinition(limits, DEVICE);

/** The input with what the host adds to it in a room that nobody is known in. */
export function briefed(input: Input): Input {
  const claimant = claimantOf(input);
  if (claimant === null || input.kind !== 'event') return input;
  const facts: RoomFacts = { claimed: claim(ROOM, claimant), company: null };
  return { ...input, facts };
}

/** A room of Ann's in which nothing has happened yet. */
export function freshRecord(room: RoomId = ROOM, changes: Partial<RoomContext> = {}): Envelope<RoomContext> {
  return newRoomRecord(blankRoom({ room, agent, contextId: contextId(1), person: ann, ...changes }), 'origin');
}

const BEGINNING = freshRecord().value;

export function contextOf({ context }: Envelope): RoomContext {
  return context as RoomContext;
}

/** Where the conversation is, e.g. `asking.working.streaming`. */
export function conversationOf(record: Envelope): string {
  if (typeof record.value === 'string') return record.value;
  return pathOf((record.value['serving'] as { conversation: unknown }).conversation);
}

/** Regions whose states are told apart by what they are about. */
const APART = ['conversation', 'dialog', 'tray', 'burst'];

/** What goes on in the other regions. */
export function besidesOf({ value }: Envelope): [region: string, state: unknown][] {
  if (typeof value === 'string' || typeof BEGINNING === 'string') return [];
  const begun = BEGINNING['serving'] as Record<string, unknown>;
  const regions = Object.entries((value['serving'] ?? {}) as Record<string, unknown>);
  return regions.filter(([region, state]) => !APART.includes(region) && state !== begun[region]);
}

/** Which question of our own is open. */
export function dialogOf({ value }: Envelope): string {
  if (typeof value === 'string') return 'none';
  return (value['serving'] as { dialog?: string }).dialog ?? 'none';
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value as object)
    .map(([key, inner]) => `${key}.${pathOf(inner)}`)
    .join(' ');
}

export function textOf(name: string | number, sender: UserId = ann, body = 'hello'): Text {
  return { eventId: eventId(name), sender, body, replyTo: null };
}

/** A text as Matrix brings it; its event id is what it is remembered by. */
export function textInput(name: string | number, sender: UserId = ann, at = 0): Input {
  const text = textOf(name, sender);
  return input({ type: 'text.received', text } satisfies RoomEvent, at, text.eventId);
}

function ready(turn: number, can: { idempotent?: boolean; confirmations?: boolean } = {}): RoomEvent {
  const { idempotent = false, confirmations = false } = can;
  return { type: 'agent.ready', turn: turnId(turn), idempotent, confirmations, session: null };
}

/** From a text received to its message written. */
export function toStreaming(turn: number, can: { idempotent?: boolean; confirmations?: boolean } = {}): Input[] {
  const events: RoomEvent[] = [
    { type: 'place.granted', turn: turnId(turn) },
    { type: 'connection.opened', turn: turnId(turn) },
    ready(turn, can),
  ];
  return events.map((event) => input(event));
}

export function done(turn: number, markdown = 'the answer'): RoomEvent {
  return { type: 'turn.ended', turn: turnId(turn), outcome: 'done', answer: { markdown }, trouble: null, tokens: 1 };
}

/** The record after these inputs. */
export function after(record: Envelope<RoomContext>, ...inputs: readonly Input[]): Envelope<RoomContext> {
  return step(definition, record, inputs).record;
}
