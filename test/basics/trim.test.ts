import { expect, test } from 'vitest';
import { isBlank, trimInvisible } from '../../src/basics/visible.ts';

test.each<[string, string]>([
  ['nothing', ''],
  ['blanks', ' \t\r\n\u00a0\u3000'],
  ['zero-width characters', '\u200b\u200c\u200d\u2060\ufeff'],
  ['direction marks', '\u200e\u200f\u202a\u202e\u2066\u2069'],
  ['fillers', '\u115f\u1160\u3164\uffa0\u2800'],
  ['variation selectors and tags', '\ufe0f\u{e0100}\u{e0041}'],
  ['controls', '\u0000\u001b\u007f\u0085'],
  ['a soft hyphen', '\u00ad'],
])('blank: %s', (_, text) => {
  expect(isBlank(text)).toBe(true);
  expect(trimInvisible(text)).toBe('');
  expect(trimInvisible(`${text}a b`)).toBe('a b');
});

test.each(['a', '.', '😀', '\u0301', '❤️', '\ud800', '\ufffd', 'ㅤa'])('not blank: %j', (text) => {
  expect(isBlank(text)).toBe(false);
});

test('what is invisible goes from the end too', () => {
  expect(trimInvisible('a b \u00a0\u3000\n\u200b\u2060\ufeff\u200e\u202e\u3164\u2800\u0000\u00ad')).toBe('a b');
});

test('what is visible keeps its last character whole', () => {
  for (const whole of ['❤️', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👩‍🚀', '😀']) expect(trimInvisible(` ${whole} \u200b`)).toBe(whole);
  expect(trimInvisible('a\ud83d')).toBe('a\ud83d');
});
