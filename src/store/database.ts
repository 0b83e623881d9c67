/** The SQLite file: reads in this thread, writes in one of their own, all writes of a tick in one transaction. */
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { connect } from './connection.ts';
import { codeOf, damagedDatabase, StoreFailure, UnusableState } from './errors.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { prepareSchema } from './schema.ts';
import type { Statement } from './transaction.ts';
import { writerHere, writerInThread } from './writer.ts';

export const DATABASE_FILE = 'state.db';

/** One SQLite file. Reads see what is committed. Every call throws `StoreFailure` when the disk or SQLite refuses. */
export interface Database {
  file: string;
  /** The connection of this thread, for what the start does before anybody else reads or writes. */
  connection: DatabaseSync;
  rows(sql: string, ...parameters: (string | number)[]): Record<string, string | number | null>[];
  /** All the statements or none of them; shares a transaction with others. */
  commit(statements: readonly Statement[]): Promise<void>;
  /** Ends what is under way first. */
  close(): Promise<void>;
}

/**
 * Opens `state.db` in the folder, which must be locked. With `fsync` a commit is on the disk when it resolves, and a thread
 * waits for that; without, the operating system has it.
 * Throws `UnusableState` where the file is no database of this version of the service; it is left as it is then.
 */
export function openDatabase(folder: string, { fsync }: { fsync: boolean }): Database {
  const file = path.join(folder, DATABASE_FILE);
  const connection = open(file, fsync);
  const writer = fsync ? writerInThread(file) : writerHere(connection);
  const group: GroupCommit = createGroupCommit((statements) => writer.write(statements));
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  let isClosed = false;

  return {
    file,
    connection,
    rows(sql, ...parameters) {
      try {
        const statement = prepared.get(sql) ?? connection.prepare(sql);
        prepared.set(sql, statement);
        return statement.all(...parameters) as ReturnType<Database['rows']>;
      } catch (error) {
        throw new StoreFailure('read', file, error);
      }
    },
    async commit(statements) {
      try {
        // The thread would open the file again.
        if (isClosed) throw new Error('it is closed');
        await group.commit(statements);
      } catch (error) {
        throw new StoreFailure('write', file, error);
      }
    },
    async close() {
      isClosed = true;
      await group.quiet();
      await writer.close();
      if (connection.isOpen) connection.close();
    },
  };
}

function open(file: string, fsync: boolean): DatabaseSync {
  let connection: DatabaseSync | null = null;
  try {
    // SQLite gives the files beside it the same permissions.
    closeSync(openSync(file, 'a', 0o600));
    connection = connect(file, fsync);
    prepareSchema(connection, file);
    return connection;
  } catch (error) {
    connection?.close();
    if (error instanceof UnusableState) throw error;
    const code = codeOf(error);
    if (code !== 'SQLITE_NOTADB' && code !== 'SQLITE_CORRUPT') throw new StoreFailure('open', file, error);
    throw damagedDatabase(file, error);
  }
}
