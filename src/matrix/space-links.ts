/** How Spaces list their chats. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { RoomId, UserId } from '../../machines/ids.ts';
import { latestWish } from '../basics/latest-wish.ts';
import type { Child, Done, RoomWork } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { unlessRefused } from './errors.ts';
import { childContent, serverOf } from './room-templates.ts';

const Link = z.looseObject({ via: z.array(z.string()).catch([]) });

export interface SpaceLinksOptions {
  api: MatrixApi;
  me: UserId;
  signal: AbortSignal;
  /** Makes the change until the homeserver says yes or a final no. */
  change: (name: string, room: RoomId, call: () => Promise<unknown>) => Promise<Done>;
}

export function createSpaceLinks({ api, me, signal, change }: SpaceLinksOptions): Pick<RoomWork, 'linkChild'> {
  /** One try; what stands there already is not written again. */
  async function linkOnce(space: RoomId, child: Child): Promise<void> {
    const { room, number } = child;
    const link = await unlessRefused(api.state(Link, space, 'm.space.child', room, { signal }), 'M_NOT_FOUND');
    const content = childContent(child, me);
    const isThere = number === null ? link?.via.includes(serverOf(me)) : isDeepStrictEqual({ ...link }, content);
    if (isThere !== true) await api.putState(space, 'm.space.child', room, content, { signal });
  }

  const linkLatest = latestWish((_: RoomId, { space, child }: { space: RoomId; child: Child }) =>
    change('link child', space, () => linkOnce(space, child)),
  );
  return { linkChild: (space, child) => linkLatest(child.room, { space, child }) };
}
