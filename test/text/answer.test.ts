import { expect, test } from 'vitest';
import type { Rendered } from '../../src/ports.ts';
import { answersWithin } from '../../src/text/answer.ts';
import { en } from '../../src/text/en.ts';
import { faultsOf } from './safe-html.ts';

const renderAnswer = answersWithin(30, en.answers);

/** The content of a message, or of an edit, as it goes over the wire. */
function contentBytes({ body, html }: Rendered, kind: 'message' | 'edit'): number {
  const formatted = html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: html };
  const content = { msgtype: 'm.text', body, ...formatted };
  if (kind === 'message') return Buffer.byteLength(JSON.stringify(content));
  const relation = { rel_type: 'm.replace', event_id: `$${'x'.repeat(43)}` };
  return Buffer.byteLength(JSON.stringify({ ...content, 'm.new_content': content, 'm.relates_to': relation }));
}

/** Those that do not fit into an event: the first may be an edit. */
function tooLarge(messages: Rendered[]): Rendered[] {
  return messages.filter((message, index) => contentBytes(message, index === 0 ? 'edit' : 'message') > 60_500);
}

test('a short answer is one message', () => {
  expect([...renderAnswer('Hello **you**\n')]).toEqual([{ body: 'Hello **you**', html: 'Hello <strong>you</strong>' }]);
});

test('a blank answer is no message', () => {
  expect([...renderAnswer(' \n\n')]).toEqual([]);
});

test('links find their definitions in another part', () => {
  const filling = Array.from({ length: 90 }, () => 'words '.repeat(20).trim()).join('\n\n');
  const messages = [...renderAnswer(`See [here][1].\n\n${filling}\n\n[1]: https://example.org`)];
  expect(messages.length).toBe(2);
  expect(messages[0]?.html?.slice(0, 50)).toBe('<p>See <a href="https://example.org">here</a>.</p>');
});

const columns = (cell: string) => `|${`${cell}|`.repeat(20)}\n`;
const swelling: [what: string, markdown: string][] = [
  ['quotation marks in code', `\`\`\`\n${'"<&>"\n'.repeat(1_300)}\`\`\``],
  ['small cells', columns('a') + columns('-') + columns('1').repeat(180)],
  ['cells that are filled up', `|${'a|'.repeat(1_000)}\n|${'-|'.repeat(1_000)}\n${'|b\n'.repeat(1_000)}`],
  ['headings', '#\n'.repeat(4_000)],
  ['emphasis', '*a* '.repeat(2_000)],
  ['links to one long address', `[a]: https://example.org/${'x'.repeat(500)}\n\n${'[a] '.repeat(1_800)}`],
  ['backslashes', '\\\\'.repeat(4_000)],
];

test.each(swelling)('8 KB of %s stay small enough for edits', (_, markdown) => {
  const messages = [...renderAnswer(markdown)];
  expect(tooLarge(messages)).toEqual([]);
  expect(messages.filter((message) => message.body === '')).toEqual([]);
});

test('a table whose HTML is too large is cut, not given up', () => {
  const messages = [...renderAnswer(columns('a') + columns('-') + columns('1').repeat(180))];
  const tables = messages.map(({ html = '' }) => [html.startsWith('<table>'), html.split('<td>1</td>').length - 1]);
  expect(tables.map(([isTable]) => isTable)).toEqual(messages.map(() => true));
  expect(tables.reduce((sum, [, cells]) => sum + Number(cells), 0)).toBe(3_600);
});

test('200 KB with a long table and code take less than 300 ms', () => {
  const sections = Array.from(
    { length: 60 },
    (_, index) =>
      `## Section ${index}\n\nSome **bold** text, \`code\` and [a link](https://example.org/${index}).\n\n` +
      `- one\n- two\n  - three\n\n\`\`\`ts\n${'const x = 1;\n'.repeat(100)}\`\`\``,
  );
  const table = `| a | b |\n|---|---|\n${Array.from({ length: 300 }, (_, row) => `| row ${row} | **x** |`).join('\n')}`;
  const markdown = [...sections, table, 'Lorem ipsum dolor sit amet. '.repeat(4_100)].join('\n\n');
  expect(markdown.length).toBeGreaterThan(200_000);

  Array.from(renderAnswer(markdown));
  const before = performance.now();
  const messages = [...renderAnswer(markdown)];
  expect(performance.now() - before).toBeLessThan(300);
  expect(messages.length).toBeLessThan(markdown.length / 7_000);
  expect(tooLarge(messages)).toEqual([]);
});

test('an answer of 130 kB is 6 messages', () => {
  const sentence = 'The quick brown fox jumps over the lazy dog, and **nobody** minds it at all. ';
  const markdown = Array.from({ length: 340 }, () => sentence.repeat(5).trim()).join('\n\n');
  expect(Buffer.byteLength(markdown)).toBeGreaterThan(130_000);
  const messages = [...renderAnswer(markdown)];
  expect([messages.length, tooLarge(messages)]).toEqual([6, []]);
  expect(messages.map(({ body }) => body).join('\n\n')).toBe(markdown);
});

test('a first block that is too long for an edit is cut, and nothing of it is lost', () => {
  const markdown = `\`\`\`\n${Array.from({ length: 2_000 }, (_, line) => `line ${line}`).join('\n')}\n\`\`\`\n\nafter`;
  const messages = [...renderAnswer(markdown)];
  const lines = messages.flatMap(({ body }) => body.match(/line \d+/g) ?? []);
  expect([messages.length, lines.length, new Set(lines).size]).toEqual([2, 2_000, 2_000]);
  expect(tooLarge(messages)).toEqual([]);
});

const note = 'This answer is too long to show in full, so it ends here. You get all of it as a file.';

test.each([
  ['paragraphs', `${'words '.repeat(100)}\n\n`.repeat(500)],
  ['one line', 'x'.repeat(1_000_000)],
  ['one table', `| a | b |\n|---|---|\n${'| **c** | d |\n'.repeat(12_000)}`],
  ['blanks', `a${' '.repeat(3_000_000)}b`],
])('of an answer that is too long the beginning is shown, and the last message says so: %s', (_, markdown) => {
  const messages = [...answersWithin(3, en.answers)(markdown)];
  expect(messages.length).toBeLessThanOrEqual(3);
  expect(tooLarge(messages)).toEqual([]);
  expect(messages.map(({ body }) => body.endsWith(`\n\n${note}`))).toEqual(
    messages.map((_, at) => at === messages.length - 1),
  );
  expect(messages.findIndex(({ isCutOff }) => isCutOff === true)).toBe(messages.length - 1);
  expect(messages.at(-1)?.html?.endsWith(`\n<p>${note}</p>`) ?? true).toBe(true);
});

test('an answer that fits exactly says nothing of the kind', () => {
  const messages = [...answersWithin(1, en.answers)('Hello')];
  expect(messages).toEqual([{ body: 'Hello' }]);
});

test('bytes of an image are one word in one message', () => {
  const bytes = 'iVBORw0KGgo'.repeat(30_000);
  expect([...renderAnswer(`See:\n\n![plot](data:image/png;base64,${bytes})\n\nDone.`)]).toEqual([
    { body: 'See:\n\n[image: plot]\n\nDone.' },
  ]);
});

test('details that are too long for a message go on in the next one under the same summary', () => {
  const paragraphs = Array.from({ length: 60 }, (_, index) => `${index}: ${'words '.repeat(100).trim()}`).join('\n\n');
  const messages = [...renderAnswer(`<details>\n<summary>More</summary>\n\n${paragraphs}\n\n</details>\n\nafter`)];
  expect(messages.length).toBe(3);
  expect(messages.map(({ html = '' }) => html.split('<details><summary>More</summary>').length - 1)).toEqual([1, 1, 1]);
  expect(messages.flatMap(({ html = '' }) => faultsOf(html))).toEqual([]);
  expect(messages.at(-1)?.html?.endsWith('</details><p>after</p>')).toBe(true);
  const numbers = messages.flatMap(({ body }) => body.match(/\d+(?=: )/g) ?? []);
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => String(index)));
});

test.each([
  ['rows of a wide table', `|${'a|'.repeat(1_000)}\n|${'-|'.repeat(1_000)}\n${'|b\n'.repeat(80_000)}`],
  ['small tables', '|a|\n|-|\n|b|\n\n'.repeat(18_000)],
  ['small cells', `|a|b|\n|-|-|\n${'|c|d|\n'.repeat(42_000)}`],
  ['formulas', '$$\n'.repeat(85_000)],
  ['beginnings of comments', '<!--'.repeat(64_000)],
  ['beginnings of formulas', '\\['.repeat(128_000)],
])('256 KB of %s do not hold the others', (_, markdown) => {
  let slowest = 0;
  // CPU time of this thread: how busy the machine is besides says nothing of the answer.
  const busy = () => process.threadCpuUsage().user / 1_000;
  let before = busy();
  for (const message of renderAnswer(markdown)) {
    slowest = Math.max(slowest, busy() - before);
    before = busy();
    expect(message.body).not.toBe('');
  }
  expect(slowest).toBeLessThan(2_000);
});
