import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBlank, oneLine, withoutTerminalSequences } from '../../src/basics/visible.ts';

const ESC = '\u001b';

test.each([
  ['colours', `${ESC}[31mFAIL${ESC}[0m`, 'FAIL'],
  ['many parameters', `${ESC}[38;2;255;0;0;1mred${ESC}[K`, 'red'],
  ['colons in parameters', `${ESC}[4:3mcurly${ESC}[24m`, 'curly'],
  ['private modes', `${ESC}[?25lhidden${ESC}[?25h`, 'hidden'],
  ['the 8-bit form', '\u009b31mFAIL\u009b0m', 'FAIL'],
  ['a title', `${ESC}]0;title\u0007text`, 'text'],
  ['a link', `${ESC}]8;;https://a.example${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
  ['a title in 8 bits', '\u009d0;title\u009ctext', 'text'],
  ['a device string', `${ESC}P1$r0m${ESC}\\text`, 'text'],
  ['two characters', `${ESC}7a${ESC}8b${ESC}cc${ESC}Md`, 'abcd'],
  ['a character set', `${ESC}(Ba${ESC})0b`, 'ab'],
  ['what is cut off', `text${ESC}[31`, 'text'],
  ['a lone escape', `te${ESC}\nxt${ESC}`, 'te\nxt'],
  ['a title without an end, whose text may be anything', `${ESC}]0;title\nnext line`, 'title\nnext line'],
])('%s: the whole sequence goes', (_, text, rest) => {
  expect(withoutTerminalSequences(text)).toBe(rest);
});

const sequence = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(`${ESC}[`, '\u009b'),
      fc.array(fc.nat({ max: 255 }), { maxLength: 5 }),
      fc.constantFrom(...'ABCDHJKSTfmnsu'),
    )
    .map(([start, numbers, end]) => `${start}${numbers.join(';')}${end}`),
  fc
    .tuple(fc.constantFrom('0;', '8;;'), fc.stringMatching(/^[a-z./:]{0,20}$/), fc.constantFrom('\u0007', `${ESC}\\`))
    .map(([kind, text, end]) => `${ESC}]${kind}${text}${end}`),
);

test('no sequence that Node knows is left, and nothing beside it is taken', () => {
  const words = fc.stringMatching(/^[A-Z é\n]{0,8}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(words, sequence)), words, (pieces, end) => {
      const text = pieces.map(([word, sequence]) => word + sequence).join('') + end;
      const expected = pieces.map(([word]) => word).join('') + end;
      expect(withoutTerminalSequences(text)).toBe(expected);
      expect(stripVTControlCharacters(text)).toBe(expected);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('whatever it is: no escape is left, and nothing is added', () => {
  const any = fc.array(
    fc.oneof(sequence, fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom(ESC, '\u009b', '[', ']', ';', 'm')),
  );
  fc.assert(
    fc.property(
      any.map((pieces) => pieces.join('')),
      (text) => {
        const rest = withoutTerminalSequences(text);
        expect([ESC, '\u009b'].filter((start) => rest.includes(start))).toEqual([]);
        expect(rest.length).toBeLessThanOrEqual(text.length);
      },
    ),
    { seed: 2, numRuns: 1_000 },
  );
});

test.each([
  '',
  ' \n\t',
  '\u00a0\u3000',
  '\u200b',
  '\u2060\ufeff\u200e',
  '\u2800',
  '\u3164\u115f',
  '\ufe0f',
  '\u202e\u0007',
  '\u{e0001}',
  `${ESC}[31m${ESC}[0m`,
])('nobody sees %j', (text) => {
  expect([isBlank(text), oneLine(text, 10)]).toEqual([true, '']);
});

test.each(['a', '.', '…', '👍', '\u200bа', '日', '\ufffd'])('somebody sees %j', (text) => {
  expect(isBlank(text)).toBe(false);
});

test.each([
  ['two\n lines\u2028 and\tmore', 'two lines and more'],
  ['\u202eevil\u0007', 'evil'],
  [`${ESC}[1mbold${ESC}[0m`, 'bold'],
  ['👩‍👩‍👧'.repeat(50), '👩‍👩‍👧'.repeat(40)],
  ['lone \ud800', 'lone \ufffd'],
])('%j is %j on one line', (text, line) => {
  expect(oneLine(text, 40)).toBe(line);
});
