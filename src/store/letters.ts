import type { Damaged, Letters } from '../ports.ts';
import type { Database } from './database.ts';
import { parse } from './document.ts';
import type { Statement } from './transaction.ts';

interface Posted {
  number: number;
  letter: unknown;
}

/**
 * The dead letters of an actor: a list whose letters are rows of their own, so that one more costs one row. What is written
 * again is known by its identity, so letters must not be changed. An empty list is none.
 */
export function openLetters(database: Database, damaged: Damaged): Letters {
  /** What is known to be in the table, by actor. */
  const posted = new Map<string, readonly Posted[]>();
  /** The last change of each actor that is under way: what it leaves behind must be known before the next one. */
  const changing = new Map<string, Promise<void>>();
  let lastNumber = Number(database.rows('SELECT max(number) AS last FROM dead_letters')[0]?.['last'] ?? 0);

  function post(letter: unknown): Posted {
    return { number: ++lastNumber, letter };
  }

  /** The statements that make the list of the actor what it should be, and the list that it is then. */
  function difference(actor: string, letters: readonly unknown[]): { statements: Statement[]; after: Posted[] } {
    const wanted = new Set(letters);
    const before = posted.get(actor);
    const kept = before?.filter(({ letter }) => wanted.has(letter)) ?? [];
    if (before === undefined || kept.some(({ letter }, index) => letters[index] !== letter)) {
      const after = letters.map(post);
      return { statements: [removal(actor), ...after.map((one) => insertion(actor, one))], after };
    }
    const added = letters.slice(kept.length).map(post);
    const gone = before.filter(({ letter }) => !wanted.has(letter));
    const removals = gone.map(({ number }): Statement => ['DELETE FROM dead_letters WHERE number = ?', number]);
    return { statements: [...removals, ...added.map((one) => insertion(actor, one))], after: [...kept, ...added] };
  }

  async function change(actor: string, letters: readonly unknown[]): Promise<void> {
    const { statements, after } = difference(actor, letters);
    // After a failure nothing is known: the next change writes all of them.
    posted.delete(actor);
    await database.commit(statements);
    if (after.length > 0) posted.set(actor, after);
  }

  async function add(actor: string, letter: unknown): Promise<void> {
    posted.delete(actor);
    await database.commit([insertion(actor, post(letter))]);
  }

  function inTurn(actor: string, next: () => Promise<void>): Promise<void> {
    const done = (changing.get(actor) ?? Promise.resolve()).then(next);
    const over = done
      .catch(() => undefined)
      .then(() => {
        if (changing.get(actor) === over) changing.delete(actor);
      });
    changing.set(actor, over);
    return done;
  }

  const textsOf = (actor: string) => textsIn(database, actor);

  async function read(actor: string): Promise<unknown[] | null> {
    const letters = textsOf(actor).map(parse);
    return letters.length === 0 ? null : letters;
  }

  const keys = async () =>
    database.rows('SELECT DISTINCT actor FROM dead_letters ORDER BY actor').map(({ actor }) => String(actor));
  return {
    read,
    keys,
    async write(actor, letters) {
      if (!Array.isArray(letters)) throw new TypeError('Dead letters are a list.');
      await inTurn(actor, () => change(actor, letters));
    },
    add: (actor, letter) => inTurn(actor, () => add(actor, letter)),
    remove: (actor) => inTurn(actor, () => change(actor, [])),
    keepCopy: async (actor, index, why) =>
      damaged.keep({ part: 'dead_letters', id: actor, document: textsOf(actor)[index] ?? '', why }),
    async *entries() {
      for (const actor of await keys()) {
        const letters = await read(actor);
        if (letters !== null) yield [actor, letters];
      }
    },
  };
}

function textsIn(database: Database, actor: string): string[] {
  const rows = database.rows('SELECT letter FROM dead_letters WHERE actor = ? ORDER BY number', actor);
  return rows.map(({ letter }) => String(letter));
}

function removal(actor: string): Statement {
  return ['DELETE FROM dead_letters WHERE actor = ?', actor];
}

export function insertion(actor: string, { number, letter }: Posted): Statement {
  return insertionOfText(actor, number, JSON.stringify(letter));
}

export function insertionOfText(actor: string, number: number, letter: string): Statement {
  return ['INSERT INTO dead_letters (number, actor, letter) VALUES (?, ?, ?)', number, actor, letter];
}
