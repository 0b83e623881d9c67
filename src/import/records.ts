/** The records that a plan comes to, with what only the host knows: fresh ids, and which agent answers whom. */
import { ContextId, type RoomId, type UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import { blankRoom, type Assignment, type RoomContext } from '../../machines/room.model.ts';
import { createContextIds } from '../actors/context-ids.ts';
import { newPersonRecord } from '../actors/person.ts';
import { newRoomRecord } from '../actors/room.ts';
import { newOrigin, type Envelope } from '../durable/record.ts';
import type { HostDocument, Now, Registry } from '../ports.ts';
import type { Present } from './claims.ts';
import type { Plan, PlannedRoom } from './plan.ts';

export interface RecordsWorld {
  present: Present;
  host: Pick<HostDocument, 'lastContextId' | 'syncPosition'>;
  me: UserId;
  registry: Registry;
  assignmentOf: (person: UserId) => Assignment | 'denied';
  scope: 'room' | 'person';
  now: Now;
}

/** What is to be written; null of the host where it knows all of it. */
export interface Writing {
  people: Map<UserId, Envelope<PersonContext>>;
  rooms: Map<RoomId, Envelope<RoomContext>>;
  host: Partial<HostDocument> | null;
}

export async function recordsOf(plan: Plan, world: RecordsWorld): Promise<Writing> {
  const { present, host, me, scope } = world;
  let lastContextId = highest(host.lastContextId, plan.lastContextId);
  const ids = createContextIds({
    ...{ scope, now: world.now, contextOf: (person) => present.people.get(person)?.context.contextId ?? null },
    host: {
      read: () => ({ lastContextId }),
      update: async (patch) => void (lastContextId = patch.lastContextId),
    },
  });
  const rooms = new Map<RoomId, Envelope<RoomContext>>();
  for (const room of plan.rooms) {
    const contextId = room.contextId ?? (await ids.contextFor(room.person));
    const isShared = scope === 'person' && ids.isOfScope(contextId, room.person);
    rooms.set(room.room, newRoomRecord(contextOf(room, contextId, isShared, world), newOrigin()));
  }
  const people = new Map(
    plan.people.map(({ person, isNew: _, chats, ...facts }) => [person, personRecord(person, chats, facts, world)]),
  );
  const isMore = rooms.size > 0 || people.size > 0 || lastContextId !== host.lastContextId;
  // Without a position the next start looks at all rooms, writes their markers and mends the Spaces.
  const syncPosition = rooms.size > 0 || people.size > 0 ? null : host.syncPosition;
  return { people, rooms, host: isMore ? { userId: me, lastContextId, syncPosition } : null };
}

function highest(here: ContextId | null, there: bigint): ContextId | null {
  return there > BigInt(here ?? 0) ? ContextId.parse(there.toString()) : here;
}

/** With the agent of before: that another one answers now is told as at any start. */
function contextOf(
  room: PlannedRoom,
  contextId: ContextId,
  oneMemory: boolean,
  { registry, assignmentOf, present }: RecordsWorld,
): RoomContext {
  const { kind, person, number, name, archived, noticed } = room;
  const assignment = room.assignment ?? assignmentOf(person);
  return blankRoom({
    ...{ room: room.room, role: kind, person, number, name, archived, noticed, contextId, oneMemory },
    agent: room.agent ?? registry.agentOf(person),
    assignment: assignment === 'denied' ? 'default' : assignment,
    language: present.people.get(person)?.context.language ?? null,
  });
}

function personRecord(
  person: UserId,
  added: PersonContext['chats'],
  facts: Pick<PersonContext, 'space' | 'nextNumber'>,
  { present }: RecordsWorld,
): Envelope<PersonContext> {
  const record = present.people.get(person);
  const chats = [...(record?.context.chats ?? []), ...added].toSorted((a, b) => a.number - b.number);
  if (record === undefined) return newPersonRecord(person, newOrigin(), { ...facts, chats });
  return { ...record, context: { ...record.context, ...facts, chats } };
}
