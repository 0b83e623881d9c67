import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

/** How far the end of a formula is looked for, so that many beginnings without one cost little. */
const MOST_LINES = 60;

/** markdown-it: formulas between `$$`, `\[ \]`, `\( \)`, `\begin{} \end{}` are kept as they are written (MSC2191). */
export function keepMath(it: MarkdownIt): void {
  it.block.ruler.before('fence', 'math_block', mathBlock, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  it.inline.ruler.before('escape', 'math_inline', mathInline);
  it.renderer.rules['math_block'] = (tokens, index) => `${inTag(it, 'div', tokens[index]?.content)}\n`;
  it.renderer.rules['math_inline'] = (tokens, index) => inTag(it, 'span', tokens[index]?.content);
}

function inTag(it: MarkdownIt, tag: 'div' | 'span', tex = ''): string {
  const text = it.utils.escapeHtml(tex);
  return `<${tag} data-mx-maths="${text}"><code>${text}</code></${tag}>`;
}

interface Delimiters {
  open: string;
  close: string;
  /** They are part of the formula. */
  belong: boolean;
}

function delimitersAt(text: string, at: number): Delimiters | null {
  if (text.startsWith('$$', at)) return { open: '$$', close: '$$', belong: false };
  if (text.startsWith('\\[', at)) return { open: '\\[', close: '\\]', belong: false };
  if (text.startsWith('\\(', at)) return { open: '\\(', close: '\\)', belong: false };
  if (!text.startsWith('\\begin{', at)) return null;
  const [open, name] = /^\\begin\{([a-zA-Z]{1,30}\*?)\}/.exec(text.slice(at, at + 40)) ?? [];
  return open === undefined ? null : { open, close: `\\end{${name}}`, belong: true };
}

function mathBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const lineAt = (line: number) =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
  const first = lineAt(startLine);
  const delimiters = delimitersAt(first, 0);
  const isCode = (state.sCount[startLine] ?? 0) - state.blkIndent >= 4;
  if (delimiters === null || delimiters.open === '\\(' || isCode) return false;

  const { open, close } = delimiters;
  let from = open.length;
  for (let line = startLine; line < Math.min(endLine, startLine + MOST_LINES); line += 1, from = 0) {
    if (line > startLine && (state.sCount[line] ?? 0) < state.blkIndent && !state.isEmpty(line)) return false;
    const text = lineAt(line);
    const end = text.indexOf(close, from);
    if (end < 0) continue;
    if (text.slice(end + close.length).trim() !== '') return false;
    const tex = texIn(state.getLines(startLine, line + 1, state.blkIndent, false).trim(), delimiters);
    if (tex === '') return false;
    if (silent) return true;
    const token = state.push('math_block', 'div', 0);
    token.map = [startLine, line + 1];
    token.block = true;
    token.content = tex;
    state.line = line + 1;
    return true;
  }
  return false;
}

function mathInline(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const delimiters = delimitersAt(src, pos);
  const end = delimiters === null ? endOfDollars(src, pos, posMax) : endOf(state, delimiters);
  if (end === null) return false;
  const content = texIn(src.slice(pos, end), delimiters ?? { open: '$', close: '$', belong: false });
  if (content === '') return false;
  if (!silent) state.push('math_inline', 'span', 0).content = content;
  state.pos = end;
  return true;
}

/** Ends that do not come any more in a text. */
const missing = new WeakMap<StateInline, Set<string>>();

function endOf(state: StateInline, { open, close }: Delimiters): number | null {
  const { src, pos, posMax: max } = state;
  if (missing.get(state)?.has(close)) return null;
  const at = src.indexOf(close, pos + open.length);
  if (at < 0) missing.set(state, (missing.get(state) ?? new Set()).add(close));
  const end = at + close.length;
  // `\[text\](address)` is no formula: somebody escaped a link.
  return at < 0 || end > max || (close === '\\]' && src.charAt(end) === '(') ? null : end;
}

/** `$a_1$`, but not the prices in `$5 to $6`: only what has a sign of TeX in it. */
function endOfDollars(src: string, pos: number, max: number): number | null {
  if (src.charAt(pos) !== '$') return null;
  const end = src.slice(pos, Math.min(max, pos + 500));
  const [whole, tex = ''] = /^\$(?=\S)((?:\\.|[^$\\\n])+)(?<=\S)\$(?![\d$])/.exec(end) ?? [];
  return whole !== undefined && /[\\^_{]/.test(tex) ? pos + whole.length : null;
}

function texIn(written: string, { open, close, belong }: Delimiters): string {
  return (belong ? written : written.slice(open.length, -close.length)).trim();
}
