import { isBlank } from '../basics/visible.ts';
import type { Growth, Rendered } from '../ports.ts';
import { renderIntoOneEvent } from './fit.ts';
import type { AnswerWords } from './notices.ts';
import { readable } from './readable.ts';
import { splitMarkdown } from './split.ts';
import { isDelimiterRow } from './tables.ts';

const HEAD_BYTES = 7_000;
/** The last word is looked for in this many UTF-16 units at the end. */
const TAIL = 80;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemes = new Intl.Segmenter();

/** Renders the beginning of an answer that is still growing, with an ellipsis where there is more than is shown. */
export function previewsIn(answerWords: AnswerWords): (markdown: string, growth: Growth) => Rendered {
  return (markdown, growth) => {
    const beginning = readable(markdown.slice(0, 2 * HEAD_BYTES), answerWords, true);
    const [head = '', ...rest] = splitMarkdown(beginning, HEAD_BYTES);
    const isOver = markdown.length > 2 * HEAD_BYTES;
    const isCut = rest.length > 0 || isOver;
    const closed = withoutOpenTable(head);
    const isOpen = isOver || growth === 'flowing';
    const shown = rest.length > 0 ? head : isOpen ? withoutOpenWord(closed) : withoutHalfCharacter(closed);
    return renderIntoOneEvent(isCut || isBlank(shown) ? `${shown}\n\n…`.trimStart() : shown);
  };
}

/** Up to the last word that is complete; a single word up to the last character that is. */
function withoutOpenWord(text: string): string {
  const from = Math.max(0, text.length - TAIL);
  const last = Array.from(words.segment(text.slice(from))).at(-1);
  if (last === undefined || !last.isWordLike) return withoutOpenCharacter(text);
  const shorter = text.slice(0, from + last.index).replace(/[ \t]+[*_~`[(<"'“‘«]*$/u, '');
  return last.index === 0 || isBlank(shorter) ? withoutOpenCharacter(text) : shorter;
}

/** An emoji may still get what makes it another one. */
function withoutOpenCharacter(text: string): string {
  const from = Math.max(0, text.length - TAIL);
  const last = Array.from(graphemes.segment(text.slice(from))).at(-1);
  const isOpen = last !== undefined && last.index > 0 && /[^\p{ASCII}\p{L}\p{N}\p{P}\p{Z}]/u.test(last.segment);
  return isOpen ? text.slice(0, from + last.index) : text;
}

/** A piece of a pair, or what waits for what it joins. */
function withoutHalfCharacter(text: string): string {
  return /[\u200d\ufffd]$/u.test(text) ? withoutOpenCharacter(text) : text;
}

/** A table is shown from its first whole row on, and row by row. */
function withoutOpenTable(text: string): string {
  const lines = text.split('\n');
  const before = lines.findLastIndex((line) => !line.trimStart().startsWith('|'));
  const rows = lines.slice(before + 1);
  const open = rows.at(-1)?.trim() ?? '';
  const isWhole = open.length > 1 && open.endsWith('|') && cellsOf(open) === cellsOf(rows[0] ?? '');
  const whole = isWhole ? rows : rows.slice(0, -1);
  const [header = '', delimiters = ''] = whole;
  const isTable = cellsOf(header) === cellsOf(delimiters) && isDelimiterRow(delimiters);
  return rows.length === 0 ? text : [...lines.slice(0, before + 1), ...(isTable ? whole : [])].join('\n').trimEnd();
}

function cellsOf(row: string): number {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/).length;
}
