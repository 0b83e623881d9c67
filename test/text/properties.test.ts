import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBlank } from '../../src/basics/visible.ts';
import { answersWithin } from '../../src/text/answer.ts';
import { en } from '../../src/text/en.ts';
import { cleanText } from '../../src/text/clean.ts';
import { bytesOf, fitsOneEvent, roomOf } from '../../src/text/fit.ts';
import { renderMarkdown } from '../../src/text/markdown.ts';
import { previewsIn } from '../../src/text/preview.ts';
import { splitMarkdown } from '../../src/text/split.ts';
import { faultsOf } from './safe-html.ts';

const renderAnswer = answersWithin(30, en.answers);
const preview = previewsIn(en.answers);
const renderPreview = (markdown: string) => preview(markdown, 'flowing');

/** What a reader sees of Markdown, without the blanks. */
function visible(markdown: string): string {
  const { body, html } = renderMarkdown(markdown);
  const text = html === undefined ? body : html.replaceAll(/<[^>]*>/g, '');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll(/\s/g, '');
}

const word = fc.stringMatching(/^[a-zé日]{1,12}$/);
const inline = fc.oneof(
  { weight: 8, arbitrary: word },
  word.map((text) => `**${text}**`),
  word.map((text) => `\`${text}\``),
  word.map((text) => `[${text}](https://example.org/${text})`),
  fc.constantFrom('-', '+', '#', '>', '1.', '12)', '=', '&', '<b>', '👩‍👩‍👧'),
);
/** Begins and ends with words, so that the whole is nothing but a paragraph. */
const sentence = fc
  .tuple(word, fc.array(inline, { maxLength: 25 }), word)
  .map(([first, words, last]) => `${[first, ...words, last].join(' ')}.`);
const paragraph = fc.array(sentence, { minLength: 1, maxLength: 3 }).map((sentences) => sentences.join(' '));
const heading = word.map((text) => `## ${text}`);
const fence = fc
  .tuple(fc.constantFrom('```', '~~~~'), fc.constantFrom('', 'ts'), fc.array(sentence, { minLength: 1, maxLength: 9 }))
  .map(([marks, info, lines]) => `${marks}${info}\n${lines.join('\n')}\n${marks}`);
const table = fc
  .array(fc.tuple(word, word), { minLength: 1, maxLength: 12 })
  .map((rows) => `| HEAD |  |\n|---|:-:|\n${rows.map(([a, b]) => `| ${a} | **${b}** |`).join('\n')}`);

const indented = (text: string, by: string) => text.replaceAll(/\n(?=.)/g, `\n${' '.repeat(by.length)}`);
const { block } = fc.letrec<{ block: string; list: string; quote: string }>((tie) => ({
  block: fc.oneof({ maxDepth: 3 }, paragraph, heading, fence, table, tie('list'), tie('quote')),
  list: fc
    .tuple(
      fc.constantFrom('- ', '* ', '1. ', '9. '),
      fc.array(fc.array(tie('block'), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
    )
    .map(([marker, items]) => items.map((blocks) => marker + indented(blocks.join('\n\n'), marker)).join('\n')),
  quote: fc
    .array(tie('block'), { minLength: 1, maxLength: 3 })
    .map((blocks) => blocks.join('\n\n').replaceAll(/^/gm, '> ')),
}));
const markdownOfAgents = fc.array(block, { minLength: 1, maxLength: 6 }).map((blocks) => blocks.join('\n\n'));

const debris = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'word ',
        '\n',
        '\n\n',
        '> ',
        '>',
        '- ',
        '  ',
        '    ',
        '\t',
        '1. ',
        '10) ',
        '* ',
        '# ',
        '```',
        '~~~',
        '```js\n',
      ],
      ...[
        '|',
        '|a|b|\n|-|-|\n',
        '|c|d|\n',
        '*',
        '**',
        '_',
        '~~',
        '[',
        ']',
        '(',
        ')',
        '![',
        '](http://x.y)',
        '[l]: http://z\n',
      ],
      ...[
        '`',
        '<b>',
        '&amp;',
        '\\',
        'http://a.b ',
        'é',
        '👩‍👩‍👧',
        '日本。',
        '. ',
        '===\n',
        '---\n',
        '\u202e',
        '\0',
        '\ud800',
        '\r\n',
      ],
      ...[
        '<br>',
        '<sub>',
        '</sub>',
        '<b>',
        '</b>',
        '<details>',
        '<details>\n<summary>',
        '</summary>',
        '</details>',
        '<div>',
        '</div>',
        '<p align="center">',
        '</p>',
        '<table><tr><td>',
        '</td></tr></table>',
        '<ul><li>',
        '</li></ul>',
        '<h1>',
        '</h1>',
        '<hr/>',
        '<a href="https://x.y">',
        '<a href=javascript:1>',
        '</a>',
        '<img src="https://x.y/z.png" alt="z">',
        '<span data-mx-spoiler>',
        '</span>',
        '<code>',
        '</code>',
        '<pre>',
        '</pre>',
        '<script>',
        '<!-- note -->',
        '<!--',
        '-->',
      ],
      ...['$$', '$$\n', '$a_1$', '\\(', '\\)', '\\[', '\\]', '\\begin{a}', '\\end{a}', '"', '&'],
      ...['\u001b[31m', '\u001b]0;t\u0007', '\u001b', '\u009b', '[0m', '**（测试）**', '- [ ] ', '- [x] '],
      ...['![p](data:image/png;base64,AAAA)', 'data:image/png;base64,', `data:a/b;base64,${'A'.repeat(300)}`],
      ...['\u200b', '\u200d', '\u0301', '\u2800', '🏽'],
      'x'.repeat(60),
    ),
    { maxLength: 120 },
  )
  .map((pieces) => pieces.join(''));
const size = fc.integer({ min: 64, max: 300 });

test('a reader of all parts sees what a reader of the whole sees', () => {
  fc.assert(
    fc.property(markdownOfAgents, fc.integer({ min: 200, max: 1_000 }), (markdown, maxBytes) => {
      const parts = splitMarkdown(markdown, maxBytes);
      expect(parts.filter((part) => isBlank(part) || Buffer.byteLength(part) > maxBytes)).toEqual([]);
      // A table that is cut says its header again.
      expect(parts.map(visible).join('').replaceAll('HEAD', '')).toBe(visible(markdown).replaceAll('HEAD', ''));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('whatever it is: parts are small, none is blank, no character is lost', () => {
  fc.assert(
    fc.property(debris, size, (markdown, maxBytes) => {
      const parts = splitMarkdown(markdown, maxBytes);
      expect(parts.filter((part) => isBlank(part) || Buffer.byteLength(part) > maxBytes)).toEqual([]);
      expect(lost(cleanText(markdown), parts.join(''))).toBe('');
    }),
    { seed: 2, numRuns: 1_000 },
  );
});

test('whatever it is: every message is safe and can be sent', () => {
  fc.assert(
    fc.property(debris, (markdown) => {
      const [first = { body: '' }, ...rest] = renderAnswer(markdown);
      const messages = [renderMarkdown(markdown), renderPreview(markdown), first, ...rest];
      expect(messages.flatMap(({ html = '' }) => faultsOf(html))).toEqual([]);
      expect(messages.filter((message) => !message.body.isWellFormed())).toEqual([]);
      expect(messages.slice(0, 3).filter((message) => !fitsOneEvent(message))).toEqual([]);
      expect(rest.filter((message) => bytesOf(message) > roomOf('message'))).toEqual([]);
    }),
    { seed: 3, numRuns: 1_000 },
  );
});

test('cleaning twice is the same as once', () => {
  fc.assert(
    fc.property(fc.oneof(debris, fc.string({ unit: 'binary' })), (text) => {
      expect(cleanText(cleanText(text))).toBe(cleanText(text));
    }),
    { seed: 4, numRuns: 300 },
  );
});

/** What of `original` is missing in `text`, in order, apart from what nobody sees. */
function lost(original: string, text: string): string {
  const rest = [...original].filter((character) => !isBlank(character));
  let found = 0;
  for (const character of text) if (character === rest[found]) found += 1;
  return rest.slice(found).join('');
}

test('whatever it is, ever again: messages are safe, fit, are few, and take little time each', () => {
  const repeated = fc.tuple(debris, fc.integer({ min: 1_000, max: 300_000 })).map(([text, length]) => {
    const unit = text.slice(0, 40) || 'a';
    return unit.repeat(Math.ceil(length / unit.length));
  });
  fc.assert(
    fc.property(repeated, (markdown) => {
      let slowest = 0;
      let before = performance.now();
      const messages = [];
      for (const message of renderAnswer(markdown)) {
        slowest = Math.max(slowest, performance.now() - before);
        messages.push(message);
        before = performance.now();
      }
      expect(messages.flatMap(({ html = '' }) => faultsOf(html))).toEqual([]);
      expect(messages.slice(0, 1).filter((message) => !fitsOneEvent(message))).toEqual([]);
      expect(messages.filter((message) => bytesOf(message) > roomOf('message'))).toEqual([]);
      expect(messages.length).toBeLessThanOrEqual(30);
      expect(slowest).toBeLessThan(2_000);
    }),
    { seed: 5, numRuns: 40 },
  );
});

test('whatever grows: its beginning is safe, well-formed and never nothing', () => {
  fc.assert(
    fc.property(debris, fc.nat({ max: 200 }), (markdown, length) => {
      const { body, html = '' } = renderPreview(markdown.slice(0, length));
      expect(faultsOf(html)).toEqual([]);
      expect([body.isWellFormed(), isBlank(body)]).toEqual([true, false]);
    }),
    { seed: 6, numRuns: 1_000 },
  );
});
