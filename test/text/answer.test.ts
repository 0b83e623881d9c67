import { expect, test } from 'vitest';
import type { Rendered } from '../../src/ports.ts';
import { answersWithin } from '../../src/text/answer.ts';
import { en } from '../../src/text/en.ts';

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
