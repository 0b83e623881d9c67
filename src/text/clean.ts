/** Text from outside without characters that nobody should see or that break a page. */

/** Every control character but line feed and tab. */
const CONTROLS = /[^\P{Cc}\n\t]/gu;

/** Embeddings, overrides and isolates: they make a text look other than it is. Plain direction marks stay. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes text of any origin fit to be shown: well-formed Unicode, line feeds only, control characters as U+FFFD,
 * nothing that reorders what is read. Cleaning twice is the same as once.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS, '\ufffd').replace(REORDERING, '');
}
