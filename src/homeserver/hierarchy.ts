/** The rooms under a Space, as `/hierarchy` lists them. */
import { invalidParam, noPreview } from './errors.ts';
import { newToken } from './ids.ts';
import { isObject, type Json } from './json.ts';
import type { Room, RoomEvent } from './room.ts';
import type { World } from './world.ts';

export interface HierarchyRequest {
  limit: number;
  maxDepth: number | null;
  suggestedOnly: boolean;
  from: string | null;
}

/** One page of the rooms under a space, depth first, without those that the user could not join. */
export function hierarchy(world: World, user: string, rootId: string, request: HierarchyRequest): Json {
  const root = world.rooms.get(rootId);
  if (!root || !mayKnow(world, root, user)) throw noPreview(user, rootId);
  const listed: Json[] = [];
  const seen = new Set<string>();
  walk(world, user, root, 0, request, seen, listed);
  const skip = request.from === null ? 0 : listed.findIndex((room) => isNext(world, request.from!, room));
  if (skip < 0) throw invalidParam('Unknown pagination token');
  const page = listed.slice(skip, skip + request.limit);
  const next = listed[skip + request.limit];
  if (!next) return { rooms: page };
  const token = newToken();
  world.listings.set(token, [String(next.room_id)]);
  return { rooms: page, next_batch: token };
}

const isNext = (world: World, token: string, room: Json) => world.listings.get(token)?.[0] === room.room_id;

function mayKnow(world: World, room: Room, user: string): boolean {
  const membership = room.membership(user);
  if (membership === 'join' || membership === 'invite') return true;
  if (room.state('m.room.history_visibility')?.content.history_visibility === 'world_readable') return true;
  const { join_rule: rule, allow } = room.state('m.room.join_rules')?.content ?? {};
  if (rule === 'public' || rule === 'knock' || rule === 'knock_restricted') return true;
  if (rule !== 'restricted' || !Array.isArray(allow)) return false;
  return allow.some((item) => isObject(item) && world.rooms.get(String(item.room_id))?.joined.has(user));
}

function walk(
  world: World,
  user: string,
  room: Room,
  depth: number,
  request: HierarchyRequest,
  seen: Set<string>,
  listed: Json[],
): void {
  if (seen.has(room.id) || !mayKnow(world, room, user)) return;
  seen.add(room.id);
  const children = childrenOf(room).filter((child) => !request.suggestedOnly || child.content.suggested === true);
  listed.push({ ...describe(room), children_state: children.map(formatChild) });
  if (request.maxDepth !== null && depth >= request.maxDepth) return;
  for (const child of children) {
    const below = world.rooms.get(child.state_key!);
    if (below) walk(world, user, below, depth + 1, request, seen, listed);
  }
}

/** Children with a way to them; by `order`, then by age, then by id. */
function childrenOf(room: Room): RoomEvent[] {
  if (room.state('m.room.create')?.content.type !== 'm.space') return [];
  const order = ({ content }: RoomEvent) =>
    typeof content.order === 'string' && /^[ -~]{1,50}$/.test(content.order) ? content.order : '~~';
  return room
    .fullState()
    .filter((event) => event.type === 'm.space.child' && Array.isArray(event.content.via))
    .sort(
      (a, b) =>
        compare(order(a), order(b)) || a.origin_server_ts - b.origin_server_ts || compare(a.state_key!, b.state_key!),
    );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const formatChild = ({ type, state_key, content, sender, origin_server_ts }: RoomEvent): Json => ({
  type,
  state_key,
  content,
  sender,
  origin_server_ts,
});

function describe(room: Room): Json {
  const content = (type: string) => room.state(type)?.content ?? {};
  const optional = {
    name: content('m.room.name').name,
    topic: content('m.room.topic').topic,
    canonical_alias: content('m.room.canonical_alias').alias,
    avatar_url: content('m.room.avatar').url,
    room_type: content('m.room.create').type,
    encryption: content('m.room.encryption').algorithm,
  };
  return {
    room_id: room.id,
    num_joined_members: room.joined.size,
    room_version: room.version.id,
    join_rule: content('m.room.join_rules').join_rule ?? 'invite',
    world_readable: content('m.room.history_visibility').history_visibility === 'world_readable',
    guest_can_join: content('m.room.guest_access').guest_access === 'can_join',
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined && value !== null)),
  };
}
