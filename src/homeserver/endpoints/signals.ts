/** Endpoints: typing and receipts. */
import { storeAccountData } from '../account-data.ts';
import { setReceipt, setTyping } from '../ephemeral.ts';
import { badJson, forbidden, invalidParam, MatrixError, unknown } from '../errors.ts';
import { jsonOf, param, type Call, type Route } from '../routing.ts';
import type { Room } from '../room.ts';
import { joinedRoom } from '../send.ts';

const V3 = '/_matrix/client/v3';
const receiptTypes = ['m.read', 'm.read.private', 'm.fully_read'];

function read(call: Call, room: Room, type: string, eventId: string, thread?: string): void {
  const { world, caller } = call;
  if (type === 'm.fully_read') {
    storeAccountData(world, caller.account, room.id, type, { event_id: eventId });
  } else {
    const receipt = { type, user: caller.account.id, eventId };
    setReceipt(world, room, thread === undefined ? receipt : { ...receipt, thread });
  }
}

/** The room, if the caller may read in it. */
function readableRoom(call: Call): Room {
  const room = call.world.rooms.get(param(call, 'room'));
  if (room?.membership(call.caller.account.id) !== 'join') {
    throw forbidden("You don't have permission to access that event.");
  }
  return room;
}

/** What passes through a room without staying: typing and receipts. */
export const signalRoutes: Route[] = [
  {
    method: 'PUT',
    path: `${V3}/rooms/:room/typing/:user`,
    handle: (call) => {
      const user = call.caller.account.id;
      const body = jsonOf(call);
      if (param(call, 'user') !== user) {
        throw new MatrixError(400, 'M_FORBIDDEN', "Cannot set another user's typing state");
      }
      const room = joinedRoom(call.world, user, param(call, 'room'));
      const { typing, timeout = 30_000 } = body;
      if (typeof typing !== 'boolean' || typeof timeout !== 'number')
        throw badJson("'typing' or 'timeout' is of the wrong type");
      setTyping(call.world, room, user, typing ? Math.min(timeout, 120_000) : 0);
      return {};
    },
  },
  {
    method: 'POST',
    path: `${V3}/rooms/:room/receipt/:type/:event`,
    handle: (call) => {
      const type = param(call, 'type');
      if (!receiptTypes.includes(type)) throw unknown(`Receipt type must be ${receiptTypes.join(', ')}`);
      const { thread_id: thread } = jsonOf(call);
      if (thread !== undefined && (typeof thread !== 'string' || thread === '')) {
        throw invalidParam('thread_id field must be a non-empty string');
      }
      read(call, readableRoom(call), type, param(call, 'event'), thread);
      return {};
    },
  },
  {
    method: 'POST',
    path: `${V3}/rooms/:room/read_markers`,
    handle: (call) => {
      const body = jsonOf(call);
      const room = readableRoom(call);
      for (const type of receiptTypes) {
        const eventId = body[type];
        if (typeof eventId === 'string') read(call, room, type, eventId);
      }
      return {};
    },
  },
];
