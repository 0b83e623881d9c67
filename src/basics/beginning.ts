/** Whether the beginning of a growing answer says something by itself: it is what a person's phone shows them. */

/** `nothing` can be seen yet; `open`: a piece of a sentence; `whole`: a sentence, an item, a paragraph, or much of one. */
export type Beginning = 'nothing' | 'open' | 'whole';

/** So many columns say something, whether or not a sentence is over. */
const ENOUGH = 80;
/** More than this (UTF-16 units) is not looked at. */
const LONGEST = 2_000;

/** What Markdown needs and a reader does not see, before the words of a line. */
const BEFORE_THE_WORDS = /^(?:[ \t]|>|[-*+](?=\s|$)|\d{1,9}[.)](?=\s|$)|\[[ xX]?\]?(?=\s|$)|#{1,6}(?=\s|$))+/;
const HEADING = /^[ \t>]*#{1,6}(?:\s|$)/;
const ITEM = /^[ \t>]*(?:[-*+]|\d{1,9}[.)])\s/;
const FENCE = /^[ \t>]*(?:`{3,}|~{3,})/;
const WORDS = /[\p{L}\p{N}\p{So}\p{Sc}]/u;
const WIDE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

/** Ends a sentence where a blank or the end of the line follows, after quotes and brackets. */
const STOP = /[.!?]+["'”’»)\]*_~]*(?=\s|$)/gu;
/** Ends one wherever it stands: 。！？ and their kin. */
const STOP_OF_ITS_OWN = /(?![.!?])\p{Sentence_Terminal}/u;
/** Before a full stop that ends no sentence: one letter (z.B., J. Smith), a title. */
const ABBREVIATED = /(?:^|[^\p{L}\p{N}])(?:\p{L}|Mrs?|Ms|Dr|Prof|St|Nr|vs)$/u;

export function beginningOf(markdown: string): Beginning {
  if (markdown.length > LONGEST) return 'whole';
  const lines = withoutTags(markdown).split('\n');
  const last = lines.length - 1;
  let columns = 0;
  let isCode = false;
  /** The paragraph so far. */
  let paragraph = '';

  for (const [index, line] of lines.entries()) {
    const isOver = index < last;
    if (FENCE.test(line)) {
      if (isCode && columns > 0) return 'whole';
      isCode = !isCode;
      continue;
    }
    const words = isCode ? line : line.replace(BEFORE_THE_WORDS, '');
    const isBlank = words.trim() === '';
    if (WORDS.test(words)) columns += columnsOf(words);
    if (columns >= ENOUGH) return 'whole';
    if (isCode) continue;
    if (isBlank && isOver && isWhole(paragraph)) return 'whole';
    if (isBlank || HEADING.test(line) || words.startsWith('|')) {
      paragraph = '';
      continue;
    }
    if (endsASentence(words, isOver) || (ITEM.test(line) && isOver && isWhole(words))) return 'whole';
    paragraph = words;
  }
  return columns === 0 ? 'nothing' : 'open';
}

/** Without comments and tags, also one that is not complete yet. */
function withoutTags(markdown: string): string {
  return markdown.replace(/<!--[^]*?(?:-->|$)|<\/?[a-z][^<>]*(?:>|$)/gi, '');
}

/** What ends with a colon only announces something. */
function isWhole(words: string): boolean {
  return WORDS.test(words) && !/[:：]["'”’»)\]*_~]*\s*$/u.test(words);
}

/** `isOver`: nothing more comes on this line. */
function endsASentence(line: string, isOver: boolean): boolean {
  // What stands in code ends nothing.
  const words = line.replace(/`+[^`]*(?:`+|$)/g, 'x');
  const own = STOP_OF_ITS_OWN.exec(words);
  if (own !== null && WORDS.test(words.slice(0, own.index))) return true;
  for (const { index, 0: stop } of words.matchAll(STOP)) {
    const before = words.slice(0, index);
    const isAtTheEnd = index + stop.length === words.length;
    if (!WORDS.test(before)) continue;
    if (isAtTheEnd && !isOver && (/\d$/.test(before) || /\S+:\/\/\S*$/.test(before))) continue;
    const isFullStop = /^\.(?!\.)/.test(stop);
    if (isFullStop && (ABBREVIATED.test(before) || /^\s+\p{Ll}/u.test(words.slice(index + stop.length)))) continue;
    return true;
  }
  return false;
}

/** As wide as it is, roughly: letters of Chinese, Japanese and Korean say about as much as two others. */
function columnsOf(words: string): number {
  let columns = 0;
  for (const character of words.trim().replace(/[*_~`|]/g, '')) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}
