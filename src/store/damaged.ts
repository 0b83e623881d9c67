/** Copies of what cannot be read, in a table of their own: whatever replaces it, an operator can look at it. */
import type { Damaged } from '../ports.ts';
import type { Database } from './database.ts';
import { CorruptRecord } from './errors.ts';
import type { Statement } from './transaction.ts';

export interface Damage {
  part: string;
  id: string;
  document: string;
  why: string;
}

export function openDamaged(database: Database): Damaged {
  const numberIn = (sql: string, ...parameters: string[]) => Number(database.rows(sql, ...parameters)[0]?.['number']);
  let count = numberIn(COUNTED);
  return {
    count: () => count,
    async keep(damage) {
      await database.commit([keepDamaged(damage)]);
      count = numberIn(COUNTED);
      return numberIn(`SELECT number FROM damaged WHERE ${SAME}`, damage.part, damage.id, damage.document);
    },
  };
}

const COUNTED = 'SELECT count(*) AS number FROM damaged';

const SAME = 'part = ? AND id = ? AND document = ?';

export function keepDamaged({ part, id, document, why }: Damage): Statement {
  const sql = `INSERT INTO damaged (part, id, document, why) SELECT ?, ?, ?, ?
    WHERE NOT EXISTS (SELECT 1 FROM damaged WHERE ${SAME})`;
  return [sql, part, id, document, why, part, id, document];
}

export function corruptRecord({ file }: Database, { part, id, why }: Damage): CorruptRecord {
  return new CorruptRecord(`${id} of ${part} in ${file}`, 'a row of the table damaged', why);
}
