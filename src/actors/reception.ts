/** Turns what Matrix brought into inputs of rooms: adds the time, the context ids and the agents that events must carry. */
import { ContextId, ONLY_CONTEXT, type AgentId, type RoomId, type UserId } from '../../machines/ids.ts';
import { commandEvent, type HostFacts } from '../../machines/commands.ts';
import { blankRoom, type Assignment, type Role, type RoomContext, type RoomEvent } from '../../machines/room.model.ts';
import { type Marker } from '../../machines/marker.ts';
import type { Arrival, Heard, Now, Registry } from '../ports.ts';
import type { Input } from '../durable/definition.ts';
import { newOrigin, type Envelope } from '../durable/record.ts';
import { claimantOf, newRoomRecord, type Claim, type RoomFacts } from './room.ts';

export interface Reception {
  /** The inputs of each room, in order. */
  inputsOf(arrivals: readonly Arrival[]): Promise<Map<RoomId, Input[]>>;
  /** The record of a room that was never seen: from its marker where it has one, else nobody is known in it. */
  newRecord(room: RoomId, first: Input): Promise<Envelope<RoomContext>>;
  /** What the registry says of a room's person by now, where the room remembers otherwise. */
  refresh(context: RoomContext): RoomEvent[];
  /** Adds to inputs of a room that nobody is known in whose it would be. */
  brief(record: Envelope<RoomContext>, inputs: readonly Input[]): readonly Input[];
  mintContextId(): Promise<ContextId>;
  /** A room has this id: no other gets it, or a lower one. */
  noteContextId(contextId: ContextId): void;
  /** Whether the id is one that rooms have by now: people's only one, or one of the room's own. */
  isOfScope(contextId: ContextId): boolean;
  /** What a room with this marker remembers. */
  restored(room: RoomId, marker: Marker, contextId: ContextId): RoomContext;
  agentFor(person: UserId): { agent: AgentId; assignment: Assignment };
}

export interface ReceptionWorld {
  registry: Registry;
  access: { mayInvite(user: UserId): boolean; assignmentOf(user: UserId): Assignment | 'denied' };
  mode: 'spaces' | 'dm';
  /** `person`: a person's only context is the fixed id 0. */
  scope: 'room' | 'person';
  /** Remembers the highest context id over restarts. */
  host: {
    read(): { lastContextId: ContextId | null };
    update(patch: { lastContextId: ContextId }): Promise<unknown>;
  };
  readMarker(room: RoomId): Promise<Marker | null>;
  /** The chat that a room was made for and is not introduced to yet. */
  inTheMaking(room: RoomId): { person: UserId; number: number; name: string } | null;
  now: Now;
}

/** Ids of the next minute, so that not every one costs a write. */
const RESERVED_AHEAD = 60_000n * 1000n;

export function createReception(world: ReceptionWorld): Reception {
  const { registry, access, mode, host, now } = world;
  let last = BigInt(host.read().lastContextId ?? 0);
  /** On disk, or on its way there: no other process gives out an id up to this one. */
  let reserved = { upTo: last, written: Promise.resolve<unknown>(null) };

  /** Decimal and never reused: max(last + 1, now in ms × 1000). An id is given out when it is reserved on disk. */
  async function mintContextId(): Promise<ContextId> {
    if (world.scope === 'person') return ONLY_CONTEXT;
    const fromClock = BigInt(Math.trunc(now())) * 1000n;
    last = fromClock > last ? fromClock : last + 1n;
    const id = last;
    if (id > reserved.upTo) {
      const upTo = id + RESERVED_AHEAD;
      reserved = { upTo, written: host.update({ lastContextId: ContextId.parse(upTo.toString()) }) };
    }
    const { written } = reserved;
    await written.catch((error: unknown) => {
      if (reserved.written === written) reserved = { upTo: 0n, written: Promise.resolve(null) };
      throw error;
    });
    return ContextId.parse(id.toString());
  }

  function isOfScope(contextId: ContextId): boolean {
    return (contextId === ONLY_CONTEXT) === (world.scope === 'person');
  }

  function agentFor(person: UserId): { agent: AgentId; assignment: Assignment } {
    const assignment = access.assignmentOf(person);
    return { agent: registry.agentOf(person), assignment: assignment === 'configured' ? 'configured' : 'default' };
  }

  /**
   * What a room of a person is that the bot is brought into. An entry room of before is a chat where people have one
   * chat each; where they have one memory each too, it shares that with the chats of before.
   */
  function roleFor(person: UserId): Role {
    if (!access.mayInvite(person) || access.assignmentOf(person) === 'denied') return 'refused';
    return mode === 'spaces' ? 'entry' : 'chat';
  }

  async function eventOf(heard: Heard): Promise<RoomEvent | null> {
    switch (heard.type) {
      case 'room.invited': {
        const { person } = heard;
        const contextId = await mintContextId();
        return { type: 'room.invited', person, role: roleFor(person), ...agentFor(person), contextId };
      }
      case 'member.left':
        return { type: 'member.left', user: heard.user };
      case 'member.joined':
        return null;
      case 'command':
        return commandOf(heard);
      default:
        return heard;
    }
  }

  const facts: { [Name in keyof HostFacts]: () => Promise<HostFacts[Name]> } = {
    clear: async () => ({ contextId: await mintContextId() }),
    new: async () => ({ more: mode === 'spaces' }),
  };

  async function commandOf({ name, args, ...said }: Extract<Heard, { type: 'command' }>): Promise<RoomEvent> {
    return commandEvent(name, args, said, name in facts ? await facts[name as keyof HostFacts]() : {});
  }

  return {
    mintContextId,
    noteContextId(contextId) {
      const id = BigInt(contextId);
      if (id > last) last = id;
    },
    isOfScope,
    agentFor,
    restored,
    async inputsOf(arrivals) {
      const rooms = new Map<RoomId, Input[]>();
      const at = now();
      for (const { room, id, heard } of arrivals) {
        const event = await eventOf(heard);
        if (event === null) continue;
        const inputs = rooms.get(room) ?? [];
        inputs.push({ kind: 'event', id, at, event });
        rooms.set(room, inputs);
      }
      return rooms;
    },
    async newRecord(room, first) {
      const event = first.kind === 'event' ? (first.event as RoomEvent) : null;
      const isNew = event?.type === 'room.invited' || event?.type === 'room.adopted' || event?.type === 'room.left';
      const marker = isNew || world.inTheMaking(room) !== null ? null : await world.readMarker(room);
      if (marker === null || marker.kind === 'space')
        return newRoomRecord(blank(room, await mintContextId()), newOrigin());
      return newRoomRecord(restored(room, marker, await contextOf(marker)), newOrigin());
    },
    brief({ context }, inputs) {
      if (context.person !== null) return inputs;
      return inputs.map((input) => {
        const claimant = claimantOf(input);
        if (claimant === null) return input;
        const facts: RoomFacts = { claimed: claim(context.room, claimant) };
        return { ...input, facts };
      });
    },
    refresh({ person, role, number, agent, assignment }) {
      if (person === null) return [];
      const today = agentFor(person);
      const denied = access.assignmentOf(person) === 'denied';
      const served = role === 'chat' || number !== null ? 'chat' : roleFor(person);
      const wanted = denied ? 'refused' : served;
      if (wanted === role && today.agent === agent && today.assignment === assignment) return [];
      return [{ type: 'agent.assigned', role: wanted, ...today }];
    },
  };

  /** Whose the room is that nobody is known in, and `speaker` speaks in first. */
  function claim(room: RoomId, speaker: UserId): ReturnType<Claim> {
    const chat = world.inTheMaking(room);
    const { person, number, name } = chat ?? { person: speaker, number: null, name: null };
    const role = roleFor(person);
    const served = chat === null || role === 'refused' ? role : 'chat';
    return { type: 'room.claimed', person, role: served, ...agentFor(person), number, name };
  }

  async function contextOf({ contextId }: Marker): Promise<ContextId> {
    return contextId !== null && isOfScope(contextId) ? contextId : mintContextId();
  }

  function restored(room: RoomId, marker: Marker, contextId: ContextId): RoomContext {
    const { person, kind, number, name, archived } = marker;
    const served = kind === 'entry' && mode === 'spaces' ? 'entry' : 'chat';
    const role = access.assignmentOf(person) === 'denied' ? 'refused' : served;
    return { ...blank(room, contextId), person, role, number, name, archived, ...agentFor(person) };
  }

  function blank(room: RoomId, contextId: ContextId): RoomContext {
    return blankRoom({ room, agent: registry.agentOf(null), contextId, assignment: 'default' });
  }
}
