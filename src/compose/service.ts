/** What serves people, for one session: the actors, the door to them, and the sync that brings what they hear. */
import { EventId, type RoomId, type UserId } from '../../machines/ids.ts';
import { createCompanyOf, createGlances } from '../actors/company.ts';
import { createDirectory, type Directory } from '../actors/directory.ts';
import { createDoor, type Door } from '../actors/door.ts';
import { createElsewhere } from '../actors/elsewhere.ts';
import { createReception } from '../actors/reception.ts';
import type { Observe } from '../durable/nursery.ts';
import type { Session } from '../matrix/login.ts';
import type { Suspension } from '../matrix/standing.ts';
import { createSync } from '../matrix/sync.ts';
import type { Arrival, HostState, KnownRoom, Meter, Now, Survey } from '../ports.ts';
import type { Health } from '../ops/health.ts';
import { forgetCleared } from '../start/conversations.ts';
import type { Hosting } from '../start/enter.ts';
import { createAttention } from './attention.ts';
import { composeHousehold } from './household.ts';
import { composeMatrix } from './matrix.ts';
import { logConfiguration } from './opening-lines.ts';
import { composeOps } from './ops.ts';
import { createOpsParts, type OpsParts } from './ops-parts.ts';
import { composePushes, notedAt } from './pushes.ts';
import type { Basis } from './surroundings.ts';
import { farewellsFor } from './words.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { SupervisorContext } from '../../machines/supervisor-words.ts';

export interface ServiceOptions extends Omit<Basis, 'baseOf'> {
  session: Session;
  /** Resolves as long as nobody else speaks for the account. */
  sure(): Promise<void>;
  host: HostState;
  hosting: Hosting;
  /** The time of day. */
  wall: Now;
  pollMs: number | undefined;
  /** How it is, and what its root knows. */
  health(): Health;
  supervisor(): SupervisorContext;
  meter: Meter;
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
  const { registry, access } = options.roster;
  const { homeserver, userId: me } = config.matrix;
  const { onboarding, context } = config.policy;
  logConfiguration(log, config);
  const parts = createOpsParts({ ...options, baseOf: options.hosting.baseOf });
  const pushes = composePushes(options, () => household.rooms);
  const directory = notedAt(pushes, directoryWith(parts));
  const matrix = composeMatrix({
    ...{ homeserver, profile: config.policy.profile, session, sure, me, now, chance, log },
    ...{ onUnauthorised: on.unauthorised, onSuspended: on.suspended },
    onLimited: () => options.meter.count('homeserver limits', {}),
    keepMarker: (room, content) => keepMarker(options, room, content),
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
    ...{ device: session.deviceId, baseOf: options.hosting.baseOf, reception, ops: parts },
    answerOperator: (question, language) => ops.answerOperator(question, language),
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
    ...{ elsewhere, farewell, groups, invitesPerMinute: onboarding.invitesPerMinute, fates: parts.fates },
    ...{ joinRoom: work.joinRoom, joinsOf: work.joinsOf, leave: work.leave },
  });
  const ops = composeOps({
    ...{ config, parts, household, directory, host, now, log, records: options.store.rooms },
    ...{ roster: options.roster, send: matrix.forActors.send, device: session.deviceId },
    ...{ health: options.health, supervisor: options.supervisor, alarm: options.alarm },
  });
  const sync = composeSync(options, matrix, door, parts);
  return {
    ...{ household, sync, work, reception, registry, door, directory, survey, attendance },
    push: pushes.take,
    ...{ desk: ops.desk, wall: options.wall, hosting: options.hosting, refusedMessages: matrix.refusedMessages },
    close() {
      ops.close();
      return matrix.close();
    },
  };
}

function keepMarker({ store }: ServiceOptions, id: RoomId, content: unknown): Promise<number> {
  const document = JSON.stringify(content);
  return store.damaged.keep({ part: 'marker', id, document, why: 'it is no marker of this service' });
}

/** What is known of rooms is counted as well. */
function directoryWith({ ledger }: OpsParts): Directory {
  const directory = createDirectory();
  return {
    ...directory,
    noteRoom(record) {
      directory.noteRoom(record);
      ledger.note(record);
    },
  };
}

function composeSync(
  { config, host, wall, now, chance, log, reach, on, pollMs }: ServiceOptions,
  { api, signals, nameOfTheBot, heard }: ReturnType<typeof composeMatrix>,
  door: Door,
  { fates, meter }: OpsParts,
) {
  const me = config.matrix.userId;
  const attention = createAttention(host, wall, config.policy.missed);
  let names: string[] = [];
  // Without it a mention of the bot is known by its id, and by what a client makes of it.
  nameOfTheBot().then(
    (name) => void (names = name === null ? [] : [name]),
    () => {},
  );
  return createSync({
    api,
    me,
    names: () => names,
    async receive(arrivals) {
      reach('sync response received');
      if (arrivals.length > 0) meter.count('events received', {}, arrivals.length);
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
    onDropped(reason, event) {
      if (event !== null && reason !== 'own') fates.dropped(event, reason);
      meter.count('events dropped', { why: reason });
      log.debug({ reason }, 'event dropped');
    },
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
