/** Cutting text at a number of bytes, at the best place that there is. */

/** What a piece of text may have: bytes of UTF-8, less what a prefix (of a quote, of a list) will add to each line. */
export interface Limit {
  bytes: number;
  perLine: number;
}

const encoder = new TextEncoder();
const graphemes = new Intl.Segmenter();

/** What follows a place (UTF-16 units) tells whether a character ends there. */
const LOOKAHEAD = 64;

/** The bytes of `text` once every line has its prefix. */
export function costOf(text: string, { perLine }: Limit): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return Buffer.byteLength(text) + lines * perLine;
}

/**
 * Joins texts in order into as few as possible within the limit; each of them must be within it already.
 * `separator` is made of line feeds. The first result has `first` bytes where its first text fits into them.
 */
export function pack(texts: string[], separator: string, limit: Limit, first = limit.bytes): string[] {
  const gap = separator.length + (separator.length - 1) * limit.perLine;
  const packed: string[] = [];
  let room = first;
  let open: string[] = [];
  let used = 0;
  for (const text of texts) {
    const cost = costOf(text, limit);
    if (open.length > 0 && used + gap + cost > room) {
      packed.push(open.join(separator));
      open = [];
      room = limit.bytes;
    }
    if (open.length === 0 && cost > room) room = limit.bytes;
    used = open.length === 0 ? cost : used + gap + cost;
    open.push(text);
  }
  if (open.length > 0) packed.push(open.join(separator));
  return packed;
}

/** Cuts one line of prose after a sentence, else after a word, else between two characters as a reader sees them. */
export function cutProse(line: string, bytes: number): string[] {
  const pieces = cut(line, bytes, (window) => afterSentence(window) ?? afterWord(window));
  return pieces.length === 1 ? pieces : pieces.map((piece) => piece.trimEnd()).filter((piece) => piece !== '');
}

/** Cuts one line of code between two characters as a reader sees them, dropping nothing. */
export function cutCode(line: string, bytes: number): string[] {
  return cut(line, bytes, () => null);
}

function cut(line: string, bytes: number, placeIn: (window: string) => number | null): string[] {
  if (3 * line.length <= bytes) return [line];
  const buffer = new Uint8Array(bytes);
  const pieces: string[] = [];
  let from = 0;
  while (line.length - from > bytes || Buffer.byteLength(line.slice(from)) > bytes) {
    // One unit more than fits: so the window never ends within a surrogate pair.
    const { read } = encoder.encodeInto(line.slice(from, from + bytes + 1), buffer);
    const window = line.slice(from, from + read);
    const length = placeIn(window) ?? afterGrapheme(line.slice(from, from + read + LOOKAHEAD), read);
    pieces.push(line.slice(from, from + length));
    from += length;
  }
  return [...pieces, line.slice(from)];
}

function afterSentence(window: string): number | null {
  let place: number | null = null;
  for (const match of window.matchAll(/[.!?…][)"'”’\]]{0,3}\s+|[。！？]/gu)) place = match.index + match[0].length;
  return place !== null && place > window.length / 2 ? place : null;
}

function afterWord(window: string): number | null {
  const words = window.match(/^[^]*\S\s+(?=\S*$)/u);
  return words === null ? null : words[0].length;
}

/** The last place at or before `length` where no character is torn; a character larger than that is. */
function afterGrapheme(text: string, length: number): number {
  return graphemes.segment(text).containing(length)?.index || length;
}
