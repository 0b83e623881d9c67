/** How an event gets into a room: checked, once per transaction, in the order of the stream. */
import type { Device } from './accounts.ts';
import { authorize, authorizeRedaction } from './auth-rules.ts';
import { MatrixError, notFound, notInRoom, unknown } from './errors.ts';
import { newEventId } from './ids.ts';
import { sameJson } from './json.ts';
import { redact } from './redaction.ts';
import { relationOf } from './relations.ts';
import type { Room, RoomEvent } from './room.ts';
import { type Draft, validate } from './validate.ts';
import { countUnread } from './unread.ts';
import type { Caller, World } from './world.ts';

/** Who sends under which transaction id. */
export interface Transaction {
  device: Device;
  id: string;
}

/** The room, if the user is in it; else M_FORBIDDEN, whether the room exists or not. */
export function joinedRoom(world: World, user: string, roomId: string): Room {
  const room = world.rooms.get(roomId);
  if (room?.membership(user) !== 'join') throw notInRoom(user, roomId);
  return room;
}

const transactionKey = (roomId: string, { device, id }: Transaction) =>
  [device.user, device.id, roomId, id].join('\u0000');

/** Sends a state or message event of the caller; the same transaction or the same state again is the same event. */
export function sendAs(
  world: World,
  caller: Caller,
  roomId: string,
  draft: Omit<Draft, 'sender'>,
  transactionId?: string,
): RoomEvent {
  const transaction = transactionId === undefined ? undefined : { device: caller.device, id: transactionId };
  const known = transaction && world.transactions.get(transactionKey(roomId, transaction));
  if (known) return known;
  const room = joinedRoom(world, caller.account.id, roomId);
  world.limits.check('message', caller.account.id);
  const before = room.timeline.length;
  const event = send(world, room, { ...draft, sender: caller.account.id }, transaction);
  if (room.timeline.length > before) world.limits.take('message', caller.account.id);
  return event;
}

/** Checks and appends an event that is not a membership. */
export function send(world: World, room: Room, draft: Draft, transaction?: Transaction): RoomEvent {
  if (draft.type === 'm.room.create') throw unknown('A room is created once', 403);
  validate(room.id, draft);
  if (draft.state_key !== undefined) {
    const current = room.state(draft.type, draft.state_key);
    if (current?.sender === draft.sender && sameJson(current.content, draft.content)) return current;
  }
  requireRelation(room, draft);
  if (draft.type === 'm.room.canonical_alias') requireAliases(world, room, draft);
  authorize(room, draft);
  if (draft.redacts === undefined) return append(world, room, draft, transaction);
  const target = room.event(draft.redacts);
  if (!target && !mayRedactAll(room, draft.sender)) throw notFound(`Could not find event ${draft.redacts}`);
  authorizeRedaction(room, draft.sender, target);
  const event = append(world, room, draft, transaction);
  if (target && target.type !== 'm.room.create') redact(room, target, event);
  return event;
}

function mayRedactAll(room: Room, sender: string): boolean {
  try {
    authorizeRedaction(room, sender, undefined);
    return true;
  } catch {
    return false;
  }
}

function requireRelation(room: Room, draft: Draft): void {
  const relation = relationOf(draft);
  if (!relation) return;
  const related = room.relations.get(relation.eventId) ?? [];
  const parent = room.event(relation.eventId);
  if (!parent && related.length === 0) throw unknown("Can't send relation to unknown event");
  if (relation.type === 'm.thread' && parent && relationOf(parent)) {
    throw unknown('Cannot start threads from an event with a relation');
  }
  if (relation.type !== 'm.annotation') return;
  const { key } = relation;
  if (typeof key !== 'string') throw unknown('Missing aggregation key');
  if (key.length > 500) throw unknown('Aggregation key is too long');
  const same = (other: RoomEvent) =>
    other.sender === draft.sender && other.type === draft.type && relationOf(other)?.key === key;
  if (related.some(same)) throw new MatrixError(400, 'M_DUPLICATE_ANNOTATION', "Can't send same reaction twice");
}

function requireAliases(world: World, room: Room, { content }: Draft): void {
  const more: unknown[] = Array.isArray(content.alt_aliases) ? content.alt_aliases : [];
  for (const alias of [content.alias, ...more]) {
    if (typeof alias === 'string' && alias !== '' && world.aliases.get(alias) !== room) {
      throw new MatrixError(400, 'M_BAD_ALIAS', `Room alias ${alias} does not point to the room`);
    }
  }
}

/** Puts an authorised event at the end of the room and tells everybody who may see it. */
export function append(world: World, room: Room, draft: Draft, transaction?: Transaction): RoomEvent {
  const event: RoomEvent = {
    ...draft,
    event_id: draft.type === 'm.room.create' && room.version.idIsCreateEvent ? `$${room.id.slice(1)}` : newEventId(),
    room_id: room.id,
    origin_server_ts: world.now(),
    position: world.stream.next(),
  };
  if (transaction) {
    event.transaction = { user: transaction.device.user, device: transaction.device.id, id: transaction.id };
    world.transactions.set(transactionKey(room.id, transaction), event);
  }
  room.append(event);
  countUnread(room, event);
  for (const user of room.joined) world.stream.touch(user, room.id);
  const target = event.type === 'm.room.member' ? event.state_key : undefined;
  if (target !== undefined) tellTarget(world, room, target);
  return event;
}

function tellTarget(world: World, room: Room, target: string): void {
  if (!room.joined.has(target)) {
    world.stream.touch(target, room.id);
    room.unread.delete(target);
  }
  room.forgottenBy.delete(target);
  world.accounts.get(target)?.rooms.add(room.id);
}
