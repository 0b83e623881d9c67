/** Takes over, once, what a version before SQLite left in the state folder, and keeps it aside. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { answerRow } from './answers.ts';
import type { Database } from './database.ts';
import { corruptRecord, keepDamaged, type Damage } from './damaged.ts';
import { upsert } from './document.ts';
import { StoreFailure, UnusableState, type CorruptRecord } from './errors.ts';
import { HOST_ROW } from './host.ts';
import { insertion, insertionOfText } from './letters.ts';
import { findOldLayout } from './old-layout.ts';
import { transactionsOn, type Statement } from './transaction.ts';

/** Hears of damaged files whose copies are kept. */
export type OnCorrupt = (error: CorruptRecord) => void;

const OldRecord = z.object({ key: z.string(), record: z.unknown() });
type OldRecord = z.infer<typeof OldRecord>;

/** A row beside the host state, from the import's transaction until the files are aside: they must not be imported twice. */
const MARK = 'imported, files not yet aside';
const MARKED = 'SELECT 1 FROM host WHERE id = ?';
const ROWS = ['rooms', 'people', 'host', 'dead_letters', 'answers'].map((table) => `SELECT 1 FROM ${table}`);

/**
 * All that is found becomes rows in one transaction; then the files move to `before-sqlite`. Killed in between, the next
 * start goes on where this one ended. Throws `UnusableState` where there is newer state beside the files.
 */
export function importOldFolder(folder: string, database: Database, onCorrupt: OnCorrupt): void {
  const { toImport, files, sockets } = findOldLayout(folder);
  const transact = transactionsOn(database.connection);
  const isMarked = database.rows(MARKED, MARK).length > 0;
  try {
    if (toImport.length > 0 && !isMarked) {
      const { statements, damages } = readOldRecords(
        folder,
        files.filter((file) => toImport.includes(partOf(file))),
      );
      if (statements.length > 0 && database.rows(ROWS.join(' UNION ALL ')).length > 0) throw bothAreThere(folder);
      transact([...statements, upsert('host', MARK, {})]);
      // On the disk, whatever `synchronous` says, before the files go.
      database.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      for (const damage of damages) onCorrupt(corruptRecord(database, damage));
    }
    for (const socket of sockets) unlinkSync(path.join(folder, socket));
    if (toImport.length > 0) moveAside(folder, toImport);
    if (toImport.length > 0 || isMarked) transact([['DELETE FROM host WHERE id = ?', MARK]]);
  } catch (error) {
    if (error instanceof UnusableState || error instanceof StoreFailure) throw error;
    throw new StoreFailure('import the files in', folder, error);
  }
}

function readOldRecords(folder: string, files: readonly string[]): { statements: Statement[]; damages: Damage[] } {
  const statements: Statement[] = [];
  const damages: Damage[] = [];
  const contentOf = (file: string) => readFileSync(path.join(folder, file), 'utf8');
  const of = (part: string, name: RegExp) =>
    files.filter((file) => partOf(file) === part && name.test(path.basename(file)));
  const names = namesIn(files.filter((file) => file.endsWith('.json')).map(contentOf));
  const nameOf = (file: string) => names.get(path.basename(file).slice(0, 40));

  /** What is damaged becomes a row as it is, where it is known whose it is: the start keeps a copy of it and tells them. */
  function read(part: string, become: (key: string, record: unknown, content: string | null) => readonly Statement[]) {
    for (const file of of(part, /^[0-9a-f]{40}\.json$/)) {
      const content = contentOf(file);
      const whole = parse(content);
      const key = whole?.key ?? nameOf(file);
      if (key === undefined) damages.push({ part, id: file, document: content, why: 'it is no record' });
      else statements.push(...become(key, whole?.record, whole === null ? content : null));
    }
  }

  for (const table of ['rooms', 'people'] as const) {
    read(table, (key, record, content) => [
      content === null ? upsert(table, key, record) : [`INSERT INTO ${table} (id, record) VALUES (?, ?)`, key, content],
    ]);
  }
  let number = 0;
  read('dead-letters', (key, record, content) => {
    if (content !== null) return [insertionOfText(key, ++number, content)];
    const letters = Array.isArray(record) ? (record as unknown[]) : [record];
    return letters.map((letter) => insertion(key, { number: ++number, letter }));
  });
  for (const file of of('answers', /^[0-9a-f]{40}\.[\w.-]+\.md$/)) {
    const room = nameOf(file);
    // Nobody asks for the answer of a room that is not known.
    if (room !== undefined) {
      statements.push(answerRow(room, path.basename(file).slice(41, -'.md'.length), contentOf(file)));
    }
  }
  // What is no host state is found, and told, when the host state is opened.
  for (const file of of('host.json', /^host\.json$/))
    statements.push(['INSERT INTO host (id, record) VALUES (?, ?)', HOST_ROW, contentOf(file)]);
  return { statements: [...statements, ...damages.map(keepDamaged)], damages };
}

/** Rooms and people that the contents speak of, by what files of theirs are called. */
function namesIn(contents: readonly string[]): Map<string, string> {
  const ids = contents.flatMap((content) => content.match(/(?<=")[!@][^"\\]{1,255}(?=")/g) ?? []);
  return new Map(ids.map((id) => [hashOf(id), id]));
}

function parse(content: string): OldRecord | null {
  try {
    return OldRecord.parse(JSON.parse(content));
  } catch {
    return null;
  }
}

/** The first name of a path: the part of the state that the file belongs to. */
function partOf(file: string): string {
  return file.split(path.sep, 1)[0] ?? '';
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 40);
}

function moveAside(folder: string, names: readonly string[]): void {
  const kept = freeFolder(folder, names);
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  for (const name of names) renameSync(path.join(folder, name), path.join(kept, name));
  for (const changed of [kept, folder]) syncFolder(changed);
}

/** `before-sqlite`, or the next one in which none of the names is taken. */
function freeFolder(folder: string, names: readonly string[]): string {
  for (let n = 1; ; n += 1) {
    const kept = path.join(folder, n === 1 ? 'before-sqlite' : `before-sqlite-${n}`);
    if (names.every((name) => !existsSync(path.join(kept, name)))) return kept;
  }
}

/** What is named in the folder is on the disk afterwards. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function bothAreThere(folder: string): UnusableState {
  return new UnusableState(
    `${folder} holds state.db and records in files of an earlier version, and both have something in them. ` +
      'Move one of them away: the files are rooms, people, dead-letters, answers and host.json.',
  );
}
