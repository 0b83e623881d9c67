/** The service as an operator sees it: which rooms there are, why a message has no answer, and what can be done about it. */
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { statusOf } from '../../machines/room-status.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Children } from '../durable/children.ts';
import { fingerprint, nameOfParked, wasSeen, type Envelope, type Parked } from '../durable/record.ts';
import type { Log, Now, RecordTable } from '../ports.ts';
import type { Deed, Fate, OpsDesk, ParkedEvent, RoomQuery, RoomRow, RoomSheet, RoomState, Why } from '../ports/ops.ts';
import { roomStates } from '../ports/ops.ts';
import { fateOf, type Fates } from './fates.ts';
import type { Entry, Ledger } from './ledger.ts';
import { readRoomRecord } from './room.ts';

export interface DeskWorld {
  ledger: Ledger;
  fates: Pick<Fates, 'noted'>;
  rooms: Pick<Children<RoomId, RoomContext>, 'deliver' | 'recordOf' | 'unpark'>;
  people: { unpark(key: UserId): boolean };
  records: Pick<RecordTable, 'read' | 'keysWith'>;
  whoseIs(room: RoomId): UserId | undefined;
  /** How actors that failed stand; all others run. */
  standings(): Iterable<readonly [key: string, standing: 'backing off' | 'parked']>;
  failureOf(key: string): { error: string; at: number; standing: 'backing off' | 'parked' } | null;
  now: Now;
  log: Log;
}

/** The rooms alone: what the whole service says of itself is not this desk's. */
export type RoomDesk = Pick<OpsDesk, 'rooms' | 'room' | 'why' | 'parkedEvent' | 'unpark'> & {
  counts(): Record<RoomState, number>;
};

/** Rooms that are looked through for a message that nobody remembers. */
const MOST_SEARCHED = 5;

export function createRoomDesk(world: DeskWorld): RoomDesk {
  const { ledger, now } = world;
  const look = looking(world);
  const { recordOf, rowOf, standingOf } = look;

  function standingsOfRooms(): Map<string, RoomState> {
    return new Map([...world.standings()].map(([key, standing]) => [key, stateOf(standing)]));
  }

  return {
    ...deedsOn(world, look),
    counts() {
      const counts = Object.fromEntries(roomStates.map((state) => [state, 0])) as Record<RoomState, number>;
      const standings = standingsOfRooms();
      for (const [room, { state }] of ledger.entries) counts[standings.get(room) ?? state]++;
      return counts;
    },
    rooms: (query) => page(query, ledger.entries, standingsOfRooms(), rowOf),
    async room(name) {
      const room = RoomId.safeParse(name).data;
      if (room === undefined) return null;
      const record = await recordOf(room);
      const entry = ledger.entries.get(room);
      if (record === null || entry === undefined) return null;
      return sheetOf(rowOf(room, entry, standingOf(room)), record, now(), world.failureOf(room));
    },
    async why(name, given): Promise<Why> {
      const event = EventId.parse(name);
      const noted = world.fates.noted(event);
      const told = (room: RoomId | null, fate: Fate): Why => {
        const agent = room === null ? null : (ledger.entries.get(room)?.agent ?? null);
        return { event, room, agent, fate };
      };
      if (noted?.ofNoPerson === true) return told(noted.room, { is: 'of no person' });
      if (noted?.dropped !== undefined) return told(noted.room, { is: 'not for the bot', why: noted.dropped });
      const room = noted?.room ?? RoomId.safeParse(given ?? undefined).data ?? (await look.search(event));
      return room === null ? told(null, { is: 'unknown' }) : told(room, await look.fateIn(room, event));
    },
  };
}

function stateOf(standing: 'backing off' | 'parked'): RoomState {
  return standing === 'parked' ? 'parked' : 'restarting';
}

type Looking = ReturnType<typeof looking>;

/** What is found of one room, or of one message. */
function looking(world: DeskWorld) {
  const { log, now } = world;

  /** Null where there is none, or none that can be read. */
  async function recordOf(room: RoomId): Promise<Envelope<RoomContext> | null> {
    const inMemory = world.rooms.recordOf(room);
    if (inMemory !== null) return inMemory;
    try {
      const stored = await world.records.read(room);
      return stored === null ? null : readRoomRecord(stored);
    } catch (error) {
      log.warn({ room, error }, 'record could not be read for an operator');
      return null;
    }
  }

  return {
    recordOf,
    standingOf(room: RoomId): RoomState | undefined {
      const failure = world.failureOf(room);
      return failure === null ? undefined : stateOf(failure.standing);
    },
    rowOf(room: RoomId, entry: Entry, standing: RoomState | undefined): RoomRow {
      const { state, agent, line, outbox, parked } = entry;
      return { room, state: standing ?? state, person: world.whoseIs(room) ?? null, agent, line, outbox, parked };
    },
    /** The room of a message that nobody remembers. */
    async search(event: EventId): Promise<RoomId | null> {
      for (const text of [event, fingerprint(event)]) {
        for (const key of await world.records.keysWith(text, MOST_SEARCHED)) {
          const room = RoomId.parse(key);
          const record = await recordOf(room);
          if (record !== null && (text === event || wasSeen(record.seen, event))) return room;
        }
      }
      return null;
    },
    async fateIn(room: RoomId, event: EventId): Promise<Fate> {
      const record = await recordOf(room);
      const fate = record === null ? null : fateOf({ record, event, noted: world.fates.noted(event), now: now() });
      if (fate !== null) return fate;
      const failure = world.failureOf(room);
      if (failure === null) return { is: 'unknown' };
      const { error, at, standing } = failure;
      return { is: standing === 'parked' ? 'room parked' : 'room restarting', error, agoMs: Math.max(0, now() - at) };
    },
  };
}

/** What an operator does to rooms and people: each deed is a line in the log. */
function deedsOn(world: DeskWorld, { recordOf }: Looking): Pick<RoomDesk, 'parkedEvent' | 'unpark'> {
  const { log, now } = world;
  return {
    async parkedEvent(name, parked, then): Promise<Deed> {
      const room = RoomId.safeParse(name).data;
      const record = room === undefined ? null : await recordOf(room);
      if (room === undefined || record === null) return 'not there';
      const found = record.parked.find((one) => nameOfParked(one) === parked || messageOf(one) === parked);
      if (found === undefined) return 'not parked';
      log.warn({ room, event: messageOf(found), type: found.event['type'], then }, 'operator: parked event');
      const input = { kind: 'parked' as const, parked: nameOfParked(found), then, at: now() };
      await world.rooms.deliver(room, [input], 'told');
      return 'done';
    },
    unpark(name): Deed {
      const person = UserId.safeParse(name).data;
      const room = RoomId.safeParse(name).data;
      const isDone =
        room !== undefined ? world.rooms.unpark(room) : person !== undefined && world.people.unpark(person);
      if (isDone) log.warn({ actor: name }, 'operator: actor unparked');
      if (isDone) return 'done';
      return person !== undefined || (room !== undefined && world.ledger.entries.has(room))
        ? 'not parked'
        : 'not there';
    },
  };
}

function page(
  { state, after, most }: RoomQuery,
  entries: ReadonlyMap<RoomId, Entry>,
  standings: ReadonlyMap<string, RoomState>,
  rowOf: (room: RoomId, entry: Entry, standing: RoomState | undefined) => RoomRow,
): ReturnType<OpsDesk['rooms']> {
  const wanted: RoomId[] = [];
  for (const [room, entry] of entries) {
    const at = standings.get(room) ?? entry.state;
    if (state === null || (state === 'busy' ? at !== 'at rest' : at === state)) wanted.push(room);
  }
  wanted.sort();
  const rest = after === null ? wanted : wanted.filter((room) => room > after);
  const rooms = rest.slice(0, most);
  return {
    rooms: rooms.flatMap((room) => {
      const entry = entries.get(room);
      return entry === undefined ? [] : [rowOf(room, entry, standings.get(room))];
    }),
    total: wanted.length,
    next: rest.length > rooms.length ? (rooms.at(-1) ?? null) : null,
  };
}

function sheetOf(
  row: RoomRow,
  record: Envelope<RoomContext>,
  now: number,
  failure: { error: string; at: number } | null,
): RoomSheet {
  const { context, value, timers, outbox, parked } = record;
  const ago = (at: number) => Math.max(0, now - at);
  const { turn } = context;
  const running = statusOf(record, now).turn;
  return {
    ...row,
    role: context.role,
    value,
    turn:
      turn === null || running === null
        ? null
        : { event: turn.text.eventId, turn: turn.id, stage: running.stage, tries: turn.attempts },
    waiting: context.waiting.map(({ eventId }) => eventId),
    sending: outbox.map(({ id, type, params, since }) => {
      const { answers } = params;
      return { id, type, answers: typeof answers === 'string' ? answers : null, ageMs: ago(since) };
    }),
    parkedEvents: parked.map((one): ParkedEvent => {
      const type = String(one.event['type']);
      return { id: nameOfParked(one), event: messageOf(one), type, error: one.error, agoMs: ago(one.at) };
    }),
    timers: timers.map(({ event, at }) => ({ event, inMs: Math.max(0, at - now) })),
    failure: failure === null ? null : { error: failure.error, agoMs: ago(failure.at) },
  };
}

/** The message that a parked event was. */
function messageOf({ event }: Parked): string | null {
  const said = event as unknown as RoomEvent;
  if (said.type === 'text.received') return said.text.eventId;
  return 'eventId' in said && typeof said.eventId === 'string' ? said.eventId : null;
}
