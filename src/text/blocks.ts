/** The blocks of a Markdown text (paragraphs, lists, tables, fences), for cutting between them. */
import MarkdownIt from 'markdown-it';
import type { Env, Token } from 'markdown-it';
import type { References } from './markdown.ts';

/** A block at the top level of a Markdown text, as it stands in the source. */
export interface Block {
  type: 'fence' | 'table' | 'list' | 'quote' | 'heading' | 'text';
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
  const blocks: Block[] = [];
  let end = 0;
  tokens.forEach((token, index) => {
    if (token.level !== 0 || token.nesting < 0 || token.map === null) return;
    const [from, to] = token.map;
    blocks.push({
      type: types[token.type] ?? 'text',
      lines: trimmed(lines.slice(from, to)),
      isClose: from > 0 && from === end,
      code: codeOf(token),
      items: token.type.endsWith('list_open') ? itemsOf(tokens, index, lines) : [],
      start: token.type === 'ordered_list_open' ? Number(token.attrGet('start') ?? 1) : null,
    });
    end = from + (blocks.at(-1)?.lines.length ?? 0);
  });
  return blocks;
}

/** The link definitions of clean Markdown, wherever they stand. */
export function referencesOf(markdown: string): References {
  const env: Env = {};
  parser.parse(markdown, env);
  return env.references ?? {};
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
