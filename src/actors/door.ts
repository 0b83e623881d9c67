/**
 * Who comes in: invites are accepted or declined here, rooms that take the place of chats are waited for, what happens to
 * Spaces goes to their people, the rest to the rooms.
 */
import { EventId, type RoomId, type UserId } from '../../machines/ids.ts';
import type { PersonContext, PersonEvent } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Children } from '../durable/children.ts';
import type { Arrival, Heard, JoinRoom, Log, Now, RenderFarewell, RoomWork } from '../ports.ts';
import type { Farewell } from '../../machines/notices.ts';
import type { Absence } from './absence.ts';
import type { Access } from './access.ts';
import { createAntechamber } from './antechamber.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { Fates } from './fates.ts';
import type { Reception } from './reception.ts';

export interface Door {
  /**
   * Hands arrivals to their actors; each promise resolves when its actor has them on disk. `behind`: the sync position
   * that they came behind; null where they do not come again. `absence`: the time away in which they came.
   */
  admit(arrivals: readonly Arrival[], behind: string | null, absence?: Absence | null): Promise<Promise<void>[]>;
  /** Resolves when the bot is in the room that takes the place of a chat. Rejects with `Closed` only. */
  letIn(room: RoomId, person: UserId): Promise<void>;
}

export interface DoorWorld {
  access: Pick<Access, 'mayInvite' | 'isPerson' | 'isOperator'>;
  /** Whose Space a room is. */
  ownerOf(space: RoomId): UserId | undefined;
  /** Whether what replaces the room goes on as the same chat. */
  isChat(room: RoomId): boolean;
  rooms: Pick<Children<RoomId, RoomContext>, 'deliver'>;
  people: Pick<Children<UserId, PersonContext>, 'deliver'>;
  reception: Pick<Reception, 'inputsOf'>;
  /** Remembers what becomes of messages. */
  fates: Pick<Fates, 'handed' | 'ofNoPerson'>;
  joinRoom: JoinRoom;
  /** How many joins are under way for a person. */
  joinsOf(person: UserId): number;
  /** Declines an invite. */
  leave: RoomWork['leave'];
  farewell: RenderFarewell;
  elsewhere: Elsewhere;
  /** Invites of one person within a minute; more are declined. */
  invitesPerMinute: number;
  /** What becomes of rooms that others are in. */
  groups: 'decline' | 'accept';
  now: Now;
  log: Log;
}

export function createDoor(world: DoorWorld): Door {
  const { log, now } = world;
  const antechamber = createAntechamber(world);
  const isWelcome = welcoming(world);

  function decline(room: RoomId, person: UserId, why: Farewell): void {
    log.warn({ room, person, why }, 'invite declined');
    world
      .leave(room, { party: person, reason: world.farewell(why, person) })
      .catch((error: unknown) => log.debug({ room, error }, 'declined invite could not be left'));
  }

  /** Null for what goes to the room's own actor. */
  function elsewhere({ room, id, heard }: Arrival): Promise<void> | 'nowhere' | null {
    const owner = world.ownerOf(room);
    if (owner !== undefined) {
      if (heard.type !== 'room.left') return 'nowhere';
      const event = { type: 'space.gone', room } satisfies PersonEvent;
      return world.people.deliver(owner, [{ kind: 'event', id: null, at: now(), event }], 'told');
    }
    if (heard.type === 'invite.unwanted') {
      const { person, why } = heard;
      decline(room, person, why);
      const isTold = why === 'it is to a Space' && isWelcome(person);
      return isTold ? world.elsewhere.tell({ person, room, why }, null) : 'nowhere';
    }
    const speaker = speakerIn(heard);
    if (heard.type === 'operator.asked') return null;
    if (speaker !== null && !world.access.isPerson(speaker)) {
      log.info({ room, sender: speaker }, 'words of an account that is no person');
      const message = EventId.safeParse(id).data;
      if (message !== undefined) world.fates.ofNoPerson(message, room);
      return 'nowhere';
    }
    return heard.type === 'room.invited' ? bouncer(room, heard) : null;
  }

  /** Null for who is let in. */
  function bouncer(room: RoomId, { person, open }: Invited): Promise<void> | 'nowhere' | null {
    if (!isWelcome(person)) {
      const isStranger = !world.access.mayInvite(person);
      decline(room, person, isStranger ? 'the person may not invite' : 'the person invites too often');
      return 'nowhere';
    }
    if (open !== true || world.groups === 'accept') return null;
    decline(room, person, 'others are in the room');
    return world.elsewhere.tell({ person, room, why: 'others are in the room' }, null);
  }

  async function handOver(...[arrivals, behind, absence]: Parameters<Door['admit']>): Promise<Promise<void>[]> {
    const admitted: Promise<void>[] = [];
    const forRooms: Arrival[] = [];
    for (const arrival of arrivals) {
      const taken = elsewhere(arrival);
      if (taken === null) forRooms.push(noted(arrival, world.fates));
      else if (taken !== 'nowhere') admitted.push(taken);
    }
    const invited = new Set(forRooms.flatMap(({ room, heard }) => (heard.type === 'room.invited' ? [room] : [])));
    for (const [room, inputs] of await world.reception.inputsOf(forRooms, behind, absence)) {
      admitted.push(world.rooms.deliver(room, inputs, invited.has(room) ? 'invited' : 'spoken to'));
    }
    return admitted;
  }

  return {
    letIn: antechamber.letIn,
    async admit(arrivals, behind, absence) {
      const known = arrivals.map((arrival) => asIsKnown(arrival, world.access));
      const news = Map.groupBy(antechamber.others(known), ({ heard }) => heard.type === 'room.left');
      // A room that the bot was removed from and is invited to again (Synapse tells both) begins anew.
      await Promise.all(await handOver(news.get(true) ?? [], behind, absence));
      return handOver(news.get(false) ?? [], behind, absence);
    },
  };
}

/** The same, whose message is remembered as on its way. */
function noted(arrival: Arrival, fates: Pick<Fates, 'handed'>): Arrival {
  const message = EventId.safeParse(arrival.id).data;
  if (message !== undefined) fates.handed(message, arrival.room);
  return arrival;
}

/** What is for operators is a command like any unknown one to all others; the homeserver vouches for the sender. */
function asIsKnown(arrival: Arrival, { isOperator }: Pick<Access, 'isOperator'>): Arrival {
  const { heard } = arrival;
  if (heard.type !== 'operator.asked' || isOperator(heard.sender)) return arrival;
  const { words: _, replyTo: __, ...written } = heard;
  return { ...arrival, heard: { ...written, type: 'command.unknown', name: 'ops' } };
}

type Invited = Extract<Heard, { type: 'room.invited' }>;

function speakerIn(heard: Heard): UserId | null {
  if (heard.type === 'text.received') return heard.text.sender;
  return 'eventId' in heard && 'sender' in heard ? heard.sender : null;
}

const MINUTE_MS = 60_000;
/** Rooms of one person that the bot tries to get into: beyond these, no more are taken. */
const MOST_JOINS = 30;

type Welcoming = Pick<DoorWorld, 'access' | 'invitesPerMinute' | 'joinsOf' | 'now'>;

/** Whether an invite is taken: of whom it may be, not too many of one person within a minute, nor that nothing came of. */
function welcoming({ access, invitesPerMinute, joinsOf, now }: Welcoming) {
  const invites = new Map<UserId, number[]>();

  /** A time to come is one from before the clock was set back. */
  function isRecent(at: number): boolean {
    const ago = now() - at;
    return ago >= 0 && ago < MINUTE_MS;
  }

  return (person: UserId): boolean => {
    if (!access.mayInvite(person)) return false;
    for (const [someone, times] of invites) if (!times.some(isRecent)) invites.delete(someone);
    const recent = (invites.get(person) ?? []).filter(isRecent);
    if (recent.length >= invitesPerMinute || joinsOf(person) >= MOST_JOINS) return false;
    invites.set(person, [...recent, now()]);
    return true;
  };
}
