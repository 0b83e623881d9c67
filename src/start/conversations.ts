/** What hosted agents remember of conversations that nobody can go on with: cleared ones, and those of rooms that are gone. */
import { ContextId, type AgentId, type RoomId } from '../../machines/ids.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../durable/record.ts';
import type { Change } from '../durable/durable.ts';
import type { Conversations, Log, Store } from '../ports.ts';
import { isIncomplete, type Remembered } from './remembered.ts';

/** Removes what no record names; nothing where a record may be missing that would. */
export async function sweepConversations(
  { conversations }: Pick<Store, 'conversations'>,
  remembered: Remembered,
  log: Log,
): Promise<void> {
  const kept = await conversations.names();
  if (kept.length === 0 || remembered.damaged.rooms.size > 0 || isIncomplete(remembered)) return;
  const { rooms, people } = remembered;
  const named = new Set([...rooms.values(), ...people.values()].flatMap((record) => [...contextsIn(record)]));
  const unnamed = kept.filter(({ context }) => !named.has(context));
  await Promise.all(unnamed.map(({ agent, context }) => conversations.remove(agent, context)));
  if (unnamed.length > 0) log.info({ conversations: unnamed.length }, 'conversations that no record names are removed');
}

/** Hears of every commit of a room, and has the memory removed that it left, once nothing waits for that any more. */
export function forgetCleared(
  conversations: Conversations,
  log: Log,
): (room: RoomId, change: Pick<Change<RoomContext>, 'before' | 'record'>) => void {
  const left = new Map<RoomId, Map<ContextId, ReadonlySet<AgentId>>>();
  /** Who answered in the conversation before the agent of now. */
  const earlier = new Map<RoomId, Set<AgentId>>();
  return (room, { before, record }) => {
    const { contextId, agent } = before.context;
    const ofRoom = left.get(room) ?? new Map<ContextId, ReadonlySet<AgentId>>();
    if (agent !== record.context.agent) earlier.set(room, (earlier.get(room) ?? new Set()).add(agent));
    if (contextId !== record.context.contextId) {
      ofRoom.set(contextId, new Set(earlier.get(room)).add(agent));
      earlier.delete(room);
    }
    if (ofRoom.size === 0) return;
    const named = contextsIn(record);
    for (const [context, holders] of ofRoom) {
      if (named.has(context)) continue;
      ofRoom.delete(context);
      Promise.all([...holders].map((holder) => conversations.remove(holder, context)))
        // The next start removes it.
        .catch((error: unknown) => log.warn({ room, error }, 'a cleared conversation could not be removed yet'));
    }
    if (ofRoom.size > 0) left.set(room, ofRoom);
    else left.delete(room);
  };
}

/** Whatever in a record could be the id of a conversation: none is missed, but those that are known to be over. */
function contextsIn(record: Envelope): Set<ContextId> {
  const found = new Set<ContextId>();
  collect(withoutRetired(record), found);
  return found;
}

/** Of those a push to them is refused, and nothing else. */
function withoutRetired(record: Envelope): unknown {
  const context = record.context as Partial<RoomContext>;
  const { pushes } = context;
  return pushes === undefined ? record : { ...record, context: { ...context, pushes: { ...pushes, retired: [] } } };
}

function collect(value: unknown, found: Set<ContextId>): void {
  if (typeof value === 'string') {
    if (/^\d{1,30}$/.test(value)) found.add(ContextId.parse(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collect(part, found);
  }
}
