import type { MarkdownIt, StateBlock, StateCore, Token } from 'markdown-it';
import { isSafeUrl } from './sanitise.ts';

const PHRASING = ['b', 'strong', 'i', 'em', 'u', 's', 'del', 'sup', 'sub', 'span', 'code', 'a', 'br', 'img'];
const BLOCKS = [
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'p', 'ul', 'ol', 'li', 'hr', 'div', 'details', 'summary'],
  ...['table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td'],
];
const phrasing = new Set(PHRASING);
const blocks = new Set(BLOCKS);
/** Without an end of their own. */
const empty = new Set(['br', 'hr', 'img']);
/** While an answer grows, or where it was cut, their other end is not there. */
const partial = new Set(['details', 'summary']);

const BLOCK_START = new RegExp(`^</?(?:${BLOCKS.join('|')})(?=[\\s/>]|$)`, 'i');

/** Reads lines that begin with a tag of Matrix up to a blank line: tags and Markdown in one line of text. */
export function readHtmlBlocks(it: MarkdownIt): void {
  it.block.ruler.at('html_block', htmlBlock, { alt: ['paragraph', 'reference', 'blockquote'] });
}

/** markdown-it: HTML that Matrix allows works where it is complete, all else stays text. */
export function keepMatrixHtml(it: MarkdownIt): void {
  it.set({ html: true });
  readHtmlBlocks(it);
  it.core.ruler.push('keep html of matrix', keepTags);
}

function htmlBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const lineAt = (line: number) =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
  if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4 || !BLOCK_START.test(lineAt(startLine))) return false;
  if (silent) return true;
  let line = startLine + 1;
  while (line < endLine && !state.isEmpty(line) && (state.sCount[line] ?? 0) >= state.blkIndent) line += 1;
  state.line = line;
  const token = state.push('inline', '', 0);
  token.map = [startLine, line];
  token.content = state.getLines(startLine, line, state.blkIndent, false).trim();
  token.children = [];
  return true;
}

interface Tag {
  token: Token;
  name: string;
  closes: boolean;
  attrs: Map<string, string>;
}

/** What is open between two tokens of Markdown that belong together. */
interface Frame {
  open: Tag[];
  counts: Map<string, number>;
}

function keepTags(state: StateCore): void {
  const partners = partnersIn(state.tokens);
  let paragraph: Token | null = null;
  state.tokens.forEach((block, index) => {
    if (block.type === 'paragraph_open') paragraph = block;
    if (block.type !== 'inline' || block.children === null) return;
    const tokens = block.children;
    if (!tokens.some(({ type }) => type === 'html_inline')) return;
    block.children = leveled(
      withoutBreaks(
        tokens.flatMap((token) => (token.type === 'html_inline' ? written(token, partners, state) : [token])),
      ),
    );
    // Blocks do not stand in paragraphs.
    if (
      block.children.some(({ tag }) => blocks.has(tag)) &&
      paragraph !== null &&
      state.tokens[index - 1] === paragraph
    ) {
      paragraph.tag = 'div';
      const close = state.tokens[index + 1];
      if (close !== undefined) close.tag = 'div';
    }
  });
}

/** The tags that work: the empty ones, and those that have their other end between the same tokens of Markdown. */
function partnersIn(tokens: Token[]): Map<Token, Tag> {
  const found = new Map<Token, Tag>();
  const frames: Frame[] = [newFrame()];
  let inHeading = false;
  const visit = (token: Token) => {
    if (token.nesting > 0) frames.push(newFrame());
    else if (token.nesting < 0) frames.pop();
    else if (token.type === 'html_inline') meet(tagIn(token), frames.at(-1) ?? newFrame(), found, inHeading);
  };
  for (const block of tokens) {
    if (block.type === 'heading_open') inHeading = true;
    if (block.type === 'heading_close') inHeading = false;
    visit(block);
    block.children?.forEach(visit);
  }
  return found;
}

function newFrame(): Frame {
  return { open: [], counts: new Map() };
}

function meet(tag: Tag | null, { open, counts }: Frame, found: Map<Token, Tag>, inHeading: boolean): void {
  if (tag === null || (inHeading && blocks.has(tag.name))) return;
  const { name, closes, token } = tag;
  if (empty.has(name)) {
    if (!closes) found.set(token, tag);
  } else if (!closes) {
    if (name === 'a' && (counts.get('a') ?? 0) > 0) return;
    open.push(tag);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  } else if ((counts.get(name) ?? 0) > 0) {
    for (let last = open.pop(); last !== undefined; last = open.pop()) {
      counts.set(last.name, (counts.get(last.name) ?? 1) - 1);
      if (last.name !== name) continue;
      found.set(last.token, last);
      found.set(token, tag);
      return;
    }
  }
}

/** Null: not a tag of Matrix, or one that leads nowhere. */
function tagIn(token: Token): Tag | null {
  const [, slash, written = '', rest = ''] = /^<(\/?)([a-z][a-z0-9-]*)([^]*?)\/?>$/i.exec(token.content) ?? [];
  const name = written.toLowerCase();
  if (!phrasing.has(name) && !blocks.has(name)) return null;
  const attrs = new Map<string, string>();
  for (const [, key = '', double, single, bare] of rest.matchAll(
    /([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g,
  )) {
    const attribute = key.toLowerCase();
    if (!attrs.has(attribute)) attrs.set(attribute, double ?? single ?? bare ?? '');
  }
  const closes = slash === '/';
  if (!closes && name === 'a' && !isSafeUrl(attrs.get('href') ?? '')) return null;
  if (!closes && name === 'img' && !isSafeUrl(attrs.get('src') ?? '')) return null;
  return { token, name, closes, attrs };
}

function written(token: Token, partners: Map<Token, Tag>, state: StateCore): Token[] {
  if (token.content.startsWith('<!--')) return [];
  const tag = partners.get(token);
  if (tag === undefined) {
    const name = tagIn(token)?.name;
    if (name !== undefined && partial.has(name)) return [];
    const text = new state.Token('text', '', 0);
    text.content = token.content;
    return [text];
  }
  const { name, closes, attrs } = tag;
  const types: Record<string, string> = { a: 'link', br: 'hardbreak', img: 'image', hr: 'hr' };
  const type = types[name] ?? 'html';
  if (name === 'img') return [imageOf(attrs, state)];
  if (empty.has(name)) return [new state.Token(type, name, 0)];
  const kept = new state.Token(closes ? `${type}_close` : `${type}_open`, name, closes ? -1 : 1);
  if (!closes) kept.attrs = [...attrs];
  return [kept];
}

function imageOf(attrs: Map<string, string>, state: StateCore): Token {
  const image = new state.Token('image', 'img', 0);
  const alt = new state.Token('text', '', 0);
  alt.content = attrs.get('alt') ?? '';
  image.children = [alt];
  image.content = alt.content;
  image.attrs = [['src', attrs.get('src') ?? ''], ['alt', ''], ...[...attrs].filter(([key]) => key === 'title')];
  return image;
}

/** A line break beside a block would be an empty line. */
function withoutBreaks(tokens: Token[]): Token[] {
  return tokens.filter(
    ({ type }, index) =>
      type !== 'softbreak' || !(blocks.has(tokens[index - 1]?.tag ?? '') || blocks.has(tokens[index + 1]?.tag ?? '')),
  );
}

function leveled(tokens: Token[]): Token[] {
  let level = 0;
  for (const token of tokens) {
    if (token.nesting < 0) level -= 1;
    token.level = level;
    if (token.nesting > 0) level += 1;
  }
  return tokens;
}
