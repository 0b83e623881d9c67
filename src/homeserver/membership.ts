/** Who is in a room: the changes of one membership, and what each takes. */
import { authorize, authoriserOf } from './auth-rules.ts';
import { forbidden, MatrixError, unknown } from './errors.ts';
import { requireUserId } from './ids.ts';
import { sameJson, type Json } from './json.ts';
import type { Membership, Room, RoomEvent } from './room.ts';
import { append } from './send.ts';
import { validate } from './validate.ts';
import type { World } from './world.ts';

export type MembershipAction = 'join' | 'leave' | 'invite' | 'kick' | 'ban' | 'unban';

const badState = (message: string) => new MatrixError(403, 'M_BAD_STATE', message);
const unreachable = () =>
  unknown("Can't join remote room because no servers that are in the room have been provided.", 404);

/** The same for a request of the sender, which limits count where it changes something. */
export function changeMembershipAs(
  world: World,
  roomId: string,
  action: MembershipAction,
  sender: string,
  target: string,
  extra: Json = {},
): RoomEvent {
  return changeMembership(world, roomId, action, sender, target, extra, (current) => {
    const isNew = action === 'join' && current !== 'join';
    if (isNew) world.limits.check('join', sender);
    world.limits.take('message', sender);
    if (isNew) world.limits.take('join', sender);
  });
}

/** Changes one membership; the same again by the same person is the same event. */
export function changeMembership(
  world: World,
  roomId: string,
  action: MembershipAction,
  sender: string,
  target: string,
  extra: Json = {},
  beforeChange: (current: Membership | undefined) => void = () => undefined,
): RoomEvent {
  requireUserId(target);
  const room = world.rooms.get(roomId);
  const isNew = room?.timeline.length === 1;
  const declines = action === 'leave' && room?.membership(target) === 'invite';
  if (!room || (room.joined.size === 0 && !isNew && !declines)) throw nobodyThere(room, action, target);
  const membership = action === 'kick' || action === 'unban' ? 'leave' : action;
  const content: Json = { ...extra, membership };
  if (membership === 'join' || membership === 'invite') addProfile(world, target, content);
  const current = room.state('m.room.member', target);
  requireFitting(action, room.membership(target));
  if (membership === 'join') addAuthoriser(world, room, target, content);
  if (action === 'kick' && current?.content.membership !== 'join' && current?.content.membership !== 'invite') {
    throw forbidden('The target user is not in the room');
  }
  if (current?.sender === sender && sameJson(current.content, content)) return current;
  const draft = { type: 'm.room.member', sender, state_key: target, content };
  validate(room.id, draft);
  authorize(room, draft);
  beforeChange(room.membership(target));
  return append(world, room, draft);
}

/** Without anybody in it a room is as good as unknown. */
function nobodyThere(room: Room | undefined, action: MembershipAction, target: string): Error {
  if (action === 'join') return unreachable();
  if (action === 'leave' && room?.membership(target) === undefined) return unknown('Not a known room', 404);
  return forbidden('Unknown room');
}

function addProfile(world: World, user: string, content: Json): void {
  const profile = world.accounts.get(user)?.profile ?? {};
  if (!('displayname' in content) && profile.displayname !== undefined) content.displayname = profile.displayname;
  if (!('avatar_url' in content) && profile.avatar_url !== undefined) content.avatar_url = profile.avatar_url;
}

function addAuthoriser(world: World, room: Room, user: string, content: Json): void {
  delete content.join_authorised_via_users_server;
  const authoriser = authoriserOf(room, user, (id) => world.rooms.get(id)?.joined.has(user) ?? false);
  if (authoriser !== null) content.join_authorised_via_users_server = authoriser;
}

function requireFitting(action: MembershipAction, current: Membership | undefined): void {
  if (action === 'unban' && current !== undefined && current !== 'ban') {
    throw badState(`Cannot unban user who was not banned (membership=${current})`);
  }
  if (current === 'ban' && action !== 'ban' && action !== 'unban' && action !== 'leave') {
    throw badState(`Cannot ${action} user who was banned`);
  }
}
