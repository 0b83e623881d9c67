import { expect, test } from 'vitest';
import {
  bounded,
  lastAnswered,
  newestWithin,
  roughTokens,
  weightOf,
  type Said,
} from '../../src/reference-agent/memory.ts';

const user = (content: string): Said => ({ role: 'user', content });
const model = (content: string): Said => ({ role: 'assistant', content });

test('a token is about four bytes, a picture about a thousand tokens', () => {
  expect(['', 'abcd', 'abcde', 'привет'].map(roughTokens)).toEqual([0, 1, 2, 3]);
  expect(weightOf({ ...user('abcd'), pictures: ['a.png', 'b.png'] })).toBe(2001);
});

test('the newest messages stay, from one of the person on', () => {
  const said = [user('a'.repeat(400)), model('b'.repeat(400)), user('c'.repeat(400)), model('d'.repeat(400))];
  expect(newestWithin(said, 400)).toEqual(said);
  expect(newestWithin(said, 399)).toEqual(said.slice(2));
  expect(newestWithin(said, 200)).toEqual(said.slice(2));
  expect(newestWithin(said, 199)).toEqual([]);
  expect(newestWithin(said, -1)).toEqual([]);
  expect(newestWithin([], 400)).toEqual([]);
});

test('of an exchange that does not fit the beginnings stay, and no half of a character', () => {
  const said = [user('ж'.repeat(1000)), model('short')];
  expect(newestWithin(said, 202)).toEqual([user(`${'ж'.repeat(101)} […]`), model('short')]);
});

test('without a number of tokens forty messages stay', () => {
  const said = Array.from({ length: 50 }, (_, index) => user(String(index)));
  expect(bounded(said, null)).toEqual(said.slice(10));
});

test('answers are kept up to eight, fewer where they are long, the last one always', () => {
  const answered = (length: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `$${index}`, answer: 'x'.repeat(length), tokens: null }));
  const kept = (length: number, count: number) => lastAnswered(answered(length, count)).map(({ id }) => id);
  expect(kept(1, 9)).toEqual(['$1', '$2', '$3', '$4', '$5', '$6', '$7', '$8']);
  expect(kept(100_000, 4)).toEqual(['$2', '$3']);
  expect(kept(300_000, 2)).toEqual(['$1']);
  expect(kept(1, 0)).toEqual([]);
});
