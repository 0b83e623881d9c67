/** The tables of the database, and which version of the service they are for. */
import type { DatabaseSync } from 'node:sqlite';
import { newerFormat, UnusableState } from './errors.ts';

/** Raised with each change of these tables; an older version of the service does not open a newer database. */
const VERSION = 1;

/** Tables that came later and do an older version no harm, which goes on without them; they are made wherever they are missing. */
const LATER_TABLES = `
  CREATE TABLE IF NOT EXISTS conversations (
    agent TEXT,
    context TEXT,
    record TEXT NOT NULL,
    PRIMARY KEY (agent, context)
  ) STRICT;
`;

/** Says in the header of the file whose database it is: "Room" in ASCII. */
const APPLICATION = 0x526f6f6d;

const TABLES = `
  CREATE TABLE rooms (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE people (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE host (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE dead_letters (number INTEGER PRIMARY KEY, actor TEXT NOT NULL, letter TEXT NOT NULL) STRICT;
  CREATE INDEX dead_letters_of_actor ON dead_letters (actor, number);
  CREATE TABLE answers (room TEXT, name TEXT, markdown TEXT NOT NULL, PRIMARY KEY (room, name)) STRICT;
  CREATE TABLE damaged (
    number INTEGER PRIMARY KEY,
    found_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    part TEXT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    why TEXT NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;

/** Makes the tables in a new database. Throws as `checkSchema` does. */
export function prepareSchema(connection: DatabaseSync, file: string): void {
  if (isEmpty(connection)) connection.exec(`BEGIN IMMEDIATE; ${TABLES} COMMIT`);
  else checkSchema(connection, file);
  connection.exec(LATER_TABLES);
}

/** True where nothing was written into the database yet. */
export function isEmpty(connection: DatabaseSync): boolean {
  return connection.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'] === 0;
}

/** Throws `UnusableState` where the database is not for this version of the service. */
export function checkSchema(connection: DatabaseSync, file: string): void {
  const valueOf = (sql: string) => Object.values(connection.prepare(sql).get() ?? {})[0];
  if (valueOf('PRAGMA application_id') !== APPLICATION) {
    throw new UnusableState(`${file} is a database of something else; it was left as it is. Choose another STATE_DIR.`);
  }
  const version = Number(valueOf('PRAGMA user_version'));
  if (version > VERSION) throw newerFormat(file, version, VERSION);
}
