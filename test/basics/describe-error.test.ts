import { expect, test } from 'vitest';
import { asError, describeError } from '../../src/basics/describe-error.ts';

test.each([
  [new TypeError('odd'), 'odd'],
  ['a word', 'a word'],
  [7, '7'],
  [null, 'null'],
])('%s is described as %s', (thrown, words) => {
  expect(describeError(thrown)).toBe(words);
});

test('an error stays itself, anything else becomes one', () => {
  const error = new TypeError('odd');
  expect(asError(error)).toBe(error);
  expect(asError('a word')).toEqual(new Error('a word'));
});
