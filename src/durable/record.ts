/** The durable state of one actor: a versioned, checked JSON document. */
import { createHash, randomBytes } from 'node:crypto';
import type { AnyStateMachine, StateValue } from 'xstate';
import { z } from 'zod';
import { describeError } from '../basics/describe-error.ts';

/** A delayed event of the chart with its absolute deadline (ms), so that it survives a restart. */
export const Timer = z.object({ id: z.string(), at: z.number(), event: z.string() });
export type Timer = z.infer<typeof Timer>;

/** A repeatable effect that the world has not acknowledged yet. */
export const OutboxItem = z.object({
  id: z.string(),
  type: z.string(),
  params: z.record(z.string(), z.unknown()),
  /** When it was decided, ms. */
  since: z.number(),
  /** The device of the process that decided it: another one does not share its transaction ids. */
  device: z.string(),
  /** How many of its parts were acknowledged. */
  cursor: z.number().int(),
});
export type OutboxItem = z.infer<typeof OutboxItem>;

/** An event that the chart threw on: kept for inspection, the state stays as it was before it. */
export const Parked = z.object({ at: z.number(), error: z.string(), event: z.record(z.string(), z.unknown()) });
export type Parked = z.infer<typeof Parked>;

/** What a parked event is called where it is to be heard again, or let go. */
export function nameOfParked(parked: Parked): string {
  return fingerprint(JSON.stringify(parked));
}

export const RECORD_VERSION = 2;

const Document = z.object({
  version: z.literal(RECORD_VERSION),
  machine: z.string(),
  /** Minted once per record: transaction ids begin with it, so that a record made anew never repeats old ones. */
  origin: z.string(),
  /** Counts effects and names them. */
  sequence: z.number().int(),
  done: z.boolean(),
  value: z.union([z.string(), z.record(z.string(), z.unknown())]),
  context: z.unknown(),
  timers: z.array(Timer),
  outbox: z.array(OutboxItem),
  parked: z.array(Parked),
  /** Fingerprints of the inputs that were taken, newest last (see `fingerprint`). */
  seen: z.string(),
  /** The position that the newest inputs came behind; while it does not move, they may all come again. */
  behind: z.string().nullable().default(null),
  /** How many of `seen` came behind it. */
  behindCount: z.number().int().default(0),
});

/** A record whose chart remembers `Context`. */
export interface Envelope<Context = unknown> extends Omit<z.infer<typeof Document>, 'context'> {
  context: Context;
}

/** The origin of a new record. */
export function newOrigin(): string {
  return randomBytes(6).toString('base64url');
}

/** How an older version becomes the next one; a record climbs this list when it is loaded. */
const migrations: Record<number, (old: Record<string, unknown>) => Record<string, unknown>> = {
  // Rooms have lists where they had one thing, which their schema reads: no service of before may take them for damaged.
  1: (old) => ({ ...old, version: 2 }),
};

export class UnreadableRecord extends Error {
  override name = 'UnreadableRecord';
}

/** It says what this version does not know, so that a newer one must have written it: it is not damaged. */
export class NewerRecord extends UnreadableRecord {
  override name = 'NewerRecord';
}

/** Checks a stored document and brings it to today's version. Throws `UnreadableRecord` with the reason. */
export function readEnvelope(stored: unknown, machine: string): Envelope {
  if (stored === undefined) throw new UnreadableRecord('the record is no JSON');
  let document = z.record(z.string(), z.unknown()).safeParse(stored).data;
  if (document === undefined) throw new UnreadableRecord('the record is not an object');
  for (let version = Number(document['version']); version < RECORD_VERSION; version++) {
    const migrate = migrations[version];
    if (migrate === undefined) throw new UnreadableRecord(`no migration from record version ${version}`);
    document = migrate(document);
  }
  if (Number(document['version']) > RECORD_VERSION) {
    throw new NewerRecord(`it has version ${String(document['version'])}, known is ${RECORD_VERSION}`);
  }
  const envelope = Document.safeParse(document);
  if (!envelope.success) throw new UnreadableRecord(z.prettifyError(envelope.error));
  if (envelope.data.machine !== machine) throw new UnreadableRecord(`the record belongs to a ${envelope.data.machine}`);
  return envelope.data;
}

/** What a kind of actor is checked by: its name in records, its chart, the schemas of its context and its effects. */
export interface Kind<Context> {
  name: string;
  machine: AnyStateMachine;
  context: z.ZodType<Context>;
  /** By type, of every effect that an outbox keeps. */
  params: Readonly<Record<string, z.ZodType>>;
}

/** A stored record, checked whole: its context, its place in the chart, its outbox. Throws `UnreadableRecord`. */
export function readRecord<Context>(stored: unknown, kind: Kind<Context>): Envelope<Context> {
  const record = readEnvelope(stored, kind.name);
  const context = kind.context.safeParse(record.context);
  if (!context.success) throw new UnreadableRecord(context.error.message);
  try {
    kind.machine.resolveState({ value: record.value as StateValue, context: context.data });
  } catch (error) {
    throw new NewerRecord(`it is in a state that this version does not have (${describeError(error)})`);
  }
  for (const item of record.outbox) checkItem(item, kind.params);
  return { ...record, context: context.data };
}

/** The params stay as they are stored: what a schema strips may be of a newer version. */
function checkItem({ id, type, params }: OutboxItem, schemas: Kind<unknown>['params']): void {
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (schema === undefined) throw new NewerRecord(`its outbox item ${id} wants '${type}', which no outbox keeps`);
  const checked = schema.safeParse(params);
  if (checked.success) return;
  throw new UnreadableRecord(`outbox item ${id} wants '${type}' with wrong params:\n${z.prettifyError(checked.error)}`);
}

/** The record of an actor that begins in the state `value`. */
export function newRecord<Context>(
  machine: string,
  origin: string,
  value: Envelope['value'],
  context: Context,
): Envelope<Context> {
  return {
    ...{ version: RECORD_VERSION, machine, origin, sequence: 0, done: false, value, context },
    ...{ timers: [], outbox: [], parked: [], seen: '', behind: null, behindCount: 0 },
  };
}

const FINGERPRINT = 10;
const RING = 200;

/** A short fixed-width name of an input id; ids are remembered this way because whole ones would outweigh the record. */
export function fingerprint(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, FINGERPRINT);
}

export function wasSeen(seen: string, id: string): boolean {
  const wanted = fingerprint(id);
  for (let at = seen.length - FINGERPRINT; at >= 0; at -= FINGERPRINT) {
    if (seen.startsWith(wanted, at)) return true;
  }
  return false;
}

/** What a record says of the inputs that were taken. */
export type Seen = Pick<Envelope, 'seen' | 'behind' | 'behindCount'>;

/**
 * Remembers input ids that came behind `position` (null: behind none), which never is one of before. All that came since a position stay
 * until inputs come behind another: until it has moved, they may come again, in batches of any size. Of those before at
 * least the last 200 stay.
 */
export function remember(before: Seen, ids: readonly string[], position: string | null): Seen {
  const behind = position ?? before.behind;
  const kept = behind !== null && behind === before.behind ? before.behindCount : 0;
  const newest = kept + ids.length;
  const seen = (before.seen + ids.map(fingerprint).join('')).slice(-Math.max(RING, newest) * FINGERPRINT);
  return { seen, behind, behindCount: behind === null ? 0 : newest };
}
