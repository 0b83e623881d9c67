import { expect, test } from 'vitest';
import { splitMarkdown } from '../../src/text/split.ts';

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `| row ${from + index} |`).join('\n');

const samples: [what: string, markdown: string, maxBytes: number, parts: string[]][] = [
  ['nothing for blank text', ' \n\t\n', 64, []],
  ['short text as it stands', '# A\nb\n', 64, ['# A\nb\n']],
  ['blocks apart', `${'a'.repeat(40)}\n\n${'b'.repeat(40)}`, 64, ['a'.repeat(40), 'b'.repeat(40)]],
  [
    'a heading with what follows it',
    `first words here\n\n# Title\n\n${'b'.repeat(50)}`,
    64,
    ['first words here', `# Title\n\n${'b'.repeat(50)}`],
  ],
  [
    'a paragraph after a sentence',
    'This is the first sentence of this text. And this is the second sentence of it.',
    64,
    ['This is the first sentence of this text.', 'And this is the second sentence of it.'],
  ],
  ['a paragraph between lines', `${'a'.repeat(40)}\n${'b'.repeat(40)}`, 64, ['a'.repeat(40), 'b'.repeat(40)]],
  ['a sentence after a word', `${'a'.repeat(40)} ${'b'.repeat(40)}`, 64, ['a'.repeat(40), 'b'.repeat(40)]],
  ['a word in itself', 'x'.repeat(130), 64, ['x'.repeat(63), 'x'.repeat(63), 'x'.repeat(4)]],
  ['no character in itself', '👩‍👩‍👧'.repeat(5), 64, ['👩‍👩‍👧'.repeat(3), '👩‍👩‍👧'.repeat(2)]],
  ['no surrogate pair', '𝒳'.repeat(20), 64, ['𝒳'.repeat(15), '𝒳'.repeat(5)]],
  ['a text that goes on with what would begin a block', `${'a'.repeat(62)} - dash`, 64, ['a'.repeat(62), '\\- dash']],
  ['a text that goes on with a number', `${'a'.repeat(60)} 12. of May`, 64, ['a'.repeat(60), '12\\. of May']],
  [
    'code in fences with the same info string',
    `~~~ts title\n${'const a = 1;\n'.repeat(6)}~~~\nafter`,
    64,
    [`~~~ts title\n${'const a = 1;\n'.repeat(3)}~~~`, `~~~ts title\n${'const a = 1;\n'.repeat(3)}~~~\n\nafter`],
  ],
  [
    'code that was never closed',
    `\`\`\`\n${'0123456789012345\n'.repeat(4)}`,
    64,
    [`\`\`\`\n${'0123456789012345\n'.repeat(3)}\`\`\``, '```\n0123456789012345\n```'],
  ],
  [
    'indented code, whose blanks and blank lines stay',
    `    ${'a'.repeat(30)}\n\n      ${'b'.repeat(30)}`,
    64,
    [`\`\`\`\n${'a'.repeat(30)}\n\n\`\`\``, `\`\`\`\n  ${'b'.repeat(30)}\n\`\`\``],
  ],
  [
    'code that holds fences in a longer fence',
    `\`\`\`\`md\n${'```js\n1\n```\n'.repeat(6)}\`\`\`\``,
    64,
    [`\`\`\`\`md\n${'```js\n1\n```\n'.repeat(4)}\`\`\`\``, `\`\`\`\`md\n${'```js\n1\n```\n'.repeat(2)}\`\`\`\``],
  ],
  [
    'a line of code that cannot stay whole, without closing its fence early',
    `\`\`\`\n${'x'.repeat(54)}\`\`\`\n\`\`\``,
    64,
    [`\`\`\`\`\n${'x'.repeat(54)}\n\`\`\`\``, '````\n```\n````'],
  ],
  [
    'a table with its header',
    `| name |\n|------|\n${rows(1, 8)}\n\nafter`,
    64,
    [`| name |\n|------|\n${rows(1, 5)}`, `| name |\n|------|\n${rows(5, 8)}\n\nafter`],
  ],
  [
    'a row that fits nowhere as text',
    `| a |\n|---|\n| ${'b '.repeat(40)}|\n| c |`,
    64,
    ['| a |\n|---|', `| ${'b '.repeat(29)}b`, `${'b '.repeat(10)}|\n\n| a |\n|---|\n| c |`],
  ],
  [
    'a list between items',
    '- 0123456789012345\n- 0123456789012345\n- 0123456789012345\n- the last',
    64,
    ['- 0123456789012345\n- 0123456789012345\n- 0123456789012345', '- the last'],
  ],
  [
    'a loose list, which stays loose',
    '* 0123456789012345678\n\n* 0123456789012345678\n\n* 0123456789012345678',
    64,
    ['* 0123456789012345678\n\n* 0123456789012345678', '* 0123456789012345678'],
  ],
  [
    'a numbered list, which goes on counting',
    `${'1. 0123456789012345\n'.repeat(11)}`,
    128,
    [
      '1. 0123456789012345\n2. 0123456789012345\n3. 0123456789012345\n4. 0123456789012345\n5. 0123456789012345\n6. 0123456789012345',
      '7. 0123456789012345\n8. 0123456789012345\n9. 0123456789012345\n10. 0123456789012345\n11. 0123456789012345',
    ],
  ],
  [
    'an item between its blocks',
    `- first\n  \`\`\`\n  ${'a'.repeat(20)}\n  ${'b'.repeat(20)}\n  ${'c'.repeat(20)}\n  \`\`\`\n- second`,
    64,
    [
      `- first\n\n  \`\`\`\n  ${'a'.repeat(20)}\n  \`\`\``,
      `\`\`\`\n${'b'.repeat(20)}\n${'c'.repeat(20)}\n\`\`\`\n\n- second`,
    ],
  ],
  [
    'a quote in quotes',
    `> ${'a'.repeat(40)}\nlazy\n>\n> - ${'b'.repeat(30)}\n> - ${'c'.repeat(30)}`,
    64,
    [`> ${'a'.repeat(40)}\n> lazy`, `> - ${'b'.repeat(30)}`, `> - ${'c'.repeat(30)}`],
  ],
  ['a rule', `${'-'.repeat(70)}\nafter`, 64, ['-'.repeat(63), `\\${'-'.repeat(7)}\n\nafter`]],
];

test.each(samples)('gives %s', (_, markdown, maxBytes, parts) => {
  expect(splitMarkdown(markdown, maxBytes)).toEqual(parts);
});

test('a part has 8,000 bytes unless told otherwise', () => {
  expect(splitMarkdown('é'.repeat(4_000))).toEqual(['é'.repeat(4_000)]);
  expect(splitMarkdown('é'.repeat(4_001))).toEqual(['é'.repeat(3_999), 'éé']);
});

test('refuses parts too small for a fence', () => {
  expect(() => splitMarkdown('text', 63)).toThrow(new RangeError('a part has at least 64 bytes, not 63'));
});

test('text beyond 256,000 characters is cut as plain text', () => {
  const list = '- 0123456789\n'.repeat(20_000);
  const parts = splitMarkdown(list);
  expect(parts.every((part) => Buffer.byteLength(part) <= 8_000)).toBe(true);
  expect(`${parts.join('\n')}\n`).toBe(list);
});
