/** What a room brings to the pure heart: its chart with the operator's limits, its first record, its words for failures. */
import type { AnyEventObject, StateValue } from 'xstate';
import { RoomContext, roomEffects, type RoomEffectParams, type RoomEvent } from '../../machines/model.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import { RECORD_VERSION, readEnvelope, UnreadableRecord, type Envelope, type OutboxItem } from './record.ts';
import type { Definition } from './step.ts';

/** Steps of a connection that `resumed` takes anew after a crash; the message of a preview is found again by its transaction. */
const LIGHT = new Set<RoomEvent['type']>(['place.granted', 'connection.opened', 'answer.shown']);

export interface RoomLimits {
  /** Texts that may wait behind the one being answered. */
  queue: number;
  /** Tries to reach the agent before the person is told. */
  tries: number;
  turnMs: number;
}

export function roomDefinition(limits: RoomLimits, device: string): Definition {
  const room = roomMachine.provide({
    guards: {
      'the queue has room': ({ context }) => context.waiting.length < limits.queue,
      'something is unanswered and the queue has room': ({ context }) =>
        context.unanswered !== null && context.waiting.length < limits.queue,
      'a question is open and the queue has room': ({ context }) =>
        context.question !== null && context.waiting.length < limits.queue,
      'it is of this turn and tries are left': ({ context, event }) =>
        'turn' in event && event.turn === context.turn?.id && context.turn.attempts + 1 < limits.tries,
    },
    delays: { turnLimit: limits.turnMs },
  });
  return {
    name: 'room',
    machine: room,
    device,
    effects: roomEffects,
    light: LIGHT,
    classify: (context, event) => ofThePerson(context as RoomContext, event as RoomEvent),
    settled,
    apology,
  };
}

/** The record of a room that nobody has seen yet. */
export function newRoomRecord(context: RoomContext, origin: string): Envelope {
  return {
    version: RECORD_VERSION,
    machine: 'room',
    origin,
    sequence: 0,
    done: false,
    value: { serving: { conversation: 'idle', tray: 'empty', dialog: 'none' } },
    context,
    timers: [],
    outbox: [],
    parked: [],
    seen: '',
  };
}

/** A room's stored record, checked whole. Throws `UnreadableRecord`. */
export function readRoomRecord(stored: unknown): Envelope {
  const record = readEnvelope(stored, 'room');
  const context = RoomContext.safeParse(record.context);
  if (!context.success) throw new UnreadableRecord(context.error.message);
  try {
    roomMachine.resolveState({ value: record.value as StateValue, context: context.data });
  } catch (error) {
    throw new UnreadableRecord(`the record is in a state that the chart does not have (${String(error)})`);
  }
  return { ...record, context: context.data };
}

/** Nothing is under way with this person, agent or homeserver: the room may leave memory. */
export function isAtRest(record: Envelope): boolean {
  return record.timers.length === 0 && record.outbox.length === 0 && (record.context as RoomContext).turn === null;
}

/** Only the room's person speaks to the agent (P6); what others say is a bystander's word. */
function ofThePerson(context: RoomContext, event: RoomEvent): AnyEventObject {
  const author = authorOf(event);
  if (author === null || context.person === null || author.sender === context.person) return event;
  return { type: 'bystander.spoke', ...author };
}

function authorOf(event: RoomEvent) {
  if (event.type === 'text.received') return { eventId: event.text.eventId, sender: event.text.sender };
  if (event.type === 'bystander.spoke') return null;
  return 'sender' in event ? { eventId: event.eventId, sender: event.sender } : null;
}

function settled(item: OutboxItem, accepted: boolean): RoomEvent | null {
  switch (item.type as keyof RoomEffectParams) {
    case 'deliver the answer': {
      const { turn } = item.params as unknown as RoomEffectParams['deliver the answer'];
      return { type: accepted ? 'answer.delivered' : 'answer.refused', turn };
    }
    case 'join the room': {
      const { greet } = item.params as unknown as RoomEffectParams['join the room'];
      if (!accepted) return { type: 'room.left' };
      return greet ? { type: 'room.joined' } : null;
    }
    default:
      return null;
  }
}

function apology(event: AnyEventObject) {
  const author = authorOf(event as RoomEvent);
  if (author === null) return null;
  return { type: 'say', params: { notice: { key: 'room is troubled' }, answers: author.eventId } };
}
