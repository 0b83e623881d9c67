import { expect, test } from 'vitest';
import { answersWithin } from '../../src/text/answer.ts';
import { en } from '../../src/text/en.ts';
import { bytesOf, fitsOneEvent, roomOf } from '../../src/text/fit.ts';
import { renderMarkdown } from '../../src/text/markdown.ts';
import { previewsIn } from '../../src/text/preview.ts';
import { faultsOf } from './safe-html.ts';

const renderAnswer = answersWithin(30, en.answers);
const preview = previewsIn(en.answers);
const renderPreview = (markdown: string) => preview(markdown, 'flowing');

/** Markdown that means ill and the HTML it gives; undefined where it stays plain text. */
const samples: [markdown: string, html: string | undefined][] = [
  ['<script>alert(1)</script>', undefined],
  ['<img src=x onerror=alert(1)>', undefined],
  ['<b>bold</b> <u>u</u>', '<b>bold</b> <u>u</u>'],
  ['<a href="javascript:alert(1)">x</a>', undefined],
  ['[x](javascript:alert(1))', undefined],
  ['[x](JaVaScRiPt:alert(1))', undefined],
  ['[x](java\nscript:alert(1))', undefined],
  ['[x](&#106;avascript:alert(1))', '[x](javascript:alert(1))'],
  ['[x](\\javascript:alert(1))', undefined],
  ['[x](<javascript:alert(1)>)', undefined],
  ['[x](  javascript:alert(1))', undefined],
  ['[x](data:text/html;base64,PHN2Zz4=)', undefined],
  ['![x](data:image/png;base64,AAAA)', undefined],
  ['![x](data:image/svg+xml,<svg onload=alert(1)>)', undefined],
  ['[x](vbscript:x)', undefined],
  ['[x](file:///etc/passwd)', undefined],
  ['[x](tel:+1)', undefined],
  ['[x](matrix:u/a:b)', undefined],
  ['[x](/relative) [y](../up) [z](#frag)', undefined],
  ['[x](//evil.example/a)', undefined],
  ['//evil.example/a', undefined],
  ['<javascript:alert(1)>', undefined],
  ['javascript://%0aalert(1)', undefined],
  ['[x]: javascript:alert(1)\n\n[x]', undefined],
  ['[a](https://a.example"onmouseover="alert(1))', '<a href="https://a.example%22onmouseover=%22alert(1)">a</a>'],
  ['[a](https://a.example \'"onmouseover=alert(1) x="\')', '<a href="https://a.example">a</a>'],
  ['![a"onerror="alert(1)](mxc://a/b)', '<img src="mxc://a/b" alt="a&quot;onerror=&quot;alert(1)" />'],
  ['![](mxc://a/b"onerror="x)', '<img src="mxc://a/b%22onerror=%22x" alt="" />'],
  ['```"><img/src=x/onerror=alert(1)>\ncode\n```', '<pre><code>code</code></pre>'],
  ['```js onclick=x\ncode\n```', '<pre><code class="language-js">code</code></pre>'],
  ['`</code><script>x</script>`', '<code>&lt;/code&gt;&lt;script&gt;x&lt;/script&gt;</code>'],
  [
    '| <script> | b |\n|---|---|\n| </td></table><b> | [x](javascript:1) |',
    '<table>\n<thead>\n<tr>\n<th>&lt;script&gt;</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>&lt;/td&gt;&lt;/table&gt;&lt;b&gt;</td>\n<td>[x](javascript:1)</td>\n</tr>\n</tbody>\n</table>',
  ],
  ['| a |\n|---|---|\n| b |', undefined],
  ['nul \u0000 bell \u0007 esc \u001b[31m del \u007f c1 \u0085', undefined],
  ['lone \ud800 high \udc00 low', undefined],
  ['&#0; &#xd800; &#x1b; &#13; &#x202e;', '� � �'],
  ['abc\u202etxt.exe \u2066iso\u2069 \u200emark', undefined],
  ['[https://bank.example](https://evil.example)', '<a href="https://evil.example">https://bank.example</a>'],
  ['https://user:pw@evil.example/', '<a href="https://user">https://user</a>:pw@evil.example/'],
  ['[x](https://evil.example/\u202egpj.exe)', '<a href="https://evil.example/gpj.exe">x</a>'],
  ['https://e.example/%E2%80%AEgpj', '<a href="https://e.example/%E2%80%AEgpj">https://e.example/%E2%80%AEgpj</a>'],
  ['<!-- c --> <![CDATA[x]]> <?php ?>', '&lt;![CDATA[x]]&gt; &lt;?php ?&gt;'],
  ['<svg/onload=alert(1)>', undefined],
  ['<math><mi xlink:href="javascript:x">', undefined],
  ['[[[[[[x](https://a.example)', '[[[[[<a href="https://a.example">x</a>'],
  ['**_**_**_', '<strong>_</strong><em>**</em>'],
  ['\u2028line\u2029sep', undefined],
  ['[x](mxc://a/b) ![y](MXC://a/b)', 'x <img src="MXC://a/b" alt="y" />'],
  ['<details open ontoggle=alert(1)>', undefined],
  ['[a\\](https://b.example)', '[a](<a href="https://b.example">https://b.example</a>)'],
  ['https://a.example/<script>', '<a href="https://a.example/">https://a.example/</a>&lt;script&gt;'],
  ['\r\ncr\rlf\r\n', undefined],
];

test.each(samples)('takes the sting out of %j', (markdown, html) => {
  const rendered = renderMarkdown(markdown);
  expect(rendered.html).toBe(html);
  expect(faultsOf(html ?? '')).toEqual([]);
  expect(rendered.body).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
  expect(rendered.body.isWellFormed()).toBe(true);
});

const cleaned: [markdown: string, body: string][] = [
  ['nul \0 bell \x07 esc \x1b[31m del \x7f c1 \x85', 'nul \ufffd bell \ufffd esc  del \ufffd c1 \ufffd'],
  ['lone \ud800 high \udc00 low', 'lone \ufffd high \ufffd low'],
  ['abc\u202etxt.exe \u2066iso\u2069 \u200emark', 'abctxt.exe iso \u200emark'],
  ['\r\ncr\rlf\r\n', 'cr\nlf'],
  ['tab\tstays', 'tab\tstays'],
];

test.each(cleaned)('cleans the body %j', (markdown, body) => {
  expect(renderMarkdown(markdown)).toEqual({ body });
});

const repeated = [
  '[',
  '![',
  '*',
  '>',
  '> ',
  '`',
  '<',
  '~~',
  '|',
  '&#x',
  '[a](',
  '*a **b ',
  '- ',
  '1. ',
  'x\n',
  '#\n',
  '\0',
  '\ud800',
];

test.each(repeated)('16 KB of %j give safe messages soon', (unit) => {
  const markdown = unit.repeat(16_384 / unit.length);
  const before = performance.now();
  const answer = [...renderAnswer(markdown)];
  const messages = [...answer, renderPreview(markdown), renderMarkdown(markdown)];
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(messages.flatMap(({ html = '' }) => faultsOf(html))).toEqual([]);
  expect(answer.slice(0, 1).filter((message) => !fitsOneEvent(message))).toEqual([]);
  expect(answer.filter((message) => bytesOf(message) > roomOf('message'))).toEqual([]);
});

test.each(['[', '*', '>', '- a\n'])('10 MB of %j become plain messages soon', (unit) => {
  const markdown = unit.repeat(10_000_000 / unit.length);
  const before = performance.now();
  const messages = [...answersWithin(1_000, en.answers)(markdown)];
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(messages.filter((message) => message.html !== undefined || bytesOf(message) > roomOf('message'))).toEqual([]);
  const kept = messages.reduce((sum, { body }) => sum + body.replaceAll(/\s/g, '').length, 0);
  expect(kept).toBe(markdown.replaceAll(/\s/g, '').length);
});
