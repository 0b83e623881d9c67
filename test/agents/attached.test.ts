/** An ERROR of an agent is about the folder only where it says that a file of this turn is not there. */
import { expect, test } from 'vitest';
import { missesOneOf } from '../../src/agents/attached.ts';

const paths = ['incoming/notes (1).txt', 'a.md', 'фото.png'];

test.each([
  "ENOENT: no such file or directory, open '/workspace/incoming/notes (1).txt'",
  "[Errno 2] No such file or directory: '/workspace/a.md'",
  'FILE_NOT_FOUND a.md',
  'The file a.md was not found.',
  '/agents/17/incoming/notes (1).txt does not exist',
  'I can’t open “фото.png”',
  'could not read attachment a.md: permission denied',
  'attachments[0] (a.md) is missing',
  'unable to locate notes (1).txt',
])('it is: %s', (said) => {
  expect(missesOneOf(paths, said)).toBe(true);
});

test.each([
  'model gpt-9 not found',
  'ENOENT: no such file or directory, open /etc/agent/llama.md',
  'a.md is too large',
  'the schema.a.mdx does not exist',
  'the provider could not be reached',
  '',
])('it is not: %s', (said) => {
  expect(missesOneOf(paths, said)).toBe(false);
});

test('without files nothing is missed', () => {
  expect(missesOneOf([], 'a.md was not found')).toBe(false);
});
