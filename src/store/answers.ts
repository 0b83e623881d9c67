import type { RoomId } from '../../machines/ids.ts';
import type { Answers } from '../ports.ts';
import type { Database } from './database.ts';
import type { Statement } from './transaction.ts';

/** Long answers as rows. A name has 1 to 100 letters, digits, dots, dashes and underscores; another one throws `RangeError`. */
export function openAnswers(database: Database): Answers {
  return {
    write: async (room, name, markdown) => database.commit([answerRow(room, checked(name), markdown)]),
    async read(room, name) {
      const [row] = database.rows('SELECT markdown FROM answers WHERE room = ? AND name = ?', room, checked(name));
      return row === undefined ? null : String(row['markdown']);
    },
    names: async () =>
      database
        .rows('SELECT room, name FROM answers ORDER BY room, name')
        .map(({ room, name }) => ({ room: String(room) as RoomId, name: String(name) })),
    remove: async (room, name) =>
      database.commit([['DELETE FROM answers WHERE room = ? AND name = ?', room, checked(name)]]),
  };
}

export function answerRow(room: string, name: string, markdown: string): Statement {
  return ['INSERT OR REPLACE INTO answers (room, name, markdown) VALUES (?, ?, ?)', room, name, markdown];
}

function checked(name: string): string {
  if (!/^[\w.-]{1,100}$/.test(name)) throw new RangeError(`${JSON.stringify(name)} is no name for an answer.`);
  return name;
}
