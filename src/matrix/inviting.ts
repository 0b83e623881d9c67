/** Invites people, each once. */
import { z } from 'zod';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { RoomWork } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { isRefusal, unlessRefused } from './errors.ts';
import type { UntilFinal } from './until-final.ts';

const Membership = z.object({ membership: z.string() });

export interface Inviting extends Pick<RoomWork, 'invite'> {
  /** One try; whether an invitation was sent. */
  inviteOnce(room: RoomId, person: UserId): Promise<boolean>;
}

export function createInviting(options: { api: MatrixApi; signal: AbortSignal; changing: UntilFinal }): Inviting {
  const { api, signal, changing } = options;

  async function isIn(room: RoomId, person: UserId): Promise<boolean> {
    const member = await unlessRefused(api.state(Membership, room, 'm.room.member', person, { signal }), 'M_NOT_FOUND');
    return member?.membership === 'join' || member?.membership === 'invite';
  }

  async function inviteOnce(room: RoomId, person: UserId): Promise<boolean> {
    if (await isIn(room, person)) return false;
    try {
      await api.invite(room, person, { signal });
      return true;
    } catch (error) {
      // Somebody else was faster.
      if (!isRefusal(error, 'M_FORBIDDEN') || !(await isIn(room, person))) throw error;
      return false;
    }
  }

  return {
    inviteOnce,
    async invite(room, person) {
      const done = await changing({ name: 'invite', room, party: person }, () => inviteOnce(room, person));
      return done.ok ? { ok: true, sent: done.value } : done;
    },
  };
}
