import type { DatabaseSync } from 'node:sqlite';

/** SQL with its parameters. */
export type Statement = readonly [sql: string, ...parameters: (string | number)[]];

/** Makes a function that does all the statements or none of them. */
export function transactionsOn(connection: DatabaseSync): (statements: readonly Statement[]) => void {
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return (statements) => {
    connection.exec('BEGIN IMMEDIATE');
    try {
      for (const [sql, ...parameters] of statements) prepare(sql).run(...parameters);
      connection.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back by itself where the disk is full or failed.
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  };
}
