/** What the host keeps for itself: sync position, device, account. */
import { Low } from 'lowdb';
import { z } from 'zod';
import { AgentId, ContextId, RoomId, UserId } from '../../machines/ids.ts';
import type { HostDocument, HostState } from '../ports.ts';
import type { Database } from './database.ts';
import { keepDamaged } from './damaged.ts';
import { readRow, rowAdapter, textOf } from './document.ts';
import { newerFormat, UnusableState } from './errors.ts';

const VERSION = 1;
const TABLE = 'host';
/** The only row of its table. */
export const HOST_ROW = 'host';

/** What was told stands here as it was told: a later version may tell more kinds of it. */
const Cause = z.looseObject({ about: z.string() });
const Report = z.looseObject({ cause: Cause, is: z.enum(['began', 'ended']), again: z.number(), forMs: z.number() });
const Operators = z.object({
  rooms: z.record(UserId, RoomId),
  told: z.array(
    z.object({
      ...{ key: z.string(), cause: Cause, since: z.number(), toldAt: z.number().nullable() },
      ...{ isOpen: z.boolean(), isTold: z.boolean(), again: z.number() },
    }),
  ),
  pending: z.array(
    z.object({
      ...{ id: z.string(), room: RoomId, reports: z.array(Report), since: z.number() },
      ...{ device: z.string().nullable(), mentions: z.array(UserId) },
    }),
  ),
});

const StoredHost = z.object({
  version: z.literal(VERSION),
  syncPosition: z.string().nullable(),
  deviceId: z.string().nullable(),
  instance: z.string().nullable().default(null),
  userId: UserId.nullable().default(null),
  memories: z.record(AgentId, UserId).default({}),
  lastContextId: ContextId.nullable(),
  lastSyncAt: z.number().nullable(),
  // What cannot be read of it is told again: nothing else depends on it.
  operators: z
    .custom<NonNullable<HostDocument['operators']>>((value) => Operators.safeParse(value).success)
    .optional()
    .catch(undefined),
});
type StoredHost = z.infer<typeof StoredHost>;

/** Facts that a later version remembers stay: it may come back. */
const FoundHost = StoredHost.loose();
const Known = StoredHost.omit({ version: true }).strict();

const empty: HostDocument = Object.freeze({
  syncPosition: null,
  deviceId: null,
  instance: null,
  userId: null,
  memories: {},
  lastContextId: null,
  lastSyncAt: null,
});

/**
 * Throws `UnusableState` where a newer version wrote it, or where it is damaged: whose the records are, and who has spoken
 * to which agent, stands nowhere else, so it is for the operator to go on without.
 */
export async function openHostState(database: Database): Promise<HostState> {
  let committed = await readDocument(database);
  let last: Promise<unknown> = Promise.resolve();

  const apply = async (patch: Partial<HostDocument>): Promise<HostDocument> => {
    const known = Object.keys(Known.shape).map((key) => [key, committed[key as keyof HostDocument]]);
    const next = { ...committed, ...Known.parse({ ...Object.fromEntries(known), ...patch }) };
    const record: StoredHost = { version: VERSION, ...next };
    await new Low(rowAdapter<StoredHost>(database, TABLE, HOST_ROW), { record }).write();
    committed = Object.freeze(next);
    return committed;
  };
  return {
    read: () => committed,
    update(patch) {
      const done = last.then(() => apply(patch));
      last = done.catch(() => undefined);
      return done;
    },
  };
}

async function readDocument(database: Database): Promise<HostDocument> {
  const { data } = await readRow<unknown>(database, TABLE, HOST_ROW);
  if (data === null) return empty;
  const found = z.object({ version: z.number() }).safeParse(data.record);
  if (found.success && found.data.version > VERSION) throw newerFormat(database.file, found.data.version, VERSION);
  const parsed = FoundHost.safeParse(data.record);
  if (!parsed.success) {
    const document = textOf(database, TABLE, HOST_ROW) ?? '';
    const damage = { part: TABLE, id: HOST_ROW, document, why: 'it is no state of this service' };
    await database.commit([keepDamaged(damage)]);
    throw new UnusableState(
      `The host state in ${database.file} is damaged, so the service does not start; it was left as it is. ` +
        'Put a backup of the state in its place, or go on without it as docs/operating.md says.',
    );
  }
  const { version: _, ...document } = parsed.data;
  return Object.freeze(document);
}
