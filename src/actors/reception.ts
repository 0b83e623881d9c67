/** Turns what Matrix brought into inputs of rooms: adds the time, the context ids and the agents that events must carry. */
import { randomBytes } from 'node:crypto';
import { ContextId, type RoomContext, type RoomEvent, type RoomId, type UserId } from '../../machines/model.ts';
import type { Arrival, Heard, Now, Registry } from '../ports.ts';
import type { Envelope } from './record.ts';
import { newRoomRecord } from './room.ts';
import type { Input } from './step.ts';

export interface Reception {
  /** The inputs of each room, in order. */
  inputsOf(arrivals: readonly Arrival[]): Promise<Map<RoomId, Input[]>>;
  /** The record of a room that was never seen; its person is whoever speaks first. */
  newRecord(room: RoomId, first: Input): Promise<Envelope>;
}

export interface ReceptionWorld {
  registry: Registry;
  /** Remembers the highest context id over restarts. */
  host: {
    read(): { lastContextId: ContextId | null };
    update(patch: { lastContextId: ContextId }): Promise<unknown>;
  };
  now: Now;
}

export function createReception({ registry, host, now }: ReceptionWorld): Reception {
  let last = BigInt(host.read().lastContextId ?? 0);

  /** Decimal and never reused: max(last + 1, now in ms × 1000), on disk before it is given out. */
  async function mintContextId(): Promise<ContextId> {
    const fromClock = BigInt(Math.trunc(now())) * 1000n;
    last = fromClock > last ? fromClock : last + 1n;
    const id = ContextId.parse(last.toString());
    await host.update({ lastContextId: id });
    return id;
  }

  async function eventOf(heard: Heard): Promise<RoomEvent> {
    if (heard.type === 'room.invited') {
      const { person } = heard;
      return { type: 'room.invited', person, agent: registry.agentOf(person), contextId: await mintContextId() };
    }
    if (heard.type !== 'command') return heard;
    const { name, eventId, sender } = heard;
    if (name === 'clear') return { type: 'command.clear', eventId, sender, contextId: await mintContextId() };
    return { type: `command.${name}`, eventId, sender };
  }

  return {
    async inputsOf(arrivals) {
      const rooms = new Map<RoomId, Input[]>();
      const at = now();
      for (const { room, id, heard } of arrivals) {
        const inputs = rooms.get(room) ?? [];
        inputs.push({ kind: 'event', id, at, event: await eventOf(heard) });
        rooms.set(room, inputs);
      }
      return rooms;
    },
    async newRecord(room, first) {
      const person = first.kind === 'event' ? speakerOf(first.event as RoomEvent) : null;
      const context: RoomContext = {
        room,
        person: null,
        agent: registry.agentOf(person),
        contextId: await mintContextId(),
        session: null,
        turns: 0,
        turn: null,
        waiting: [],
        unanswered: null,
        question: null,
        told: [],
      };
      return newRoomRecord(context, randomBytes(6).toString('base64url'));
    },
  };
}

function speakerOf(event: RoomEvent): UserId | null {
  if (event.type === 'text.received') return event.text.sender;
  if (event.type === 'room.invited') return event.person;
  return 'sender' in event ? event.sender : null;
}
