/** Images that an answer shows by their path: they lie in the agent's workspace, and go as files. */

/** A longer one is no path. */
const PATH_CHARACTERS = 1_000;
const ALT = String.raw`!\[((?:[^\[\]\\\n]|\\.){0,500})\]`;
const TITLE = String.raw`(?:\s+(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?`;
/** What else stands there is an example, or a word of another page: nobody wants to hear that it is missing. */
const ENDING = String.raw`\.(?:a?png|jpe?g|gif|webp|avif|bmp|svg|tiff?|hei[cf])`;
/** What may hold blanks although it should not: agents write it, and mean it. */
const NAMED = String.raw`[^\n()<>"']{1,${PATH_CHARACTERS}}${ENDING}`;
const PLAIN = String.raw`(?:[^\s()<>]|\([^\s()<>]{0,100}\)){1,${PATH_CHARACTERS}}`;
const IN_BRACKETS = String.raw`<[^<>\n]{1,${PATH_CHARACTERS}}>`;
const IMAGE = new RegExp(String.raw`^${ALT}\([ \t]*(${IN_BRACKETS}|${PLAIN}|${NAMED})${TITLE}[ \t]*\)`, 'i');
const PICTURE = new RegExp(`${ENDING}$`, 'i');
const TAG = /^<img\s[^<>]{0,2000}>/i;
const SRC = /\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const TAG_ALT = /\balt\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

export interface Picture {
  path: string;
  alt: string | undefined;
  /** Of the Markdown that shows it. */
  length: number;
}

/** The image of the workspace with which this Markdown begins; null: none. */
export function pictureAt(markdown: string): Picture | null {
  const [image, alt, written = ''] = IMAGE.exec(markdown) ?? [];
  if (image !== undefined) return pictureOf(written.replace(/^<(.*)>$/, '$1'), alt, image);
  const [tag] = TAG.exec(markdown) ?? [];
  if (tag === undefined) return null;
  const [, double, single, bare = ''] = SRC.exec(tag) ?? [];
  return pictureOf(double ?? single ?? bare, altOf(tag), tag);
}

/** What an image in HTML says that it shows. */
export function altOf(tag: string): string | undefined {
  const [, double, single] = TAG_ALT.exec(tag) ?? [];
  return double ?? single;
}

function pictureOf(written: string, alt: string | undefined, { length }: string): Picture | null {
  const path = decoded(written.trim().replace(/^file:\/\//i, ''));
  return isInWorkspace(path) ? { path, alt, length } : null;
}

/** An address of the web is none, nor what is not called like a picture, and no path from the root that agents do not call their folder by. */
function isInWorkspace(path: string): boolean {
  if (!PICTURE.test(path) || path.length > PATH_CHARACTERS || /^(?:[a-z][a-z\d+.-]*:|[#?\\])/i.test(path)) return false;
  return !path.startsWith('/') || /^\/(?:workspace|agents)\/./.test(path);
}

/** As it is called in the folder: Markdown asks for `%20` where a name has a blank. */
function decoded(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
