/**
 * What takes up no ink: blanks, controls, and what is there to be ignored (zero-width characters, fillers, direction
 * marks). The braille pattern without a dot is drawn as nothing too.
 */
const INVISIBLE = '[\\s\\p{Default_Ignorable_Code_Point}\\p{Cc}\\u2800]';
const ONLY = new RegExp(`^${INVISIBLE}*$`, 'u');
/** Invisible by itself, but a part of the character before it: of an emoji or a flag. */
const JOINED = /^[\p{Variation_Selector}\u{e0020}-\u{e007f}\u200d]$/u;
const LEADING = new RegExp(`^${INVISIBLE}+`, 'u');

/** Whether nobody could see anything of it. */
export function isBlank(text: string): boolean {
  return ONLY.test(text);
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
