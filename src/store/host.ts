import { Low } from 'lowdb';
import path from 'node:path';
import { z } from 'zod';
import { AgentId, ContextId, UserId } from '../../machines/ids.ts';
import type { Writing } from './atomic-file.ts';
import { jsonFile, setAside } from './json-file.ts';

const VERSION = 1;

const HostDocument = z.strictObject({
  version: z.literal(VERSION),
  /** `next_batch` of the last sync whose events are all in records. */
  syncPosition: z.string().nullable(),
  deviceId: z.string().nullable(),
  /** The account whose rooms the records are of. */
  userId: UserId.nullable().default(null),
  /** Where each person has one memory (`policy.context.scope: person`): who has ever spoken to an agent. */
  memories: z.record(AgentId, UserId).default({}),
  /** No id above this one was given out. */
  lastContextId: ContextId.nullable(),
  /** When `syncPosition` was committed, ms since 1970. */
  lastSyncAt: z.number().nullable(),
});

/** What the service remembers about itself. */
type HostDocument = Readonly<Omit<z.infer<typeof HostDocument>, 'version'>>;

export interface HostState {
  /** The last committed state. */
  read(): HostDocument;
  /** Writes the changes and gives the new state; one after the other. A failed write changes nothing. */
  update(patch: Partial<HostDocument>): Promise<HostDocument>;
}

const empty: HostDocument = Object.freeze({
  syncPosition: null,
  deviceId: null,
  userId: null,
  memories: {},
  lastContextId: null,
  lastSyncAt: null,
});

/** Opens `host.json` in the state folder. Throws `CorruptRecord` (the file is moved aside) or `StoreFailure`. */
export async function openHostState(folder: string, writing: Writing): Promise<HostState> {
  const file = path.join(folder, 'host.json');
  let committed = await readDocument(file, writing);
  let last: Promise<unknown> = Promise.resolve();

  const apply = async (patch: Partial<HostDocument>): Promise<HostDocument> => {
    const { version, ...next } = HostDocument.parse({ ...committed, ...patch, version: VERSION });
    await new Low(jsonFile<object>(file, writing), { version, ...next }).write();
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

async function readDocument(file: string, writing: Writing): Promise<HostDocument> {
  const db = new Low<unknown>(jsonFile(file, writing), null);
  await db.read();
  if (db.data === null) return empty;
  const found = z.object({ version: z.number() }).safeParse(db.data);
  if (found.success && found.data.version > VERSION) {
    throw new Error(
      `${file} was written by a newer version of this service (format ${found.data.version}, known is ${VERSION}).`,
    );
  }
  const parsed = HostDocument.safeParse(db.data);
  if (!parsed.success) throw await setAside(file, 'it is no state of this service');
  const { version: _, ...document } = parsed.data;
  return Object.freeze(document);
}
