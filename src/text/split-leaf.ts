/** Cutting what holds none: text, code, tables. */
import type { Block } from './blocks.ts';
import { trimmed } from './blocks.ts';
import { costOf, cutCode, cutProse, pack } from './cut.ts';
import type { Limit } from './cut.ts';

/** Words that would begin a list, a heading, a quote, a rule, a fence or a link definition at the start of a text. */
const BLOCK_START = /^(?:[-+*](?=\s|$)|#{1,6}(?=\s|$)|>|`{3}|~{3}|\[[^\]]*\]:|([-*_])(?:[ \t]*\1){2,}[ \t]*$)/m;
const ITEM_START = /^(\d{1,9})([.)])(?=\s|$)/;

/** Cuts Markdown text between lines, sentences and words; every piece still reads as text. */
export function splitText(text: string, limit: Limit, first = limit.bytes): string[] {
  // A byte is kept for the backslash.
  const pieces = splitPlain(text, { ...limit, bytes: limit.bytes - 1 }, first - 1);
  return pieces.map((piece, index) => (index === 0 ? piece : asText(piece)));
}

/** Cuts text in which nothing is Markdown between lines, sentences and words. */
export function splitPlain(text: string, limit: Limit, first = limit.bytes): string[] {
  const lines = text.split('\n').flatMap((line) => cutProse(line, limit.bytes - limit.perLine));
  return pack(lines, '\n', limit, first)
    .map((piece) => trimmed(piece.split('\n')).join('\n').replace(/^\n+/, ''))
    .filter((piece) => piece !== '');
}

function asText(piece: string): string {
  const text = piece.trimStart();
  return BLOCK_START.test(text.split('\n', 1)[0] ?? '') ? `\\${text}` : text.replace(ITEM_START, '$1\\$2');
}

/** Cuts code between lines; every piece stands in a fence of its own with the same info string. */
export function splitFence({ code, lines }: Pick<Block, 'code' | 'lines'>, limit: Limit, first: number): string[] {
  const fence = fenceFor(code.content, code.markup);
  const frame = (content: string) => `${fence}${code.info}\n${content}\n${fence}`;
  const overhead = costOf(frame(''), limit) - limit.perLine;
  if (overhead > limit.bytes / 2) return splitText(lines.join('\n'), limit, first);

  const inner = { ...limit, bytes: limit.bytes - overhead };
  const pieces = code.content.split('\n').flatMap((line) => cutCode(line, inner.bytes - limit.perLine));
  return pack(pieces, '\n', inner, first - overhead).map(frame);
}

/** Longer than any run of its character in the code: a cut may bring such a run to the start of a line. */
function fenceFor(content: string, markup: string): string {
  const character = markup.charAt(0);
  let longest = 0;
  for (const [run] of content.matchAll(character === '~' ? /~+/g : /`+/g)) longest = Math.max(longest, run.length);
  return character.repeat(Math.max(markup.length, longest + 1));
}

/** Cuts a table between rows; every piece repeats the header. A row too long for any piece becomes text. */
export function splitTable(lines: string[], limit: Limit, first: number): string[] {
  const header = lines.slice(0, 2).join('\n');
  const overhead = costOf(header, limit) + 1;
  if (overhead > limit.bytes / 2) return splitText(lines.join('\n'), limit, first);

  const inner = { ...limit, bytes: limit.bytes - overhead };
  const pieces: string[] = [];
  let rows: string[] = [];
  const close = () => {
    const packed = pack(rows, '\n', inner, pieces.length === 0 ? first - overhead : inner.bytes);
    pieces.push(...packed.map((piece) => `${header}\n${piece}`));
    rows = [];
  };
  for (const row of lines.slice(2)) {
    if (costOf(row, limit) <= inner.bytes) {
      rows.push(row);
    } else {
      close();
      pieces.push(...(pieces.length === 0 ? [header] : []), ...splitText(row, limit));
    }
  }
  close();
  return pieces;
}
