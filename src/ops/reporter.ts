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
  /** As the registry says by now. */
  operators(): readonly UserId[];
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
  /** There may be other operators by now. */
  hearOfOperators(): void;
  /** What they were told of and goes on. */
  causes(): Cause[];
  close(): void;
}

export function createReporter(world: ReporterWorld): Reporter {
  const { operators, alarm, now, log } = world;
  const kept = keeping(world);
  const mail = mailing(world, kept);
  let isClosed = false;
  let isLooking = false;
  let cancel = () => {};

  function lookLater(): void {
    isLooking = !isClosed && operators().length > 0;
    if (isLooking) cancel = alarm.set(now() + LOOK_MS, look);
  }

  function look(): void {
    // What nobody is told is not noted as told.
    if (operators().length === 0) return lookLater();
    try {
      world.look();
      const seen = world.seen();
      if (seen !== null) {
        const before = kept.document().told;
        const { after, reports } = judge(before, seen, now());
        if (after !== before) void kept.change({ told: [...after] });
        if (reports.length > 0) mail.tell(reports);
      }
    } catch (error) {
      log.error({ error }, 'what goes wrong could not be found out');
    }
    lookLater();
  }

  for (const one of kept.document().pending) mail.send(one);
  lookLater();
  return {
    hearOfOperators() {
      if (!isLooking) lookLater();
    },
    reads(operator, room) {
      const { rooms } = kept.document();
      if (rooms[operator] !== room) void kept.change({ rooms: { ...rooms, [operator]: room } });
    },
    causes: () => kept.document().told.flatMap(({ isOpen, cause }) => (isOpen ? [cause] : [])),
    close() {
      isClosed = true;
      mail.close();
      cancel();
    },
  };
}

interface Kept {
  document(): OperatorsDocument;
  change(patch: Partial<OperatorsDocument>): Promise<unknown>;
}

/** What cannot be written is remembered here, and told all the same. */
function keeping({ host, log }: ReporterWorld): Kept {
  let document = host.read();
  return {
    document: () => document,
    change(patch) {
      document = { ...document, ...patch };
      const failed = (error: unknown) => log.warn({ error }, 'what operators were told could not be noted');
      return host.write(document).catch(failed);
    },
  };
}

type Pending = OperatorsDocument['pending'][number];

/** Brings reports to where operators read. */
function mailing(world: ReporterWorld, { document, change }: Kept) {
  const { operators, now, log, meter } = world;
  let isClosed = false;

  function rooms(): Map<RoomId, UserId[]> {
    const rooms = new Map<RoomId, UserId[]>();
    for (const operator of operators()) {
      const room = document().rooms[operator] ?? world.roomOf(operator);
      if (room !== null) rooms.set(room, [...(rooms.get(room) ?? []), operator]);
    }
    return rooms;
  }

  function without({ id }: Pending): Pending[] {
    return document().pending.filter((one) => one.id !== id);
  }

  function send(pending: Pending): void {
    if (isClosed) return;
    // Who is no operator any more is told nothing, also of what was to be told before.
    const mentions = pending.mentions.filter((one) => operators().includes(one));
    if (mentions.length === 0) return void change({ pending: without(pending) });
    world.send({ ...pending, mentions, device: pending.device ?? world.device }).then(
      (receipt) => {
        if (isClosed) return;
        const { rooms } = document();
        const elsewhere = Object.entries(rooms).filter(([, room]) => room !== pending.room);
        if (!receipt.ok)
          log.warn({ room: pending.room, code: receipt.code }, 'report refused: operators read elsewhere');
        void change({ pending: without(pending), ...(receipt.ok ? {} : { rooms: Object.fromEntries(elsewhere) }) });
      },
      // It is sent again by the next process.
      () => {},
    );
  }

  return {
    send,
    tell(reports: readonly Report[]): void {
      for (const { cause, is } of reports) {
        meter.count('reports', { about: cause.about });
        log.info({ ...cause, is }, 'operators are told');
      }
      const fresh = [...rooms()].map(([room, mentions]): Pending => ({
        ...{ id: world.newId(), room, reports, since: now(), device: world.device, mentions },
      }));
      if (fresh.length === 0) log.warn({}, 'no operator has a room with the bot');
      // Noted before it is sent: after a kill it is sent again under the same id.
      const pending = [...document().pending, ...fresh].slice(-MOST_PENDING);
      void change({ pending }).then(() => fresh.forEach(send));
    },
    close: () => void (isClosed = true),
  };
}
