/** Cutting what holds blocks: quotes and lists. */
import type { Block } from './blocks.ts';
import { trimmed } from './blocks.ts';
import { costOf, pack } from './cut.ts';
import type { Limit } from './cut.ts';
import { splitText } from './split-leaf.ts';

/** Cuts what stands inside a quote or an item; null when that is not to be looked into. */
export type SplitInside = (markdown: string, limit: Limit, first?: number) => string[] | null;

const DETAILS = /^(<details(?:\s[^<>]*)?>)\s*(<summary>(?:(?!<\/summary>)[^])*<\/summary>)?/i;
const MARKER = /^( *)([-+*]|\d{1,9}[.)])( *)/;

/** Cuts a quote between the blocks inside; every piece is a quote. */
export function splitQuote(lines: string[], limit: Limit, first: number, split: SplitInside): string[] {
  const inside = lines.map((line) => line.replace(/^ {0,3}>(?: |(\t))?/, (_, tab) => (tab ? '  ' : '')));
  const pieces = split(inside.join('\n'), { ...limit, perLine: limit.perLine + 2 }, first);
  if (pieces === null) return splitText(lines.join('\n'), limit);
  return pieces.map((piece) => piece.replace(/^/gm, '> '));
}

/** Cuts what stands between `<details>` and its end; every piece has the same summary. */
export function splitDetails(lines: string[], limit: Limit, first: number, split: SplitInside): string[] {
  const text = lines.join('\n').trim();
  const [, details = '', summary = ''] = DETAILS.exec(text) ?? [];
  const opening = summary === '' ? details : `${details}\n${summary}`;
  const frame = (piece: string) => `${opening}\n\n${piece}\n\n</details>`;
  const overhead = costOf(frame(''), limit);
  const inside = text.replace(DETAILS, '').replace(/<\/details>$/i, '');
  const pieces =
    overhead > limit.bytes / 2 ? null : split(inside, { ...limit, bytes: limit.bytes - overhead }, first - overhead);
  return pieces === null ? splitText(text, limit) : pieces.map(frame);
}

/** Cuts a list between items; what does not fit of an item goes on as a text of its own. */
export function splitList(block: Block, limit: Limit, first: number, split: SplitInside): string[] {
  const isLoose = block.items.slice(0, -1).some((item) => item.at(-1)?.trim() === '');
  const pieces: string[] = [];
  let items: string[] = [];
  const close = () => {
    pieces.push(...pack(items, isLoose ? '\n\n' : '\n', limit, pieces.length === 0 ? first : limit.bytes));
    items = [];
  };
  block.items.forEach((lines, index) => {
    const item = numbered(trimmed(lines), block.start === null ? null : block.start + index);
    if (costOf(item.join('\n'), limit) <= limit.bytes) {
      items.push(item.join('\n'));
    } else {
      close();
      pieces.push(...splitItem(item, limit, split));
    }
  });
  close();
  return pieces;
}

/** `1. 1. 1.` counts only as long as it is one list: the item gets the number under which it is shown. */
function numbered(lines: string[], number: number | null): string[] {
  const [head = '', ...tail] = lines.map(expandIndent);
  const [, indent = '', marker = ''] = MARKER.exec(head) ?? [];
  const digits = marker.slice(0, -1);
  if (number === null || Number(digits) === number) return lines;
  const wider = ' '.repeat(Math.max(0, String(number).length - digits.length));
  const rest = head.slice(indent.length + digits.length);
  return [`${indent}${number}${rest}`, ...tail.map((line) => (line === '' ? line : wider + line))];
}

function splitItem(lines: string[], limit: Limit, split: SplitInside): string[] {
  const [head = '', ...tail] = lines.map(expandIndent);
  const [marker = '', indent = '', sign = '', gap = ''] = MARKER.exec(head) ?? [];
  // More than four blanks after the marker: an indented code block, which has one of them less.
  const width =
    gap.length > 4 ? indent.length + sign.length + 1 : Math.max(marker.length, indent.length + sign.length + 1);
  const dedented = tail.map((line) => line.slice(Math.min(width, line.length - line.trimStart().length)));
  const pieces = split([head.slice(width), ...dedented].join('\n'), { ...limit, perLine: limit.perLine + width });
  if (pieces === null) return splitText(lines.join('\n'), limit);

  const [opening = '', ...others] = pieces;
  const hanging = opening.replace(/\n(?=.)/g, `\n${' '.repeat(width)}`);
  return [head.slice(0, width).padEnd(width) + hanging, ...others];
}

/** Tabs before and after a list marker as the blanks they stand for. */
function expandIndent(line: string): string {
  const [lead] = /^[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)?/.exec(line) ?? [''];
  let text = '';
  for (const character of lead) text += character === '\t' ? ' '.repeat(4 - (text.length % 4)) : character;
  return text + line.slice(lead.length);
}
