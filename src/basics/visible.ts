/** What of a text somebody sees. */

const ESC = String.raw`\u001b`;
const STRING_BODY = String.raw`[^\n\u0007\u001b\u0080-\u009f]*`;

/** Sequences that a terminal acts on and never shows (ECMA-48), whole; in the order in which they are tried. */
const TERMINAL = new RegExp(
  [
    // Colours, cursor: CSI, even cut off in the middle.
    String.raw`(?:${ESC}\[|\u009b)[0-?]*[ -/]*[@-~]?`,
    // Titles, links, device strings: OSC, DCS, SOS, PM, APC; one without an end is not taken for the rest of the text.
    String.raw`(?:${ESC}[\]PX^_]|[\u0090\u0098\u009d-\u009f])${STRING_BODY}(?:\u0007|${ESC}\\|\u009c)`,
    String.raw`(?:${ESC}[\]PX^_]|[\u0090\u0098\u009d-\u009f])(?:[0-9]+;)*`,
    // Character sets and the like, two characters, a lone escape.
    String.raw`${ESC}[ -/]+[0-~]`,
    String.raw`${ESC}[0-~]?`,
  ].join('|'),
  'gu',
);

/** Blanks, controls, what only joins, marks or fills, and the letters that are drawn as nothing. */
const INVISIBLE = /^[\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

const LEADING = /^[\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+/u;
/** Invisible by itself, but a part of the character before it: of an emoji or a flag. */
const JOINED = /^[\p{Variation_Selector}\u{e0020}-\u{e007f}\u200d]$/u;

/** Without what a terminal would have taken for itself. */
export function withoutTerminalSequences(text: string): string {
  return text.replace(TERMINAL, '');
}

/** Whether nobody would see anything of it. */
export function isBlank(text: string): boolean {
  return INVISIBLE.test(text) || INVISIBLE.test(withoutTerminalSequences(text));
}

const graphemes = new Intl.Segmenter();

/** One line for a list or a title, fit to be shown: at most `max` characters as a reader counts them. */
export function oneLine(text: string, max: number): string {
  if (isBlank(text)) return '';
  const line = shown(text)
    .replace(/[\s\p{Z}\p{Cc}]+/gu, ' ')
    .trim();
  return Array.from(graphemes.segment(line.slice(0, 20 * max)), ({ segment }) => segment)
    .slice(0, max)
    .join('')
    .toWellFormed()
    .trimEnd();
}

/** Embeddings, overrides and isolates: they make a text look other than it is. Plain direction marks stay. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

/** Well-formed, and without what a terminal would act on or what reorders. */
export function shown(text: string): string {
  return withoutTerminalSequences(text.toWellFormed()).replace(REORDERING, '');
}

/** Without what is invisible around it. */
export function trimInvisible(text: string): string {
  const begun = text.replace(LEADING, '');
  let end = begun.length;
  while (end > 0) {
    const begin = lastCharacter(begun, end);
    const last = begun.slice(begin, end);
    if (!isBlank(last) || JOINED.test(last)) break;
    end = begin;
  }
  return begun.slice(0, end);
}

/** Where the character begins that ends before `end`. */
function lastCharacter(text: string, end: number): number {
  const isPair = end > 1 && (text.codePointAt(end - 2) ?? 0) > 0xffff;
  return end - (isPair ? 2 : 1);
}
