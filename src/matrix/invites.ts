/** Who invites the bot. The state of a room that it is not in comes unsigned: whoever invites may write anything into it. */
import { z } from 'zod';
import { UserId, type RoomId } from '../../machines/ids.ts';
import type { Arrival, Heard, Log, Unwanted } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { parts } from './lenient.ts';
import { createRoomFacts } from './room-facts.ts';
import { serverOf } from './room-templates.ts';

const Member = z.object({
  type: z.literal('m.room.member'),
  state_key: z.string(),
  sender: z.unknown(),
  content: parts,
});
const Create = z.object({
  type: z.literal('m.room.create'),
  state_key: z.literal(''),
  content: z.object({ type: z.literal('m.space') }),
});

/** Clients write nothing plain into a room that has this state, whatever it says. */
const Encryption = z.object({ type: z.literal('m.room.encryption'), state_key: z.literal('') });

const JoinRules = z.object({
  type: z.literal('m.room.join_rules'),
  state_key: z.literal(''),
  content: z.object({ join_rule: z.literal('public') }),
});

type Invite = Extract<Heard, { type: 'room.invited' | 'invite.unwanted' }>;

export interface InvitesOptions {
  api: MatrixApi;
  me: UserId;
  signal: AbortSignal;
  log: Log;
}

/** Makes what reads the invites to a room: whom it is from, and whether the homeserver itself speaks there. */
export function createInvites(
  options: InvitesOptions,
): (room: RoomId, state: readonly unknown[]) => Promise<Arrival[]> {
  const { me } = options;
  const facts = createRoomFacts(options);

  return async (room, state) => {
    const invite = inviteIn(state, me);
    if (invite === null) return [];
    const { person } = invite;
    const isOfTheHomeserver = serverOf(person) === serverOf(me) && (await facts.isForServerNotices(room));
    const why = 'it is for server notices' as const;
    return [{ room, id: null, heard: isOfTheHomeserver ? { type: 'invite.unwanted', person, why } : invite }];
  };
}

/** What the stripped state of an invite of `me` says; null where nobody invites. A Space is only believed to be one because that lets nobody in. */
export function inviteIn(state: readonly unknown[], me: UserId): Invite | null {
  const members = state.flatMap((raw) => Member.safeParse(raw).data ?? []).filter(({ state_key }) => state_key === me);
  const last = members.at(-1);
  const person = UserId.safeParse(last?.sender).data;
  if (last?.content.membership !== 'invite' || person === undefined) return null;
  const unwanted = (why: Unwanted): Invite => ({ type: 'invite.unwanted', person, why });
  if (members.some(({ sender }) => sender !== person)) return unwanted('it names several senders');
  if (state.some((raw) => Create.safeParse(raw).success)) return unwanted('it is to a Space');
  // A lie about it changes the words only in which the bot is greeting, or keeps it out.
  const encrypted = state.some((raw) => Encryption.safeParse(raw).success);
  const open = state.some((raw) => JoinRules.safeParse(raw).success);
  return { type: 'room.invited', person, ...(encrypted && { encrypted }), ...(open && { open }) };
}

/** Whether an event of a timeline invites `me`. */
export function isInvite(raw: unknown, me: UserId): boolean {
  const event = Member.safeParse(raw).data;
  if (event === undefined || event.state_key !== me || event.content.membership !== 'invite') return false;
  return UserId.safeParse(event.sender).success;
}
