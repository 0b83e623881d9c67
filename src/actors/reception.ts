/** Turns what Matrix brought into inputs of rooms: adds the time, the context ids and the agents that events must carry. */
import { commandEvent, factsFor, MAX_NAME, type CommandName, type HostFacts } from '../../machines/commands.ts';
import type { ContextId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { Marker } from '../../machines/marker.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { blankRoom, type RoomContext } from '../../machines/room.model.ts';
import { oneLine } from '../basics/visible.ts';
import type { Input } from '../durable/definition.ts';
import { newOrigin, type Envelope } from '../durable/record.ts';
import type { Arrival, Heard } from '../ports.ts';
import { asMissed, itsEnd, type Absence } from './absence.ts';
import type { CompanyOf } from './company.ts';
import { createContextIds, type ContextIds, type ContextIdsWorld } from './context-ids.ts';
import { createRoles, type Roles, type RolesWorld } from './roles.ts';
import { claimantOf, newRoomRecord, speakerOf, type RoomFacts } from './room.ts';

export interface Reception extends ContextIds, Pick<Roles, 'agentFor' | 'languageFor' | 'refresh'> {
  /** The inputs of each room, in order. `behind`: the sync position that they came behind; `absence`: the time away in which they came. */
  inputsOf(
    arrivals: readonly Arrival[],
    behind: string | null,
    absence?: Absence | null,
  ): Promise<Map<RoomId, Input[]>>;
  /** The record of a room that was never seen: from its marker where it has one, else nobody is known in it. */
  newRecord(room: RoomId, first: Input): Promise<Envelope<RoomContext>>;
  /**
   * Adds to inputs of a room that nobody is known in whose it would be, and whether others are there; also to what is said
   * in one that the bot has just come into: until that is known, nobody's words are for an agent. Among others it adds to
   * a reply whether it answers the bot.
   */
  brief(record: Envelope<RoomContext>, inputs: readonly Input[]): readonly Input[] | Promise<readonly Input[]>;
  /** What a room with this marker remembers. */
  restored(room: RoomId, marker: Marker, contextId: ContextId): RoomContext;
}

export interface ReceptionWorld extends Omit<RolesWorld, 'sharedBy'>, ContextIdsWorld {
  companyOf: CompanyOf;
  /** Whether the bot wrote this message; false where nobody says so soon. Never rejects. */
  isMine(room: RoomId, event: EventId): Promise<boolean>;
  readMarker(room: RoomId): Promise<Marker | null>;
}

export function createReception(world: ReceptionWorld): Reception {
  const ids = createContextIds(world);
  const roles = createRoles({ ...world, sharedBy: ids.sharedBy });
  const eventOf = hearing(world, ids, roles);

  const blank = blankIn(world);

  function restored(room: RoomId, marker: Marker, contextId: ContextId): RoomContext {
    const { person, number, name, archived, company = false, language = world.languageOf(person) } = marker;
    const known = { person, role: roles.roleOf(marker), number, name, archived, company, language };
    return { ...blank(room, contextId), ...known, ...roles.agentFor(person) };
  }

  function briefed(room: RoomId, input: Input, company: RoomFacts['company'] = null): Input {
    const claimant = claimantOf(input);
    if (claimant === null) return input;
    const facts: RoomFacts = { claimed: roles.claim(room, claimant), company };
    return { ...input, facts } as Input;
  }

  async function seen(room: RoomId, input: Input): Promise<Input> {
    const claimant = claimantOf(input);
    return briefed(room, input, claimant === null ? null : await world.companyOf(room, claimant));
  }

  async function met(room: RoomId, person: UserId, input: Input): Promise<Input> {
    return speakerOf(input) === null ? input : briefed(room, input, await world.companyOf(room, person));
  }

  /** Among others, a reply to the bot is said to it, also where it only names the message. */
  async function answering(room: RoomId, input: Input): Promise<Input> {
    const replyTo = bareReplyIn(input);
    if (replyTo === null || input.kind !== 'event' || !(await world.isMine(room, replyTo))) return input;
    return { ...input, event: { ...input.event, addressed: true } };
  }

  return {
    ...{ ...ids, agentFor: roles.agentFor, languageFor: roles.languageFor, refresh: roles.refresh },
    restored,
    async inputsOf(arrivals, behind, absence = null) {
      const rooms = new Map<RoomId, Input[]>();
      const when = { at: world.now(), ...(behind === null ? {} : { behind }) };
      for (const { room, id, heard } of arrivals) {
        const event = await eventOf(heard);
        if (event === null) continue;
        inputsIn(rooms, room).push({ kind: 'event', id, event: asMissed(event, absence), ...when });
      }
      if (absence !== null) for (const inputs of rooms.values()) inputs.push(...itsEnd(absence, inputs));
      return rooms;
    },
    async newRecord(room, first) {
      const event = first.kind === 'event' ? (first.event as RoomEvent) : null;
      const isNew = event?.type === 'room.invited' || event?.type === 'room.adopted' || event?.type === 'room.left';
      const marker = isNew || world.inTheMaking(room) !== null ? null : await world.readMarker(room);
      if (marker === null || marker.kind === 'space') {
        return newRoomRecord(blank(room, await ids.contextFor(null)), newOrigin());
      }
      const { contextId: known, person } = marker;
      const isOfScope = known !== null && ids.isOfScope(known, person);
      const contextId = isOfScope ? known : await ids.contextFor(person);
      return newRoomRecord(restored(room, marker, contextId), newOrigin());
    },
    brief(record, inputs) {
      const { room, person, company } = record.context;
      if (inputs.every((input) => claimantOf(input) === null)) return inputs;
      if (company && inputs.some((input) => bareReplyIn(input) !== null))
        return Promise.all(inputs.map((input) => answering(room, input)));
      if (person !== null)
        return isLookedInto(record) ? Promise.all(inputs.map((input) => met(room, person, input))) : inputs;
      const isMade = world.inTheMaking(room) !== null || inputs.some(isAdoption);
      return isMade
        ? inputs.map((input) => briefed(room, input))
        : Promise.all(inputs.map((input) => seen(room, input)));
    },
  };
}

/** A room of nobody, as the operator's policy has it. */
function blankIn({ registry, scope }: ReceptionWorld) {
  const house = { assignment: 'default', oneMemory: scope === 'person' } as const;
  return (room: RoomId, contextId: ContextId) =>
    blankRoom({ room, agent: registry.agentOf(null), contextId, ...house });
}

function inputsIn(rooms: Map<RoomId, Input[]>, room: RoomId): Input[] {
  const inputs = rooms.get(room) ?? [];
  rooms.set(room, inputs);
  return inputs;
}

/** The bot comes to somebody, and has not seen yet who else is there. */
function isLookedInto({ context, outbox }: Envelope<RoomContext>): boolean {
  return (
    context.number === null && outbox.some(({ type, params }) => type === 'join the room' && params['greet'] === true)
  );
}

/** The message that a text answers which does not say whose that is. */
function bareReplyIn(input: Input): EventId | null {
  const event = input.kind === 'event' ? (input.event as RoomEvent) : null;
  if (event?.type !== 'text.received' || event.addressed === true) return null;
  const { replyTo, quoted } = event.text;
  return quoted === undefined ? replyTo : null;
}

function isAdoption(input: Input): boolean {
  return input.kind === 'event' && input.event.type === 'room.adopted';
}

/** What a room hears of what Matrix brought; null for nothing. */
function hearing(
  { mode, now }: ReceptionWorld,
  { mintContextId, contextFor }: ContextIds,
  { roleFor, agentFor, languageFor }: Roles,
) {
  const sources: { [Fact in keyof HostFacts]: () => HostFacts[Fact] | Promise<HostFacts[Fact]> } = {
    contextId: mintContextId,
    more: () => mode === 'spaces',
    stamp: () => stampOf(now()),
  };

  /** Only what this command is given: an id that nobody takes would be minted in vain. */
  async function findOut(name: CommandName): Promise<HostFacts> {
    const found = factsFor(name).map(async (fact) => [fact, await sources[fact]()] as const);
    return Object.fromEntries(await Promise.all(found)) as unknown as HostFacts;
  }

  return async (heard: Heard): Promise<RoomEvent | null> => {
    switch (heard.type) {
      case 'room.invited': {
        const { person, encrypted } = heard;
        const contextId = await contextFor(person);
        const known = { role: roleFor(person), ...agentFor(person), ...languageFor(person), contextId };
        return { type: 'room.invited', person, ...known, ...(encrypted && { encrypted }) };
      }
      case 'member.left':
        return { type: 'member.left', user: heard.user };
      case 'member.joined':
      case 'invite.unwanted':
        return null;
      case 'command': {
        const { name, args, ...said } = heard;
        return named(commandEvent(name, args, said, await findOut(name)));
      }
      default:
        return heard;
    }
  };
}

/** `20261128-004500`, UTC. */
function stampOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}

/** A name that people see is one line of what can be seen; nothing visible is no name. */
function named(event: RoomEvent): RoomEvent {
  if (event.type !== 'command.new' && event.type !== 'command.rename') return event;
  const name = event.name === null ? '' : oneLine(event.name, MAX_NAME);
  return { ...event, name: name === '' ? null : name };
}
