/** Tells people what became of their invitation to a room that the bot is not in: in another room of theirs. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Farewell } from '../../machines/notices.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Children } from '../durable/children.ts';
import type { Log, Now } from '../ports.ts';

export interface Declined {
  person: UserId;
  room: RoomId;
  why: Farewell;
}

export interface Elsewhere {
  /** Resolves when a room has it on disk, or nobody is to be told; `id` names it for good, null where it may be said again. */
  tell(declined: Declined, id: string | null): Promise<void>;
}

export interface ElsewhereWorld {
  /** A room of the person besides this one. */
  roomOf(person: UserId, besides: RoomId): RoomId | undefined;
  rooms(): Pick<Children<RoomId, RoomContext>, 'deliver'>;
  now: Now;
  log: Log;
}

export function createElsewhere({ roomOf, rooms, now, log }: ElsewhereWorld): Elsewhere {
  return {
    tell({ person, room, why }, id) {
      const place = roomOf(person, room);
      if (place === undefined) {
        log.warn({ room, person, why }, 'invite not taken, and no other room to tell its person in');
        return Promise.resolve();
      }
      const event = { type: 'invite.declined', room, why } satisfies RoomEvent;
      return rooms().deliver(place, [{ kind: 'event', id, at: now(), event }], 'spoken to');
    },
  };
}
