import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGroupCommit } from '../../src/store/group-commit.ts';
import type { Statement } from '../../src/store/transaction.ts';

/** A group commit whose transactions end when the test says so. */
function held() {
  const transactions: { sql: string[]; end: (error?: Error) => void }[] = [];
  const group = createGroupCommit((statements) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    transactions.push({
      sql: statements.map(([sql]) => sql),
      end: (error) => (error === undefined ? resolve() : reject(error)),
    });
    return promise;
  });
  const said: string[] = [];
  const commit = (...names: string[]) => {
    const statements = names.map((name): Statement => [name]);
    void group.commit(statements).then(
      () => said.push(`${names.join()} committed`),
      (error: Error) => said.push(`${names.join()} ${error.message}`),
    );
  };
  return { transactions, group, said, commit };
}

test('what comes in one tick is one transaction, and nobody is told before its end', async () => {
  const { transactions, said, commit } = held();
  for (let n = 0; n < 100; n += 1) commit(String(n));
  await setImmediate();
  expect(transactions.map(({ sql }) => sql)).toEqual([Array.from({ length: 100 }, (_, n) => String(n))]);
  expect(said).toEqual([]);
  transactions[0]?.end();
  await setImmediate();
  expect(said).toEqual(Array.from({ length: 100 }, (_, n) => `${n} committed`));
});

test('what comes while a transaction is under way waits for it and shares the next one', async () => {
  const { transactions, said, commit } = held();
  commit('a1', 'a2');
  await setImmediate();
  commit('b');
  await setImmediate();
  commit('c');
  await setImmediate();
  expect(transactions.map(({ sql }) => sql)).toEqual([['a1', 'a2']]);
  transactions[0]?.end();
  await setImmediate();
  await setImmediate();
  expect(said).toEqual(['a1,a2 committed']);
  expect(transactions.map(({ sql }) => sql)).toEqual([
    ['a1', 'a2'],
    ['b', 'c'],
  ]);
});

test('a failed transaction fails for all in it, and the next one is tried', async () => {
  const { transactions, group, said, commit } = held();
  commit('a');
  commit('b');
  await setImmediate();
  commit('c');
  transactions[0]?.end(new Error('failed'));
  await setImmediate();
  await setImmediate();
  transactions[1]?.end();
  await group.quiet();
  expect(said).toEqual(['a failed', 'b failed', 'c committed']);
});
