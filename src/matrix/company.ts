/** Who is in a room that the bot has just come into, as the homeserver itself says: an invite tells nothing that can be believed. */
import { z } from 'zod';
import { UserId, type RoomId } from '../../machines/ids.ts';
import type { CompanyIn, Present } from '../ports.ts';
import { roomPath, type MatrixApi } from './client.ts';
import { isTooLarge, unlessRefused } from './errors.ts';
import { entries } from './lenient.ts';
import type { UntilFinal } from './until-final.ts';

const JoinRule = z.object({ join_rule: z.string() });
const Visibility = z.object({ history_visibility: z.string() });
const Members = z.object({ chunk: entries });
const Member = z.object({
  type: z.literal('m.room.member'),
  state_key: UserId,
  content: z.object({ membership: z.enum(['join', 'invite']) }),
});

export interface CompanyOptions {
  api: MatrixApi;
  me: UserId;
  signal: AbortSignal;
  changing: UntilFinal;
}

export function createCompany({ api, me, signal, changing }: CompanyOptions): { companyIn: CompanyIn } {
  const limits = { signal };

  function stateOf<T>(schema: z.ZodType<T>, room: RoomId, type: string): Promise<T | null> {
    return unlessRefused(api.state(schema, room, type, '', limits), 'M_NOT_FOUND');
  }

  async function membersOf(room: RoomId): Promise<UserId[]> {
    const query = { not_membership: 'leave' };
    const { chunk } = await api.call(Members, 'GET', `${roomPath(room)}/members`, { ...limits, query });
    const members = chunk.flatMap((raw) => Member.safeParse(raw).data?.state_key ?? []);
    return members.filter((user) => user !== me);
  }

  /** A public room of thousands is not asked for its members; what is too many to be read is a crowd. */
  async function lookOnce(room: RoomId): Promise<Present> {
    const [rule, visibility] = await Promise.all([
      stateOf(JoinRule, room, 'm.room.join_rules'),
      stateOf(Visibility, room, 'm.room.history_visibility'),
    ]);
    const crowd = { members: [], open: true };
    if (rule?.join_rule === 'public' || visibility?.history_visibility === 'world_readable') return crowd;
    try {
      return { members: await membersOf(room), open: false };
    } catch (error) {
      if (isTooLarge(error)) return crowd;
      throw error;
    }
  }

  return {
    async companyIn(room) {
      const seen = await changing({ name: 'look who is there', room, party: room }, () => lookOnce(room));
      return seen.ok ? seen.value : null;
    },
  };
}
