import { expect, test } from 'vitest';
import { en } from '../../src/text/en.ts';
import { picturesIn, readable } from '../../src/text/readable.ts';

const bytes = `data:image/png;base64,${'iVBORw0KGgo'.repeat(1_000)}`;

const samples: [what: string, markdown: string, rest: string][] = [
  ['a comment', 'a <!-- note --> b', 'a  b'],
  ['a comment with its line', 'a\n\n<!-- note -->\nb', 'a\n\nb'],
  ['a comment over many lines', 'a\n\n<!--\nx\n\ny\n-->\n\nb', 'a\n\n\nb'],
  ['an empty comment, as browsers read it', 'a<!-->b<!--->c', 'abc'],
  [
    'no comment in code',
    '`<!-- a -->`\n\n```\n<!-- b -->\n```\n\n    <!-- c -->',
    '`<!-- a -->`\n\n```\n<!-- b -->\n```\n\n    <!-- c -->',
  ],
  ['no comment without an end', 'a <!-- b', 'a <!-- b'],
  ['a comment after a lone backtick', 'it`s\n\n<!-- x -->\n\nit`s', 'it`s\n\n\nit`s'],
  ['not all there is', '<!-- note -->', '<!-- note -->'],
  ['an image of bytes', `See ![plot](${bytes}) here`, 'See [image: plot] here'],
  ['an image of bytes with a title', `![a \\] b](<${bytes}> "t")`, '[image: a \\] b]'],
  ['an image without a name', `![ ](${bytes})`, '[image]'],
  ['an image of bytes in HTML', `<img width="3" src="${bytes}" alt="plot"/> here`, '[image: plot] here'],
  [
    'an image whose bytes stand elsewhere',
    `![plot][1], ![Two] and ![c][3]\n\n[1]: ${bytes}\n[two]: <${bytes}>\nend`,
    '[image: plot], [image: Two] and ![c][3]\n\nend',
  ],
  ['an image of the workspace', 'See ![plot](out/plot.png "All") here', 'See [image: plot] here'],
  ['an image of the workspace in HTML', '<img alt="plot" src="plot.png" width="3"> here', '[image: plot] here'],
  ['an image of the web stays', '![plot](https://a.example/plot.png)', '![plot](https://a.example/plot.png)'],
  ['an image of another root stays', '![plot](/static/plot.png)', '![plot](/static/plot.png)'],
  ['an image of the workspace in code stays', '`![plot](plot.png)`', '`![plot](plot.png)`'],
  ['long bytes anywhere', `[a](${bytes}) and ${bytes}`, '[a](data:image/png;base64,…) and data:image/png;base64,…'],
  ['bytes in code stay', `\`\`\`\n![plot](${bytes})\n\`\`\``, `\`\`\`\n![plot](${bytes})\n\`\`\``],
  ['what is short stays', 'data: a list; data:text/plain,hello', 'data: a list; data:text/plain,hello'],
];

test.each(samples)('%s', (_, markdown, rest) => {
  expect(readable(markdown, en.answers)).toBe(rest);
});

test.each([
  ['a <!-- no', 'a '],
  [`![plot](${bytes}`, '[image: plot]'],
  [`<img alt="plot" src="${bytes}`, '[image: plot]'],
  ['<!-- note -->', ''],
])('while it grows, what is open at the end is not shown: %#', (markdown, rest) => {
  expect(readable(markdown, en.answers, true)).toBe(rest);
});

test.each([
  '<!--',
  '<!-- a -->',
  '`<!--\n\n',
  '![a](data:',
  '<img src=data:',
  'data:a/b;base64,',
  '![a](data:a/b,',
  '<!-->',
  '`',
])('1 MB of %j take little time', (unit) => {
  const markdown = `<!-- x -->${unit.repeat(1_000_000 / unit.length)}`;
  const before = performance.now();
  readable(markdown, en.answers);
  expect(performance.now() - before).toBeLessThan(2_000);
});

test.each<[markdown: string, paths: string[]]>([
  ['![](a.png) and ![b](./out/b.jpg) and ![](a.png)', ['a.png', './out/b.jpg']],
  [
    '![](/workspace/a.png) ![](/agents/7/b.png) ![](file:///workspace/c.png)',
    ['/workspace/a.png', '/agents/7/b.png', '/workspace/c.png'],
  ],
  [
    '![](my%20plot.png) ![](<my plot (2).png>) ![](my plot.png) ![](plot(1).png)',
    ['my plot.png', 'my plot (2).png', 'plot(1).png'],
  ],
  ['![](100%.png)', ['100%.png']],
  ['<img src="a.png"> <IMG alt=\'x\' src=b.gif />', ['a.png', 'b.gif']],
  ['![](../../secret.PNG)', ['../../secret.PNG']],
  ['![](../../etc/passwd) ![](plot) <img src=x onerror="alert(1)"> ![](plot.png?raw=1)', []],
  [
    '![](/etc/passwd) ![](//a.example/x.png) ![](mxc://a/b) ![](data:image/png;base64,AA) ![](#top) ![]() ![](C:\\x.png)',
    [],
  ],
  ['```\n![](a.png)\n```\n\n    ![](b.png)\n\n`![](c.png)` \\![](d.png) <!-- ![](e.png) -->', []],
  ['[a](a.png) and a.png', []],
])('the images of the workspace in %j', (markdown, paths) => {
  expect(picturesIn(markdown)).toEqual(paths);
});

test('what gets a word although the text was long at first is an image of it', () => {
  const markdown = `![plot](out/plot.png) and ![x](data:image/png;base64,${'A'.repeat(300_000)})`;
  expect(readable(markdown, en.answers)).toBe('[image: plot] and [image: x]');
  expect(picturesIn(markdown)).toEqual(['out/plot.png']);
});

test('what stays as it is because the text is long is none', () => {
  const markdown = `![plot](out/plot.png) ${'a '.repeat(150_000)}`;
  expect(readable(markdown, en.answers)).toContain('![plot](out/plot.png)');
  expect(picturesIn(markdown)).toEqual([]);
});

test('code spans of every length that are open in 4 MB take little time', () => {
  const runs = Array.from({ length: 1_000 }, (_, length) => '`'.repeat(length + 1));
  const lines = `\n${' '.repeat(1_000)}x`.repeat(3_000);
  const markdown = `<!-- x -->${runs.join('a')}${lines}\n\n${runs.join('a')}`;
  const before = performance.now();
  readable(markdown, en.answers);
  expect(performance.now() - before).toBeLessThan(2_000);
});

test.each([
  '![](',
  '![a](b',
  '![a](b c',
  '![a](<b',
  '<img src=',
  '<img src="a',
  '![](a(',
  '![](a.png "',
  '![[',
  '![](x'.padEnd(200, 'x'),
])('the images in 250 KB of %j take little time', (unit) => {
  const markdown = unit.repeat(250_000 / unit.length);
  const before = performance.now();
  picturesIn(markdown);
  expect(performance.now() - before).toBeLessThan(1_000);
});
