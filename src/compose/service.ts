/** What serves people, for one session: the actors, the door to them, and the sync that brings what they hear. */
import { EventId, type RoomId, type UserId } from '../../machines/ids.ts';
import { createAccess } from '../actors/access.ts';
import { createCompanyOf, createGlances } from '../actors/company.ts';
import { createDirectory } from '../actors/directory.ts';
import { createDoor, type Door } from '../actors/door.ts';
import { createElsewhere } from '../actors/elsewhere.ts';
import { createReception } from '../actors/reception.ts';
import { createRegistry } from '../agents/registry.ts';
import type { Observe } from '../durable/nursery.ts';
import type { Session } from '../matrix/login.ts';
import type { Suspension } from '../matrix/standing.ts';
import { createSync } from '../matrix/sync.ts';
import type { Arrival, HostState, KnownRoom, Now, Survey } from '../ports.ts';
import { forgetCleared } from '../start/conversations.ts';
import { createAttention } from './attention.ts';
import { composeHousehold } from './household.ts';
import { composeMatrix } from './matrix.ts';
import { composePushes, notedAt } from './pushes.ts';
import type { Basis } from './surroundings.ts';
import { farewellsFor } from './words.ts';
import type { RoomContext } from '../../machines/room.model.ts';

export interface ServiceOptions extends Basis {
  session: Session;
  /** Resolves as long as nobody else speaks for the account. */
  sure(): Promise<void>;
  host: HostState;
  /** The time of day. */
  wall: Now;
  pollMs: number | undefined;
  observe: Observe<RoomId, RoomContext> | undefined;
  on: {
    unauthorised(): void;
    suspended(state: Suspension | null): void;
    positionLost(): void;
    synced(): void;
    syncFailed(detail: string): void;
    store(problem: string | null): void;
  };
}

export type Service = ReturnType<typeof composeService>;

export function composeService(options: ServiceOptions) {
  const { config, session, sure, host, now, chance, log, on } = options;
  const { homeserver, userId: me } = config.matrix;
  const { onboarding, context } = config.policy;
  const registry = createRegistry(config);
  const access = createAccess({ ...config.policy.access, me, userAgents: config.userAgents });
  const pushes = composePushes(options, () => household.rooms);
  const directory = notedAt(pushes, createDirectory());
  const matrix = composeMatrix({
    ...{ homeserver, session, sure, me, now, chance, log },
    ...{ onUnauthorised: on.unauthorised, onSuspended: on.suspended },
    keepMarker: (room, content) =>
      options.store.damaged.keep({
        ...{ part: 'marker', id: room, document: JSON.stringify(content) },
        why: 'it is no marker of this service',
      }),
    async onGone(room) {
      await Promise.all(await door.admit([{ room, id: null, heard: { type: 'room.left' } }], null));
    },
  });
  const { work, attendance } = matrix;
  const survey = ofPeople(matrix.survey, access.isPerson);
  const { mode, groups } = onboarding;
  const company = { companyIn: work.companyIn, isPerson: access.isPerson, groups, now };
  const reception = createReception({
    ...{ registry, access, mode, scope: context.scope, host, now, companyOf: createGlances(company) },
    isMine: async (room, event) => (await matrix.forActors.quoteOf(room, event))?.author === me,
    ...{ readMarker: work.readMarker, inTheMaking: directory.inTheMaking, languageOf: directory.languageOf },
    contextOf: directory.contextOf,
  });
  const elsewhere = createElsewhere({ roomOf: directory.roomOf, rooms: () => household.rooms, now, log });
  const forget = forgetCleared(options.store.conversations, log);
  const farewell = farewellsFor(config, directory.languageOf);
  const household = composeHousehold({
    ...options,
    ...matrix.forActors,
    ...{ device: session.deviceId, reception },
    observe: {
      person: (_, { record }) => directory.note(record),
      room(room, change) {
        directory.noteRoom(change.record);
        forget(room, change);
        options.observe?.(room, change);
      },
    },
    letIn: (room, person) => door.letIn(room, person),
    ...{ elsewhere, companyOf: createCompanyOf(company) },
    ...{ isEncrypted: directory.isEncrypted, isShared: directory.isShared, farewell },
    ...{ roomsOf: directory.roomsOf, languageIn: directory.languageIn },
    onStore: on.store,
  });
  const door = createDoor({
    ...{ access, rooms: household.rooms, people: household.people, reception, now, log },
    ...{ ownerOf: directory.ownerOf, isChat: (room) => directory.personOf(room) !== undefined },
    ...{ elsewhere, farewell, groups, invitesPerMinute: onboarding.invitesPerMinute },
    ...{ joinRoom: work.joinRoom, joinsOf: work.joinsOf, leave: work.leave },
  });
  const sync = composeSync(options, matrix, door);
  return {
    household,
    sync,
    work,
    reception,
    registry,
    door,
    directory,
    survey,
    attendance,
    wall: options.wall,
    push: pushes.take,
    ...{ close: matrix.close, refusedMessages: matrix.refusedMessages },
  };
}

function composeSync(
  { config, host, wall, now, chance, log, reach, on, pollMs }: ServiceOptions,
  { api, signals, work, heard }: ReturnType<typeof composeMatrix>,
  door: Door,
) {
  const me = config.matrix.userId;
  const attention = createAttention(host, wall, config.policy.missed);
  let names: string[] = [];
  // Without it a mention of the bot is known by its id, and by what a client makes of it.
  work.displayName(me).then(
    (name) => void (names = name === null ? [] : [name]),
    () => {},
  );
  return createSync({
    api,
    me,
    names: () => names,
    async receive(arrivals) {
      reach('sync response received');
      const admitted = await door.admit(arrivals, host.read().syncPosition, attention.absence());
      reach('events handed to rooms');
      await Promise.all(admitted);
      for (const [room, event] of lastEvents(arrivals)) void signals.sendReadReceipt(room, event);
    },
    position: {
      read: () => host.read().syncPosition,
      async write(syncPosition) {
        await attention.caughtUp(syncPosition);
        reach('sync position written');
      },
    },
    onSucceeded() {
      heard();
      on.synced();
    },
    onFailed: ({ detail }) => on.syncFailed(detail),
    onUnauthorised: on.unauthorised,
    onPositionLost: on.positionLost,
    onDropped: (reason) => log.debug({ reason }, 'event dropped'),
    ...{ now, chance, log },
    ...(pollMs === undefined ? {} : { pollMs }),
  });
}

/** The same, in which only people are members of rooms: nobody else becomes somebody to be served. */
function ofPeople(survey: Survey, isPerson: (user: UserId) => boolean): Survey {
  return async () => {
    const { rooms, ...rest } = await survey();
    const members = (room: KnownRoom) => room.members.filter(({ user }) => isPerson(user));
    return { ...rest, rooms: rooms.map((room) => ({ ...room, members: members(room) })) };
  };
}

/** The newest event of each room, to be marked as read. */
function lastEvents(arrivals: readonly Arrival[]): Map<RoomId, EventId> {
  return new Map(
    arrivals.flatMap(({ room, id }) => {
      const event = EventId.safeParse(id).data;
      return event === undefined ? [] : [[room, event]];
    }),
  );
}
