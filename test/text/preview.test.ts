import { expect, test } from 'vitest';
import { en } from '../../src/text/en.ts';
import { previewsIn } from '../../src/text/preview.ts';

const preview = previewsIn(en.answers);
const renderPreview = (markdown: string) => preview(markdown, 'flowing');

test('a short beginning is shown whole', () => {
  expect(renderPreview('Let me **see**')).toEqual({ body: 'Let me **see**', html: 'Let me <strong>see</strong>' });
});

test('nothing yet is an ellipsis', () => {
  expect(renderPreview('')).toEqual({ body: '…' });
});

test('an open code fence is code already', () => {
  expect(renderPreview('Look:\n```js\nlet a;')).toEqual({
    body: 'Look:\n```js\nlet a;',
    html: '<p>Look:</p>\n<pre><code class="language-js">let a;</code></pre>',
  });
});

test('what is cut inside a code fence is closed before the ellipsis', () => {
  const { body, html } = renderPreview(`\`\`\`js\n${'let a = 1;\n'.repeat(1_000)}`);
  expect(body).toBe(`\`\`\`js\n${'let a = 1;\n'.repeat(635)}\`\`\`\n\n…`);
  expect(html).toBe(`<pre><code class="language-js">${'let a = 1;\n'.repeat(635).trimEnd()}</code></pre>\n<p>…</p>`);
});

test.each([
  ['It says something about th', 'It says something about th'],
  ['Look 🙂', 'Look 🙂'],
  ['Look 👩\u200d', 'Look'],
  ['Look \ud83d', 'Look'],
  ['| a | b |\n|---|---|\n| 1 | tw', '| a | b |\n|---|---|'],
])('what rests is shown up to its last whole character: %j', (markdown, body) => {
  expect(preview(markdown, 'resting').body).toBe(body);
});

test('the beginning stays the same while the answer grows', () => {
  const words = 'word '.repeat(30_000);
  const previews = [10_000, 20_000, 150_000].map((length) => renderPreview(words.slice(0, length)));
  const body = `${'word '.repeat(1_398)}word\n\n…`;
  expect(previews).toEqual([{ body }, { body }, { body }]);
});

test('a cut never tears a character', () => {
  const { body } = renderPreview('👩‍👩‍👧'.repeat(2_000));
  expect(body).toBe(`${'👩‍👩‍👧'.repeat(388)}\n\n…`);
});

test('HTML that grows too large is left out', () => {
  expect(renderPreview(`\`\`\`\n${'<'.repeat(6_900)}\n\`\`\``)).toEqual({
    body: `\`\`\`\n${'<'.repeat(6_900)}\n\`\`\``,
  });
});

test('8 KB take less than 5 ms once warm', () => {
  const text = 'Some **bold** text with `code` and a [link](https://example.org), then a longer sentence.\n';
  const markdown = `${text.repeat(3)}\n- one\n- two\n\n\`\`\`ts\n${'const x = 1;\n'.repeat(20)}\`\`\`\n\n`.repeat(20);
  const times = Array.from({ length: 100 }, () => {
    const before = performance.now();
    renderPreview(markdown.slice(0, 8_192));
    return performance.now() - before;
  });
  expect(Math.min(...times)).toBeLessThan(5);
});

test.each([
  ['a word', 'It says something about th', 'It says something about'],
  ['a word behind marks', 'It is **bol', 'It is'],
  ['a sentence', 'It is done.', 'It is done.'],
  ['the only word', 'Internationali', 'Internationali'],
  ['Chinese', '这是一个测', '这是一个'],
  ['half an emoji', 'Look 👩\ud83d', 'Look 👩'],
  ['a joined emoji', 'Look 🙂👩‍👩', 'Look 🙂'],
  ['a first row', 'Rows:\n\n| a | b |', 'Rows:'],
  ['the dashes of a table', 'Rows:\n\n| a | b |\n|---|', 'Rows:'],
  ['a row', 'Rows:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n|', 'Rows:\n\n| a | b |\n|---|---|\n| 1 | 2 |'],
  ['a cell', '| a | b |\n|---|---|\n| 1 | tw', '| a | b |\n|---|---|'],
  ['nothing but a mark', '|', '…'],
  ['nothing but what nobody sees', '\u200b\u2060', '…'],
  ['a comment', 'a b\n\n<!-- not yet', 'a b'],
  ['a colour', 'It is \u001b[3', 'It is'],
])('%s that is not complete is not shown', (_, markdown, body) => {
  expect(renderPreview(markdown).body).toBe(body);
});
