/** What of Markdown is for no reader: it goes before anything is measured, cut or rendered. */
import { isBlank } from '../basics/visible.ts';
import { codeLinesOf } from './blocks.ts';
import { cleanText } from './clean.ts';
import type { AnswerWords } from './notices.ts';
import { altOf, pictureAt } from './pictures.ts';
import { MAX_STRUCTURED_LENGTH } from './split.ts';

/** The bytes of a file in the text, longer than anybody reads. */
const DATA = String.raw`data:(?:[\w.+-]{1,60}\/[\w.+-]{1,60})?(?:;[\w=.+-]{1,60}){0,5},`;
const IMAGE = new RegExp(
  String.raw`^!\[((?:[^\[\]\\\n]|\\.)*)\]\(\s*<?${DATA}[^\s)>"]*>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*(?:\)|$)`,
  'i',
);
const TAG = new RegExp(String.raw`^<img\s[^<>]*?\bsrc\s*=\s*["']?${DATA}[^<>]*(?:>|$)`, 'i');
const LONG_DATA = new RegExp(String.raw`^(${DATA})[\w+/=%.~-]{200,}`, 'i');
const DEFINITION = new RegExp(String.raw`^ {0,3}\[([^\[\]\n]{1,200})\]:[ \t]*<?${DATA}[^\s>]*>?[ \t]*(?:\n|$)`, 'gim');
const REFERENCE = /^!\[([^[\]\n]{0,200})\](?:\[([^[\]\n]{0,200})\])?/;

/** Where something begins that may have to go, or hides what looks like it. */
const PLACES = /`+|\\[^]|<!--|!\[|<img\s|\bdata:/gi;

/** Where there is anything of that. */
const ANYTHING = /<!--|data:|!\[|<img\s/i;

/**
 * Clean Markdown as a reader gets it: without comments, with a word for every image whose bytes stand in the text or that lies
 * in the agent's workspace. Code stays as it is (above 256,000 characters only code within lines, and comments and the images
 * of the workspace stay too); a text that would be nothing then, too. `growing`: what is open at the end goes as well.
 */
export function readable(markdown: string, { image }: Pick<AnswerWords, 'image'>, growing = false): string {
  return shown(markdown, { image, growing });
}

/**
 * The images of clean or unclean Markdown for which a reader gets a word because they lie in the agent's workspace, as their
 * paths are written, each once, in order.
 */
export function picturesIn(markdown: string): string[] {
  const paths = new Set<string>();
  shown(markdown, { image: (alt) => `[${alt}]`, growing: false, found: (path) => paths.add(path) });
  return [...paths];
}

function shown(markdown: string, how: Omit<How, 'isWhole'>): string {
  const text = cleanText(markdown);
  if (!ANYTHING.test(text)) return text;
  if (text.length > MAX_STRUCTURED_LENGTH) {
    const shorter = withoutHidden(text, { ...how, isWhole: false });
    return shorter.length > MAX_STRUCTURED_LENGTH ? shorter : shown(shorter, how);
  }
  const rest = withoutHiddenInProse(text, how);
  return isBlank(rest) && !how.growing ? text : rest;
}

function withoutHiddenInProse(text: string, how: Omit<How, 'isWhole'>): string {
  const { growing } = how;
  const code = codeLinesOf(text);
  const kept: string[] = [];
  let line = 0;
  let prose: string[] = [];
  const close = (isLast: boolean) => {
    if (prose.length > 0)
      kept.push(withoutHidden(prose.join('\n'), { ...how, isWhole: true, growing: growing && isLast }));
    prose = [];
  };
  for (const one of text.split('\n')) {
    if (code.has(line)) {
      close(false);
      kept.push(one);
    } else prose.push(one);
    line += 1;
  }
  close(true);
  return kept.join('\n');
}

/** One pass: each place is looked at once, and what it hides is jumped over. */
function withoutHidden(written: string, how: How): string {
  const images = new Set<string>();
  const text = written.replace(DEFINITION, (_, label: string) => {
    images.add(label.toLowerCase());
    return '';
  });
  const closers = runsOf(text);
  const breaks = Array.from(text.matchAll(/\n[ \t]*\n/g), ({ index }) => index);
  const lastEnd = text.lastIndexOf('-->');
  let result = '';
  let from = 0;
  PLACES.lastIndex = 0;
  for (let match = PLACES.exec(text); match !== null; match = PLACES.exec(text)) {
    const { index: at } = match;
    const found = hiddenAt(text, at, match[0], { ...how, closers, breaks, lastEnd, images });
    if (found === null) continue;
    result += text.slice(from, at) + (found.instead ?? text.slice(at, found.end));
    from = found.end;
    if (found.instead === '' && isAlone(text, at, from)) from += text.charAt(from) === '\n' ? 1 : 0;
    PLACES.lastIndex = from;
  }
  return result + text.slice(from);
}

/** What stands in its place; null: it stays as it is, up to `end`. */
interface Hidden {
  end: number;
  instead: string | null;
}

interface How {
  image: AnswerWords['image'];
  /** Nothing but code in lines is left out of it: comments go, and images of the workspace are found. */
  isWhole: boolean;
  growing: boolean;
  /** Hears of each image of the workspace. */
  found?: (path: string) => void;
}

interface Sight extends How {
  closers: Map<number, number[]>;
  /** Where paragraphs end. */
  breaks: number[];
  /** Where the last comment ends. */
  lastEnd: number;
  /** What stands for the bytes of an image elsewhere in the text. */
  images: Set<string>;
}

function hiddenAt(
  text: string,
  at: number,
  place: string,
  { closers, breaks, lastEnd, images, image, isWhole, growing, found }: Sight,
): Hidden | null {
  if (place.startsWith('`')) {
    const end = firstBehind(closers.get(place.length), at);
    // What closes a code span stands in the same paragraph.
    return end === null || (firstBehind(breaks, at) ?? end) < end ? null : { end: end + place.length, instead: null };
  }
  if (place.startsWith('\\')) return null;
  if (place === '<!--') {
    if (!isWhole) return null;
    const short = /^<!--(?:-?>)/.exec(text.slice(at, at + 6));
    if (short !== null) return { end: at + short[0].length, instead: '' };
    const end = lastEnd < at + 4 ? -1 : text.indexOf('-->', at + 4);
    if (end >= 0) return { end: end + 3, instead: '' };
    return growing ? { end: text.length, instead: '' } : null;
  }
  const rest = text.slice(at);
  const picture = isWhole && !/^data:/i.test(place) ? pictureAt(rest) : null;
  if (picture !== null) {
    found?.(picture.path);
    return { end: at + picture.length, instead: image(named(picture.alt)) };
  }
  if (place === '![') {
    const [whole, alt] = IMAGE.exec(rest) ?? [];
    if (whole !== undefined) return { end: at + whole.length, instead: image(named(alt)) };
    const [reference, text = '', label] = REFERENCE.exec(rest) ?? [];
    if (reference === undefined || !images.has((label || text).toLowerCase())) return null;
    return { end: at + reference.length, instead: image(named(text)) };
  }
  if (place.startsWith('<')) {
    const [whole] = TAG.exec(rest) ?? [];
    if (whole === undefined) return null;
    return { end: at + whole.length, instead: image(named(altOf(whole))) };
  }
  const [whole, head] = LONG_DATA.exec(rest) ?? [];
  return whole === undefined ? null : { end: at + whole.length, instead: `${head}…` };
}

function named(alt = ''): string | null {
  return isBlank(alt) ? null : alt.trim().slice(0, 200).toWellFormed();
}

/** Where runs of backticks begin, by their length. */
function runsOf(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const same = runs.get(run.length);
    if (same === undefined) runs.set(run.length, [index]);
    else same.push(index);
  }
  return runs;
}

/** `places`: in their order. */
function firstBehind(places: readonly number[] = [], at: number): number | null {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return places[low] ?? null;
}

/** Nothing else stands on its line: then the line goes too. */
function isAlone(text: string, from: number, to: number): boolean {
  const before = from === 0 || text.charAt(from - 1) === '\n';
  return before && (to === text.length || text.charAt(to) === '\n');
}
