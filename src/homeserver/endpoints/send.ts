/** Endpoints: sending messages, state and redactions. */
import { unknown } from '../errors.ts';
import { requireUserId } from '../ids.ts';
import type { Json } from '../json.ts';
import { changeMembershipAs } from '../membership.ts';
import { jsonOf, optionalJsonOf, param, type Call, type Route } from '../routing.ts';
import { sendAs } from '../send.ts';

const V3 = '/_matrix/client/v3';

function sendMessage(call: Call, transaction?: string): Json {
  const type = param(call, 'type');
  const content = jsonOf(call);
  if (type === 'm.room.member') throw unknown('Tried to send member event through non-member codepath', 500);
  const event = sendAs(call.world, call.caller, param(call, 'room'), { type, content }, transaction);
  return { event_id: event.event_id };
}

function redact(call: Call, transaction?: string): Json {
  const redacts = param(call, 'event');
  const { reason } = optionalJsonOf(call);
  const content: Json = { redacts, ...(typeof reason === 'string' ? { reason } : {}) };
  const draft = { type: 'm.room.redaction', content, redacts };
  return { event_id: sendAs(call.world, call.caller, param(call, 'room'), draft, transaction).event_id };
}

function putState(call: Call): Json {
  const [type, stateKey, content] = [param(call, 'type'), param(call, 'key'), jsonOf(call)];
  if (type === 'm.room.member') return { event_id: putMember(call, stateKey, content) };
  const draft = { type, content, state_key: stateKey };
  return { event_id: sendAs(call.world, call.caller, param(call, 'room'), draft).event_id };
}

function putMember(call: Call, target: string, content: Json): string {
  const { membership, ...extra } = content;
  requireUserId(target);
  if (typeof membership !== 'string') throw unknown('Invalid membership (must be a string)');
  if (membership !== 'join' && membership !== 'leave' && membership !== 'invite' && membership !== 'ban') {
    throw unknown('Invalid membership key');
  }
  const sender = call.caller.account.id;
  return changeMembershipAs(call.world, param(call, 'room'), membership, sender, target, extra).event_id;
}

/** Events into rooms: messages, state, redactions. */
export const sendRoutes: Route[] = [
  {
    method: 'PUT',
    path: `${V3}/rooms/:room/send/:type/:transaction`,
    handle: (call) => sendMessage(call, param(call, 'transaction')),
  },
  { method: 'POST', path: `${V3}/rooms/:room/send/:type`, handle: (call) => sendMessage(call) },
  {
    method: 'PUT',
    path: `${V3}/rooms/:room/redact/:event/:transaction`,
    handle: (call) => redact(call, param(call, 'transaction')),
  },
  { method: 'POST', path: `${V3}/rooms/:room/redact/:event`, handle: (call) => redact(call) },
  { method: 'PUT', path: `${V3}/rooms/:room/state/:type/:key?`, handle: putState },
];
