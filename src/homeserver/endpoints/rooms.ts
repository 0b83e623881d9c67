/** Endpoints: rooms as a whole. */
import { createRoom } from '../create-room.ts';
import { forbidden, invalidParam, notFound } from '../errors.ts';
import { formatEvent } from '../event-format.ts';
import { hierarchy } from '../hierarchy.ts';
import { requireParams } from '../json.ts';
import { booleanQuery, integerQuery, jsonOf, param, type Call, type Route } from '../routing.ts';
import { upgradeRoom } from '../upgrade-room.ts';
import { viewOf } from '../visibility.ts';

const V3 = '/_matrix/client/v3';

const readerOf = ({ caller, world }: Call) => ({ device: caller.device, now: world.now() });

/** Rooms as a whole: making, listing, upgrading them; reading their state. */
export const roomRoutes: Route[] = [
  {
    method: 'POST',
    path: `${V3}/createRoom`,
    handle: (call) => {
      const { world, caller } = call;
      const body = jsonOf(call);
      world.limits.check('createRoom', caller.account.id);
      world.limits.take('message', caller.account.id);
      world.limits.take('createRoom', caller.account.id);
      return { room_id: createRoom(world, caller.account.id, body).id };
    },
  },
  {
    method: 'POST',
    path: `${V3}/rooms/:room/upgrade`,
    handle: (call) => {
      const body = jsonOf(call);
      requireParams(body, ['new_version']);
      const room = upgradeRoom(call.world, call.caller.account.id, param(call, 'room'), body.new_version);
      return { replacement_room: room.id };
    },
  },
  {
    method: 'GET',
    path: `${V3}/joined_rooms`,
    handle: ({ world, caller: { account } }) => ({
      joined_rooms: [...account.rooms].filter((id) => world.rooms.get(id)?.joined.has(account.id)),
    }),
  },
  {
    method: 'GET',
    path: `${V3}/rooms/:room/state`,
    handle: (call) => {
      const { room, position } = viewOf(call.world, call.caller.account.id, param(call, 'room'));
      return room.fullState(position).map((event) => formatEvent(room, event, readerOf(call), { roomId: true }));
    },
  },
  {
    method: 'GET',
    path: `${V3}/rooms/:room/state/:type/:key?`,
    handle: (call) => {
      const { room, position } = viewOf(call.world, call.caller.account.id, param(call, 'room'));
      const event = room.state(param(call, 'type'), param(call, 'key'), position);
      if (!event) throw notFound('Event not found.');
      if (call.query.get('format') !== 'event') return event.content;
      return formatEvent(room, event, readerOf(call), { roomId: true });
    },
  },
  {
    method: 'GET',
    path: `${V3}/rooms/:room/members`,
    handle: (call) => {
      const { room, position } = viewOf(call.world, call.caller.account.id, param(call, 'room'));
      const [only, not] = [call.query.get('membership'), call.query.get('not_membership')];
      const members = room
        .fullState(position)
        .filter((event) => event.type === 'm.room.member')
        .filter(({ content }) => (only === null || content.membership === only) && content.membership !== not);
      return { chunk: members.map((event) => formatEvent(room, event, readerOf(call), { roomId: true })) };
    },
  },
  {
    method: 'GET',
    path: `${V3}/rooms/:room/joined_members`,
    handle: (call) => {
      const { room, user } = viewOf(call.world, call.caller.account.id, param(call, 'room'));
      if (!room.joined.has(user)) {
        throw forbidden('Getting joined members while not being a current member of the room is forbidden.');
      }
      const profile = (member: string) => {
        const { displayname, avatar_url } = room.state('m.room.member', member)!.content;
        return { display_name: displayname ?? null, avatar_url: avatar_url ?? null };
      };
      return { joined: Object.fromEntries([...room.joined].map((member) => [member, profile(member)])) };
    },
  },
  {
    method: 'GET',
    path: `${V3}/rooms/:room/aliases`,
    handle: (call) => {
      const { room } = viewOf(call.world, call.caller.account.id, param(call, 'room'));
      return { aliases: [...room.aliases] };
    },
  },
  {
    method: 'GET',
    path: '/_matrix/client/v1/rooms/:room/hierarchy',
    handle: (call) => {
      const { query } = call;
      const limit = integerQuery(query, 'limit', 50);
      if (limit === 0) throw invalidParam("'limit' must be a positive integer");
      return hierarchy(call.world, call.caller.account.id, param(call, 'room'), {
        limit: Math.min(limit, 50),
        maxDepth: query.has('max_depth') ? integerQuery(query, 'max_depth', 0) : null,
        suggestedOnly: booleanQuery(query, 'suggested_only'),
        from: query.get('from'),
      });
    },
  },
];
