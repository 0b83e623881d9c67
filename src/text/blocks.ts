/** The blocks of a Markdown text (paragraphs, lists, tables, fences), for cutting between them. */
import MarkdownIt from 'markdown-it';
import type { Env, Token } from 'markdown-it';
import type { References } from './markdown.ts';
import { keepMath } from './math.ts';
import { readHtmlBlocks } from './matrix-html.ts';

/** A block at the top level of a Markdown text, as it stands in the source. */
export interface Block {
  type: 'fence' | 'table' | 'list' | 'quote' | 'heading' | 'details' | 'text';
  /** Its lines, without blank ones at the end. */
  lines: string[];
  /** It follows the block before it without a blank line. */
  isClose: boolean;
  /** The code in a fence, and how the fence was opened. */
  code: { content: string; markup: string; info: string };
  /** The items of a list, each with its lines. */
  items: string[][];
  /** The number of the first item; null in a bullet list. */
  start: number | null;
}

/** Only blocks, and only a few levels of them: what stands deeper is cut as text. */
const parser = new MarkdownIt({ html: false, maxNesting: 20 });
keepMath(parser);
readHtmlBlocks(parser);
parser.core.ruler.enableOnly(['block']);

const types: Record<string, Block['type']> = {
  fence: 'fence',
  code_block: 'fence',
  table_open: 'table',
  bullet_list_open: 'list',
  ordered_list_open: 'list',
  blockquote_open: 'quote',
  heading_open: 'heading',
};

/** The blocks of clean Markdown, in order; together they hold every line that is not blank. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const tokens = parser.parse(markdown, {});
  const blocks: (Block & { from: number })[] = [];
  let end = 0;
  tokens.forEach((token, index) => {
    if (token.level !== 0 || token.nesting < 0 || token.map === null) return;
    const [from, to] = token.map;
    blocks.push({
      from,
      type: types[token.type] ?? 'text',
      lines: trimmed(lines.slice(from, to)),
      isClose: from > 0 && from === end,
      code: codeOf(token),
      items: token.type.endsWith('list_open') ? itemsOf(tokens, index, lines) : [],
      start: token.type === 'ordered_list_open' ? Number(token.attrGet('start') ?? 1) : null,
    });
    end = from + (blocks.at(-1)?.lines.length ?? 0);
  });
  return withDetails(blocks, lines);
}

/** The lines that hold code, at any level. */
export function codeLinesOf(markdown: string): Set<number> {
  const lines = new Set<number>();
  for (const { type, map } of parser.parse(markdown, {})) {
    if (type !== 'fence' && type !== 'code_block') continue;
    for (let line = map?.[0] ?? 0; line < (map?.[1] ?? 0); line += 1) lines.add(line);
  }
  return lines;
}

/** The link definitions of clean Markdown, wherever they stand. */
export function referencesOf(markdown: string): References {
  const env: Env = {};
  parser.parse(markdown, env);
  return env.references ?? {};
}

/** What stands between `<details>` and its end is one block. */
function withDetails(blocks: (Block & { from: number })[], lines: string[]): Block[] {
  const ends = detailsIn(blocks);
  if (ends.size === 0) return blocks;
  const joined: Block[] = [];
  for (let index = 0; index < blocks.length; index += 1) {
    const block = blocks[index];
    const last = blocks[ends.get(index) ?? index];
    if (block === undefined || last === undefined) break;
    const whole = lines.slice(block.from, last.from + last.lines.length);
    joined.push(ends.has(index) ? { ...block, type: 'details', lines: whole } : block);
    index = ends.get(index) ?? index;
  }
  return joined;
}

/** By the index of a block that opens details, that of the block that closes them. */
function detailsIn(blocks: Block[]): Map<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  blocks.forEach(({ type, lines }, index) => {
    if (type !== 'text') return;
    for (const [, slash] of lines.join('\n').matchAll(/<(\/?)details(?=[\s>])/gi)) {
      if (slash === '') open.push(index);
      else ends.set(open.pop() ?? index, index);
    }
  });
  return ends;
}

function codeOf(token: Token): Block['code'] {
  return { content: token.content.replace(/\n$/, ''), markup: token.markup || '```', info: token.info.trim() };
}

function itemsOf(tokens: Token[], list: number, lines: string[]): string[][] {
  const items: string[][] = [];
  for (let index = list + 1; index < tokens.length && tokens[index]?.level !== 0; index += 1) {
    const token = tokens[index];
    if (token?.level === 1 && token.type === 'list_item_open' && token.map !== null) {
      items.push(lines.slice(...token.map));
    }
  }
  return items;
}

/** Without blank lines at the end. */
export function trimmed(lines: string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return lines.slice(0, last + 1);
}
