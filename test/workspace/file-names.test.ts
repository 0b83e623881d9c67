import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanName, copyName, mayBeCopy, nameOf, NAME_BYTES } from '../../src/workspace/file-names.ts';

describe('a name', () => {
  test.each([
    ['report.pdf'],
    ['Отчёт за май (2).docx'],
    ['naïve café.txt'],
    ['家計簿.xlsx'],
    ['🎉.png'],
    ['archive.tar.gz'],
    ['no extension'],
    ["a_b-c+d=e,f;g&h%20i~j@k#l$m!n'o`p^q{r}[s].x"],
    ['console.log'],
    ['com10.txt'],
  ])('stays %s', (name) => {
    expect(cleanName(name)).toBe(name);
  });

  test.each([
    ['/etc/passwd', 'passwd'],
    ['../../a.txt', 'a.txt'],
    ['C:\\Users\\ann\\a.txt', 'a.txt'],
    ['a/b/', 'b'],
    ['a<b>:"c|d?*.txt', 'a_b_c_d_.txt'],
    ['a\0b\r\nc.txt', 'a_b_c.txt'],
    ['  . a.txt. . ', 'a.txt'],
    ['.env', 'env'],
    ['...', ''],
    ['..', ''],
    ['', ''],
    [' \u200b\u202e ', ''],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\u2066b\u2069\u200f\u061c\ufeff\u00ad\u{e0041}.txt', 'ab.txt'],
    ['a\u00a0\u2003\u2800  b.txt', 'a b.txt'],
    ['a\u2028b\u2029c', 'a_b_c'],
    ['a\ud800b.txt', 'a_b.txt'],
    ['a\uffff\u{1fffe}b', 'a_b'],
    ['cafe\u0301.txt', 'café.txt'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['Com1 .tar.gz', '_Com1 .tar.gz'],
    ['LPT³', '_LPT³'],
    ['\u200bcon\u200b.txt', '_con.txt'],
  ])('%j becomes %j', (written, name) => {
    expect(cleanName(written)).toBe(name);
  });

  test('that is too long is cut between characters, and keeps its extension', () => {
    expect(cleanName(`${'x'.repeat(300)}.pdf`)).toBe(`${'x'.repeat(196)}.pdf`);
    expect(cleanName(`${'é'.repeat(300)}.pdf`)).toBe(`${'é'.repeat(98)}.pdf`);
    const flag = '🇩🇪';
    expect(cleanName(`${flag.repeat(100)}.pdf`)).toBe(`${flag.repeat(24)}.pdf`);
    expect(cleanName(`${'x'.repeat(100_000)}.pdf`)).toBe(`${'x'.repeat(196)}.pdf`);
    expect(cleanName(`a.${'x'.repeat(300)}`)).toBe(`a.${'x'.repeat(198)}`);
    expect(cleanName(`e${'\u0301'.repeat(500)}.pdf`)).toBe('attachment.pdf');
  });

  test.each([
    [{ name: '', kind: 'image', mime: 'image/png' }, 'image.png'],
    [{ name: ' ', kind: 'audio', mime: 'audio/ogg; codecs=opus' }, 'audio.ogg'],
    [{ name: '..', kind: 'video', mime: 'Video/QuickTime' }, 'video.mov'],
    [{ name: '', kind: 'file', mime: 'application/pdf' }, 'attachment.pdf'],
    [{ name: '', kind: 'file', mime: null }, 'attachment.bin'],
    [{ name: '', kind: 'image', mime: '../../x/y' }, 'image.bin'],
    [{ name: '', kind: 'image', mime: '__proto__' }, 'image.bin'],
    [{ name: 'a', kind: 'image', mime: 'image/png' }, 'a'],
  ] as const)('of %j is %j', (file, name) => {
    expect(nameOf(file)).toBe(name);
  });
});

test('copies are numbered before the last extension', () => {
  expect([copyName('a.txt', 0), copyName('a.tar.gz', 1), copyName('a', 12), copyName('env.', 1)]).toEqual([
    ...['a.txt', 'a.tar (1).gz', 'a (12)', 'env (1).'],
  ]);
  expect([mayBeCopy('a (3).txt', 'a.txt'), mayBeCopy('a.txt', 'a.txt'), mayBeCopy('b.txt', 'a.txt')]).toEqual([
    ...[true, true, false],
  ]);
});

const written = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '..',
          '/',
          '\\',
          '.',
          ' ',
          '\0',
          '\u202e',
          '\u200d',
          '\ud800',
          '\udc00',
          'con',
          'nul',
          '.txt',
          ':',
          '~',
          '%2f',
        ],
        ...['é', '\u0301', '\u0338', '🎉', '<', '\u2126', '\u2000', '\ufeff', '_', 'x'.repeat(90), '家'.repeat(40)],
      ),
      { maxLength: 30 },
    )
    .map((pieces) => pieces.join('')),
);

test('whatever is written, its name is one, short, the same when it is cleaned again, and so are its copies', () => {
  fc.assert(
    fc.property(written, fc.integer({ min: 1, max: 9_999 }), (text, number) => {
      const name = cleanName(text);
      expect(cleanName(name)).toBe(name);
      expect(name.isWellFormed() && name === name.normalize('NFC')).toBe(true);
      expect(name).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff<>:"|?*]|^[. ]|[. ]$/u);
      expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(NAME_BYTES);
      expect(Buffer.byteLength(`20261128-041648-${copyName(name, number)}`)).toBeLessThanOrEqual(255);
      if (name !== '') expect(mayBeCopy(copyName(name, number), name)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
