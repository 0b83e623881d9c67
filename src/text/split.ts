/** Cuts a long answer between its blocks into pieces that fit into one event each. */
import { isBlank } from '../basics/visible.ts';
import { blocksOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import { cleanText } from './clean.ts';
import { costOf, pack } from './cut.ts';
import type { Limit } from './cut.ts';
import { isMostlyEmptyCells } from './tables.ts';
import { splitFence, splitPlain, splitTable, splitText } from './split-leaf.ts';
import { splitDetails, splitList, splitQuote } from './split-container.ts';

/** Text longer than this (UTF-16 units) is cut as if it were plain text: its structure is not worth the time. */
export const MAX_STRUCTURED_LENGTH = 256_000;

/** Whether its blocks are looked at. */
export function isStructured(text: string): boolean {
  return text.length <= MAX_STRUCTURED_LENGTH && !isMostlyEmptyCells(text);
}

const SMALLEST_PART = 64;

/** Quotes and lists within each other that are still opened to be cut inside. */
const MAX_LEVELS = 8;

/**
 * Cuts Markdown into parts of at most `maxBytes` (UTF-8, at least 64), between blocks where it can. A code fence that
 * is cut is closed and opened again, a table repeats its header, a list is cut between items, a paragraph after a
 * sentence, a line or a word. Nothing is lost; no part is blank; blank Markdown gives no part. The first part has at
 * most `firstBytes`.
 */
export function splitMarkdown(markdown: string, maxBytes = 8_000, firstBytes = maxBytes): string[] {
  const smallest = Math.min(maxBytes, firstBytes);
  if (smallest < SMALLEST_PART) throw new RangeError(`a part has at least ${SMALLEST_PART} bytes, not ${smallest}`);
  const text = cleanText(markdown);
  if (isBlank(text)) return [];
  const limit = { bytes: maxBytes, perLine: 0 };
  if (costOf(text, limit) <= firstBytes) return [text];
  const isPlain = !isStructured(text);
  const parts = isPlain ? splitPlain(text, limit) : splitBlocks(text, limit, MAX_LEVELS, firstBytes);
  const all = firstBytes < maxBytes ? withSmallHead(parts, firstBytes, limit, isPlain) : parts;
  return all.filter((part) => !isBlank(part));
}

/** A first block that is larger than the first part may be is cut again. */
function withSmallHead([head = '', ...others]: string[], bytes: number, limit: Limit, isPlain: boolean): string[] {
  if (costOf(head, limit) <= bytes) return [head, ...others];
  const [first = '', ...rest] = isPlain ? splitPlain(head, { bytes, perLine: 0 }) : splitMarkdown(head, bytes);
  return [first, ...pack(rest, isPlain ? '\n' : '\n\n', limit), ...others];
}

interface Piece {
  text: string;
  cost: number;
  isHeading: boolean;
  isClose: boolean;
}

function splitBlocks(markdown: string, limit: Limit, levels: number, first = limit.bytes): string[] {
  const parts: string[] = [];
  const gap = 2 + limit.perLine;
  let open: Piece[] = [];
  let used = 0;
  const append = (piece: Piece) => {
    used += (open.length > 0 ? gap : 0) + piece.cost;
    open.push(piece);
  };
  const room = () => (parts.length === 0 ? first : limit.bytes);
  const fits = (cost: number) => used + (open.length > 0 ? gap : 0) + cost <= room();
  const close = () => {
    if (open.length > 0) parts.push(joined(open));
    open = [];
    used = 0;
  };

  let followsWhole = false;
  for (const block of blocksOf(markdown)) {
    const text = block.lines.join('\n');
    const cost = costOf(text, limit);
    const goesWhole = cost <= limit.bytes && (fits(cost) || open.length > 0 || parts.length > 0);
    if (goesWhole) {
      if (!fits(cost)) {
        const heading = headingFor(open, cost, limit.bytes - gap);
        close();
        if (heading) append(heading);
      }
      append({ text, cost, isHeading: block.type === 'heading', isClose: block.isClose && followsWhole });
    } else {
      const left = room() - used - gap;
      for (const piece of splitBlock(block, limit, left < limit.bytes / 4 ? limit.bytes : left, levels)) {
        const cost = costOf(piece, limit);
        if (!fits(cost)) close();
        append({ text: piece, cost, isHeading: false, isClose: false });
      }
    }
    followsWhole = goesWhole;
  }
  close();
  return parts;
}

/** A heading goes with what it stands above. */
function headingFor(open: Piece[], cost: number, bytes: number): Piece | undefined {
  const last = open.at(-1);
  return open.length > 1 && last?.isHeading && last.cost + cost <= bytes ? open.pop() : undefined;
}

function joined(pieces: Piece[]): string {
  return pieces.reduce(
    (text, piece, index) => text + (index === 0 ? '' : piece.isClose ? '\n' : '\n\n') + piece.text,
    '',
  );
}

/** The pieces of a block that is too large for one part; the first has `first` bytes if that is of any use. */
function splitBlock(block: Block, limit: Limit, first: number, levels: number): string[] {
  const split = (markdown: string, inner: Limit, first = inner.bytes) =>
    levels > 0 && inner.perLine < limit.bytes / 4 ? splitBlocks(markdown, inner, levels - 1, first) : null;
  switch (block.type) {
    case 'fence':
      return splitFence(block, limit, first);
    case 'table':
      return splitTable(block.lines, limit, first);
    case 'list':
      return splitList(block, limit, first, split);
    case 'details':
      return splitDetails(block.lines, limit, first, split);
    case 'quote':
      return splitQuote(block.lines, limit, first, split);
    case 'heading':
    case 'text':
      return splitText(block.lines.join('\n'), limit, first);
  }
}
