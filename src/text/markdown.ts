/** Markdown to the HTML that Matrix clients show. */
import MarkdownIt from 'markdown-it';
import type { Env, StateCore, Token } from 'markdown-it';
import { isBlank } from '../basics/visible.ts';
import type { Rendered } from '../ports.ts';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { showCheckboxes } from './checkboxes.ts';
import { cleanText } from './clean.ts';
import { showOnlyWhatMatrixCan } from './images.ts';
import { keepMath } from './math.ts';
import { keepMatrixHtml } from './matrix-html.ts';
import { isSafeUrl, MAX_DEPTH, sanitise } from './sanitise.ts';
import { cellsIn, isMostlyEmptyCells } from './tables.ts';

/** Where `[text][label]` leads, by normalised label. */
export type References = NonNullable<Env['references']>;

/** Markdown longer than this (UTF-16 units) is shown as it stands: far above any part of an answer. */
const MAX_LENGTH = 32_000;

/** HTML longer than this fits into no event, even once it is reduced: it is not worth the time. */
const MAX_HTML_LENGTH = 60_000;

/** Cells whose tags alone are as long as that: a short text can ask for very many of them. */
const MAX_CELLS = MAX_HTML_LENGTH / '<td></td>\n'.length;

const markdownIt = newMarkdownIt();

/**
 * Renders Markdown of any origin for a Matrix message: the body is the Markdown itself, the HTML holds only what
 * Matrix allows. What is too long or nested too deeply is shown preformatted. Takes a bounded time.
 */
export function renderMarkdown(markdown: string): Rendered {
  return renderPiece(markdown, {}) ?? preformatted(bodyOf(cleanText(markdown)));
}

/**
 * The same for a piece of a longer text, with the link definitions that stand elsewhere in it. Null when its HTML
 * gets too long for any event: smaller pieces are needed.
 */
export function renderPiece(markdown: string, references: References): Rendered | null {
  const text = cleanText(markdown);
  const body = bodyOf(text);
  if (text.length > MAX_LENGTH) return preformatted(body);
  if (isMostlyEmptyCells(text)) return { body };
  if (cellsIn(text) > MAX_CELLS) return null;

  const env: Env = { references };
  const tokens = markdownIt.parse(text, env);
  if (depthOf(tokens) >= MAX_DEPTH) return preformatted(body);
  if (plainTextOf(tokens) === body) return { body };

  const raw = markdownIt.renderer.render(withoutLoneParagraph(tokens), markdownIt.options, env);
  if (raw.length > MAX_HTML_LENGTH) return null;
  const html = cleanText(sanitise(raw)).trim();
  return showsSomething(html) ? { body, html } : { body };
}

/** Tags alone are an empty message: then the Markdown says more. */
function showsSomething(html: string): boolean {
  return /<(?:img|hr)\b/.test(html) || !isBlank(html.replace(/<[^>]*>/g, ''));
}

function newMarkdownIt() {
  const it = new MarkdownIt({ linkify: true, breaks: true, maxNesting: MAX_DEPTH });
  // `README.md` and `main.py` are no addresses: only what names its scheme becomes a link.
  it.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false }).add('//', null);
  it.validateLink = isSafeUrl;
  // Decoding would show another text than was written, direction overrides included.
  it.normalizeLinkText = (url) => url;
  it.use(cjkFriendly);
  keepMath(it);
  keepMatrixHtml(it);
  showCheckboxes(it);
  it.core.ruler.push('end code with its last line', endCode);
  it.core.ruler.push('show only what matrix can', showOnlyWhatMatrixCan);
  it.renderer.rules['s_open'] = () => '<del>';
  it.renderer.rules['s_close'] = () => '</del>';
  return it;
}

/** Clients show a line feed at the end of code as an empty line. */
function endCode({ tokens }: StateCore): void {
  for (const token of tokens) {
    if (token.type === 'fence' || token.type === 'code_block') token.content = token.content.replace(/\n$/, '');
  }
}

/** Without blank lines before and after; blanks before the first word may be part of a code block. */
function bodyOf(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}

function preformatted(body: string): Rendered {
  return { body, html: `<pre><code>${markdownIt.utils.escapeHtml(body)}</code></pre>` };
}

function depthOf(tokens: Token[]): number {
  let deepest = 0;
  for (const block of tokens) {
    deepest = Math.max(deepest, block.level + 1);
    for (const inline of block.children ?? []) deepest = Math.max(deepest, block.level + inline.level + 1);
  }
  return deepest;
}

/** The text of paragraphs without any markup; null where there is more than that. */
function plainTextOf(tokens: Token[]): string | null {
  const paragraphs: string[] = [];
  for (const block of tokens) {
    if (block.type === 'inline') {
      let text = '';
      for (const inline of block.children ?? []) {
        if (inline.type === 'text') text += inline.content;
        else if (inline.type === 'softbreak') text += '\n';
        else return null;
      }
      paragraphs.push(text);
    } else if (block.tag !== 'p') return null;
  }
  return paragraphs.join('\n\n');
}

/** Clients give a paragraph margins, which a message of one paragraph does not want. */
function withoutLoneParagraph(tokens: Token[]): Token[] {
  const [open, inline] = tokens;
  return tokens.length === 3 && open?.type === 'paragraph_open' && inline !== undefined ? [inline] : tokens;
}
