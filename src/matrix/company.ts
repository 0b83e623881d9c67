/** Who is in a room that the bot has just come into, as the homeserver itself says: an invite tells nothing that can be believed. */
import { z } from 'zod';
import { UserId, type RoomId } from '../../machines/ids.ts';
import type { CompanyIn, Present } from '../ports.ts';
import { roomPath, type MatrixApi } from './client.ts';
import { isTooLarge, MatrixFailure, unlessRefused } from './errors.ts';
import type { UntilFinal } from './until-final.ts';

/** What is no list says nothing, not that nobody is there. */
const Members = z.object({ chunk: z.array(z.unknown()) });
const Content = z.record(z.string(), z.unknown());
const Member = z.object({
  type: z.literal('m.room.member'),
  state_key: UserId,
  content: z.object({ membership: z.enum(['join', 'invite']) }),
});

/** How often the members are asked for where the homeserver says the rest of the room. */
const MEMBERS_TRIES = 8;
/** Who is there where that cannot be told. */
const CROWD: Present = { members: [], open: true };

export interface CompanyOptions {
  api: MatrixApi;
  me: UserId;
  signal: AbortSignal;
  changing: UntilFinal;
}

export function createCompany({ api, me, signal, changing }: CompanyOptions): { companyIn: CompanyIn } {
  const limits = { signal };

  /** What its members write there may be anything: it says something, or nothing. */
  async function stateOf(room: RoomId, type: string, key: string): Promise<unknown> {
    return (await unlessRefused(api.state(Content, room, type, '', limits), 'M_NOT_FOUND'))?.[key];
  }

  async function membersOf(room: RoomId): Promise<UserId[]> {
    const query = { not_membership: 'leave' };
    const { chunk } = await api.call(Members, 'GET', `${roomPath(room)}/members`, { ...limits, query });
    const members = chunk.flatMap((raw) => Member.safeParse(raw).data?.state_key ?? []);
    return members.filter((user) => user !== me);
  }

  /** A public room of thousands is not asked for its members; what is too many to be read is a crowd. */
  async function lookOnce(room: RoomId, isLastTry: () => boolean): Promise<Present> {
    const [rule, visibility] = await Promise.all([
      stateOf(room, 'm.room.join_rules', 'join_rule'),
      stateOf(room, 'm.room.history_visibility', 'history_visibility'),
    ]);
    if (rule === 'public' || visibility === 'world_readable') return CROWD;
    try {
      return { members: await membersOf(room), open: false };
    } catch (error) {
      if (isTooLarge(error) || (isUnavailable(error) && isLastTry())) return CROWD;
      throw error;
    }
  }

  return {
    async companyIn(room, party) {
      let tries = 0;
      const look = () => lookOnce(room, () => ++tries >= MEMBERS_TRIES);
      const seen = await changing({ name: 'look who is there', room, party }, look);
      if (seen.ok) return seen.value;
      return seen.code === 'M_FORBIDDEN' || seen.code === 'M_NOT_FOUND' ? null : CROWD;
    },
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof MatrixFailure && error.kind === 'unavailable';
}
