/** `/sync`: everything that is new to one user. */
import type { Stored } from './accounts.ts';
import { unknown, unknownToken } from './errors.ts';
import { stripped } from './event-format.ts';
import { filterFor, passes, passesRoom, type SyncFilter } from './filters.ts';
import type { Json } from './json.ts';
import { pushRules } from './push-rules.ts';
import type { Room } from './room.ts';
import { joinedEntry, leftEntry, type SyncReader } from './sync-room.ts';
import { readPosition, toToken } from './tokens.ts';
import type { Caller, World } from './world.ts';

export interface SyncRequest {
  since: string | null;
  /** How long to wait for news, ms. */
  timeout: number;
  filter: string | null;
  fullState: boolean;
}

/** Answers at once where there is news (or nothing to wait for), else at the next news or after `timeout`. */
export async function sync(world: World, caller: Caller, request: SyncRequest, signal: AbortSignal): Promise<Json> {
  const filter = filterFor(caller.account, request.filter);
  const since = readSince(world, request.since);
  const deadline = performance.now() + request.timeout;
  for (;;) {
    const news = newsSince(world, caller, filter, since, request.fullState);
    const left = deadline - performance.now();
    if (since === null || request.fullState || !news.empty || left <= 0 || signal.aborted || world.stream.isClosed)
      return news.answer;
    await world.stream.wait(caller.account.id, left, signal);
    if (!world.accounts.byToken(caller.token)) throw unknownToken(world.accounts.hasExpired(caller.token));
  }
}

function readSince(world: World, token: string | null): number | null {
  if (token === null || token === '') return null;
  const position = readPosition(token);
  if (position === null || position > world.stream.position) throw unknown('Invalid stream token');
  return position;
}

interface News {
  answer: Json;
  empty: boolean;
}

function newsSince(world: World, caller: Caller, filter: SyncFilter, since: number | null, fullState: boolean): News {
  if (since === null) caller.device.membersSent.clear();
  const reader: SyncReader = {
    device: caller.device,
    now: world.now(),
    account: caller.account,
    filter,
    since,
    fullState,
    position: world.stream.position,
  };
  const accountData = globalAccountData(world, caller, filter, fullState ? null : since);
  const rooms = roomNews(world, reader);
  const answer: Json = { next_batch: toToken(world.stream.position) };
  if (accountData.length > 0) answer.account_data = { events: accountData };
  if (Object.keys(rooms).length > 0) answer.rooms = rooms;
  answer.device_one_time_keys_count = { signed_curve25519: 0 };
  answer.device_unused_fallback_key_types = [];
  return { answer, empty: accountData.length === 0 && Object.keys(rooms).length === 0 };
}

function globalAccountData(world: World, { account }: Caller, filter: SyncFilter, since: number | null): Json[] {
  const events: { type: string; content: Json }[] = [];
  for (const [type, { content, position }] of account.accountData) {
    if (since === null || position > since) events.push({ type, content });
  }
  if (since === null) events.push({ type: 'm.push_rules', content: pushRules(account.id) });
  return events.filter((event) => passes(filter.accountData, event, null));
}

function roomNews(world: World, reader: SyncReader): Record<string, Json> {
  const { account, since, fullState, filter } = reader;
  const ids = since === null ? account.rooms : world.stream.changedSince(account.id, since);
  const all = fullState ? new Set([...account.rooms, ...ids]) : ids;
  const sections: Record<string, Json> = {};
  const put = (section: string, room: Room, entry: Json | null) => {
    if (entry) (sections[section] ??= {})[room.id] = entry;
  };
  for (const id of all) {
    const room = world.rooms.get(id);
    if (!room) continue;
    const membership = room.membership(account.id);
    if (membership === 'invite') {
      if (isNewer(room, reader)) put('invite', room, { invite_state: { events: inviteState(room, account.id) } });
    } else if (!passesRoom(filter.rooms, filter.notRooms, id)) {
      continue;
    } else if (membership === 'join') {
      put('join', room, joinedEntry(room, reader, roomAccountData(room, reader)));
    } else if (membership !== undefined && isNewer(room, reader)) {
      put('leave', room, leftEntry(room, reader));
    }
  }
  return sections;
}

/** Whether the reader's own membership changed since the last sync. */
function isNewer(room: Room, { account, since }: SyncReader): boolean {
  return since === null || room.state('m.room.member', account.id)!.position > since;
}

/** Synapse filters account data as events of no room: a list of rooms lets none of it through. */
function roomAccountData(room: Room, { account, filter, since, fullState }: SyncReader): Json[] {
  const stored = account.roomAccountData.get(room.id);
  if (!stored || filter.rooms !== null) return [];
  const isNew = ({ position }: Stored) => since === null || fullState || position > since;
  return [...stored]
    .filter(([, data]) => isNew(data))
    .map(([type, { content }]) => ({ type, content }))
    .filter((event) => passes(filter.roomAccountData, event, null));
}

const toldToInvited = [
  'm.room.create',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.avatar',
  'm.room.encryption',
  'm.room.name',
  'm.room.topic',
];

function inviteState(room: Room, user: string): Json[] {
  const invite = room.state('m.room.member', user)!;
  const inviter = room.state('m.room.member', invite.sender, invite.position);
  const told = toldToInvited.map((type) => room.state(type, '', invite.position));
  return [...told, inviter, invite].filter((event) => event !== undefined).map(stripped);
}
