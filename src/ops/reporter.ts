/** Tells operators what goes wrong: looks now and then, remembers what it told, and sends it until it is there. */
import type { EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { Log, Meter, Now } from '../ports.ts';
import type { OperatorsDocument } from '../ports/store.ts';
import type { Cause, Report } from '../ports/ops.ts';
import { judge, type Seen } from './reports.ts';

/** How often it looks, ms. */
const LOOK_MS = 2_000;
/** Reports that wait for the homeserver; the oldest goes for one more. */
const MOST_PENDING = 50;

export interface ReporterWorld {
  operators: readonly UserId[];
  /** What is to be looked at before: agents, the disk. */
  look(): void;
  /** What goes wrong now; null while nobody can say. */
  seen(): Seen | null;
  /** A room in which this operator reads: null where the bot has none with them. */
  roomOf(operator: UserId): RoomId | null;
  host: { read(): OperatorsDocument; write(document: OperatorsDocument): Promise<unknown> };
  /** `id` stays the same on every try. Rejects where the service closes. */
  send(report: {
    id: string;
    room: RoomId;
    reports: readonly Report[];
    since: number;
    device: string | null;
    mentions: readonly UserId[];
  }): Promise<{ ok: true; eventId: EventId } | { ok: false; code: string }>;
  device: string;
  /** Calls once at this time (ms), or soon after. */
  alarm: { set(at: number, ring: () => void): () => void };
  newId(): string;
  meter: Meter;
  now: Now;
  log: Log;
}

export interface Reporter {
  /** An operator reads here by now. */
  reads(operator: UserId, room: RoomId): void;
  /** What they were told of and goes on. */
  causes(): Cause[];
  close(): void;
}

export function createReporter(world: ReporterWorld): Reporter {
  const { operators, host, alarm, now, log } = world;
  let document = host.read();
  let isClosed = false;
  let cancel = () => {};
  /** What cannot be written is remembered here, and told all the same. */
  const change = (patch: Partial<OperatorsDocument>) => {
    document = { ...document, ...patch };
    return host
      .write(document)
      .catch((error: unknown) => log.warn({ error }, 'what operators were told could not be noted'));
  };

  function rooms(): Map<RoomId, UserId[]> {
    const rooms = new Map<RoomId, UserId[]>();
    for (const operator of operators) {
      const room = document.rooms[operator] ?? world.roomOf(operator);
      if (room === null) continue;
      rooms.set(room, [...(rooms.get(room) ?? []), operator]);
    }
    return rooms;
  }

  function tell(reports: readonly Report[]): void {
    for (const { cause, is } of reports) {
      world.meter.count('reports', { about: cause.about });
      log.info({ ...cause, is }, 'operators are told');
    }
    const fresh = [...rooms()].map(([room, mentions]) => ({
      ...{ id: world.newId(), room, reports: [...reports], since: now(), device: null, mentions },
    }));
    if (fresh.length === 0) log.warn({}, 'no operator has a room with the bot');
    // Noted before it is sent: after a kill it is sent again under the same id.
    void change({ pending: [...document.pending, ...fresh].slice(-MOST_PENDING) }).then(() => fresh.forEach(send));
  }

  function send(pending: OperatorsDocument['pending'][number]): void {
    if (isClosed) return;
    const device = pending.device ?? world.device;
    world.send({ ...pending, device }).then(
      (receipt) => {
        if (isClosed) return;
        const { room } = pending;
        const left = receipt.ok
          ? document.rooms
          : Object.fromEntries(Object.entries(document.rooms).filter(([, one]) => one !== room));
        if (!receipt.ok) log.warn({ room, code: receipt.code }, 'report refused: operators read elsewhere');
        void change({ rooms: left, pending: document.pending.filter(({ id }) => id !== pending.id) });
      },
      () => {},
    );
  }

  function lookLater(): void {
    if (!isClosed) cancel = alarm.set(now() + LOOK_MS, look);
  }

  function look(): void {
    try {
      world.look();
      const seen = world.seen();
      if (seen !== null) {
        const { after, reports } = judge(document.told, seen, now());
        if (after !== document.told) void change({ told: [...after] });
        if (reports.length > 0) tell(reports);
      }
    } catch (error) {
      log.error({ error }, 'what goes wrong could not be found out');
    }
    lookLater();
  }

  if (operators.length > 0) {
    const waiting = document.pending.map((one) => ({ ...one, device: one.device ?? world.device }));
    for (const one of waiting) send(one);
    lookLater();
  }
  return {
    reads(operator, room) {
      if (document.rooms[operator] !== room) void change({ rooms: { ...document.rooms, [operator]: room } });
    },
    causes: () => document.told.flatMap(({ isOpen, cause }) => (isOpen ? [cause] : [])),
    close() {
      isClosed = true;
      cancel();
    },
  };
}
