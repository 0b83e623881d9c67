import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/text/markdown.ts';
import { faultsOf } from './safe-html.ts';

/** Markdown and the HTML it gives; undefined where the body says it all. */
const samples: [markdown: string, html: string | undefined][] = [
  ['plain words', undefined],
  ['two\nlines', undefined],
  ['two paragraphs\n\nof words', undefined],
  ['three\n\n\nblank lines', '<p>three</p>\n<p>blank lines</p>'],
  ['  leading blanks', 'leading blanks'],
  ['**bold**', '<strong>bold</strong>'],
  ['*it* and _it_ and ***both***', '<em>it</em> and <em>it</em> and <em><strong>both</strong></em>'],
  ['snake_case_name and 2*3*4', 'snake_case_name and 2<em>3</em>4'],
  ['~~gone~~', '<del>gone</del>'],
  ['`code` and ``a ` b``', '<code>code</code> and <code>a ` b</code>'],
  ['# One\n###### Six\n####### seven', '<h1>One</h1>\n<h6>Six</h6>\n<p>####### seven</p>'],
  ['Title\n=====\n\ntext', '<h1>Title</h1>\n<p>text</p>'],
  [
    '> quoted\n> **twice**\n\nafter',
    '<blockquote>\n<p>quoted<br />\n<strong>twice</strong></p>\n</blockquote>\n<p>after</p>',
  ],
  ['> a\nlazy', '<blockquote>\n<p>a<br />\nlazy</p>\n</blockquote>'],
  ['- a\n- b', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>'],
  ['- a\n\n- b', '<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>'],
  ['- a\n  - b\n    - c', '<ul>\n<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n</li>\n</ul>'],
  ['1. a\n2. b', '<ol>\n<li>a</li>\n<li>b</li>\n</ol>'],
  ['7. a\n8. b', '<ol start="7">\n<li>a</li>\n<li>b</li>\n</ol>'],
  ['- [ ] open\n- [x] done', '<ul>\n<li>☐ open</li>\n<li>☑ done</li>\n</ul>'],
  [
    '```ts title="x"\nconst a = \'<b>\' && "q";\n```',
    '<pre><code class="language-ts">const a = \'&lt;b&gt;\' &amp;&amp; "q";</code></pre>',
  ],
  ['~~~\nplain\n~~~', '<pre><code>plain</code></pre>'],
  ['```\nnever closed', '<pre><code>never closed</code></pre>'],
  ['    indented <code>', '<pre><code>indented &lt;code&gt;</code></pre>'],
  ['---', '<hr />'],
  [
    '| a | b |\n|:--|--:|\n| 1 | **2** |\n| 3 |',
    '<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td><strong>2</strong></td>\n</tr>\n<tr>\n<td>3</td>\n<td></td>\n</tr>\n</tbody>\n</table>',
  ],
  [
    '| a \\| b |\n|---|\n| `x` |',
    '<table>\n<thead>\n<tr>\n<th>a | b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>x</code></td>\n</tr>\n</tbody>\n</table>',
  ],
  ['[text](https://example.org/a?b=c&d=e "title")', '<a href="https://example.org/a?b=c&amp;d=e">text</a>'],
  ['<https://example.org>', '<a href="https://example.org">https://example.org</a>'],
  [
    'see https://example.org/a_b_c, and http://b.example.',
    'see <a href="https://example.org/a_b_c">https://example.org/a_b_c</a>, and <a href="http://b.example">http://b.example</a>.',
  ],
  [
    'mail <me@example.org> or me@example.org',
    'mail <a href="mailto:me@example.org">me@example.org</a> or me@example.org',
  ],
  ['mailto:me@example.org', '<a href="mailto:me@example.org">mailto:me@example.org</a>'],
  ['README.md, main.py, example.org', undefined],
  [
    '[ref][1] and [2]\n\n[1]: https://one.example\n[2]: ftp://two.example',
    '<a href="https://one.example">ref</a> and <a href="ftp://two.example">2</a>',
  ],
  [
    'magnet:?xt=urn:btih:abc [m](magnet:?xt=urn:btih:abc)',
    'magnet:?xt=urn:btih:abc <a href="magnet:?xt=urn:btih:abc">m</a>',
  ],
  ['![cat](mxc://example.org/abc "A cat")', '<img src="mxc://example.org/abc" alt="cat" title="A cat" />'],
  ['![cat](https://example.org/cat.png)', '<a href="https://example.org/cat.png">cat</a>'],
  ['![](https://example.org/cat.png)', '<a href="https://example.org/cat.png">https://example.org/cat.png</a>'],
  ['[![badge](https://img.example/b.svg)](https://ci.example)', '<a href="https://ci.example">badge</a>'],
  ['[media](mxc://example.org/abc)', 'media'],
  ['line one  \nline two\\\nline three', 'line one<br />\nline two<br />\nline three'],
  ['&amp; &lt;b&gt; &copy; &hearts;', '&amp; &lt;b&gt; © ♥'],
  ['\\*not italic\\*', '*not italic*'],
  ['5 < 6 && 7 > 2 "quoted"', undefined],
  ['émoji 👩‍👩‍👧 日本語', undefined],
  ['(c) -- ... "quotes"', undefined],
  ['**a** b\n\n- c', '<p><strong>a</strong> b</p>\n<ul>\n<li>c</li>\n</ul>'],
  ['', undefined],
  ['   \n ', undefined],
  ['[1]: https://only.example', undefined],
  // Emphasis beside letters that know no blanks between words.
  ['**测试。**后文', '<strong>测试。</strong>后文'],
  ['前文**（测试）**后文', '前文<strong>（测试）</strong>后文'],
  ['**"강조"**는', '<strong>"강조"</strong>는'],
  ['これは*「斜体」*です。~~（古い）~~です', 'これは<em>「斜体」</em>です。<del>（古い）</del>です'],
  // HTML that Matrix allows.
  [
    '| x |\n|---|\n| a<br>b |',
    '<table>\n<thead>\n<tr>\n<th>x</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>a<br />\nb</td>\n</tr>\n</tbody>\n</table>',
  ],
  ['H<sub>2</sub>O, m<SUP>2</SUP>', 'H<sub>2</sub>O, m<sup>2</sup>'],
  [
    '<details><summary>More</summary>\n\nSome **body**\n\n- a\n\n</details>',
    '<details><summary>More</summary><p>Some <strong>body</strong></p>\n<ul>\n<li>a</li>\n</ul>\n</details>',
  ],
  [
    '<details>\n<summary>**More**</summary>\nSome *text*\n</details>',
    '<details><summary><strong>More</strong></summary>Some <em>text</em></details>',
  ],
  ['<p align="center">\n<b>Title</b>\n</p>', '<p><b>Title</b></p>'],
  ['text <p>block</p> text\n\nb', '<div>text <p>block</p> text</div>\n<p>b</p>'],
  ['<table><tr><td>a</td><td>**b**</td></tr></table>', '<table><tr><td>a</td><td><strong>b</strong></td></tr></table>'],
  ['<a href="https://a.example">**a**</a>', '<a href="https://a.example"><strong>a</strong></a>'],
  ['<img src="https://a.example/b.png" alt="plot">', '<a href="https://a.example/b.png">plot</a>'],
  ['a <!-- note --> b', 'a  b'],
  ['Vec<i>, List<b> and <T>', undefined],
  ['**<sub>a**</sub>', '<strong>&lt;sub&gt;a</strong>&lt;/sub&gt;'],
  ['`H<sub>2</sub>O`', '<code>H&lt;sub&gt;2&lt;/sub&gt;O</code>'],
  ['<kbd>Ctrl</kbd> <script>x</script>', undefined],
  ['<b></b>', undefined],
  // Formulas.
  [
    '$$\\underbrace{E[Y_i|D_i=1]}_\\text{a}$$',
    '<div data-mx-maths="\\underbrace{E[Y_i|D_i=1]}_\\text{a}"><code>\\underbrace{E[Y_i|D_i=1]}_\\text{a}</code></div>',
  ],
  [
    'so \\(a_{1} * b_{2}\\) and \\[x_1*y*\\] and $$z_1*w*$$.',
    'so <span data-mx-maths="a_{1} * b_{2}"><code>a_{1} * b_{2}</code></span> and ' +
      '<span data-mx-maths="x_1*y*"><code>x_1*y*</code></span> and ' +
      '<span data-mx-maths="z_1*w*"><code>z_1*w*</code></span>.',
  ],
  [
    '\\begin{aligned}\na &= b \\\\\n- c\n\\end{aligned}',
    '<div data-mx-maths="\\begin{aligned}\na &amp;= b \\\\\n- c\n\\end{aligned}">' +
      '<code>\\begin{aligned}\na &amp;= b \\\\\n- c\n\\end{aligned}</code></div>',
  ],
  ['- so:\n  $$\n  a\n  = b\n  $$', '<ul>\n<li>so:<div data-mx-maths="a\n= b"><code>a\n= b</code></div>\n</li>\n</ul>'],
  ['$a_1*b*c$ costs $5 to $6', '<span data-mx-maths="a_1*b*c"><code>a_1*b*c</code></span> costs $5 to $6'],
  [
    '`\\(a\\)` and \\\\(b) and \\[a\\](https://a.example)',
    '<code>\\(a\\)</code> and \\(b) and [a](<a href="https://a.example">https://a.example</a>)',
  ],
  ['$$ never closed *a*', '$$ never closed <em>a</em>'],
  // Lists to tick off.
  ['1. [X] a\n2. [] b\n3. [ ]c', '<ol>\n<li>☑ a</li>\n<li>[] b</li>\n<li>[ ]c</li>\n</ol>'],
];

test.each(samples)('renders %j', (markdown, html) => {
  const body = markdown.trimEnd();
  expect(renderMarkdown(markdown)).toEqual(html === undefined ? { body } : { body, html });
  expect(faultsOf(html ?? '')).toEqual([]);
});

test('every level up to the limit is kept, beyond it the text is shown as it stands', () => {
  expect(renderMarkdown(`${'> '.repeat(50)}deep`).html).toBe(
    `${'<blockquote>\n'.repeat(50)}<p>deep</p>${'\n</blockquote>'.repeat(50)}`,
  );
  const quotes = `${'> '.repeat(200)}deep`;
  expect(renderMarkdown(quotes)).toEqual({
    body: quotes,
    html: `<pre><code>${'&gt; '.repeat(200)}deep</code></pre>`,
  });
  const stars = `${'*a **b '.repeat(60)}c${'** b* a'.repeat(60)}`;
  expect(renderMarkdown(stars)).toEqual({ body: stars, html: `<pre><code>${stars}</code></pre>` });
});

test('what is too long is shown as it stands', () => {
  const long = '**a** '.repeat(6_000).trimEnd();
  expect(renderMarkdown(long)).toEqual({ body: long, html: `<pre><code>${long}</code></pre>` });
});

test('a short text that asks for megabytes of HTML is shown as it stands', () => {
  const bomb = `[a]: https://example.org/${'x'.repeat(3_000)}\n\n${'[a] '.repeat(1_000)}`.trimEnd();
  expect(renderMarkdown(bomb)).toEqual({ body: bomb, html: `<pre><code>${bomb}</code></pre>` });
});

test('a table of next to nothing but empty cells is shown as it stands', () => {
  const table = `|${'a|'.repeat(300)}\n|${'-|'.repeat(300)}\n${'|b\n'.repeat(1_000)}`.trimEnd();
  expect(renderMarkdown(table)).toEqual({ body: table });
});
