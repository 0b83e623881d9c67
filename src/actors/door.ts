/** Who comes in: invites are accepted or declined here, what happens to Spaces goes to their people, the rest to the rooms. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Arrival, Log, Now } from '../ports.ts';
import type { Reception } from './reception.ts';
import type { Children } from '../durable/children.ts';

export interface Door {
  /** Hands arrivals to their actors; each promise resolves when its actor has them on disk. */
  admit(arrivals: readonly Arrival[]): Promise<Promise<void>[]>;
}

export interface DoorWorld {
  access: { mayInvite(user: UserId): boolean };
  /** Whose Space a room is. */
  ownerOf(space: RoomId): UserId | undefined;
  rooms: Children;
  people: Children;
  reception: Reception;
  /** Declines an invite. */
  leave(room: RoomId): Promise<unknown>;
  /** Invites of one person within a minute; more are declined. */
  invitesPerMinute: number;
  now: Now;
  log: Log;
}

const MINUTE_MS = 60_000;

export function createDoor(world: DoorWorld): Door {
  const { access, log, now } = world;
  const invites = new Map<UserId, number[]>();

  function isWelcome(person: UserId): boolean {
    if (!access.mayInvite(person)) return false;
    for (const [someone, times] of invites) if (!times.some(isRecent)) invites.delete(someone);
    const recent = (invites.get(person) ?? []).filter(isRecent);
    if (recent.length >= world.invitesPerMinute) return false;
    invites.set(person, [...recent, now()]);
    return true;
  }

  /** A time to come is one from before the clock was set back. */
  function isRecent(at: number): boolean {
    const ago = now() - at;
    return ago >= 0 && ago < MINUTE_MS;
  }

  function decline(room: RoomId, person: UserId): void {
    log.warn({ room, person }, 'invite declined');
    world.leave(room).catch((error: unknown) => log.debug({ room, error }, 'declined invite could not be left'));
  }

  return {
    async admit(arrivals) {
      const admitted: Promise<void>[] = [];
      const forRooms: Arrival[] = [];
      for (const arrival of arrivals) {
        const { room, heard } = arrival;
        const owner = world.ownerOf(room);
        if (owner !== undefined) {
          if (heard.type !== 'room.left') continue;
          const event = { type: 'space.gone', room };
          admitted.push(world.people.deliver(owner, [{ kind: 'event', id: null, at: now(), event }]));
        } else if (heard.type === 'room.invited' && !isWelcome(heard.person)) {
          decline(room, heard.person);
        } else {
          forRooms.push(arrival);
        }
      }
      for (const [room, inputs] of await world.reception.inputsOf(forRooms)) {
        admitted.push(world.rooms.deliver(room, inputs));
      }
      return admitted;
    },
  };
}
