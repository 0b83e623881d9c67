/** Words between rooms and people: each is brought up to date, and passed on until it is on disk with whom it is for. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { PersonContext, PersonEvent } from '../../machines/person.model.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Wish } from '../../machines/room.effects.ts';
import type { Children } from '../durable/children.ts';
import type { Alarm } from '../durable/timers.ts';
import type { Log, Now, RoomWork } from '../ports.ts';
import type { Reception } from './reception.ts';

/** A room's wish; `id` names it for good. */
export interface WordToPerson {
  person: UserId;
  room: RoomId;
  wish: Wish;
  id: string;
}

/** A person's word to a room; `id` names it for good. */
export interface WordToRoom {
  person: UserId;
  room: RoomId;
  event: RoomEvent;
  id: string;
}

/** `told` is called when the word is on disk with whom it is for. */
export interface Post {
  tellPerson(word: WordToPerson, told: () => void): void;
  tellRoom(word: WordToRoom, told: () => void): void;
}

export interface PostWorld {
  rooms(): Pick<Children<RoomId, RoomContext>, 'deliver'>;
  people(): Pick<Children<UserId, PersonContext>, 'deliver'>;
  reception: Pick<Reception, 'contextFor' | 'isOfScope' | 'sharedBy' | 'agentFor' | 'languageFor'>;
  readMarker: RoomWork['readMarker'];
  /** Resolves when the bot is in the room; whoever replaces a room invites its members afterwards. */
  letIn(room: RoomId, person: UserId): Promise<void>;
  /** A name for a creation. */
  newOperation(): string;
  /** Whether an error only says that the service is closing. */
  isClosing(error: unknown): boolean;
  /** How long to wait after the n-th failure in a row, ms. */
  pauseMs(tries: number): number;
  alarm: Alarm;
  now: Now;
  log: Log;
}

export function createPost(world: PostWorld): Post {
  const { now, log } = world;

  /** What fails for a moment (a full disk, say) is tried again, until the service closes. */
  function untilDone<T>(
    about: { from: string; to: string; word: string },
    prepare: () => Promise<T>,
    use: (prepared: T) => void,
    tries = 1,
  ): void {
    prepare().then(use, (error: unknown) => {
      if (world.isClosing(error)) return;
      const waitMs = world.pauseMs(tries);
      log.error({ ...about, error, waitMs }, 'word between actors could not be passed on, trying again');
      world.alarm.set(now() + waitMs, () => untilDone(about, prepare, use, tries + 1));
    });
  }

  return {
    tellPerson(word, told) {
      const { person, room: from, id } = word;
      untilDone(
        { from, to: person, word: word.wish.type },
        () => wishOf(word, world),
        (event) => {
          if (event === null) return told();
          const input = { kind: 'event' as const, id, at: now(), event, from };
          void world.people().deliver(person, [input], 'told').then(told);
        },
      );
    },
    tellRoom({ person: from, room, event: word, id }, told) {
      untilDone(
        { from, to: room, word: word.type },
        () => upToDate(from, word, world),
        (event) => {
          const input = { kind: 'event' as const, id, at: now(), event, from };
          void world.rooms().deliver(room, [input], 'told').then(told);
        },
      );
    },
  };
}

/** With what is true of its agent, context and language by now. */
async function upToDate(person: UserId, event: RoomEvent, { reception }: PostWorld): Promise<RoomEvent> {
  // Of two choices the first may be on its way for longer.
  if (event.type === 'language.chosen') return { ...event, ...reception.languageFor(person) };
  if (event.type === 'context.chosen') return { ...event, contextId: reception.sharedBy(person) ?? event.contextId };
  if (event.type !== 'room.adopted') return event;
  const isOfScope = reception.isOfScope(event.contextId, person);
  const contextId = isOfScope ? event.contextId : await reception.contextFor(person);
  return { ...event, ...reception.agentFor(person), ...reception.languageFor(person), contextId };
}

/** A wish with what the person's actor needs to know besides; null where it says nothing. */
async function wishOf({ person, room, wish }: WordToPerson, world: PostWorld): Promise<PersonEvent | null> {
  const { reception } = world;
  switch (wish.type) {
    case 'chat.wanted':
    case 'access.wanted': {
      const copied = wish.type === 'chat.wanted' ? wish.contextId : undefined;
      const contextId = copied ?? (await reception.contextFor(person));
      const job = {
        operation: world.newOperation(),
        spaceOperation: world.newOperation(),
        origin: room,
        answers: wish.answers,
        name: wish.type === 'chat.wanted' ? wish.name : null,
        number: null,
        room: null,
        archived: false,
        ...(wish.type === 'chat.wanted' && wish.first !== undefined && { first: wish.first }),
        ...(copied !== undefined && { copied: true as const }),
      };
      return { type: wish.type, job: { ...job, ...reception.agentFor(person), contextId } };
    }
    case 'chat.renamed':
      return { type: 'chat.renamed', room, name: wish.name };
    case 'chat.gone':
    case 'chat.refused':
      return { type: 'chat.gone', room };
    case 'chat.moved': {
      const { replacement, contextId } = wish;
      // Whoever may replace a room can name any other as its successor, also one of somebody else's.
      const marker = await world.readMarker(replacement);
      if (marker !== null && marker.person !== person) {
        world.log.warn({ room, replacement }, 'room is not replaced by the room of somebody else');
        return null;
      }
      await world.letIn(replacement, person);
      return { type: 'chat.moved', room, replacement, contextId, ...reception.agentFor(person) };
    }
    default:
      return { ...wish, origin: room };
  }
}
