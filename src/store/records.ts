import { Low } from 'lowdb';
import path from 'node:path';
import type { Records } from '../ports.ts';
import type { Writing } from './atomic-file.ts';
import { CorruptRecord } from './errors.ts';
import { jsonFile, setAside } from './json-file.ts';
import { hashOf, openShardedFolder } from './sharded-folder.ts';

interface Envelope {
  key: string;
  record: unknown;
}

export interface RecordFolder extends Records {
  /** Writes many: several times faster than one by one where the disk is waited for. After an error some are written. */
  writeAll(records: Iterable<readonly [key: string, record: unknown]>): Promise<void>;
  /** All records, a few dozen read at once; what is damaged is moved aside, told to `onCorrupt` and left out. */
  entries(): AsyncGenerator<[key: string, record: unknown]>;
}

export interface RecordOptions extends Writing {
  /** Hears of damaged records that `keys` or `entries` find; without it they become warnings of the process. */
  onCorrupt?: (error: CorruptRecord) => void;
}

const READ_AT_ONCE = 64;
const WRITE_AT_ONCE = 64;

/**
 * Records as files `ab/<40 hex digits of sha256(key)>.json`. One writer per key at a time; the folder must be locked.
 * Every call throws `StoreFailure` when the file system refuses.
 */
export async function openRecords(folder: string, options: RecordOptions): Promise<RecordFolder> {
  const { onCorrupt = (error) => process.emitWarning(error) } = options;
  const files = await openShardedFolder(folder, options);
  const nameOf = (key: string) => `${hashOf(key)}.json`;

  const readFile = async (file: string): Promise<Envelope | null> => {
    const db = new Low<unknown>(jsonFile(file, options), null);
    await db.read();
    if (db.data === null || isEnvelope(db.data)) return db.data;
    throw await setAside(file, 'it is no record');
  };
  const readOrReport = async (file: string): Promise<Envelope | null> => {
    try {
      return await readFile(file);
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      onCorrupt(error);
      return null;
    }
  };
  async function* envelopes(): AsyncGenerator<Envelope> {
    const all = (await files.list()).filter((file) => /^[0-9a-f]{40}\.json$/.test(path.basename(file)));
    for (let at = 0; at < all.length; at += READ_AT_ONCE) {
      const batch = await Promise.all(all.slice(at, at + READ_AT_ONCE).map(readOrReport));
      yield* batch.filter((envelope) => envelope !== null);
    }
  }
  const writeOne = async (key: string, record: unknown, writing: Writing): Promise<void> => {
    const envelope: Envelope = { key, record: record ?? null };
    await files.put(nameOf(key), (file) => new Low(jsonFile<Envelope>(file, writing), envelope).write());
  };
  return {
    async read(key) {
      const file = files.pathOf(nameOf(key));
      const envelope = await readFile(file);
      if (envelope === null) return null;
      if (envelope.key !== key) throw new Error(`${file} holds ${envelope.key}, whose hash is that of ${key} too.`);
      return envelope.record;
    },
    write: (key, record) => writeOne(key, record, options),
    async writeAll(records) {
      const all = [...records];
      const writing = { ...options, folderLater: true };
      for (let at = 0; at < all.length; at += WRITE_AT_ONCE) {
        const batch = all.slice(at, at + WRITE_AT_ONCE);
        const results = await Promise.allSettled(batch.map(([key, record]) => writeOne(key, record, writing)));
        for (const result of results) if (result.status === 'rejected') throw result.reason;
      }
      if (options.fsync) await files.sync(all.map(([key]) => nameOf(key)));
    },
    remove: (key) => files.remove(nameOf(key)),
    async keys() {
      const keys: string[] = [];
      for await (const { key } of envelopes()) keys.push(key);
      return keys;
    },
    async *entries() {
      for await (const { key, record } of envelopes()) yield [key, record];
    },
  };
}

function isEnvelope(document: unknown): document is Envelope {
  return (
    typeof document === 'object' &&
    document !== null &&
    'record' in document &&
    'key' in document &&
    typeof document.key === 'string'
  );
}
